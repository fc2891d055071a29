"""Where pictures lie in a run of bytes, and what number their writer keeps beside them.

Knows nothing of files.
"""

from dataclasses import dataclass
from mmap import mmap
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import SourceError, UsageError
from ..pixels.formats import PixelFormat, Pixels
from .packed import Packed

Buffer = bytes | bytearray | memoryview | mmap
"""Bytes that live somewhere; a view of them costs no copy."""

MAX_SLOTS = 1 << 20
"""Of a layout: more is surely a mistake, and keeps the sums of the compiled walk small."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One or several slots for pictures of one size.

    Pixel (x, y) of slot k begins at byte offset + k * distance + y * stride + x * bytes per pixel.
    Raises UsageError if rows or slots would overlap.
    """

    width: int
    height: int
    format: PixelFormat
    stride: int
    """Bytes from one row to the next."""
    offset: int = 0
    """Bytes before the first slot."""
    slots: int = 1
    distance: int = 0
    """Bytes from one slot to the next; 0: as many as its rows take."""
    packed: Packed | None = None
    """What the bytes of each slot, taken for gray pixels, become when they are read; None: they are pixels."""

    def __post_init__(self) -> None:
        if min(self.width, self.height, self.slots) < 1:
            raise UsageError(f"{self.slots} pictures of {self.width}x{self.height} hold no pixel")
        if self.slots > MAX_SLOTS:
            raise UsageError(f"slots={self.slots} cannot be; right would be at most {MAX_SLOTS}")
        if self.stride < self._row:
            raise UsageError(
                f"a stride of {self.stride} bytes is too short; right would be at least {self._row}, "
                f"the bytes of {self.shown.width} pixels"
            )
        raw = self.format.raw
        if raw and raw.planes == 3 and self.stride != self._row:  # noqa: PLR2004 - luma and two of chroma
            raise UsageError(
                f"a stride of {self.stride} bytes cannot be for {self.format}, whose chroma has another; right would "
                f"be {self._row}, or nv12"
            )
        if not self.distance:
            object.__setattr__(self, "distance", self.shape[0] * self.stride)
        if self.distance < self.slot_bytes:
            raise UsageError(
                f"a distance of {self.distance} bytes is too short; right would be at least {self.slot_bytes}, "
                f"which is {self.shape[0]} rows with a stride of {self.stride} bytes"
            )

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the array of a picture: rows, and what lies in each."""
        return self.format.lying(self.width, self.height)

    @property
    def _row(self) -> int:
        return self.format.row_bytes(self.width, self.height)

    @property
    def slot_bytes(self) -> int:
        """From the first pixel of a picture to the end of its last; padding behind it need not be there."""
        return (self.shape[0] - 1) * self.stride + self._row

    @property
    def shown(self) -> "Layout | Packed":
        """What has the width and the format of the pictures."""
        return self.packed or self

    @property
    def end(self) -> int:
        """Where the last pixel of the last slot ends."""
        return self.start(self.slots - 1) + self.slot_bytes

    def start(self, slot: int) -> int:
        """Where a slot begins."""
        return self.offset + slot * self.distance

    def view(self, buffer: Buffer, slot: int = 0, start: int = 0) -> Pixels:
        """The picture in a slot as a view, never a copy; `start` is where the buffer's first byte lies."""
        within = (self.format.bytes_per_pixel,) if self.format.components else ()
        return np.ndarray(
            self.format.shape(self.width, self.height),
            self.format.dtype,
            buffer,
            self.start(slot) - start,
            (self.stride, *within, self.format.dtype.itemsize),
        )


NOTHING_YET = "nothing written yet: the counter of pictures is 0"


@dataclass(frozen=True, slots=True)
class Number:
    """A number that a writer keeps beside its pictures."""

    offset: int
    dtype: np.dtype[Any]

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.offset + self.dtype.itemsize

    def view(self, buffer: Buffer, start: int = 0) -> NDArray[Any]:
        """The number as an array without dimensions; an aligned one is read by one load, never half old, half new."""
        return np.ndarray((), self.dtype, buffer, self.offset - start)


@dataclass(frozen=True, slots=True)
class Counter(Number):
    """The number of pictures completed; picture n is in slot (n - 1) % slots. It may pass through 0."""

    @property
    def half(self) -> int:
        """A counter that has come so far will pass through 0: that is then no sign that nothing was written yet."""
        return 1 << (8 * self.dtype.itemsize - 1)

    def slot(self, count: int, slots: int) -> int:
        """Where the picture lies."""
        return (count - 1) % (2 * self.half) % slots

    def is_torn(self, count: int, now: int, slots: int) -> bool:
        """Whether picture `count` may be overwritten when `now` pictures are complete.

        The writer is then at work on slot `now % slots`. With one slot that is always the picture's own, so there it
        can only be noticed once the next picture is complete. So it is where the counter passed through 0, unless slots
        go on in turn there. A counter that went backwards proves nothing: the picture counts as torn.
        """
        passed_zero = now < count or count == 0
        is_even = not slots & (slots - 1)
        room = slots - 1 if slots > 2 and (is_even or not passed_zero) else 1  # noqa: PLR2004 - of two, one is written to
        return (now - count) % (2 * self.half) >= room


@dataclass(frozen=True, slots=True)
class Front(Number):
    """Which slot holds the newest picture; the next one is written to another slot."""

    def slot(self, front: int, slots: int) -> int:
        """Where the picture lies. Raises SourceError where there is no such slot."""
        if front >= slots:
            raise SourceError(
                f"the writer says that slot {front} is in front; right would be one from 0 to {slots - 1}"
            )
        return front

    def is_torn(self, front: int, now: int, slots: int) -> bool:
        """Whether the picture in slot `front` may be overwritten when `now` is in front: whether that is another one.

        What went to another slot and came back while it was read is not noticed.
        """
        return now != front
