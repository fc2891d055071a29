"""The bytes of a picture message: parse, serialize. docs/protocol.md is the authority.

Knows nothing of what the pixels mean, of LZ4 or of sockets.
"""

import struct
from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import NamedTuple

from ..errors import ProtocolError, UsageError
from ..limits import MAX_PICTURE_BYTES, MAX_SIDE, MAX_TIME
from ..pixels.formats import PixelFormat
from ..pixels.raw import BY_CODE
from .extension import MAX_EXTENSION, parse_side_data, serialize_extension

SUBPROTOCOL = "ws-stream.v1"


_HEADER = struct.Struct("<HBBIIIQHHII")
_SEGMENT = struct.Struct("<HHHhI")
_FLAGS_AT = 3

HAS_CHECKSUM, NO_ACK = 1, 2
"""Flags: the checksum is given; the viewer need not acknowledge the picture."""
_CRITICAL_FLAGS = 0xF0
"""Those that change what a message means. None is known yet."""

HEADER_LENGTH = _HEADER.size
SEGMENT_LENGTH = _SEGMENT.size


GROUP = 8
"""Pixels side by side that share a mask: as many as a byte has bits."""


class Kind(IntEnum):
    """What becomes of a segment's rows."""

    MARKED = 0
    """The payload says which pixels change, and to what."""
    LZ4 = 1
    """The same, as an LZ4 block."""
    COPY = 2
    """No payload: rows of the picture from elsewhere."""


_KINDS = frozenset(Kind)


class Segment(NamedTuple):
    """A run of rows and its payload."""

    first_row: int
    rows: int
    kind: Kind
    payload: bytes | memoryview = b""
    shift: int = 0
    """How many rows further down those lie that are copied; 0 for the other kinds."""


class Message(NamedTuple):
    """A picture message, its payloads still packed."""

    format: PixelFormat
    epoch: int
    number: int
    base: int
    time: int
    width: int
    height: int
    checksum: int | None
    segments: Sequence[Segment]
    no_ack: bool = False
    """The viewer need not acknowledge this picture."""
    side_data: bytes | memoryview = b""
    """What the device says of this picture, as JSON; see `extension.side_data`."""


