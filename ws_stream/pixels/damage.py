"""Where a picture may have changed, as the program says that draws it."""

from collections.abc import Iterable
from operator import index
from typing import Any

import numpy as np

from ..arguments import Kind

Damage = Iterable[tuple[int, int, int, int]]
"""Rectangles (x, y, width, height) in pixels."""


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


def spans(damage: Damage) -> list[tuple[int, int]]:
    """The rows (first, how many) of rectangles. Raises UsageError for what is none."""
    return _DAMAGE.take("damage", damage)
