"""The bytes of docs/protocol.md, written with struct alone; what the vectors are made of.

Knows nothing of ws_stream: what both were wrong about would go unseen. Judges nothing: it writes invalid messages
as readily as valid ones.
"""

import struct
from collections.abc import Sequence
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

MARKED, MARKED_LZ4, COPY = range(3)


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
    pixels = _opaque(pixel_format, bytes(width * height * FORMATS[pixel_format][1]))
    return Held(epoch, 0, pixel_format, width, height, pixels)


def held(pixel_format: str, width: int, height: int, number: int = 6) -> Held:
    """A picture without a zero byte, in which no two rows are equal; padding is 255."""
    size = width * height * FORMATS[pixel_format][1]
    pixels = bytes(1 + (37 * index + index // 7) % 255 for index in range(size))
    return Held(EPOCH, number, pixel_format, width, height, _opaque(pixel_format, pixels))


def flat(pixel_format: str, width: int, height: int, number: int = 6) -> Held:
    """A large picture that is short to write: each row of one byte, neighbours of different ones; padding is 255."""
    row = width * FORMATS[pixel_format][1]
    pixels = b"".join(bytes([1 + y % 5]) * row for y in range(height))
    return Held(EPOCH, number, pixel_format, width, height, _opaque(pixel_format, pixels))


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


def message(to: Held, *segments: Segment, extensions: bytes = b"", **changed: int) -> bytes:
    """The picture after the one held, as a delta against it, but for the header fields that are `changed`."""
    code = FORMATS[to.format][0]
    fields = Fields(
        *(
            36 + len(extensions),
            code,
            0,
            to.epoch,
            to.number + 1,
            to.number,
            TIME,
            to.width,
            to.height,
        ),
        checksum=0,
        segments=len(segments),
    )._replace(**changed)
    parts = [struct.pack("<HBBIIIQHHII", *fields), extensions]
    for segment in segments:
        length = len(segment.payload) if segment.length is None else segment.length
        parts.append(struct.pack("<HHHhI", *segment[:3], segment.shift, length))
    for segment in segments:
        aligned = bytes(-len(segment.payload) % 4)
        parts += segment.payload, aligned if segment.padding is None else segment.padding
    return b"".join(parts)


def extension(tag: int, value: bytes, length: int | None = None) -> bytes:
    """An extension of the header; `length` as it should be unless given."""
    declared = len(value) if length is None else length
    return struct.pack("<HH", tag, declared) + value + bytes(-len(value) % 4)


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


def groups_of(flags: Sequence[Sequence[bool]]) -> list[int]:
    """The bits of groups of eight of each row, as bytes; the leftmost is the lowest."""
    return [
        sum(flag << bit for bit, flag in enumerate(row[at : at + 8]))
        for row in flags
        for at in range(0, len(row), 8)
    ]


def marks(rows: Sequence[Sequence[bytes | int | None]]) -> bytes:
    """The content of marked rows: of each pixel its colour, None for the pixel above, or 0 for none at all."""
    masks = groups_of([[pixel != 0 for pixel in row] for row in rows])
    literals = groups_of([[isinstance(pixel, bytes) for pixel in row] for row in rows])
    bits = groups_of([[mask > 0 for mask in masks]])
    held = [(mask, literal) for mask, literal in zip(masks, literals, strict=True) if mask]
    colours = b"".join(pixel for row in rows for pixel in row if isinstance(pixel, bytes))
    return bytes(bits) + bytes(mask for mask, _ in held) + bytes(one for _, one in held) + colours


def every(width: int, rows: int) -> bytes:
    """The content of rows of which every pixel has a colour, up to the colours."""
    return marks([[b""] * width] * rows)


def whole(to: Held, rows: bytes) -> bytes:
    """The content of rows all of whose pixels get a colour; `rows` as they lie in memory."""
    size = FORMATS[to.format][1]
    pixels = [rows[at : at + min(size, 3)] for at in range(0, len(rows), size)]
    return every(to.width, len(rows) // to.row_bytes) + b"".join(pixels)


def even(width: int, rows: int = 1, colour_bytes: int = 1) -> bytes:
    """The block of the content of rows of which every byte of a colour is 7."""
    size = width * rows * colour_bytes
    return sequence(every(width, rows) + b"\7", 1, size - 6) + last(b"\7" * 5)


def _opaque(pixel_format: str, pixels: bytes) -> bytes:
    """The pixels with 255 as padding."""
    if FORMATS[pixel_format][1] != 4:
        return pixels
    return b"".join(pixels[at : at + 3] + b"\xff" for at in range(0, len(pixels), 4))


def _extended(length: int, most: int) -> bytes:
    """What follows a token whose four bits are too few for a length."""
    if length < most:
        return b""
    return b"\xff" * ((length - most) // 255) + bytes([(length - most) % 255])
