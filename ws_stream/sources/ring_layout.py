"""The bytes of a ring, as docs/ring.md has them: what any program can write, and `ring:` shows.

Knows nothing of files, nor of when its bytes are read or written.
"""

import struct
from os import fsencode
from pathlib import Path
from typing import NamedTuple

from ..arguments import shown
from ..errors import UsageError
from ..limits import MAX_SIDE_DATA
from ..pixels.described import named
from ..pixels.formats import PixelFormat
from .layout import Layout

MAGIC = b"ws-ring\n"
VERSION = 1
HEADER = struct.Struct("<8s 4I 16s 8I Q")
"""Magic, version, width, height, stride, format, slots, and where and how large everything is."""
NEWEST_AT, RECORDS_AT = 128, 192
RECORD = struct.Struct("<3I 4x")
"""Of one picture: its slot, how many rectangles follow, its number."""
RECTANGLE = struct.Struct("<4I")
"""x, y, width, height, in pixels."""
HEAD = struct.Struct("<2I Q I")
"""Of one slot: the sequence that is odd while it is drawn, the number of its picture, when that was complete, in
microseconds of CLOCK_MONOTONIC, and how many bytes are said of it."""
META_AT = 64
"""Where in a head that stands."""
HEAD_BYTES = META_AT + MAX_SIDE_DATA
NOTHING = 2**32 - 1
"""For a slot: there is none. For a number of rectangles: none is known, anything may have changed."""
RECORDS, RECTANGLES = 64, 16
"""Of the rings that we write: pictures whose damage is kept, and rectangles of each."""
RECORD_BYTES = RECORD.size + RECTANGLES * RECTANGLE.size
MAX_SLOTS, MAX_RECORDS = 16, 1024
MAX_RECTANGLES = 256
MAX_SLOT_BYTES = 2**27
"""So that the largest ring has less than 4 GB, and 32 bits say where everything is."""
MOST_NAME = 240
"""Bytes of its name, or of its path: a file's is at most 255, and `.new` is put behind it."""
MOST_LETTERS = 15
"""Of a format's name."""
PAGE = 4096
NUMBERS = 2**32
"""After so many pictures their numbers begin again."""

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - not a place for temporary files: Linux keeps the names here


class RingHeader(NamedTuple):
    """What stands at the beginning, and is never changed but by whoever lays out all anew."""

    magic: bytes
    version: int
    width: int
    height: int
    stride: int
    format: bytes
    slots: int
    records: int
    records_at: int
    record_bytes: int
    heads_at: int
    head_bytes: int
    pixels_at: int
    slot_bytes: int
    generation: int

    @classmethod
    def of(
        cls, pixel_format: PixelFormat, width: int, height: int, slots: int, generation: int
    ) -> "RingHeader":
        """The header of a new ring. Raises UsageError for one that cannot be."""
        name = pixel_format.name.encode()
        if len(name) > MOST_LETTERS or named(pixel_format.name) is not pixel_format:
            raise UsageError(
                f"format={pixel_format} cannot be a ring's; right would be one that has a name"
            )
        row = pixel_format.row_bytes(width, height)
        one = Layout(width, height, pixel_format, row)
        slot_bytes, heads_at = _pages(one.distance), RECORDS_AT + RECORDS * RECORD_BYTES
        if slot_bytes > MAX_SLOT_BYTES:
            raise UsageError(
                f"a picture of {slot_bytes} bytes is too large for a ring; right would be up to {MAX_SLOT_BYTES}"
            )
        return cls(
            *(MAGIC, VERSION, width, height, one.stride, name, slots, RECORDS),
            *(RECORDS_AT, RECORD_BYTES, heads_at, HEAD_BYTES),
            *(_pages(heads_at + slots * HEAD_BYTES), slot_bytes, generation),
        )

    @classmethod
    def parse(cls, data: bytes | memoryview) -> "RingHeader":
        """The header that these bytes begin with, whose numbers may be used. Raises UsageError for any other."""
        if len(data) < HEADER.size or data[:8] != MAGIC:
            raise UsageError(
                "the file is no ring, as it does not begin with 'ws-ring'; right would be what ws_stream.Ring or "
                "ws_stream_ring.h writes"
            )
        header = cls(*HEADER.unpack_from(data))
        if header.version != VERSION:
            raise UsageError(
                f"the ring is of version {header.version}; right would be {VERSION}, once it is laid out"
            )
        for name, value, right in header._bounds():
            if value not in right:
                raise UsageError(
                    f"the ring says {name}={value}, which cannot be; right would be {right.start} to {right[-1]}"
                    + f", divisible by {right.step}" * (right.step > 1)
                )
        if header.records & (header.records - 1):
            raise UsageError(
                f"the ring says records={header.records}; right would be a power of two"
            )
        return header

    def _bounds(self) -> list[tuple[str, int, range]]:
        """Names, values, and what they may be."""
        most_record = RECORD.size + MAX_RECTANGLES * RECTANGLE.size
        return [
            ("slots", self.slots, range(1, MAX_SLOTS + 1)),
            ("records", self.records, range(2, MAX_RECORDS + 1)),
            ("records_at", self.records_at, range(RECORDS_AT, NUMBERS, 4)),
            ("record_bytes", self.record_bytes, range(RECORD.size, most_record + 1, 4)),
            ("heads_at", self.heads_at, range(RECORDS_AT, NUMBERS, 4)),
            ("head_bytes", self.head_bytes, range(META_AT, META_AT + 2**16, 4)),
            ("pixels_at", self.pixels_at, range(RECORDS_AT, NUMBERS)),
        ]

    @property
    def layout(self) -> Layout:
        """Where the pixels are. Raises UsageError for a format or a size that cannot be."""
        try:
            name = self.format.rstrip(b"\0").decode("ascii")
        except UnicodeDecodeError:
            raise UsageError(
                f"the ring says format={shown(self.format)}; right would be a pixel format's name"
            ) from None
        return Layout(
            *(self.width, self.height, named(name), self.stride),
            *(self.pixels_at, self.slots, self.slot_bytes),
        )

    def record_at(self, number: int) -> int:
        """Where the record of a picture is."""
        return self.records_at + number % self.records * self.record_bytes

    def head_at(self, slot: int) -> int:
        """Where the head of a slot is."""
        return self.heads_at + slot * self.head_bytes

    @property
    def end(self) -> int:
        """Where everything but the pixels ends."""
        return max(self.record_at(self.records - 1) + self.record_bytes, self.head_at(self.slots))


def _pages(length: int) -> int:
    return length + -length % PAGE


def ring_path(text: str) -> Path:
    """The file of a ring of that name: in shared memory, as shm_open(3) has it, or wherever a path leads.

    Raises UsageError for what cannot be one.
    """
    name = text.removeprefix("/")
    if not name or not text.isprintable() or len(fsencode(text)) > MOST_NAME:
        raise UsageError(
            f"{shown(text)} names no ring; right would be one like /screen, or the path of a file"
        )
    return Path(text) if "/" in name else SHARED_MEMORY / name
