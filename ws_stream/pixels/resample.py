"""Resamples a picture in somebody's memory to a smaller one of our own: crop, step, average and depth.

Knows nothing of where the picture came from or who will see it. Each source pixel is read at most once, in the
widest loads the format allows: on uncached device memory every load is a bus access.
"""

from collections.abc import Iterable
from operator import index

import numpy as np
from numpy.typing import NDArray

from ..errors import UsageError
from .formats import PixelFormat, Pixels, fits, pack, reduced, unpack
from .rendition import Crop, Rendition
from .rows import Rows, runs, take


def check(array: Pixels, pixel_format: PixelFormat, rendition: Rendition) -> None:
    """Raises UsageError when `shrink` could not do this."""
    if not fits(array, pixel_format):
        components = "".join(f", {count}" for count in pixel_format.components)
        raise UsageError(
            f"an array of shape {array.shape} and dtype {array.dtype} is no {pixel_format} picture; "
            f"right would be {pixel_format.dtype} (height, width{components})"
        )
    rendition.size(array.shape[1], array.shape[0])


def shrink(array: Pixels, pixel_format: PixelFormat, rendition: Rendition) -> Pixels:
    """The rendition of a picture as a C-contiguous array of its own.

    `array` is of shape `pixel_format.shape(width, height)` with any strides, and is only read. Padding bytes become
    255. Raises UsageError when array, format and crop do not fit.
    """
    check(array, pixel_format, rendition)
    made = reduced(pixel_format, rendition.depth)
    shape = made.shape(*rendition.size(array.shape[1], array.shape[0]))
    before, target = np.zeros(shape, made.dtype), np.empty(shape, made.dtype)
    stale = np.ones(shape[0], np.bool_)
    take_rendition(array, pixel_format, rendition._replace(tolerance=0), before, target, stale)
    return target


def take_rendition(
    array: Pixels,
    pixel_format: PixelFormat,
    rendition: Rendition,
    before: Pixels,
    target: Pixels,
    stale: Rows,
    asked: Rows | None = None,
) -> tuple[Rows, int]:
    """Make `target` the rendition of a picture; which of its rows differ from `before`, and how many.

    Reads no more than what the rows asked for are made of; see `rows.take`. The two are of the format that
    `formats.reduced` makes of this one.
    """
    if rendition.crop:
        x, y, width, height = rendition.crop
        array = array[y : y + height, x : x + width]
    step = rendition.step
    if rendition.average and step > 1:
        shape = pixel_format.shape(target.shape[1], target.shape[0])
        view = np.empty(shape, pixel_format.dtype)
        for first, end in runs(np.ones_like(stale) if asked is None else asked, 0):
            part = np.ascontiguousarray(array[first * step : end * step])
            view[first:end] = _average(part, pixel_format, step)
    else:
        view = array[::step, ::step]
    formats = pixel_format, reduced(pixel_format, rendition.depth)
    return take(view, formats, before, target, stale, asked, rendition.tolerance)


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
