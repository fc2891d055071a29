"""Encodes a frame as its difference from a base. Pure.

Knows nothing of time, viewers or sockets.
"""

from collections.abc import Iterable
from itertools import pairwise
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from ..pixels.frame import Frame
from ..pixels.rows import Memory, differing_rows, runs
from ..protocol.picture import Kind, Message, Segment, serialize
from .compress import pack
from .scroll import find_scroll

MERGE_GAP = 16
"""Unchanged rows fewer than this between two changed runs are sent along: a run of zeros packs to 1/255 of its
size, while a segment of its own costs 12 bytes and a call into LZ4."""

BAND = 2**18
"""Longer runs are cut into bands of at most so many bytes or one row: each is packed as suits it, in memory that stays
in the processor's cache."""


def encode(
    frame: Frame, base: Frame | None = None, changed: NDArray[np.bool_] | None = None
) -> bytes:
    """The message that turns `base` into `frame`; from blank when there is no base or it is not alike.

    `changed` are the `differing_rows` of the two, where the caller has them. Both frames' padding bytes are sent
    as they are: `shrink` has set them to 255. Cannot fail.
    """
    if base is None or base.number == 0 or not base.alike(frame):
        base_number = 0
        everything = [(0, frame.height)] if frame.pixels.any() else []
        segments = _pack_all(frame.rows, None, everything, frame.format.padded)
    else:
        base_number = base.number
        if changed is None:
            changed = differing_rows(frame.pixels, base.pixels)
        segments = _differences(frame, base, changed)
    return serialize(
        Message(
            frame.format,
            *(frame.epoch, frame.number, base_number, frame.time, frame.width, frame.height),
            checksum=None,
            segments=segments,
        )
    )


def _differences(frame: Frame, base: Frame, changed: NDArray[np.bool_]) -> list[Segment]:
    new, padded = frame.rows, frame.format.padded
    found, copies = runs(changed, MERGE_GAP), []
    if moved := find_scroll(frame, base, changed):
        copies = _copies(changed, *moved)
        changed = changed.copy()
        for copy in copies:
            changed[copy.first_row : copy.first_row + copy.rows] = False
        found = runs(changed, MERGE_GAP)
    differences = _pack_all(new, base.rows, found, padded)
    return sorted(copies + differences, key=attrgetter("first_row")) if copies else differences


def _copies(changed: NDArray[np.bool_], shift: int, moved: NDArray[np.bool_]) -> list[Segment]:
    """Runs of rows that moved, each from a changed row to one; at least as many as a gap that is not merged."""
    copies = []
    for first, end in runs(moved, 1):
        rows = first + changed[first:end].nonzero()[0]
        if len(rows) >= MERGE_GAP:
            count = int(rows[-1] - rows[0]) + 1
            copies.append(Segment(int(rows[0]), count, Kind.COPY, shift=shift))
    return copies


def _pack_all(
    new: Memory, old: Memory | None, found: Iterable[tuple[int, int]], padded: bool
) -> list[Segment]:
    """The runs of rows, cut into bands, each packed as it suits it."""
    if new.size > BAND:
        found = [band for run in found for band in _bands(*run, new.shape[1])]
    return [
        pack(new[first:end], None if old is None else old[first:end], first, padded=padded)
        for first, end in found
    ]


def _bands(first: int, end: int, row_bytes: int) -> Iterable[tuple[int, int]]:
    """A run, cut if it is longer than a band."""
    count = min(-(-(end - first) * row_bytes // BAND), end - first)
    return pairwise(first + (end - first) * cut // count for cut in range(count + 1))
