"""One life of a ring: what is read of its file as long as it is that file, laid out in that way.

Nothing that stands there is believed before it is bounded, and a picture is asked again after it was read. Knows
nothing of paths.
"""

from typing import NamedTuple

import numpy as np

from ..errors import Failure, SourceError
from ..limits import MAX_SIDE_DATA
from ..protocol.extension import SideData, side_data
from .layout import NOTHING_YET, Layout
from .memory import FileMemory
from .ring_layout import (
    HEAD,
    HEADER,
    META_AT,
    NEWEST_AT,
    NOTHING,
    NUMBERS,
    RECORD,
    RECTANGLE,
    RingHeader,
)

LOOKS = 3
"""At which picture is the newest, while its writer comes round to its slot."""


class Shown(NamedTuple):
    """A picture that can be read, as its slot said before it is."""

    number: int
    slot: int
    sequence: int
    meta: SideData | None
    taken: float | None
    """When, in seconds of `time.monotonic`; None where its writer does not say."""


class Life:
    """What is read of a file, as long as it is that file, laid out in that way."""

    def __init__(self, serial: int, header: RingHeader, memory: FileMemory) -> None:
        self.serial = serial
        """Another one each time: the same number is then another picture."""
        self.header = header
        self.layout: Layout = header.layout
        self.memory = memory
        self.raw = HEADER.pack(*header)
        """The bytes of the header."""

    def read(self, start: int, length: int) -> memoryview:
        """These bytes of the file; where there is no compiler a copy, until the next one."""
        buffer, begins = self.memory.at(start, start + length)
        return memoryview(buffer)[start - begins : start - begins + length]

    def word(self, at: int) -> int:
        """A number of 32 bits: read by one load."""
        return int(np.frombuffer(self.read(at, 4), "<u4")[0])

    def moves_on(self, number: int) -> bool:
        """Whether its newest picture is another one: it has a writer, and nobody has cut it off or laid it out anew."""
        return self.word(NEWEST_AT) != number and self.is_as_it_was() and not self.memory.is_lost()

    def is_as_it_was(self) -> bool:
        """Whether it has not been laid out anew."""
        return self.read(0, HEADER.size) == self.raw

    def extent(self, slot: int) -> tuple[int, int]:
        """Where a slot begins, and where the last of its pixels ends."""
        begin = self.layout.start(slot)
        return begin, begin + self.layout.slot_bytes

    def newest(self) -> Shown | None:
        """The newest picture; None while its slot is drawn into. Raises SourceError if there is none."""
        for _ in range(LOOKS):
            number = self.word(NEWEST_AT)
            self.memory.is_lost()  # a fence: what follows is read after it
            slot, _, _ = RECORD.unpack_from(self.read(self.header.record_at(number), RECORD.size))
            if slot == NOTHING and number == self.word(NEWEST_AT):
                raise SourceError(NOTHING_YET, Failure.NOTHING_YET)
            if slot < self.header.slots and (found := self._shown(number, slot)):
                return found
        if slot >= self.header.slots:
            raise SourceError(
                f"the ring says that picture {number} is in slot {slot}; right would be one from 0 to "
                f"{self.header.slots - 1}",
                Failure.UNFIT,
            )
        return None

    def _shown(self, number: int, slot: int) -> Shown | None:
        """The picture of that number, if it still is in that slot."""
        at = self.header.head_at(slot)
        sequence, held, taken_us, length = HEAD.unpack_from(self.read(at, HEAD.size))
        if sequence % 2 or held != number:
            return None
        meta = None
        if 0 < length <= min(MAX_SIDE_DATA, self.header.head_bytes - META_AT):
            meta = side_data(bytes(self.read(at + META_AT, length)))
        taken = taken_us / 1e6 if taken_us else None
        found = Shown(number, slot, sequence, meta, taken)
        return found if self.is_intact(found) else None

    def is_intact(self, shown: Shown) -> bool:
        """Asked after reading: whether nobody has begun to draw into its slot, or to lay out the file anew."""
        self.memory.is_lost()  # a fence: the sequence is read after the pixels
        same = self.word(self.header.head_at(shown.slot)) == shown.sequence
        return same and self.is_as_it_was() and not self.memory.is_lost()

    def damage(self, seen: int, number: int) -> list[tuple[int, int, int, int]] | None:
        """Where picture `number` may differ from picture `seen`; None where that is too long ago, or nobody said."""
        header, found = self.header, bytearray()
        room = (header.record_bytes - RECORD.size) // RECTANGLE.size
        if (number - seen) % NUMBERS >= header.records:
            return None
        for one in range(seen + 1, seen + 1 + (number - seen) % NUMBERS):
            record = self.read(header.record_at(one), header.record_bytes)
            _, count, held = RECORD.unpack_from(record)
            if count > room or held != one % NUMBERS:
                return None
            found += record[RECORD.size : RECORD.size + count * RECTANGLE.size]
        self.memory.is_lost()  # a fence: the newest number is read after the records
        if (self.word(NEWEST_AT) - seen) % NUMBERS >= header.records:
            return None
        return list(RECTANGLE.iter_unpack(found))
