"""Resamples a picture in somebody's memory to a smaller one of our own: crop, step, average and depth.

Knows nothing of where the picture came from or who will see it. Each source pixel is read at most once, in the
widest loads the format allows: on uncached device memory every load is a bus access. Its twin is core/resample.c.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import UsageError
from .formats import (
    PixelFormat,
    Pixels,
    converted,
    fits,
    pack,
    reduced,
    rows_as_words,
    unpack,
    words_of,
)
from .rendition import Rendition, check_size

Rows = NDArray[np.bool_]
"""Of each row of a picture yes or no: shape (height,)."""

PADDING = np.uint32(0xFF000000)
"""The padding byte of every pixel kept is 255, so that its content never looks like a change."""


def check(array: Pixels, pixel_format: PixelFormat, rendition: Rendition) -> None:
    """Raises UsageError when the rendition cannot be made of this array, or is too large to send."""
    if not fits(array, pixel_format):
        components = "".join(f", {count}" for count in pixel_format.components)
        raise UsageError(
            f"an array of shape {array.shape} and dtype {array.dtype} is no {pixel_format} picture; "
            f"right would be {pixel_format.dtype} (height, width{components})"
        )
    check_size(pixel_format, *rendition.size(array.shape[1], array.shape[0]))


def resample(array: Pixels, pixel_format: PixelFormat, rendition: Rendition) -> Pixels:
    """The rendition of a picture as a C-contiguous array of its own, its padding bytes 255.

    `array` is of shape `pixel_format.shape(width, height)` with any strides, and is only read. Raises UsageError when
    array, format and crop do not fit.
    """
    check(array, pixel_format, rendition)
    kept = reduced(pixel_format, rendition.depth)
    target = np.empty(kept.shape(*rendition.size(array.shape[1], array.shape[0])), kept.dtype)
    resample_rows(array, pixel_format, rendition, target)
    return target


def resample_rows(
    array: Pixels,
    pixel_format: PixelFormat,
    rendition: Rendition,
    target: Pixels,
    asked: Rows | None = None,
) -> None:
    """Make those rows of `target` that are asked for, or all, the rendition's. Reads no more than these are made of.

    `target` is C-contiguous, of the rendition's size and of the format that `formats.reduced` makes of this one.
    """
    if rendition.crop:
        x, y, width, height = rendition.crop
        array = array[y : y + height, x : x + width]
    step, kept = rendition.step, reduced(pixel_format, rendition.depth)
    for first, end in [(0, len(target))] if asked is None else runs(asked):
        if rendition.average and step > 1:
            part = np.ascontiguousarray(array[first * step : end * step])
            view = _average(part, pixel_format, step)
        else:
            view = array[first * step : end * step : step, ::step]
        _copy(view, pixel_format, kept, target[first:end])


def runs(rows: Rows, gap: int = 1) -> Iterator[tuple[int, int]]:
    """The runs (first, end) of true values; two with fewer than `gap` values between them are one."""
    flags, quiet = rows.tobytes(), bytes(gap)
    first = flags.find(1)
    while first >= 0:
        end = flags.find(quiet, first)
        if end < 0:
            end = len(flags.rstrip(b"\0"))
        yield first, end
        first = flags.find(1, end)


def differing_rows(one: Pixels, other: Pixels) -> Rows:
    """Which rows differ between two C-contiguous pictures of one shape and dtype."""
    differing: Rows = (rows_as_words(one) != rows_as_words(other)).any(axis=1)
    return differing


def _copy(view: Pixels, shown: PixelFormat, kept: PixelFormat, target: Pixels) -> None:
    if shown is not kept:
        words = converted(view, shown, kept)
        np.copyto(words_of(target, kept), words | PADDING if kept.padded else words)
        return
    if not kept.padded or view.strides[2] != 1:
        np.copyto(target, view)
        view = target
    if kept.padded:
        words = target.view("<u4")[..., 0]
        np.bitwise_or(view.view("<u4")[..., 0], PADDING, out=words)


def _average(pixels: Pixels, pixel_format: PixelFormat, step: int) -> Pixels:
    """The rounded mean of each box; boxes at the right and lower edge may be smaller."""
    if pixel_format.fields:
        return pack(_box_means(unpack(pixels, pixel_format), step), pixel_format)
    return _box_means(pixels, step)


def _box_means(channels: NDArray[np.uint8], step: int) -> NDArray[np.uint8]:
    sums: NDArray[Any] = channels
    count = np.ones((1,) * channels.ndim, np.uint16)
    for axis in (0, 1):
        length = channels.shape[axis]
        starts = np.arange(0, length, step)
        sums = np.add.reduceat(sums, starts, axis=axis, dtype=np.uint16)
        lengths = np.diff(starts, append=length).astype(np.uint16)
        count = count * lengths.reshape([-1 if a == axis else 1 for a in range(channels.ndim)])
    means: NDArray[np.uint8] = ((sums + count // 2) // count).astype(np.uint8)
    return means
