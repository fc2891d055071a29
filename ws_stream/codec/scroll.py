"""Finds rows that only moved: what a terminal or a page does when it scrolls.

Knows nothing of messages.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..pixels.frame import Frame
from ..pixels.rows import Rows, differing_rows

WORTH_A_SEARCH = 2**18
"""Fewer changed bytes than this are packed in about the time it takes to find out whether they moved."""

LEAST = 0.25
"""A shift that explains less than this share of the changed rows is a coincidence, or not worth the segments."""

PROBES = (0.35, 0.6, 0.2)
"""How far down the changed rows those lie that are looked for, until one is found."""

Words = NDArray[Any]


def find_scroll(frame: Frame, base: Frame, changed: Rows) -> tuple[int, Rows] | None:
    """A shift, and which rows of `frame` are those of `base` that lie so many rows further down: booleans (height,).

    None where too few of the rows that changed are. Only a few rows are looked for, so what moved may not be found.
    """
    if frame.pixels.nbytes < WORTH_A_SEARCH:
        return None
    rows = changed.nonzero()[0]
    if len(rows) * frame.rows.shape[1] < WORTH_A_SEARCH:
        return None
    new, old = frame.words, base.words
    shift = _shift(new, old, rows)
    if not shift:
        return None
    # A coincidence shows in a few of the rows, which costs less than to compare them all.
    few = rows[:: -(-len(rows) // 16)]
    inside = few[(few + shift >= 0) & (few + shift < len(new))]
    if np.count_nonzero((new[inside] == old[inside + shift]).all(axis=1)) < LEAST * len(few):
        return None
    moved = np.zeros(len(new), np.bool_)
    first = max(int(rows[0]), -shift)
    end = min(int(rows[-1]) + 1, len(new) - shift)
    moved[first:end] = ~differing_rows(new[first:end], old[first + shift : end + shift])
    return shift, moved


def _shift(new: Words, old: Words, rows: NDArray[np.intp]) -> int:
    """How many rows further down in `old` one of the rows is; 0 when none is found just once among these."""
    first, end = int(rows[0]), int(rows[-1]) + 1
    for share in PROBES:
        row = int(rows[int(len(rows) * share)])
        found = _rows_like(old[first:end], new[row], new[row - 1])
        if len(found) == 1:
            return first + int(found[0]) - row
    return 0


def _rows_like(old: Words, wanted: Words, above: Words) -> NDArray[np.intp]:
    """Where in `old` a row is, told from others by words in which it differs from the row above it."""
    edges: NDArray[np.intp] = (wanted != above).nonzero()[0]
    if not len(edges):
        return edges
    middle, early = edges[len(edges) // 2], edges[len(edges) // 4]
    found: NDArray[np.intp] = (old[:, middle] == wanted[middle]).nonzero()[0]
    if len(found):
        found = found[old[found, early] == wanted[early]]
    if len(found):
        found = found[(old[found] == wanted).all(axis=1)]
    return found
