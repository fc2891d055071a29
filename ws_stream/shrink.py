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
from .pixels import DEPTHS, PixelFormat, Pixels, fits, pack, reduced, unpack
from .rows import Rows, runs, take
from .wire import MAX_PICTURE_BYTES, MAX_SIDE

MAX_STEP = 16
"""Coarsest step; also keeps the sum of a 16 x 16 box of bytes within 16 bits."""

MAX_TOLERANCE = 64
"""A quarter of the range of a channel; beyond that a picture is hardly one."""


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
    tolerance: int = 0
    """How far a channel may be off, in steps of eight bits: a pixel within it is not sent until it stands still."""
    depth: int = 24
    """Bits of colour in a pixel at most; what the source has more is left out."""

    def check(self) -> "Rendition":
        """Itself. Raises UsageError when no picture at all could be made this way."""
        if not 1 <= self.step <= MAX_STEP:
            raise UsageError(f"a step of {self.step} cannot be; right would be 1 to {MAX_STEP}")
        if self.crop and (min(self.crop[:2]) < 0 or min(self.crop[2:]) < 1):
            raise UsageError(
                f"the crop {self.crop} is empty or starts outside the picture; "
                "right would be X,Y,WIDTH,HEIGHT with X, Y from 0 and WIDTH, HEIGHT from 1"
            )
        if not 0 <= self.tolerance <= MAX_TOLERANCE:
            raise UsageError(
                f"a tolerance of {self.tolerance} cannot be; right would be 0 (exact) to {MAX_TOLERANCE}"
            )
        if self.depth not in DEPTHS:
            raise UsageError(
                f"a depth of {self.depth} bits cannot be; right would be {', '.join(map(str, DEPTHS))}"
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

    Its crop lies within the picture, and it has no more pixels and is no more exact than the default one: what the
    owner of the device chose is the most that a viewer can make the device do.
    """
    crop = wish.crop and _cut(wish.crop, width, height)
    most = prod(default.size(width, height))
    step = wish.step
    while prod(Rendition(crop, step).size(width, height)) > most:
        step += 1
        if step > MAX_STEP:
            return default
    tolerance, depth = max(wish.tolerance, default.tolerance), min(wish.depth, default.depth)
    return Rendition(crop, step, wish.average and step > 1, tolerance, depth)


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
    `pixels.reduced` makes of this one.
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
