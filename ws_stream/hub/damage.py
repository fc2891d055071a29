"""Where a picture may have changed, as the program says that draws it."""

from collections.abc import Iterable
from operator import index

from ..errors import UsageError

Damage = Iterable[tuple[int, int, int, int]]
"""Rectangles (x, y, width, height) in pixels."""


def spans(damage: Damage) -> list[tuple[int, int]]:
    """The rows (first, how many) of rectangles. Raises UsageError for what is none."""
    found = []
    for rectangle in damage:
        try:
            _, y, _, rows = map(index, rectangle)
        except (TypeError, ValueError):
            raise UsageError(
                f"{rectangle} is no damage; right would be (x, y, width, height) in pixels"
            ) from None
        found.append((y, rows))
    return found
