"""Crop, step and average: a picture in somebody's memory to a smaller one of our own.

Knows nothing of where the picture came from or who will see it. Each source pixel is read at most once, in the
widest loads the format allows: on uncached device memory every load is a bus access.
"""

from collections.abc import Iterable
from math import prod
from operator import index
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .errors import UsageError
from .pixels import PixelFormat, Pixels, fits, pack, unpack
from .wire import MAX_PICTURE_BYTES, MAX_SIDE

MAX_STEP = 16
"""Coarsest step; also keeps the sum of a 16 x 16 box of bytes within 16 bits."""

_PADDING = np.uint32(0xFF000000)


class Crop(NamedTuple):
    """The part of a picture to show, in source pixels."""

    x: int
    y: int
    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.x},{self.y},{self.width},{self.height}"


class Rendition(NamedTuple):
    """What becomes of a source picture: the part shown, every how manyth pixel, and how the rest is treated.

    Renditions that are equal are the same picture.
    """

    crop: Crop | None = None
    step: int = 1
    average: bool = False
    """Each pixel is the mean of its step x step box rather than the box's first pixel."""

    def check(self) -> "Rendition":
        """Itself. Raises UsageError when no picture at all could be made this way."""
        if not 1 <= self.step <= MAX_STEP:
            raise UsageError(f"a step of {self.step} cannot be; right would be 1 to {MAX_STEP}")
        if self.crop and (min(self.crop[:2]) < 0 or min(self.crop[2:]) < 1):
            raise UsageError(
                f"the crop {self.crop} is empty or starts outside the picture; "
                "right would be X,Y,WIDTH,HEIGHT with X, Y from 0 and WIDTH, HEIGHT from 1"
            )
        return self

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Width and height of the rendition of a source picture of this size, in pixels.

        Raises UsageError when the crop is not inside the picture.
        """
        crop = self.crop or Crop(0, 0, width, height)
        if crop.x + crop.width > width or crop.y + crop.height > height:
            raise UsageError(f"the crop {crop} leaves the picture, which is {width}x{height}")
        return -(-crop.width // self.step), -(-crop.height // self.step)


def check_size(pixel_format: PixelFormat, width: int, height: int) -> None:
    """Raises UsageError when a rendition of this size is more than a message can hold."""
    if (
        max(width, height) > MAX_SIDE
        or width * height * pixel_format.bytes_per_pixel > MAX_PICTURE_BYTES
    ):
        raise UsageError(
            f"a picture of {width}x{height} {pixel_format} is too large to send; right would be a larger step or a "
            f"crop, up to {MAX_SIDE} pixels a side and {MAX_PICTURE_BYTES >> 20} MiB"
        )


def bend(wish: Rendition, default: Rendition, width: int, height: int) -> Rendition:
    """The rendition nearest to the wish that a picture of this size allows.

    Its crop lies within the picture, and it has no more pixels than the default one: what the owner of the device chose
    is the most that a viewer can make the device do.
    """
    crop = wish.crop and _cut(wish.crop, width, height)
    most = prod(default.size(width, height))
    step = wish.step
    while prod(Rendition(crop, step).size(width, height)) > most:
        step += 1
        if step > MAX_STEP:
            return default
    return Rendition(crop, step, wish.average and step > 1)


def _cut(crop: Crop, width: int, height: int) -> Crop | None:
    """The part of the crop that is in the picture; None if that is nothing, or all of the picture."""
    cut_width, cut_height = min(crop.width, width - crop.x), min(crop.height, height - crop.y)
    if cut_width < 1 or cut_height < 1 or (cut_width, cut_height) == (width, height):
        return None
    return Crop(crop.x, crop.y, cut_width, cut_height)


def check(array: Pixels, pixel_format: PixelFormat, rendition: Rendition) -> None:
    """Raises UsageError when `shrink` could not do this."""
    if not fits(array, pixel_format):
        components = "".join(f", {count}" for count in pixel_format.components)
        raise UsageError(
            f"an array of shape {array.shape} and dtype {array.dtype} is no {pixel_format} picture; "
            f"right would be {pixel_format.dtype} (height, width{components})"
        )
    rendition.size(array.shape[1], array.shape[0])


def shrink(
    array: Pixels, pixel_format: PixelFormat, rendition: Rendition, spare: Pixels | None = None
) -> Pixels:
    """The rendition of a picture as a C-contiguous array that shares no memory with it.

    The result is written into `spare` where that is given and of the right shape and dtype, else into new memory.
    `array` is of shape `pixel_format.shape(width, height)` with any strides, and is only read. Padding bytes become
    255, so that their content never looks like a change. Raises UsageError when array, format and crop do not fit.
    """
    check(array, pixel_format, rendition)
    if rendition.crop:
        x, y, width, height = rendition.crop
        array = array[y : y + height, x : x + width]
    if rendition.average and rendition.step > 1:
        return _average(_copy(array, pixel_format), pixel_format, rendition.step)
    return _copy(array[:: rendition.step, :: rendition.step], pixel_format, spare)


def sample(
    array: Pixels, pixel_format: PixelFormat, rendition: Rendition, first: int, every: int
) -> Pixels:
    """Rows `first`, `first + every`, ... of the rendition of a picture; reads only what they are made of.

    The rendition must not average.
    """
    if rendition.crop:
        x, y, width, height = rendition.crop
        array = array[y : y + height, x : x + width]
    step = rendition.step
    return _copy(array[first * step :: every * step, ::step], pixel_format)


def refresh(
    previous: Pixels,
    array: Pixels,
    pixel_format: PixelFormat,
    rendition: Rendition,
    touched: NDArray[np.bool_],
    spare: Pixels | None = None,
) -> Pixels:
    """The rendition of a picture of which only the `touched` rows of `previous`, the rendition before, may differ.

    Reads no more of `array` than those rows are made of. The result is like that of `shrink`; `touched` is booleans
    of shape (rows of the rendition,), see `touched_rows`.
    """
    fitting = spare is not None and spare.shape == previous.shape and spare.dtype == previous.dtype
    picture = spare if spare is not None and fitting else np.empty_like(previous)
    if picture is not previous:
        np.copyto(picture, previous)
    step = rendition.step
    crop = rendition.crop or Crop(0, 0, array.shape[1], array.shape[0])
    edges = np.flatnonzero(np.diff(touched, prepend=False, append=False))
    for first, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        rows = min(end * step, crop.height) - first * step
        part = Crop(crop.x, crop.y + first * step, crop.width, rows)
        picture[first:end] = shrink(array, pixel_format, rendition._replace(crop=part))
    return picture


def touched_rows(
    damage: Iterable[tuple[int, int, int, int]], rendition: Rendition, width: int, height: int
) -> NDArray[np.bool_]:
    """Which rows of a rendition are made of source rows in the rectangles (x, y, width, height): booleans (rows,).

    Raises UsageError for what is no rectangle.
    """
    crop, step = rendition.crop or Crop(0, 0, width, height), rendition.step
    touched = np.zeros(rendition.size(width, height)[1], np.bool_)
    for rectangle in damage:
        try:
            _, y, _, rows = map(index, rectangle)
        except (TypeError, ValueError):
            raise UsageError(
                f"{rectangle} is no damage; right would be (x, y, width, height) in pixels"
            ) from None
        first, end = max(y - crop.y, 0), min(y + rows - crop.y, crop.height)
        if end > first:
            touched[first // step : -(-end // step)] = True
    return touched


def _copy(array: Pixels, pixel_format: PixelFormat, spare: Pixels | None = None) -> Pixels:
    fitting = spare is not None and spare.shape == array.shape and spare.dtype == array.dtype
    copied = spare if spare is not None and fitting else np.empty(array.shape, array.dtype)
    if not pixel_format.padded:
        np.copyto(copied, array)
        return copied
    if array.strides[2] != 1:  # a pixel's bytes are not neighbours, so no wide load can take them
        np.copyto(copied, array)
        array = copied
    np.bitwise_or(array.view("<u4")[..., 0], _PADDING, out=copied.view("<u4")[..., 0])
    return copied


def _average(pixels: Pixels, pixel_format: PixelFormat, step: int) -> Pixels:
    """The rounded mean of each box; boxes at the right and lower edge may be smaller."""
    if pixel_format.fields:
        return pack(_box_means(unpack(pixels, pixel_format), step), pixel_format)
    return _box_means(pixels, step)


def _box_means(channels: NDArray[np.uint8], step: int) -> NDArray[np.uint8]:
    sums = channels
    count = np.ones((1,) * channels.ndim, np.uint16)
    for axis in (0, 1):
        length = channels.shape[axis]
        starts = np.arange(0, length, step)
        sums = np.add.reduceat(sums, starts, axis=axis, dtype=np.uint16)
        lengths = np.diff(starts, append=length).astype(np.uint16)
        count = count * lengths.reshape([-1 if a == axis else 1 for a in range(channels.ndim)])
    means: NDArray[np.uint8] = ((sums + count // 2) // count).astype(np.uint8)
    return means
