"""The bytes of a recording: its head, its chunks, and the checks that chain them. docs/recordings.md is the authority.

Knows nothing of files, nor of what the payloads mean. A check is the CRC-32 of all bytes of the file before it, the
checks left out: so a chunk that was changed, moved, removed, doubled or taken from another file is found out.
"""

import struct
import zlib
from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

from ..errors import ProtocolError
from ..limits import MAX_PICTURE_BYTES, MAX_TIME

MAGIC = b"\x89WSS\r\n\x1a\n"
"""As that of PNG: it finds out whoever takes the file for text."""
VERSION = 1
MICROSECONDS = 1_000_000
"""Of a second: positions count in them."""
MAX_PAYLOAD = MAX_PICTURE_BYTES * 3 // 2
"""Bytes of the longest payload: the largest picture, and the marks of all its pixels, of a byte each."""
IGNORABLE = 128
"""Kinds from this one on may be skipped by whoever does not know them."""

_HEAD = struct.Struct("<8sHH")
_HEADER = struct.Struct("<IIQQ")
_CHECK = struct.Struct("<I")
_PLACE = struct.Struct("<QQQII")
_END = struct.Struct("<QQ")

CHECK_LENGTH = _CHECK.size
HEAD_LENGTH = _HEAD.size + CHECK_LENGTH
HEADER_LENGTH = _HEADER.size + CHECK_LENGTH
PLACE_LENGTH = _PLACE.size
END_LENGTH = HEADER_LENGTH + _END.size + CHECK_LENGTH
"""Bytes of the last chunk, and so where it begins, counted from the end."""


class Kind(IntEnum):
    """What a chunk's payload is. A player needs the first two."""

    ANNOUNCEMENT = 1
    """The text of a `stream` message: what comes, from a blank picture on."""
    PICTURE = 2
    """A picture message as it came."""
    WHOLE = 128
    """The picture before once more, as a message against blank: playing may begin here."""
    TEXT = 129
    """Another text message as it came."""
    BINARY = 130
    """Another binary message as it came."""
    GAP = 131
    """The connection was lost, and why; an announcement follows."""
    INDEX = 132
    """The places where playing may begin."""
    END = 133
    """Where the index is, and how many pictures there are."""


class Chunk(NamedTuple):
    """One entry of a recording."""

    kind: int
    position: int
    """Microseconds from the first picture of the recording; never less than that of the chunk before."""
    received: int
    """When it came, by the recorder's clock, in microseconds since 1970-01-01 UTC."""
    payload: bytes


class Header(NamedTuple):
    """What stands before a payload."""

    kind: int
    length: int
    position: int
    received: int


class Place(NamedTuple):
    """Where playing may begin: a message against blank."""

    announcement: int
    """Where in the file the announcement begins that holds here."""
    offset: int
    """Where the chunk with the message begins."""
    position: int
    picture: int
    """Which picture it shows, counted from 0."""
    check: int
    """That at the end of the chunk."""


def serialize_head() -> tuple[bytes, int]:
    """The beginning of a file, and its check."""
    head = _HEAD.pack(MAGIC, VERSION, 0)
    check = zlib.crc32(head)
    return head + _CHECK.pack(check), check


def parse_head(data: bytes) -> int:
    """The check of a file's beginning. Raises ProtocolError for what is none."""
    if len(data) < HEAD_LENGTH or not data.startswith(MAGIC):
        raise ProtocolError("it does not begin as a recording does")
    _, version, _ = _HEAD.unpack_from(data)
    check = zlib.crc32(data[: _HEAD.size])
    if check != parse_check(data[_HEAD.size :]):
        raise ProtocolError("its first bytes are damaged")
    if version != VERSION:
        raise ProtocolError(f"it is of version {version}, and this program reads {VERSION}")
    return check


def serialize(chunk: Chunk, check: int) -> tuple[bytes, int]:
    """The bytes of a chunk that follows this check, and the check at its end."""
    kind, position, received, payload = chunk
    header = _HEADER.pack(kind, len(payload), position, received)
    first = zlib.crc32(header, check)
    last = zlib.crc32(payload, first)
    return header + _CHECK.pack(first) + payload + _CHECK.pack(last), last


def parse_header(data: bytes, check: int) -> tuple[Header, int]:
    """The header of a chunk that follows this check, and its own. Raises ProtocolError."""
    first = zlib.crc32(data[: _HEADER.size], check)
    if first != parse_check(data[_HEADER.size :]):
        raise ProtocolError("it is damaged")
    header = Header(*_HEADER.unpack_from(data))
    if header.length > MAX_PAYLOAD or max(header.position, header.received) >= MAX_TIME:
        raise ProtocolError("a number is over its limit")
    if header.kind < IGNORABLE and header.kind not in (Kind.ANNOUNCEMENT, Kind.PICTURE):
        raise ProtocolError(f"it is of a later version (kind {header.kind})")
    return header, first


def parse_payload(data: bytes, check: int) -> tuple[bytes, int]:
    """The payload and the check at its end, which follow the header of this check. Raises ProtocolError."""
    payload = data[:-CHECK_LENGTH]
    last = zlib.crc32(payload, check)
    if last != parse_check(data[-CHECK_LENGTH:]):
        raise ProtocolError("it is damaged")
    return payload, last


def parse_check(data: bytes) -> int:
    """A check as it stands in the file."""
    (check,) = _CHECK.unpack_from(data)
    return int(check)


def serialize_index(places: Sequence[Place]) -> bytes:
    """The payload of an index."""
    return b"".join(_PLACE.pack(*place) for place in places)


def parse_index(payload: bytes) -> list[Place]:
    """The places of an index. Raises ProtocolError."""
    if len(payload) % _PLACE.size:
        raise ProtocolError("its index is not whole")
    return [Place(*members) for members in _PLACE.iter_unpack(payload)]


def serialize_end(index: int, pictures: int) -> bytes:
    """The payload of the last chunk."""
    return _END.pack(index, pictures)


def parse_end(payload: bytes) -> tuple[int, int]:
    """Where the index begins, and how many pictures there are. Raises ProtocolError."""
    if len(payload) != _END.size:
        raise ProtocolError("its end is not whole")
    index, pictures = _END.unpack(payload)
    return int(index), int(pictures)
