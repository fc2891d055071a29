"""What a picture message's header may carry beside its fixed part: tagged extensions, side data among them.

docs/protocol.md is the authority. Knows nothing of the header itself.
"""

import json
import struct
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from ..arguments import shown
from ..errors import ProtocolError, UsageError
from ..limits import MAX_SIDE_DATA
from .json_text import decode_json

SideData: TypeAlias = Mapping[str, Any]
"""What the device's program says of exactly one picture: JSON."""

_ENTRY = struct.Struct("<HH")
_SIDE_DATA, _CRITICAL = 1, 1 << 15

MAX_EXTENSION = _ENTRY.size + MAX_SIDE_DATA + -MAX_SIDE_DATA % 4
"""Bytes of the longest extension that this version sends."""


def parse_side_data(extensions: memoryview) -> memoryview:
    """The bytes of the side data among the extensions, empty if there are none.

    Raises ProtocolError for what are no extensions, and for a critical one of a later version.
    """
    found = memoryview(b"")
    for tag, value in _extensions(extensions):
        if tag == _SIDE_DATA:
            found = value
        elif tag & _CRITICAL:
            raise ProtocolError(f"the critical extension {tag} is of a later version")
    return found


def side_data(value: bytes | memoryview) -> SideData | None:
    """What these bytes say; None for what is no side data: a picture is right whatever is said of it."""
    if not 0 < len(value) <= MAX_SIDE_DATA:
        return None
    try:
        content = decode_json(bytes(value))
    except ValueError:
        return None
    return content if isinstance(content, dict) else None


def extension_of(meta: SideData | None) -> bytes:
    """The extension that says this; no bytes for None. Raises UsageError for what is no side data."""
    return b"" if meta is None else serialize_extension(write_side_data(meta))


def rewritten(meta: SideData | None) -> bytes:
    """The bytes that say what another device said; none where that cannot be said again, as it is too long, say."""
    try:
        return write_side_data(meta)
    except UsageError:
        return b""


def write_side_data(meta: SideData | None) -> bytes:
    """The bytes that say this; none for None. Raises UsageError for what is no side data."""
    if meta is None:
        return b""
    right = f"right would be a dict of what JSON can say in {MAX_SIDE_DATA} bytes"
    if not isinstance(meta, Mapping):
        raise UsageError(f"meta={shown(meta)} cannot be; {right}")
    try:
        value = json.dumps(
            meta, allow_nan=False, ensure_ascii=False, separators=(",", ":")
        ).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise UsageError(f"meta={shown(meta)} cannot be ({shown(error)}); {right}") from None
    if len(value) > MAX_SIDE_DATA:
        raise UsageError(f"meta is {len(value)} bytes long; {right}")
    return value


def serialize_extension(value: bytes | memoryview) -> bytes:
    """The extension that carries side data in this very form; no bytes for none."""
    return _ENTRY.pack(_SIDE_DATA, len(value)) + value + bytes(-len(value) % 4) if value else b""


def _extensions(view: memoryview) -> Iterator[tuple[int, memoryview]]:
    position, before = 0, -1
    while position < len(view):
        tag, length = _ENTRY.unpack_from(view, position)  # the header's length is divisible by 4
        start = position + _ENTRY.size
        position = start + length + -length % 4
        if tag <= before or position > len(view):
            raise ProtocolError(f"an extension {tag} of {length} bytes after one of tag {before}")
        yield tag, view[start : start + length]
        before = tag
