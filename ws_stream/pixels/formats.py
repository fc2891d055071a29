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

from ..errors import UsageError

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
        """The array shape of a picture of this format."""
        return (height, width, *self.components)

    def blank(self, width: int, height: int) -> Pixels:
        """The pixels of a blank picture: colours 0, padding 255."""
        pixels = np.zeros(self.shape(width, height), self.dtype)
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
        f"an array of shape {array.shape} and dtype {array.dtype} is no picture; "
        "right would be uint8 (height, width, 4), (height, width, 3) or (height, width), "
        "or any other with a format that says what it holds"
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


def to_rgb(pixels: Pixels, pixel_format: PixelFormat) -> NDArray[np.uint8]:
    """The picture as uint8 (height, width, 3). Fewer than eight bits widen by repeating them."""
    if pixel_format is GRAY8:
        return np.repeat(pixels[..., None], 3, axis=2)
    if pixel_format.fields:
        bits = np.array([bits for _, bits in pixel_format.fields], np.uint8)
        widened = unpack(pixels, pixel_format) << 8 - bits
        for times in (1, 2, 4):  # each doubles what is there
            widened |= widened >> times * bits
        return widened
    return np.ascontiguousarray(pixels[..., pixel_format.rgb])


def from_rgb(rgb: NDArray[np.uint8], pixel_format: PixelFormat) -> Pixels:
    """A uint8 (height, width, 3) picture in this format; gray is the luma of ITU-R BT.601."""
    if pixel_format.is_gray:
        luma: Pixels = np.rint(rgb @ np.array([0.299, 0.587, 0.114])).astype(np.uint8)
        if pixel_format is GRAY8:
            return luma
        rgb = np.repeat(luma[..., None], 3, axis=2)
    if pixel_format.fields:
        dropped = np.array([8 - bits for _, bits in pixel_format.fields], np.uint8)
        return pack(rgb >> dropped, pixel_format)
    height, width = rgb.shape[:2]
    pixels = np.full(pixel_format.shape(width, height), 255, np.uint8)
    pixels[..., pixel_format.rgb] = rgb
    return pixels


def words_of(pixels: Pixels, pixel_format: PixelFormat) -> NDArray[Any]:
    """Each pixel as an unsigned word: a view where numpy can give one."""
    if not pixel_format.components:
        return pixels
    if pixel_format.bytes_per_pixel == 4 and pixels.strides[2] == 1:  # noqa: PLR2004 - there is no word of 3 bytes
        return pixels.view("<u4")[..., 0]
    words = np.zeros(pixels.shape[:2], np.uint32)
    for byte in range(pixels.shape[2]):
        words |= pixels[..., byte].astype(np.uint32) << 8 * byte
    return words


def scale(bits: int, kept: int) -> tuple[int, int]:
    """By what a colour is multiplied, which repeats its bits until they are enough, and how many then are dropped."""
    times = -(-kept // bits)
    return sum(1 << bits * i for i in range(times)), times * bits - kept


def converted(pixels: Pixels, pixel_format: PixelFormat, kept: PixelFormat) -> NDArray[Any]:
    """The same colours as words of another format, padding 0. Its twin is in core/resample.c."""
    words, wide = words_of(pixels, pixel_format), f"<u{kept.bytes_per_pixel}"
    result = np.zeros(words.shape, wide)
    for (low, bits), (to, kept_bits) in zip(pixel_format.colours, kept.colours, strict=True):
        times, dropped = scale(bits, kept_bits)
        field: NDArray[Any] = words >> low & (1 << bits) - 1
        if times > 1:
            field = field.astype(np.uint16) * np.uint16(times)
        result |= (field >> dropped).astype(wide) << to
    return result


def unpack(pixels: Pixels, pixel_format: PixelFormat) -> NDArray[np.uint8]:
    """The fields of each word as uint8 (height, width, 3), not widened."""
    words = words_of(pixels, pixel_format)
    fields = (words >> low & (1 << bits) - 1 for low, bits in pixel_format.fields)
    return np.stack([field.astype(np.uint8) for field in fields], axis=2)


def pack(channels: NDArray[np.uint8], pixel_format: PixelFormat) -> Pixels:
    """The inverse of `unpack`."""
    words = np.zeros(channels.shape[:2], "<u4")
    for channel, (low, _) in enumerate(pixel_format.fields):
        words |= channels[..., channel].astype(words.dtype) << low
    if not pixel_format.components:
        return words.astype(pixel_format.dtype)
    return words.view(np.uint8).reshape(*words.shape, 4)[..., : pixel_format.components[0]]
