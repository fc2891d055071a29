"""Where pictures lie in a run of bytes, and where the number of pictures written so far stands.

Knows nothing of files.
"""

from dataclasses import dataclass
from mmap import mmap
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import UsageError
from ..pixels.formats import PixelFormat, Pixels
from .packed import Packed

Buffer = bytes | bytearray | memoryview | mmap
"""Bytes that live somewhere; a view of them costs no copy."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One or several slots for pictures of one size, one behind the other.

    Pixel (x, y) of slot k begins at byte offset + (k * height + y) * stride + x * bytes per pixel.
    Raises UsageError if rows would overlap.
    """

    width: int
    height: int
    format: PixelFormat
    stride: int
    """Bytes from one row to the next."""
    offset: int = 0
    """Bytes before the first slot."""
    slots: int = 1
    packed: Packed | None = None
    """What the bytes of each slot, taken for gray pixels, become when they are read; None: they are pixels."""

    def __post_init__(self) -> None:
        if min(self.width, self.height, self.slots) < 1:
            raise UsageError(f"{self.slots} pictures of {self.width}x{self.height} hold no pixel")
        row = self.width * self.format.bytes_per_pixel
        if self.stride < row:
            raise UsageError(
                f"a stride of {self.stride} bytes is too short; right would be at least {row}, "
                f"the bytes of {self.shown.width} pixels"
            )

    @property
    def shown(self) -> "Layout | Packed":
        """What has the width and the format of the pictures."""
        return self.packed or self

    @property
    def end(self) -> int:
        """Where the last pixel ends; padding behind it need not be there."""
        row = self.width * self.format.bytes_per_pixel
        return self.offset + (self.slots * self.height - 1) * self.stride + row

    def view(self, buffer: Buffer, slot: int = 0, start: int = 0) -> Pixels:
        """The picture in a slot as a view, never a copy; `start` is where the buffer's first byte lies."""
        within = (self.format.bytes_per_pixel,) if self.format.components else ()
        return np.ndarray(
            self.format.shape(self.width, self.height),
            self.format.dtype,
            buffer,
            self.offset + slot * self.height * self.stride - start,
            (self.stride, *within, self.format.dtype.itemsize),
        )


@dataclass(frozen=True, slots=True)
class Counter:
    """Where a writer keeps the number of pictures it has completed; picture n is in slot (n - 1) % slots."""

    offset: int
    dtype: np.dtype[Any]

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.offset + self.dtype.itemsize

    def view(self, buffer: Buffer, start: int = 0) -> NDArray[Any]:
        """The number as an array without dimensions; an aligned one is read by one load, never half old, half new."""
        return np.ndarray((), self.dtype, buffer, self.offset - start)


def torn(count: int, now: int, slots: int) -> bool:
    """Whether picture `count` may be overwritten when `now` pictures are complete.

    The writer is then at work on slot `now % slots`. With one slot that is always the picture's own, so there it can
    only be noticed once the next picture is complete. A counter that went backwards (it wrapped, or the writer began
    anew) proves nothing, so the picture counts as torn.
    """
    return now < count or now - count >= max(1, slots - 1)
