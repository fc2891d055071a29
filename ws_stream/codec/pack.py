"""Packs marks into segments. Knows nothing of headers, viewers or time."""

from collections.abc import Iterator
from itertools import accumulate, pairwise

import lz4.block
import numpy as np

from ..pixels.formats import PixelFormat
from ..pixels.resample import runs
from ..protocol.picture import Kind, Segment
from .marks import Marks

MERGE_GAP = 16
"""Rows without marks fewer than this between two runs are sent along: their group bits are zeros, which pack to almost
nothing, while a segment of its own costs 12 bytes and a call into LZ4."""

BAND = 2**20
"""Longer runs are cut into bands of at most so many bytes of rows, as kept in memory, or of one row: a band's content
stays in the processor's cache, and in the viewer's."""

HASTE = 2
"""LZ4's acceleration: 1 % more bytes in a tenth less time."""

_ONES = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).sum(axis=1, dtype=np.intp)
"""How many bits are set in a byte."""


def pack(marks: Marks, width: int, pixel_format: PixelFormat) -> list[Segment]:
    """The copy, if there is one, then the runs of rows that have marks."""
    segments = []
    if marks.copy:
        first, rows, shift = marks.copy
        segments.append(Segment(first, rows, Kind.COPY, shift=shift))
    row_bytes = width * pixel_format.bytes_per_pixel
    found = runs((marks.masks != 0).any(axis=1), MERGE_GAP)
    bands = [band for run in found for band in _bands(*run, row_bytes)]
    counts = (
        int(_ONES[marks.literals[first:end]].sum()) * pixel_format.colour_bytes
        for first, end in bands
    )
    colours = pairwise(accumulate(counts, initial=0))
    segments += [_pack_band(marks, *band, *part) for band, part in zip(bands, colours, strict=True)]
    return segments


def _pack_band(marks: Marks, first: int, end: int, start: int, stop: int) -> Segment:
    """A band and where its colours lie; stored when LZ4 makes its content no shorter."""
    masks = marks.masks[first:end]
    holds = masks != 0
    bits = np.packbits(holds.reshape(-1), bitorder="little")
    literals = marks.literals[first:end]
    content = np.concatenate((bits, masks[holds], literals[holds], marks.colours[start:stop]))
    packed = lz4.block.compress(content, mode="fast", acceleration=HASTE, store_size=False)
    if len(packed) < len(content):
        return Segment(first, end - first, Kind.MARKED_LZ4, packed)
    return Segment(first, end - first, Kind.MARKED, content.tobytes())


def _bands(first: int, end: int, row_bytes: int) -> Iterator[tuple[int, int]]:
    """A run, cut if it is longer than a band."""
    count = min(-(-(end - first) * row_bytes // BAND), end - first)
    return pairwise(first + (end - first) * cut // count for cut in range(count + 1))
