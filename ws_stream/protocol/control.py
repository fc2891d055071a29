"""The JSON of control messages: parse, serialize. docs/protocol.md is the authority.

Knows nothing of pictures' bytes or of sockets.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from ..errors import ProtocolError
from ..limits import MAX_NUMBER, MAX_SIDE, MAX_TIME
from ..pixels.formats import PixelFormat
from ..pixels.raw import BY_NAME
from .input import members_of, parse_events
from .json_text import decode_json
from .members import boolean, integer, number, text
from .messages import (
    FROM_SERVER,
    FROM_VIEWER,
    Acknowledge,
    Announcement,
    Input,
    Requested,
    ServerMessage,
    ViewerMessage,
)
from .request import MEMBERS as REQUEST_MEMBERS

_TYPES = {message: name for table in (FROM_SERVER, FROM_VIEWER) for name, message in table.items()}


def serialize(message: ServerMessage | ViewerMessage) -> str:
    """The text of a control message."""
    members = message._asdict()
    members.update(members.pop("members", {}))
    if isinstance(message, Input):
        members["events"] = [members_of(event) for event in message.events]
    optional = _SPECIAL.get(type(message), {})
    said = {
        name: _plain(value)
        for name, value in members.items()
        if value is not None or name not in optional
    }
    return json.dumps({"type": _TYPES[type(message)], **said}, separators=(",", ":"))


def parse_from_server(text: str | bytes) -> ServerMessage | None:
    """The server's message, or None for a type of a later version. Raises ProtocolError."""
    return _parse(text, FROM_SERVER)


def parse_from_viewer(text: str | bytes) -> ViewerMessage | None:
    """The viewer's message, or None for a type of a later version. Raises ProtocolError."""
    return _parse(text, FROM_VIEWER)


Message = TypeVar("Message")


def _parse(text: str | bytes, table: Mapping[str, type[Message]]) -> Message | None:
    try:
        content = decode_json(text)
    except ValueError:
        raise ProtocolError("a control message that is not JSON") from None
    if not isinstance(content, dict) or not isinstance(content.get("type"), str):
        raise ProtocolError("a control message that is not an object with a type")
    kind = table.get(content["type"])
    if kind is None:
        return None
    members = {name: _member(content, name, read) for name, read in _READERS[kind].items()}
    if kind is Requested:
        names = [name for name in REQUEST_MEMBERS if name in content]
        readers = {name: _or_none(REQUEST_MEMBERS[name].read) for name in names}
        members["members"] = {name: _member(content, name, readers[name]) for name in names}
    return kind(**members)


def _member(content: Mapping[str, Any], name: str, read: Callable[[Any], Any]) -> Any:  # noqa: ANN401 - of whatever type
    try:
        return read(content[name]) if name in content else read(_ABSENT)
    except (KeyError, TypeError, ValueError, OverflowError):
        raise ProtocolError(f"a '{content['type']}' message without a valid '{name}'") from None


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return value.hex()
    return value.name if isinstance(value, PixelFormat) else value


_ABSENT = object()
"""No member; only what reads an optional one takes it."""


def _optional(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is _ABSENT else read(value)


def _or_none(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else read(value)


def _source(value: Any) -> tuple[int, int]:  # noqa: ANN401 - whatever JSON holds
    if type(value) is not list:
        raise TypeError(value)
    width, height = value
    side = integer(1, MAX_NUMBER + 1)
    return side(width), side(height)


_U32, _TIME = integer(0, MAX_NUMBER + 1), integer(0, MAX_TIME)

_MEMBERS: Mapping[str, Callable[[Any], Any]] = {
    "name": text(64),
    "epoch": _U32,
    "format": lambda value: BY_NAME[value],
    "width": integer(1, MAX_SIDE + 1),
    "height": integer(1, MAX_SIDE + 1),
    "source": _source,
    "step": integer(1, 2**16),
    "crop": _or_none(REQUEST_MEMBERS["crop"].read),
    "average": boolean,
    "tolerance": integer(0, 2**16),
    "fps": number,
    "input": boolean,
    "id": _or_none(_U32),
    "published": number,
    "skipped": number,
    "device": boolean,
    "number": _U32,
    "time": _TIME,
    "viewer_time": _TIME,
    "reason": _or_none(text(200)),
    "events": parse_events,
}


def _palette(value: Any) -> bytes:  # noqa: ANN401 - whatever JSON holds
    if type(value) is not str or not _PALETTE.fullmatch(value):
        raise ValueError(value)
    return bytes.fromhex(value)


_PALETTE = re.compile("([0-9a-f]{6}){1,256}")

_SPECIAL: Mapping[type, Mapping[str, Callable[[Any], Any]]] = {
    Announcement: {"palette": _optional(_palette)},
    Acknowledge: {"epoch": _optional(_U32)},
    Requested: {"id": _optional(_U32)},
}
"""Where a member is read otherwise than under its name elsewhere."""

_READERS: Mapping[type, Mapping[str, Callable[[Any], Any]]] = {
    kind: {
        name: {**_MEMBERS, **_SPECIAL.get(kind, {})}[name]
        for name in kind.__annotations__
        if name != "members"
    }
    for kind in _TYPES
}
