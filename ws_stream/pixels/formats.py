"""The pixel formats: their names, how a pixel lies in memory, and what it looks like as RGB.

Knows nothing of frames, messages or memory regions. A name lists the bytes of a pixel in memory order, lowest
address first (`bgrx8888` is B, G, R, ignored); `rgb565`, `rgb444` and `rgb332` are little-endian words, red on top.
Here are those that travel; `described` makes the others that memory may hold.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arguments import shown, whole
from ..errors import UsageError
from ..limits import MAX_PICTURE_BYTES

Pixels = NDArray[Any]
"""Pixels in one of the formats: shape (height, width) or (height, width, bytes)."""


@dataclass(frozen=True, slots=True, eq=False)
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
        """Bytes of a pixel without its padding."""
        return min(3, self.bytes_per_pixel)

    @property
    def depth(self) -> int:
        """Bits of a pixel that are shown."""
        return sum(bits for _, bits in self.fields) or 8 * min(3, self.bytes_per_pixel)

    def shape(self, width: int, height: int) -> tuple[int, ...]:
        """The array shape of a picture of this format. Raises UsageError."""
        return (SIDE.take("height", height), SIDE.take("width", width), *self.components)

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
BY_CODE = {pixel_format.code: pixel_format for pixel_format in FORMATS}
BY_NAME = {pixel_format.name: pixel_format for pixel_format in FORMATS}

DEPTHS = {24: None, 16: RGB565, 12: RGB444, 8: RGB332}
"""The formats that pixels of more bits can be reduced to, by their depth; 24 is as it is."""


@lru_cache
def reduced(pixel_format: PixelFormat, depth: int) -> PixelFormat:
    """The format in which its pixels are kept and travel, of at most so many bits: itself, if it can be."""
    sent = pixel_format.sent_as or pixel_format
    return sent if sent.depth <= depth else DEPTHS[depth] or sent


SIDE = whole(1, 2**31 - 1)
"""Pixels of a source; those of what is sent are fewer."""


def as_picture(value: object) -> Pixels:
    """What was handed in as a picture, as a plain array; never copies. Raises UsageError."""
    if type(value) is np.ndarray:
        return value
    if isinstance(value, np.ma.MaskedArray):
        raise UsageError(
            "a masked array is no picture; right would be what its method filled returns"
        )
    if not isinstance(value, np.ndarray):
        raise UsageError(
            f"{type(value).__name__} is no picture; right would be a numpy array, a tensor, or a picture of Pillow, "
            "Matplotlib, OpenCV, pygame or Qt"
        )
    return value.view(np.ndarray)


def guess(array: Pixels) -> PixelFormat:
    """The format an array most likely holds, from its shape and dtype; RGB order is assumed.

    Raises UsageError when no format fits, or several that do not look alike.
    """
    for pixel_format in (RGBX8888, RGB888, GRAY8):
        if fits(array, pixel_format):
            return pixel_format
    if fits(array, RGB565):
        raise UsageError(
            f"an array of shape {array.shape} and dtype uint16 may hold colours of 5, 6 and 5 bits or gray of 16; "
            "right would be to say which: format='rgb565' or format='gray16'"
        )
    raise UsageError(
        f"{_described(array)} is no picture; "
        "right would be uint8 (height, width, 4), (height, width, 3) or (height, width), "
        "or any other with a format that says what it holds"
    )


def _described(array: Pixels) -> str:
    return f"an array of shape {shown(array.shape)} and dtype {shown(str(array.dtype))[1:-1]}"


def check_fits(array: Pixels, pixel_format: PixelFormat) -> None:
    """Raises UsageError unless the array can hold a picture of this format."""
    if not fits(array, pixel_format):
        components = "".join(f", {count}" for count in pixel_format.components)
        raise UsageError(
            f"{_described(array)} is no {pixel_format} picture; "
            f"right would be {pixel_format.dtype} (height, width{components})"
        )


def fits(array: Pixels, pixel_format: PixelFormat) -> bool:
    """Whether the array can hold a picture of this format."""
    return (
        array.dtype == pixel_format.dtype
        and array.ndim == 2 + len(pixel_format.components)
        and array.shape[2:] == pixel_format.components
        and array.size > 0
    )


def rows_as_words(pixels: Pixels) -> NDArray[Any]:
    """The memory of C-contiguous pixels as (height, n) of the widest unsigned words that fill a row; never copies."""
    rows = pixels.reshape(len(pixels), -1).view(np.uint8)
    size = next(size for size in (8, 4, 2, 1) if rows.shape[1] % size == 0)
    return rows.view(f"u{size}")


def whole_pixels(pixels: Pixels, pixel_format: PixelFormat) -> NDArray[Any]:
    """The memory of C-contiguous pixels as (height, width), one item for each pixel; never copies.

    An item is an unsigned word, or three bytes that can be moved and not compared.
    """
    size = pixel_format.bytes_per_pixel
    dtype = np.dtype("V3" if size == 3 else f"<u{size}")  # noqa: PLR2004 - there is no word of 3 bytes
    row = prod(pixels.shape[1:])
    return pixels.reshape(len(pixels), row).view(np.uint8).view(dtype)
