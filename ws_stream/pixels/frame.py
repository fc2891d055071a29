"""A frame: one picture and which one it is."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arrays import rows_as_words
from .colours import to_rgb
from .formats import PixelFormat, Pixels


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture, never changed after it was made.

    `pixels` is C-contiguous, of shape `format.shape(width, height)`. Padding bytes are 255.
    A frame of number 0 is blank: every colour zero.
    """

    epoch: int
    """Which life of the stream this number counts in; random, 32 bits."""
    number: int
    """Grows with every picture of an epoch, not always by one; 0 is the blank picture before the first."""
    time: int
    """When the picture was taken, by the device's clock, in microseconds since 1970-01-01 UTC."""
    format: PixelFormat
    pixels: Pixels
    meta: Mapping[str, Any] | None = None
    """What the device's program says of exactly this picture, as JSON: exposure, sensor time, pointer position."""
    spare: int = 0
    """Pixels at the end of each row that are none of the picture, where bytes hold several."""

    @property
    def width(self) -> int:
        """Pixels in a row."""
        return self.format.size(self.pixels)[0] - self.spare

    @property
    def height(self) -> int:
        """Rows."""
        return self.format.size(self.pixels)[1]

    @property
    def columns(self) -> int:
        """Cells in a row of the grid."""
        return int(self.rows.shape[1]) // self.format.cell

    @property
    def rows(self) -> NDArray[np.uint8]:
        """The same memory as uint8 (height, bytes in a row)."""
        return self.pixels.reshape(len(self.pixels), -1).view(np.uint8)

    @property
    def words(self) -> NDArray[Any]:
        """The same memory as (height, n) of the widest unsigned words that fill a row; never copies."""
        return rows_as_words(self.pixels)

    def to_rgb(self) -> NDArray[np.uint8]:
        """What it looks like, as new uint8 (height, width, 3), C-contiguous: for Pillow, OpenCV and others."""
        rgb = to_rgb(self.pixels, self.format)
        return np.ascontiguousarray(rgb[:, : self.width]) if self.spare else rgb

    def alike(self, other: "Frame") -> bool:
        """Whether the other frame has the same epoch, format and size, so that one can be a base of the other."""
        return (
            isinstance(other, Frame)
            and self.epoch == other.epoch
            and self.format is other.format
            and (self.pixels.shape, self.spare) == (other.pixels.shape, other.spare)
        )

    def checksum(self) -> int:
        """CRC-32 (the one of zlib and PNG) of the rows, first to last."""
        return zlib.crc32(self.rows.data)


def blank(epoch: int, pixel_format: PixelFormat, width: int, height: int) -> Frame:
    """What a viewer has before the first picture: number 0, every colour zero, padding 255."""
    pixels = pixel_format.blank(width, height)
    return Frame(epoch, 0, 0, pixel_format, pixels, spare=pixel_format.size(pixels)[0] - width)
