"""Packs a run of rows with LZ4 in the way that suits it. Knows nothing of headers, viewers or time.

Which way is the best is asked of a sample of the rows: packing all of them in each way would cost the most just where
there is the least to gain.
"""

from collections.abc import Callable
from functools import partial

import lz4.block

from ..pixels.rows import Memory, unpadded
from ..protocol.picture import Kind, Segment

SHORT = 2**15
"""Of a run of no more bytes no sample is taken: it is packed in the first way, unless that is bad."""

SAMPLE = 2**12
"""So many bytes of a longer run, and at least a thirty-second of it, show which way of packing it is the best."""

GOOD_ENOUGH = 1 / 16
"""A way that packs the sample to this share of its size ends the search."""

BAD = 0.5
"""Where the best way leaves more than this share of the size, padding bytes are left out: LZ4 finds little but these,
and each costs it a match."""

HASTE = 4
"""LZ4's acceleration: some 3 % more bytes in three quarters of the time."""

_compressed: Callable[[Memory], bytes] = partial(
    lz4.block.compress, mode="fast", acceleration=HASTE, store_size=False
)

_KINDS = {
    (False, False): Kind.WHOLE_LZ4,
    (True, False): Kind.XOR_LZ4,
    (False, True): Kind.WHOLE_UNPADDED,
    (True, True): Kind.XOR_UNPADDED,
}
"""By whether rows of the base are read, and whether padding bytes are left out."""


def pack(rows: Memory, base: Memory | None, first_row: int, *, padded: bool) -> Segment:
    """The rows as a segment: whole, or as the XOR with the base's; stored when LZ4 makes them no shorter.

    `padded` says that every fourth byte is a padding byte. Those may have any value.
    """
    is_unpadded = False
    if rows.size <= SHORT:
        packed = _compressed(rows if base is None else rows ^ base)
        if base is not None and len(packed) >= BAD * rows.size:
            whole = _compressed(rows)
            base, packed = (None, whole) if len(whole) <= len(packed) else (base, packed)
    else:
        base, share = _better_for_a_sample(rows, base)
        content = unpadded(rows, base) if padded and share > BAD else None
        is_unpadded = content is not None
        if content is None:
            content = rows if base is None else rows ^ base
        packed = _compressed(content)
    if len(packed) < rows.size:
        kind = _KINDS[base is not None, is_unpadded]
        return Segment(first_row, len(rows), kind, packed)
    return Segment(first_row, len(rows), Kind.WHOLE_STORED, rows.data.cast("B"))


def _better_for_a_sample(rows: Memory, base: Memory | None) -> tuple[Memory | None, float]:
    """The base or none, whatever packs a sample from the middle better, and to which share of its size."""
    height, row_bytes = rows.shape
    count = min(max(-(-SAMPLE // row_bytes), height // 32), height)
    middle = slice((height - count) // 2, (height + count) // 2)
    sample, size = rows[middle], count * row_bytes
    if base is None:
        return None, len(_compressed(sample)) / size
    differing = len(_compressed(sample ^ base[middle]))
    if differing < GOOD_ENOUGH * size:
        return base, differing / size
    whole = len(_compressed(sample))
    return (None, whole / size) if whole <= differing else (base, differing / size)
