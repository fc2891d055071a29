"""Which format an array can hold, and its memory as words. Knows nothing of colours."""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arguments import shown
from ..errors import UsageError
from .formats import GRAY8, RGB565, RGB888, RGBX8888, PixelFormat, Pixels, Raw


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
        raise UsageError(
            f"{_described(array)} is no {pixel_format} picture; right would be {_right(pixel_format)}"
        )


def _right(pixel_format: PixelFormat) -> str:
    raw = pixel_format.raw or Raw(pixel_format, 0)
    across, down = raw.group if raw.per_byte == 1 else (1, 1)
    height = "height" + " * 3 / 2" * (raw.planes > 1)
    width = "width" + f" / {raw.per_byte}, rounded up" * (raw.per_byte > 1)
    sides = {(2, 1): ", the width even", (2, 2): ", width and height even"}.get((across, down), "")
    components = "".join(f", {count}" for count in pixel_format.components)
    return f"{pixel_format.dtype} ({height}, {width}{components}){sides}"


def fits(array: Pixels, pixel_format: PixelFormat) -> bool:
    """Whether the array can hold a picture of this format."""
    fits_pixels = (
        array.dtype == pixel_format.dtype
        and array.ndim == 2 + len(pixel_format.components)
        and array.shape[2:] == pixel_format.components
        and array.size > 0
    )
    if not (fits_pixels and pixel_format.raw):
        return fits_pixels
    (across, down), (width, height) = pixel_format.group, pixel_format.size(array)
    is_whole = pixel_format.raw.planes == 1 or len(array) * 2 == height * 3
    return is_whole and width % across == 0 and height % down == 0


def lying_together(array: Pixels, told: PixelFormat | None) -> Pixels:
    """The array, or a copy whose pixels lie as the walk reads them: each in one piece; raw ones side by side.

    `told` is its format; None: a plain one.
    """
    is_row = not (told and told.raw) or array.strides[1] == told.bytes_per_pixel
    return array if is_row and array.strides[2:] in ((), (1,)) else np.ascontiguousarray(array)


def rows_as_words(pixels: Pixels) -> NDArray[Any]:
    """The memory of C-contiguous pixels as (height, n) of the widest unsigned words that fill a row; never copies."""
    rows = pixels.reshape(len(pixels), -1).view(np.uint8)
    size = next(size for size in (8, 4, 2, 1) if rows.shape[1] % size == 0)
    return rows.view(f"u{size}")


def cells(pixels: Pixels, pixel_format: PixelFormat) -> NDArray[Any]:
    """The memory of C-contiguous pixels as (rows, columns), one item for each cell; never copies.

    An item is an unsigned word, or three bytes that can be moved and not compared.
    """
    size = pixel_format.cell
    dtype = np.dtype("V3" if size == 3 else f"<u{size}")  # noqa: PLR2004 - there is no word of 3 bytes
    row = prod(pixels.shape[1:])
    return pixels.reshape(len(pixels), row).view(np.uint8).view(dtype)
