"""The pixel formats: their names, how a pixel lies in memory, and what it looks like as RGB.

Knows nothing of frames, messages or memory regions. A name lists the bytes of a pixel in memory order, lowest
address first (`bgrx8888` is B, G, R, ignored); `rgb565`, `rgb444` and `rgb332` are little-endian words, red on top.
Here are the plain ones: each pixel lies for itself, and every viewer knows them. `raw` has those of sensors and panels,
which travel as well; `described` makes the others that memory may hold.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arguments import whole
from ..errors import UsageError
from ..limits import MAX_PICTURE_BYTES

Pixels = NDArray[Any]
"""Pixels in one of the formats: shape (height, width) or (height, width, bytes)."""


@dataclass(frozen=True, slots=True, eq=False)
class Raw:
    """How pictures lie whose pixels are not each for itself, or are not shown with all their bits.

    A picture of width x height is kept and sent as a grid of cells, of which only conversion, crop and step know what
    they mean.
    """

    plain: "PixelFormat"
    """What its pixels become where they cannot be sent as they are."""
    depth: int
    """Bits of a pixel, on average."""
    group: tuple[int, int] = (1, 1)
    """Pixels across and down that share samples or a byte: a crop holds whole ones, a step skips whole ones."""
    per_byte: int = 1
    """Pixels in a byte."""
    per_pixel: int = 1
    """Cells of a pixel."""
    planes: int = 1
    """1; 2: luma, then a quarter as many pairs of chroma, as NV12; 3: luma, then two planes of chroma, as I420."""
    is_exact: bool = False
    """Its bytes are no samples: none is near to another, so it knows no tolerance."""


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class PixelFormat:
    """How one pixel lies in memory. Each is made once, so two are equal only if they are the same."""

    name: str
    code: int
    """Its number on the wire, never reused; 0: it does not travel."""
    dtype: np.dtype[Any]
    components: tuple[int, ...]
    """The shape of one pixel: `(3,)` for three bytes, `()` for one word."""
    rgb: tuple[int, int, int]
    """Where red, green and blue stand among the components; unused where there are `fields`."""
    padded: bool = False
    """The fourth byte carries nothing: it is 255 in every frame, and never sent."""
    fields: tuple[tuple[int, int], ...] = ()
    """The lowest bit and the number of bits of red, green and blue in a word; none for whole bytes."""
    sent_as: "PixelFormat | None" = None
    """What its pixels become when they are read; None: they travel as they are."""
    raw: Raw | None = None
    """None for a plain one: its cells are its pixels."""
    palette: bytes = b""
    """Red, green and blue of each index, where pixels are indices."""

    @property
    def group(self) -> tuple[int, int]:
        """Pixels across and down that belong together."""
        return self.raw.group if self.raw else (1, 1)

    @property
    def cell(self) -> int:
        """Bytes of a cell of the grid that is kept and sent."""
        return self.bytes_per_pixel // (self.raw.per_pixel if self.raw else 1)

    def grid(self, width: int, height: int) -> tuple[int, int]:
        """Columns and rows of the cells of a picture. Raises UsageError for a size that it cannot have."""
        raw, width, height = self.raw, _LENGTH.take("width", width), _LENGTH.take("height", height)
        if raw is None:
            return width, height
        across, down = raw.group
        if raw.per_byte == 1 and (width % across or height % down):
            raise UsageError(
                f"a picture of {width}x{height} cannot be {self}; right would be a width divisible by {across}"
                + f" and a height divisible by {down}" * (down > 1)
            )
        return -(-width // raw.per_byte) * raw.per_pixel, height * (2 + (raw.planes > 1)) // 2

    def size(self, pixels: Pixels) -> tuple[int, int]:
        """Width and height of a picture in an array that `fits`; where bytes hold several pixels, all count.

        Raises UsageError for what is no array of a picture.
        """
        if not isinstance(pixels, np.ndarray) or pixels.ndim < 2:  # noqa: PLR2004 - rows and columns
            raise UsageError("this is no picture; right would be a numpy array of rows and columns")
        height, width = map(int, pixels.shape[:2])
        raw = self.raw
        return (
            (width * raw.per_byte, height * 2 // (2 + (raw.planes > 1))) if raw else (width, height)
        )

    @property
    def colours(self) -> tuple[tuple[int, int], ...]:
        """The lowest bit and the number of bits of red, green and blue in a pixel taken as a little-endian word."""
        return self.fields or tuple((8 * byte, 8) for byte in self.rgb)

    @property
    def is_gray(self) -> bool:
        """Whether all colours are the same bits."""
        return len(set(self.colours)) == 1

    @property
    def bytes_per_pixel(self) -> int:
        """Bytes from one pixel to the next."""
        return self.dtype.itemsize * (self.components[0] if self.components else 1)

    @property
    def colour_bytes(self) -> int:
        """Bytes of a cell without its padding."""
        return min(3, self.cell)

    @property
    def depth(self) -> int:
        """Bits of a pixel that are shown."""
        return sum(bits for _, bits in self.fields) or 8 * min(3, self.bytes_per_pixel)

    def shape(self, width: int, height: int) -> tuple[int, ...]:
        """The array shape of a picture of this format. Raises UsageError."""
        return self.lying(SIDE.take("width", width), SIDE.take("height", height))

    def lying(self, width: int, height: int) -> tuple[int, ...]:
        """The same of a picture of any size, however large. Raises UsageError."""
        columns, rows = self.grid(width, height)
        return (rows, columns // (self.raw.per_pixel if self.raw else 1), *self.components)

    def row_bytes(self, width: int, height: int) -> int:
        """Bytes of a row of that array."""
        return self.lying(width, height)[1] * self.bytes_per_pixel

    def blank(self, width: int, height: int) -> Pixels:
        """The pixels of a blank picture: colours 0, padding 255. Raises UsageError for too large a one."""
        shape = self.shape(width, height)
        if prod(shape) * self.dtype.itemsize > MAX_PICTURE_BYTES:
            raise UsageError(
                f"a picture of {width}x{height} {self} is too large; right would be up to {MAX_PICTURE_BYTES} bytes"
            )
        pixels = np.zeros(shape, self.dtype)
        if self.padded:
            pixels[..., 3] = 255
        return pixels

    def __str__(self) -> str:
        return self.name


_LENGTH = whole(1, 2**256)
"""Of a side that is bounded elsewhere."""
_BYTE = np.dtype(np.uint8)
_WORD = np.dtype("<u2")

RGBX8888 = PixelFormat("rgbx8888", 1, _BYTE, (4,), (0, 1, 2), padded=True)
BGRX8888 = PixelFormat("bgrx8888", 2, _BYTE, (4,), (2, 1, 0), padded=True)
RGB888 = PixelFormat("rgb888", 3, _BYTE, (3,), (0, 1, 2))
BGR888 = PixelFormat("bgr888", 4, _BYTE, (3,), (2, 1, 0))
RGB565 = PixelFormat("rgb565", 5, _WORD, (), (0, 0, 0), fields=((11, 5), (5, 6), (0, 5)))
GRAY8 = PixelFormat("gray8", 6, _BYTE, (), (0, 0, 0))
RGB444 = PixelFormat("rgb444", 7, _WORD, (), (0, 0, 0), fields=((8, 4), (4, 4), (0, 4)))
RGB332 = PixelFormat("rgb332", 8, _BYTE, (), (0, 0, 0), fields=((5, 3), (2, 3), (0, 2)))

FORMATS = (RGBX8888, BGRX8888, RGB888, BGR888, RGB565, GRAY8, RGB444, RGB332)
"""The plain ones that travel, which every viewer knows that does not say otherwise."""

DEPTHS = {24: None, 16: RGB565, 12: RGB444, 8: RGB332}
"""The formats that pixels of more bits can be reduced to, by their depth; 24 is as it is."""


@lru_cache
def reduced(pixel_format: PixelFormat, depth: int) -> PixelFormat:
    """The plain format of at most so many bits in which its pixels are kept and travel: itself, if it can be."""
    sent = pixel_format.raw.plain if pixel_format.raw else pixel_format.sent_as or pixel_format
    return sent if sent.depth <= depth else DEPTHS[depth] or sent


SIDE = whole(1, 2**31 - 1)
"""Pixels of a source; those of what is sent are fewer."""
