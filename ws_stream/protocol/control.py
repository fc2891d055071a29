"""The JSON control messages of both sides: parse, serialize. docs/protocol.md is the authority.

Knows nothing of pictures' bytes or of sockets. A message is a named tuple; its class says who sends it.
"""

import json
import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, NoReturn, TypeVar

from ..errors import ProtocolError
from ..limits import MAX_FPS, MAX_NUMBER, MAX_SIDE, MAX_STEP, MAX_TIME
from ..pixels.formats import BY_NAME, PixelFormat
from ..pixels.rendition import Crop


class Announcement(NamedTuple):
    """Server: what comes next. The viewer then holds the blank picture of this epoch, format and size."""

    name: str
    epoch: int
    format: PixelFormat
    width: int
    height: int
    step: int
    crop: Crop | None
    average: bool
    fps: float
    tolerance: int
    """How far a channel may be off while the picture moves, in steps of eight bits."""


class Unchanged(NamedTuple):
    """Server: picture `number` (0: none yet) is still what the device shows at `time`."""

    number: int
    time: int


class Waiting(NamedTuple):
    """Server: newer pictures than `number` are held back by the viewer's acknowledgements, its rate or its link."""

    number: int
    time: int


class ClockAnswer(NamedTuple):
    """Server: the viewer's own value back, and the device's time."""

    viewer_time: float
    time: int


class Problem(NamedTuple):
    """Server: why the source gives no pictures; None when it does again."""

    reason: str | None


class Pace(NamedTuple):
    """Server: the last second's pictures for this viewer, and how many of them it was too late to be sent."""

    published: float
    skipped: float
    fps: float
    """Pictures per second that it is sent at most now."""
    device: bool
    """The device does less than was asked of it."""


class Acknowledge(NamedTuple):
    """Viewer: this picture and all before it are on the screen."""

    number: int


class Resync(NamedTuple):
    """Viewer: forget what I hold, send a difference from blank."""


class Rate(NamedTuple):
    """Viewer: at most so many pictures per second; 0: none for now; None: as many as there are."""

    fps: float | None


class Wanted(NamedTuple):
    """Viewer: from now on, show me this."""

    step: int
    crop: Crop | None
    average: bool


class ClockQuestion(NamedTuple):
    """Viewer: what time is it? `viewer_time` is any number of the viewer's."""

    viewer_time: float


ServerMessage = Announcement | Unchanged | Waiting | Pace | ClockAnswer | Problem
ViewerMessage = Acknowledge | Resync | Rate | Wanted | ClockQuestion

FROM_SERVER: Mapping[str, type[ServerMessage]] = {
    "stream": Announcement,
    "unchanged": Unchanged,
    "waiting": Waiting,
    "pace": Pace,
    "clock": ClockAnswer,
    "problem": Problem,
}
FROM_VIEWER: Mapping[str, type[ViewerMessage]] = {
    "acknowledge": Acknowledge,
    "resync": Resync,
    "rate": Rate,
    "rendition": Wanted,
    "clock": ClockQuestion,
}
_TYPES = {message: name for table in (FROM_SERVER, FROM_VIEWER) for name, message in table.items()}


def serialize(message: ServerMessage | ViewerMessage) -> str:
    """The text of a control message."""
    members = {name: _plain(value) for name, value in message._asdict().items()}
    return json.dumps({"type": _TYPES[type(message)], **members}, separators=(",", ":"))


def parse_from_server(text: str | bytes) -> ServerMessage | None:
    """The server's message, or None for a type of a later version. Raises ProtocolError."""
    return _parse(text, FROM_SERVER)


def parse_from_viewer(text: str | bytes) -> ViewerMessage | None:
    """The viewer's message, or None for a type of a later version. Raises ProtocolError."""
    return _parse(text, FROM_VIEWER)


Message = TypeVar("Message")


def _parse(text: str | bytes, table: Mapping[str, type[Message]]) -> Message | None:
    try:
        content = _DECODER.decode(text if isinstance(text, str) else text.decode())
    except (ValueError, RecursionError):
        raise ProtocolError("a control message that is not JSON") from None
    if not isinstance(content, dict) or not isinstance(content.get("type"), str):
        raise ProtocolError("a control message that is not an object with a type")
    kind = table.get(content["type"])
    if kind is None:
        return None
    members = {}
    for name, read in _READERS[kind].items():
        try:
            members[name] = read(content[name])
        except (KeyError, TypeError, ValueError, OverflowError):
            raise ProtocolError(f"a '{content['type']}' message without a valid '{name}'") from None
    return kind(**members)


def _plain(value: object) -> object:
    return value.name if isinstance(value, PixelFormat) else value


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(constant)  # NaN and Infinity are not JSON


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


def _integer(least: int, limit: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:  # noqa: ANN401 - whatever JSON holds
        if type(value) is not int or not least <= value < limit:
            raise ValueError(value)
        return value

    return read


def _number(value: Any) -> float:  # noqa: ANN401 - whatever JSON holds
    if type(value) not in (int, float) or not math.isfinite(value):
        raise ValueError(value)
    return float(value)


def _exactly(kind: type) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
        if type(value) is not kind:
            raise ValueError(value)
        return value

    return read


def _crop(value: Any) -> Crop | None:  # noqa: ANN401 - whatever JSON holds
    if value is None:
        return None
    side = _integer(0, 2**31)
    return Crop(*(side(number) for number in value))


def _request_fps(value: Any) -> float | None:  # noqa: ANN401 - whatever JSON holds
    if value is None:
        return None
    fps = _number(value)
    if not 0 <= fps <= MAX_FPS:
        raise ValueError(value)
    return fps


_MEMBERS: Mapping[str, Callable[[Any], Any]] = {
    "name": _exactly(str),
    "epoch": _integer(0, MAX_NUMBER + 1),
    "format": lambda value: BY_NAME[value],
    "width": _integer(1, MAX_SIDE + 1),
    "height": _integer(1, MAX_SIDE + 1),
    "step": _integer(1, 2**16),
    "crop": _crop,
    "average": _exactly(bool),
    "tolerance": _integer(0, 256),
    "fps": _number,
    "published": _number,
    "skipped": _number,
    "device": _exactly(bool),
    "number": _integer(0, MAX_NUMBER + 1),
    "time": _integer(0, MAX_TIME),
    "viewer_time": _number,
    "reason": lambda value: value if value is None else _exactly(str)(value),
}

_SPECIAL: Mapping[type, Mapping[str, Callable[[Any], Any]]] = {
    Rate: {"fps": _request_fps},
    Wanted: {"step": _integer(1, MAX_STEP + 1)},
}
"""Where a member is read more strictly than under its name elsewhere."""

_READERS: Mapping[type, Mapping[str, Callable[[Any], Any]]] = {
    kind: {name: {**_MEMBERS, **_SPECIAL.get(kind, {})}[name] for name in kind.__annotations__}
    for kind in _TYPES
}
