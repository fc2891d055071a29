"""Pixels that no view of memory can give: several in a byte, or indices of a colour map. Looked up as they are read.

Knows nothing of where the bytes come from.
"""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..pixels.formats import GRAY8, RGBX8888, PixelFormat, Pixels

Table = NDArray[Any]
"""What each value of a pixel looks like: uint8 for gray, or little-endian words of the bytes of RGBX8888."""

PARTS = (1, 2, 4)
"""Bits of a pixel of which several lie in a byte."""
_NAME = re.compile(r"gray([24])(lsb|msb)(?<!4msb)")
"""Of those that do not travel."""


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """How rows of bytes become pixels."""

    width: int
    """Pixels in a row."""
    bits: int
    """Of a pixel: one of PARTS, or 8."""
    table: Table
    is_lowest_left: bool = True
    """Of the pixels in a byte, the one in the lowest bits is the leftmost."""
    skipped: int = 0
    """Pixels in the first byte of a row that are left of the picture."""

    @property
    def format(self) -> PixelFormat:
        """That of the pixels once they are looked up."""
        return GRAY8 if self.table.dtype == np.uint8 else RGBX8888

    @property
    def row_bytes(self) -> int:
        """Bytes in which the pixels of a row lie."""
        return -(-(self.skipped + self.width) * self.bits // 8)

    def look_up(self, rows: NDArray[np.uint8]) -> Pixels:
        """The picture in these rows of bytes, as a copy; each byte is read once."""
        values: NDArray[Any] = np.ascontiguousarray(rows)
        if self.bits in PARTS:
            shifts = np.arange(0, 8, self.bits, dtype=np.uint8)
            parts = values[..., None] >> (shifts if self.is_lowest_left else shifts[::-1])
            values = (parts & (1 << self.bits) - 1).reshape(len(rows), -1)
        pixels: Pixels = self.table[values[:, self.skipped : self.skipped + self.width]]
        if self.table.dtype == np.uint8:
            return pixels
        return pixels.view(np.uint8).reshape(*pixels.shape, 4)


def packed_gray(name: str, width: int) -> Packed | None:
    """Pixels of the format of that name, as `gray2lsb`: bits of each, and which end of a byte is left; else None."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    bits = int(match[1])
    return Packed(width, bits, ramp(bits), match[2] == "lsb")


def ramp(bits: int) -> Table:
    """From black to white."""
    return (np.arange(1 << bits) * 255 // ((1 << bits) - 1)).astype(np.uint8)


def colour_table(bits: int, first: int, length: int, colours: NDArray[np.uint16]) -> Table:
    """What pixels of `bits` bits look like whose bits `first` to `first + length` are the row of a colour map.

    `colours` is of shape (rows, 3), red, green and blue of 16 bits; rows that it lacks are black.
    """
    size = 1 << bits
    rows = np.arange(size) >> first & (1 << length) - 1
    entries = np.zeros((size, 4), np.uint8)
    entries[: len(colours), :3] = colours[:size] >> 8
    entries[:, 3] = 255
    is_gray = bool((entries[:, :1] == entries[:, 1:3]).all())
    table: Table = (entries if is_gray else entries.view("<u4"))[rows, 0]
    return table
