"""Packs marks into segments. Knows nothing of headers, viewers or time."""

from collections.abc import Iterator
from itertools import accumulate, pairwise

import lz4.block
import numpy as np
from numpy.typing import NDArray

from ..pixels.formats import PixelFormat
from ..pixels.resample import runs
from ..protocol.offer import Encoding
from ..protocol.picture import Kind, Segment, content_lengths
from .marks import Marks

Bytes = NDArray[np.uint8]

MERGE_GAP = 16
"""Rows without marks fewer than this between two runs are sent along: their group bits are zeros, which pack to almost
nothing, while a segment of its own costs 12 bytes and a call into LZ4."""

BAND = 2**20
"""Longer runs are cut into bands of at most so many bytes of rows, as kept in memory, or of one row: a band's content
stays in the processor's cache, and in the viewer's."""

ALL = Encoding()
"""What every viewer decodes that does not say otherwise."""

HASTE = 2
"""LZ4's acceleration: 1 % more bytes in a tenth less time."""

_ONES = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).sum(axis=1, dtype=np.intp)
"""How many bits are set in a byte."""


def band_rows(columns: int, pixel_format: PixelFormat, max_segment: int) -> int:
    """How many rows a band has at most, if the longest content of one row is no longer than `max_segment` bytes."""
    _, row = content_lengths(pixel_format, columns, 1)
    return max(1, min(BAND // (columns * pixel_format.cell), max_segment // row))


def pack(
    marks: Marks, columns: int, pixel_format: PixelFormat, encoding: Encoding = ALL
) -> list[Segment]:
    """The copy, if there is one, then the runs of rows that have marks."""
    segments = []
    if marks.copy:
        first, rows, shift = marks.copy
        segments.append(Segment(first, rows, Kind.COPY, shift=shift))
    most = band_rows(columns, pixel_format, encoding.max_segment)
    found = runs((marks.masks != 0).any(axis=1), MERGE_GAP)
    bands = [band for run in found for band in _bands(*run, most)]
    counts = (
        int(_ONES[marks.literals[first:end]].sum()) * pixel_format.colour_bytes
        for first, end in bands
    )
    colours = pairwise(accumulate(counts, initial=0))
    for (first, end), part in zip(bands, colours, strict=True):
        content = _content(marks, first, end, *part)
        segments.append(Segment(first, end - first, *_packed(content, encoding)))
    return segments


def _content(marks: Marks, first: int, end: int, start: int, stop: int) -> Bytes:
    """A band's; `start` and `stop` are where its colours lie."""
    masks = marks.masks[first:end]
    holds = masks != 0
    bits = np.packbits(holds.reshape(-1), bitorder="little")
    literals = marks.literals[first:end]
    return np.concatenate((bits, masks[holds], literals[holds], marks.colours[start:stop]))


def _packed(content: Bytes, encoding: Encoding) -> tuple[Kind, bytes]:
    """The kind and payload of a segment; stored when LZ4 makes its content no shorter."""
    if encoding.lz4:
        packed = lz4.block.compress(content, mode="fast", acceleration=HASTE, store_size=False)
        if len(packed) < len(content):
            return Kind.LZ4, packed
    return Kind.MARKED, content.tobytes()


def _bands(first: int, end: int, most: int) -> Iterator[tuple[int, int]]:
    """A run, cut if it is longer than a band."""
    count = -(-(end - first) // most)
    return pairwise(first + (end - first) * cut // count for cut in range(count + 1))
