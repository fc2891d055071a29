"""Finds rows that only moved: what a terminal or a page does when it scrolls.

Knows nothing of messages. What it finds is a hint: nothing depends on its being right.
"""

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..pixels.formats import Pixels
from ..pixels.resample import Rows, differing_rows
from .marks import Copy

WORTH_A_SCROLL = 2**14
"""Bytes: smaller pictures are packed in the time it takes to look."""

SAMPLES = 16
"""Rows that are looked at, evenly spread."""

LEAST = 4
"""Samples that changed: with fewer nothing large moved."""

SHARE = 4
"""One of so many changed samples must have moved the same way, and two at least."""

PATIENCE = 16
"""Rows one after the other that did not move end a region."""


PLACES = 8
"""Bytes of a row by which others are told from it before whole rows are compared."""


class Verdict(IntEnum):
    """What the search found."""

    LITTLE = 0
    """Little changed."""
    NONE = 1
    """Much changed, and nothing moved."""
    FOUND = 2


class Scroll(NamedTuple):
    """The result of a search; there is a copy where one was found."""

    verdict: Verdict
    copy: Copy | None = None


def find_scroll(rows: Pixels, kept: Pixels) -> Scroll:
    """Rows of a picture that lie elsewhere in the one kept; both are `arrays.cells` of one shape."""
    height, width = rows.shape[:2]
    if rows.nbytes < WORTH_A_SCROLL or height < 2 * SAMPLES or width <= 1:
        return Scroll(Verdict.LITTLE)
    new, old = (pixels.reshape(height, -1).view(np.uint8) for pixels in (rows, kept))
    spread = ((2 * sample + 1) * height // (2 * SAMPLES) for sample in range(SAMPLES))
    changed = [y for y in spread if not np.array_equal(new[y], old[y])]
    count = len(changed)
    if count < LEAST:
        return Scroll(Verdict.LITTLE)
    for y in (changed[count // 2], changed[count // 4], changed[3 * count // 4]):
        shift = _shift(new[y], old, y, new.shape[1] // width)
        if not shift:
            continue
        moved = _moved(new, old, shift)
        matches = int(moved[changed].sum())
        if matches >= 2 and matches * SHARE >= count:  # noqa: PLR2004 - one alone is a coincidence
            first, last = _extent(moved, y, -1), _extent(moved, y, 1)
            return Scroll(Verdict.FOUND, Copy(first, last - first + 1, shift))
    return Scroll(Verdict.NONE)


def _shift(row: NDArray[np.uint8], old: NDArray[np.uint8], y: int, pixel_bytes: int) -> int:
    """The one row of the kept picture that the new row y is, as a shift; 0 where there is none, or several."""
    edges = (row[pixel_bytes:] != row[:-pixel_bytes]).nonzero()[0]
    if not len(edges):
        return 0
    found = np.arange(len(old))
    for at in edges[
        :: -(-len(edges) // PLACES)
    ]:  # they tell the row from a uniform one: most others differ there
        found = found[old[found, at] == row[at]]
    found = found[(old[found] == row).all(axis=1)]
    return int(found[0]) - y if len(found) == 1 else 0


def _moved(new: NDArray[np.uint8], old: NDArray[np.uint8], shift: int) -> Rows:
    """Which new rows are those of the kept picture so many rows further down."""
    moved = np.zeros(len(new), np.bool_)
    first, end = max(0, -shift), min(len(new), len(new) - shift)
    moved[first:end] = ~differing_rows(new[first:end], old[first + shift : end + shift])
    return moved


def _extent(moved: Rows, y: int, step: int) -> int:
    """From row y on, up (-1) or down (1), the last row that moved before too many that did not."""
    last = y
    for at in range(y + step, len(moved) if step > 0 else -1, step):
        if abs(at - last) > PATIENCE:
            break
        if moved[at]:
            last = at
    return last
