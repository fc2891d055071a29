"""What pixels look like: formats from and to RGB, and from one to another. Every pass is over whole arrays.

Knows nothing of where the arrays lie.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arguments import instance
from .arrays import as_picture, check_fits
from .demosaic import bilinear
from .formats import GRAY8, RGBX8888, PixelFormat, Pixels
from .plain import is_bayer, plain, rgb

_A_FORMAT = instance(PixelFormat, "a PixelFormat, as a frame has")


def to_rgb(pixels: Pixels, pixel_format: PixelFormat) -> NDArray[np.uint8]:
    """The picture as uint8 (height, width, 3), C-contiguous. Fewer than eight bits widen by repeating them.

    Of more bits the top eight are shown; YUV is ITU-R BT.601, 16 to 235; colour filters are interpolated bilinearly; of
    bytes that hold several pixels, all are shown. Raises UsageError for what is no picture of this format.
    """
    pixels = as_picture(pixels)
    check_fits(pixels, _A_FORMAT.take("pixel_format", pixel_format))
    if pixel_format is GRAY8:
        return np.repeat(pixels[..., None], 3, axis=2)
    if pixel_format.raw and not pixel_format.fields:
        if is_bayer(pixel_format):
            return bilinear(pixels, pixel_format)
        if pixel_format.raw.plain is RGBX8888:
            return np.ascontiguousarray(rgb(pixels, pixel_format))
        return to_rgb(plain(pixels, pixel_format), pixel_format.raw.plain)
    if pixel_format.fields:
        bits = np.array([bits for _, bits in pixel_format.fields], np.uint8)
        widened = unpack(pixels, pixel_format) << 8 - bits
        for times in (1, 2, 4):  # each doubles what is there
            widened |= widened >> times * bits
        return np.ascontiguousarray(widened)  # numpy keeps to the order of what it was given
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