def groups(columns: int) -> int:
    """How many groups of cells a row of the grid has."""
    return -(-columns // GROUP)


def content_lengths(pixel_format: PixelFormat, columns: int, rows: int) -> tuple[int, int]:
    """The least and the most bytes that the content of marked rows has: no mark, and every cell with its colour."""
    count = rows * groups(columns)
    least = -(-count // 8)
    return least, least + 2 * count + rows * columns * pixel_format.colour_bytes


def max_message_length(pixel_format: PixelFormat, width: int, height: int) -> int:
    """The longest message that a server of this version sends for a picture of this size, in bytes."""
    columns, rows = pixel_format.grid(width, height)
    _, most = content_lengths(pixel_format, columns, 1)
    return HEADER_LENGTH + MAX_EXTENSION + rows * (SEGMENT_LENGTH + 3 + most)


class Header(NamedTuple):
    """What stands before the segments: the members in their order on the wire."""

    format: PixelFormat
    flags: int
    epoch: int
    number: int
    base: int
    time: int
    width: int
    height: int
    checksum: int
    segments: int


def serialize(message: Message) -> bytes:
    """The bytes of a message. The caller vouches for its values; see `parse` for what is valid."""
    flags = HAS_CHECKSUM * (message.checksum is not None) | NO_ACK * message.no_ack
    extension = serialize_extension(message.side_data)
    header = Header(
        *(message.format, flags, message.epoch, message.number, message.base, message.time),
        *(message.width, message.height, message.checksum or 0, len(message.segments)),
    )
    body = extension + serialize_segments(message.segments)
    return serialize_header(header, len(extension)) + body


def serialize_header(header: Header, extension: int = 0) -> bytes:
    """The bytes before so many of extensions, and before the segments."""
    return _HEADER.pack(HEADER_LENGTH + extension, header.format.code, *header[1:])


def serialize_segments(segments: Sequence[Segment]) -> bytes:
    """The table of segments and their payloads: the same for whoever shows the same base."""
    parts: list[bytes | memoryview] = [
        _SEGMENT.pack(first_row, rows, kind, shift, len(payload))
        for first_row, rows, kind, payload, shift in segments
    ]
    for segment in segments:
        parts += segment.payload, bytes(-len(segment.payload) % 4)
    return b"".join(parts)


def is_no_ack(message: bytes) -> bool:
    """Whether a serialized message need not be acknowledged."""
    return bool(message[_FLAGS_AT] & NO_ACK)


def is_picture(message: bytes | bytearray | memoryview) -> bool:
    """Whether a binary message is one of a picture, valid or not; others are of a later version, and ignored."""
    return bytes(message[:2]) != bytes(2)


def parse(data: bytes | bytearray | memoryview) -> Message:
    """A message from its bytes; payloads are views of `data`, never copies.

    Raises ProtocolError for anything docs/protocol.md does not allow. What depends on the picture held (epoch, base,
    size, the contents of payloads) is for the codec to judge.
    """
    view = memoryview(data)
    if len(view) < HEADER_LENGTH:
        raise ProtocolError(f"a message of {len(view)} bytes is shorter than its header")
    length, code, flags, epoch, number, base, time, width, height, checksum, count = (
        _HEADER.unpack_from(view)
    )
    if length < HEADER_LENGTH or length % 4 or length > len(view):
        raise ProtocolError(f"a header length of {length} in a message of {len(view)} bytes")
    _check_header(flags, number, base, time)
    pixel_format = BY_CODE.get(code)
    if pixel_format is None:
        raise ProtocolError(f"{code} is no pixel format's code")
    check_size(pixel_format, width, height)
    side_data = parse_side_data(view[HEADER_LENGTH:length])
    columns, rows = pixel_format.grid(width, height)
    if count > rows:
        raise ProtocolError(f"{count} segments for {rows} rows")
    segments = tuple(_segments(view, length, count, pixel_format, columns, rows))
    return Message(
        *(pixel_format, epoch, number, base, time, width, height),
        checksum if flags & HAS_CHECKSUM else None,
        segments,
        bool(flags & NO_ACK),
        side_data,
    )


def _check_header(flags: int, number: int, base: int, time: int) -> None:
    if flags & _CRITICAL_FLAGS:
        raise ProtocolError(f"flags {flags:#04x} hold a critical one of a later version")
    if base >= number:
        raise ProtocolError(f"picture {number} cannot be a delta against picture {base}")
    if time >= MAX_TIME:
        raise ProtocolError(f"capture time {time} is not below 2**53")


def check_size(pixel_format: PixelFormat, width: int, height: int) -> None:
    """Raises ProtocolError for a picture over the limits, before memory is taken for it."""
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        raise ProtocolError(f"a picture of {width}x{height}; a side is 1 to {MAX_SIDE}")
    try:
        columns, rows = pixel_format.grid(width, height)
    except UsageError as error:
        raise ProtocolError(str(error)) from None
    if columns * rows * pixel_format.cell > MAX_PICTURE_BYTES:
        raise ProtocolError(f"a {pixel_format} picture of {width}x{height} is over the limit")


def _segments(
    view: memoryview, table: int, count: int, pixel_format: PixelFormat, columns: int, height: int
) -> Iterator[Segment]:
    position = table + count * SEGMENT_LENGTH
    if position > len(view):
        raise ProtocolError(f"{count} segments do not fit the message")
    next_row = 0
    for index in range(count):
        entry = _SEGMENT.unpack_from(view, table + index * SEGMENT_LENGTH)
        first, rows, code, shift, length = entry
        if code not in _KINDS:
            raise ProtocolError(f"segment {index}: {code} is no kind")
        kind = Kind(code)
        if kind is Kind.COPY and next_row:
            raise ProtocolError(f"segment {index}: a copy after marks")
        if first < next_row or rows == 0 or first + rows > height:
            raise ProtocolError(f"segment {index}: {rows} rows from row {first} on")
        lowest, highest = (-first, height - first - rows) if kind is Kind.COPY else (0, 0)
        if not lowest <= shift <= highest:
            raise ProtocolError(f"segment {index}: a shift by {shift} rows")
        least, most = _payload_lengths(kind, pixel_format, columns, rows)
        if not least <= length <= most:
            raise ProtocolError(f"segment {index}: {length} bytes where {least} to {most} are due")
        if position + length > len(view):
            raise ProtocolError(f"segment {index}: its payload leaves the message")
        yield Segment(first, rows, kind, view[position : position + length], shift)
        next_row = 0 if kind is Kind.COPY else first + rows
        position += length + -length % 4
    if position != len(view):
        raise ProtocolError(f"the message has {len(view)} bytes where {position} are due")


def _payload_lengths(
    kind: Kind, pixel_format: PixelFormat, columns: int, rows: int
) -> tuple[int, int]:
    """The least and the most bytes of a payload."""
    if kind is Kind.COPY:
        return 0, 0
    least, most = content_lengths(pixel_format, columns, rows)
    return (1, most - 1) if kind is Kind.LZ4 else (least, most)
