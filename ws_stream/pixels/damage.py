"""Where a picture may have changed, as the program says that draws it."""

from collections.abc import Iterable
from operator import index
from typing import Any

import numpy as np

from ..arguments import Kind
from .kept import Sized
from .rendition import Crop

Rectangle = tuple[int, int, int, int]
"""x, y, width, height, in pixels."""
Damage = Iterable[Rectangle]


_MOST = 2**62
"""Pixels: ends of rectangles stay within 64 bits."""


def _span(rectangle: Any) -> tuple[int, int]:  # noqa: ANN401 - whatever was handed in
    if type(rectangle) is not tuple and not isinstance(rectangle, list | tuple | np.ndarray):
        raise TypeError(rectangle)
    _, y, _, rows = map(index, rectangle)
    if not (-_MOST <= y <= _MOST and -_MOST <= rows <= _MOST):
        raise ValueError(rectangle)
    return y, rows


_DAMAGE = Kind(
    lambda damage: list(map(_span, damage)), "rectangles (x, y, width, height) in whole pixels"
)


def _rectangle(value: Any) -> Rectangle:  # noqa: ANN401 - whatever was handed in
    _span(value)
    x, y, width, height = map(index, value)
    return x, y, width, height


_RECTANGLES = Kind(lambda damage: list(map(_rectangle, damage)), _DAMAGE.right)


def spans(damage: Damage) -> list[tuple[int, int]]:
    """The rows (first, how many) of rectangles. Raises UsageError for what is none."""
    return _DAMAGE.take("damage", damage)


def kept_rows(span: tuple[int, int], crop: Crop, step: int) -> tuple[int, int]:
    """The rows (first, end) of a rendition that are made of these rows (first, how many) of a source; (0, 0): none."""
    first, end = max(span[0] - crop.y, 0), min(sum(span) - crop.y, crop.height)
    return (first // step, -(-end // step)) if end > first else (0, 0)


def in_grid(rows: Iterable[tuple[int, int]], source: Sized) -> list[tuple[int, int]]:
    """The same rows of a picture as rows of its grid: where chroma lies in planes of its own, also those of it."""
    raw = source.format.raw
    found = list(rows)
    if raw is None or raw.planes == 1:
        return found
    for y, count in tuple(found):
        if count > 0:
            first, end = y // 2, -(-(y + count) // 2)
            found += _chroma(max(0, first), min(end, source.height // 2), raw.planes, source.height)
    return found


def _chroma(first: int, end: int, planes: int, height: int) -> list[tuple[int, int]]:
    """Where lines of chroma lie: pairs in a row each, or two lines of each plane in a row."""
    if planes == 2 or end <= first:  # noqa: PLR2004 - luma, and one of pairs
        return [(height + first, max(0, end - first))]
    starts = (0, height // 2)
    return [(height + (at + first) // 2, (at + end + 1) // 2 - (at + first) // 2) for at in starts]


def clipped(damage: Damage, width: int, height: int, most: int) -> list[Rectangle]:
    """Rectangles as far as they are within a picture, no more than `most`: the last one then holds the rest.

    Raises UsageError for what is none.
    """
    found: list[Rectangle] = []
    for x, y, across, rows in _RECTANGLES.take("damage", damage):
        left, top = max(0, x), max(0, y)
        right, bottom = min(width, x + across), min(height, y + rows)
        if left < right and top < bottom:
            found.append((left, top, right - left, bottom - top))
    if len(found) > most:
        found[most - 1 :] = [_around(found[most - 1 :])]
    return found


def _around(rectangles: list[Rectangle]) -> Rectangle:
    left, top = (min(each[side] for each in rectangles) for side in (0, 1))
    right, bottom = (max(each[side] + each[side + 2] for each in rectangles) for side in (0, 1))
    return left, top, right - left, bottom - top
