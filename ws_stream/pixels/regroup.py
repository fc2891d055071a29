"""Crop and step of raw pictures, whose groups of pixels stay whole: the result is again one of that format.

A sensor that skips does the same. Its twin is core/regroup.c.
"""

import numpy as np

from .formats import PixelFormat, Pixels
from .rendition import Crop, Rendition


def regrouped(array: Pixels, pixel_format: PixelFormat, rendition: Rendition) -> Pixels:
    """The rendition of a picture: a view of it, or new memory. `rendition` is one that `kept.suited` gave."""
    raw = pixel_format.raw
    assert raw
    crop, step = rendition.crop or Crop(0, 0, *pixel_format.size(array)), rendition.step
    rows, columns = slice(crop.y, crop.y + crop.height), slice(crop.x, crop.x + crop.width)
    if raw.per_byte > 1:
        return array[rows, crop.x // raw.per_byte : -(-(crop.x + crop.width) // raw.per_byte)]
    if raw.planes == 1:
        return _stepped(array[rows, columns], raw.group, step)
    if rendition.crop is None and step == 1:
        return array
    width, height = pixel_format.size(array)
    luma = _stepped(array[rows, columns], raw.group, step)
    chroma = np.ascontiguousarray(array[height:]).reshape(
        -1, height // 2, width // 2, 4 - raw.planes
    )
    half_rows, half_columns = (slice(one.start // 2, one.stop // 2) for one in (rows, columns))
    kept = [_stepped(plane[half_rows, half_columns], (1, 1), step) for plane in chroma]
    return np.concatenate((luma, np.stack(kept).reshape(-1, luma.shape[1])))


def is_cell_by_cell(pixel_format: PixelFormat, rendition: Rendition) -> bool:
    """Whether a rendition of raw pictures is every step-th cell of a part of their grid."""
    raw = pixel_format.raw
    assert raw
    if rendition.step > 1:
        return raw.group == (1, 1) and raw.per_pixel == 1
    return raw.planes == 1 or rendition.crop is None


def _stepped(pixels: Pixels, group: tuple[int, int], step: int) -> Pixels:
    """Every step-th group across and down, whole."""
    if step == 1:
        return pixels
    height, width = pixels.shape[:2]
    rows = np.arange(height) // group[1] % step == 0
    columns = np.arange(width) // group[0] % step == 0
    stepped: Pixels = pixels[rows][:, columns]
    return stepped
