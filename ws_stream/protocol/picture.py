"""The bytes of a picture message: parse, serialize. docs/protocol.md is the authority.

Knows nothing of what the pixels mean, of LZ4 or of sockets.
"""

import struct
from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import NamedTuple

from ..errors import ProtocolError
from ..limits import MAX_PICTURE_BYTES, MAX_SIDE, MAX_TIME
from ..pixels.formats import BY_CODE, PixelFormat

SUBPROTOCOL = "ws-stream.v1"


_HEADER = struct.Struct("<HBBIIIQHHII")
_SEGMENT = struct.Struct("<HHHhI")
_HAS_CHECKSUM, _QUIET = 1, 2
_FLAGS_AT = 3
_BASE_AT = 12
_CHECKSUM_AT = 28

HEADER_LENGTH = _HEADER.size
SEGMENT_LENGTH = _SEGMENT.size


class Kind(IntEnum):
    """What becomes of a segment's rows.

    Bit 0: the payload is packed with LZ4. Bit 1: it is to be XORed onto the base's rows. Bit 2: no payload, rows
    of the base from elsewhere. Bit 3: the padding bytes are left out.
    """

    WHOLE_STORED = 0
    WHOLE_LZ4 = 1
    XOR_STORED = 2
    XOR_LZ4 = 3
    COPY = 4
    WHOLE_UNPADDED = 9
    XOR_UNPADDED = 11

    @property
    def packed(self) -> bool:
        """The payload is an LZ4 block."""
        return bool(self & 1)

    @property
    def xor(self) -> bool:
        """The unpacked bytes are the XOR of the new rows and the base's."""
        return bool(self & 2)

    @property
    def unpadded(self) -> bool:
        """The unpacked bytes are three per pixel; the fourth is 255, or as in the base for an XOR."""
        return bool(self & 8)


_KINDS = frozenset(Kind)


class Segment(NamedTuple):
    """A run of rows and its payload."""

    first_row: int
    rows: int
    kind: Kind
    payload: bytes | memoryview = b""
    shift: int = 0
    """How many rows further down in the base those lie that are copied; 0 for the other kinds."""


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
    quiet: bool = False
    """The viewer need not acknowledge this picture."""


def max_message_length(pixel_format: PixelFormat, width: int, height: int) -> int:
    """The longest valid message for a picture of this size, with this version's header, in bytes."""
    per_row = SEGMENT_LENGTH + 3 + width * pixel_format.bytes_per_pixel
    return HEADER_LENGTH + height * per_row


def serialize(message: Message) -> bytes:
    """The bytes of a message. The caller vouches for its values; see `parse` for what is valid."""
    parts: list[bytes | memoryview] = [
        _HEADER.pack(
            HEADER_LENGTH,
            message.format.code,
            _HAS_CHECKSUM * (message.checksum is not None) | _QUIET * message.quiet,
            message.epoch,
            message.number,
            message.base,
            message.time,
            message.width,
            message.height,
            message.checksum or 0,
            len(message.segments),
        )
    ]
    parts += [
        _SEGMENT.pack(first_row, rows, kind, shift, len(payload))
        for first_row, rows, kind, payload, shift in message.segments
    ]
    for segment in message.segments:
        parts += segment.payload, bytes(-len(segment.payload) % 4)
    return b"".join(parts)


def with_checksum(message: bytes, checksum: int) -> bytes:
    """The same serialized message, carrying a checksum of its picture."""
    stamped = bytearray(message)
    stamped[_FLAGS_AT] |= _HAS_CHECKSUM
    struct.pack_into("<I", stamped, _CHECKSUM_AT, checksum)
    return bytes(stamped)


def quietly(message: bytes) -> bytes:
    """The same serialized message, not to be acknowledged."""
    flags = bytes((message[_FLAGS_AT] | _QUIET,))
    return b"".join((message[:_FLAGS_AT], flags, memoryview(message)[_FLAGS_AT + 1 :]))


def is_quiet(message: bytes) -> bool:
    """Whether a serialized message need not be acknowledged."""
    return bool(message[_FLAGS_AT] & _QUIET)


def repeats(message: bytes, base: int) -> bool:
    """Whether a serialized message would show a viewer that holds this base, not the blank one, just what it shows."""
    (named,) = struct.unpack_from("<I", message, _BASE_AT)
    return base == named != 0 and len(message) == HEADER_LENGTH


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
    _check_size(pixel_format, width, height)
    if count > height:
        raise ProtocolError(f"{count} segments for {height} rows")
    segments = tuple(_segments(view, length, count, pixel_format, width, height))
    return Message(
        *(pixel_format, epoch, number, base, time, width, height),
        checksum if flags & _HAS_CHECKSUM else None,
        segments,
        bool(flags & _QUIET),
    )


def _check_header(flags: int, number: int, base: int, time: int) -> None:
    if flags & ~(_HAS_CHECKSUM | _QUIET):
        raise ProtocolError(f"flags {flags:#04x} hold a bit of a later version")
    if base >= number:
        raise ProtocolError(f"picture {number} cannot differ from picture {base}")
    if time >= MAX_TIME:
        raise ProtocolError(f"capture time {time} is not below 2**53")


def _check_size(pixel_format: PixelFormat, width: int, height: int) -> None:
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        raise ProtocolError(f"a picture of {width}x{height}; a side is 1 to {MAX_SIDE}")
    if width * height * pixel_format.bytes_per_pixel > MAX_PICTURE_BYTES:
        raise ProtocolError(f"a picture of {width}x{height} {pixel_format} is over the limit")


def _segments(
    view: memoryview, table: int, count: int, pixel_format: PixelFormat, width: int, height: int
) -> Iterator[Segment]:
    position = table + count * SEGMENT_LENGTH
    if position > len(view):
        raise ProtocolError(f"{count} segments do not fit the message")
    next_row = 0
    for index in range(count):
        entry = _SEGMENT.unpack_from(view, table + index * SEGMENT_LENGTH)
        first, rows, code, shift, length = entry
        if first < next_row or rows == 0 or first + rows > height:
            raise ProtocolError(f"segment {index}: {rows} rows from row {first} on")
        kind = _kind(index, code, pixel_format)
        lowest, highest = (-first, height - first - rows) if kind is Kind.COPY else (0, 0)
        if not lowest <= shift <= highest:
            raise ProtocolError(f"segment {index}: a shift by {shift} rows")
        size = 0 if kind is Kind.COPY else rows * width * pixel_format.bytes_per_pixel
        if not (0 < length < size if kind.packed else length == size):
            raise ProtocolError(f"segment {index}: {length} bytes for {size}")
        if position + length > len(view):
            raise ProtocolError(f"segment {index}: its payload leaves the message")
        yield Segment(first, rows, kind, view[position : position + length], shift)
        next_row = first + rows
        position += length + -length % 4
    if position != len(view):
        raise ProtocolError(f"the message has {len(view)} bytes where {position} are due")


def _kind(index: int, code: int, pixel_format: PixelFormat) -> Kind:
    if code not in _KINDS:
        raise ProtocolError(f"segment {index}: {code} is no kind")
    kind = Kind(code)
    if kind.unpadded and not pixel_format.padded:
        raise ProtocolError(f"segment {index}: {pixel_format} has no padding to leave out")
    return kind
