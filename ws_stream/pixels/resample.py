"""Resamples a picture in somebody's memory to a smaller one of our own: crop, step, average and depth.

Knows nothing of where the picture came from or who will see it. Each source pixel is read at most once, in the
widest loads the format allows: on uncached device memory every load is a bus access. Its twin is core/resample.c.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arrays import check_fits, rows_as_words
from .colours import converted, pack, unpack, words_of
from .formats import PixelFormat, Pixels, reduced
from .kept import check_rendition, kept, suited
from .plain import plain
from .regroup import regrouped
from .rendition import Crop, Rendition

Rows = NDArray[np.bool_]
"""Of each row of a picture yes or no: shape (height,)."""

PADDING = np.uint32(0xFF000000)
"""The padding byte of every pixel kept is 255, so that its content never looks like a change."""


def check(array: Pixels, pixel_format: PixelFormat, rendition: Rendition) -> None:
    """Raises UsageError when the rendition cannot be made of this array, or is too large to send."""
    check_fits(array, pixel_format)
    check_rendition(rendition, pixel_format, *pixel_format.size(array))


def resample(array: Pixels, pixel_format: PixelFormat, rendition: Rendition) -> Pixels:
    """The rendition of a picture as a C-contiguous array of its own, its padding bytes 255.

    `array` is of shape `pixel_format.shape(width, height)` with any strides, and is only read. Raises UsageError when
    array, format and crop do not fit.
    """
    check(array, pixel_format, rendition)
    size = pixel_format.size(array)
    made = kept(rendition, pixel_format, *size)
    target = np.empty(made.format.shape(*made[1:]), made.format.dtype)
    resample_rows(array, pixel_format, suited(rendition, pixel_format, *size), target)
    return target


def resample_rows(
    array: Pixels,
    pixel_format: PixelFormat,
    rendition: Rendition,
    target: Pixels,
    asked: Rows | None = None,
) -> None:
    """Make those rows of `target` that are asked for, or all, the rendition's. Reads no more than these are made of.

    `target` is C-contiguous, of the rendition's size and format; the rendition is one that `kept.suited` gave.
    """
    if pixel_format.raw and not rendition.plain:
        made = regrouped(array, pixel_format, rendition)
        for first, end in [(0, len(target))] if asked is None else runs(asked):
            np.copyto(target[first:end], made[first:end])
        return
    if pixel_format.raw and not pixel_format.fields:
        _make_plain(array, pixel_format, rendition, target, asked)
        return
    if rendition.crop:
        x, y, width, height = rendition.crop
        array = array[y : y + height, x : x + width]
    step, to = rendition.step, reduced(pixel_format, rendition.depth)
    for first, end in [(0, len(target))] if asked is None else runs(asked):
        if rendition.average and step > 1:
            part = np.ascontiguousarray(array[first * step : end * step])
            view = _average(part, pixel_format, step)
        else:
            view = array[first * step : end * step : step, ::step][:, : target.shape[1]]
        _copy(view, pixel_format, to, target[first:end])


def _make_plain(
    array: Pixels,
    pixel_format: PixelFormat,
    rendition: Rendition,
    target: Pixels,
    asked: Rows | None,
) -> None:
    """The same of raw pixels that are no words. Of each run, only the groups of pixels that it is made of are."""
    assert pixel_format.raw
    shown, size, step = pixel_format.raw.plain, pixel_format.size(array), rendition.step
    to = reduced(shown, rendition.depth)
    x, y, width, height = rendition.crop or Crop(0, 0, *size)
    for first, end in [(0, len(target))] if asked is None else runs(asked):
        top = y + first * step
        part = Crop(x, top, width, min(end * step, height) - first * step)
        groups = suited(Rendition(part), pixel_format, *size)
        pixels = plain(regrouped(array, pixel_format, groups), pixel_format)
        left, above = groups.crop[:2] if groups.crop else (0, 0)
        view = pixels[top - above :: step, x - left :: step][: end - first, : target.shape[1]]
        _copy(view, shown, to, target[first:end])


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
    height, width = channels.shape[:2]
    sums = _box_sums(channels, step)
    means = np.empty(sums.shape, np.uint8)
    for rows, down in _boxes(height, step):
        for columns, across in _boxes(width, step):
            count = np.uint16(down * across)
            means[rows, columns] = (sums[rows, columns] + count // 2) // count
    return means


def _box_sums(channels: NDArray[np.uint8], step: int) -> NDArray[np.uint16]:
    """Of each box. None overflows its 16 bits, see MAX_STEP."""
    sums = channels[::step].astype(np.uint16)
    for first in range(1, step):
        rows = channels[first::step]
        sums[: len(rows)] += rows
    words: NDArray[Any] = sums
    if sums.shape[2:] == (4,):  # a pixel's channels are added as one word
        words = sums.view(np.uint64)
    boxes = words[:, ::step].copy()
    for first in range(1, step):
        columns = words[:, first::step]
        boxes[:, : columns.shape[1]] += columns
    return boxes.view(np.uint16)


def _boxes(length: int, step: int) -> Iterator[tuple[slice, int]]:
    """Those of full length along one axis, and the one at the end that is shorter; with their lengths."""
    whole, rest = divmod(length, step)
    yield slice(0, whole), step
    if rest:
        yield slice(whole, None), rest
