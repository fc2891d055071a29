"""The bytes of docs/protocol.md, written with struct alone; what the vectors are made of.

Knows nothing of ws_stream: what both were wrong about would go unseen. Judges nothing: it writes invalid messages
as readily as valid ones.
"""

import struct
from dataclasses import dataclass
from typing import NamedTuple

EPOCH = 0x0A0B0C0D
TIME = 1_760_000_000_000_000

FORMATS = {
    "rgbx8888": (1, 4),
    "bgrx8888": (2, 4),
    "rgb888": (3, 3),
    "bgr888": (4, 3),
    "rgb565": (5, 2),
    "gray8": (6, 1),
    "rgb444": (7, 2),
    "rgb332": (8, 1),
}
"""Name: code on the wire, bytes per pixel."""

WHOLE_STORED, WHOLE_LZ4, XOR_STORED, XOR_LZ4, COPY = range(5)
WHOLE_UNPADDED, XOR_UNPADDED = 9, 11


@dataclass(frozen=True)
class Held:
    """The picture a viewer holds when a message arrives."""

    epoch: int
    number: int
    format: str
    width: int
    height: int
    pixels: bytes

    @property
    def row_bytes(self) -> int:
        """Bytes in a row."""
        return self.width * FORMATS[self.format][1]

    def with_rows(self, first: int, rows: bytes) -> bytes:
        """The picture's bytes with some rows replaced."""
        start = first * self.row_bytes
        return self.pixels[:start] + rows + self.pixels[start + len(rows) :]

    def rows(self, first: int, count: int) -> bytes:
        """The bytes of some rows."""
        return self.pixels[first * self.row_bytes : (first + count) * self.row_bytes]


def blank(pixel_format: str, width: int, height: int, epoch: int = EPOCH) -> Held:
    """What a viewer holds before the first picture."""
    size = width * height * FORMATS[pixel_format][1]
    return Held(epoch, 0, pixel_format, width, height, bytes(size))


def held(pixel_format: str, width: int, height: int, number: int = 6) -> Held:
    """A picture without a zero byte, in which no two rows are equal."""
    size = width * height * FORMATS[pixel_format][1]
    pixels = bytes(1 + (37 * index + index // 7) % 255 for index in range(size))
    return Held(EPOCH, number, pixel_format, width, height, pixels)


class Segment(NamedTuple):
    """A row of the segment table and its payload; `padding` and `length` as they should be unless given."""

    first: int
    rows: int
    kind: int
    payload: bytes = b""
    shift: int = 0
    padding: bytes | None = None
    length: int | None = None


class Fields(NamedTuple):
    """A header, in the order of its fields."""

    length: int
    code: int
    flags: int
    epoch: int
    number: int
    base: int
    time: int
    width: int
    height: int
    checksum: int
    segments: int


def message(to: Held, *segments: Segment, later: bytes = b"", **changed: int) -> bytes:
    """The picture after the one held, as a difference from it, but for the header fields that are `changed`.

    `later` are the header bytes of a later version.
    """
    code = FORMATS[to.format][0]
    fields = Fields(
        *(36 + len(later), code, 0, to.epoch, to.number + 1, to.number, TIME, to.width, to.height),
        checksum=0,
        segments=len(segments),
    )._replace(**changed)
    parts = [struct.pack("<HBBIIIQHHII", *fields), later]
    for segment in segments:
        length = len(segment.payload) if segment.length is None else segment.length
        parts.append(struct.pack("<HHHhI", *segment[:3], segment.shift, length))
    for segment in segments:
        aligned = bytes(-len(segment.payload) % 4)
        parts += segment.payload, aligned if segment.padding is None else segment.padding
    return b"".join(parts)


def sequence(literals: bytes, offset: int, match: int) -> bytes:
    """A sequence of an LZ4 block: literals, then `match` bytes copied from `offset` bytes back."""
    token = min(len(literals), 15) << 4 | min(match - 4, 15)
    extended = _extended(len(literals), 15)
    return (
        bytes([token]) + extended + literals + struct.pack("<H", offset) + _extended(match - 4, 15)
    )


def last(literals: bytes) -> bytes:
    """The sequence that ends an LZ4 block."""
    return bytes([min(len(literals), 15) << 4]) + _extended(len(literals), 15) + literals


def constant(value: int, size: int) -> bytes:
    """The LZ4 block of `size` equal bytes, 13 or more: one literal, one match, five literals."""
    return sequence(bytes([value]), 1, size - 6) + last(bytes([value]) * 5)


def xor(left: bytes, right: bytes) -> bytes:
    """Byte by byte."""
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def _extended(length: int, most: int) -> bytes:
    """What follows a token whose four bits are too few for a length."""
    if length < most:
        return b""
    return b"\xff" * ((length - most) // 255) + bytes([(length - most) % 255])
