"""Packs a run of rows with LZ4 in the way that suits it. Knows nothing of headers, viewers or time.

Which way is the best is asked of a sample of the rows: packing all of them in each way would cost the most just where
there is the least to gain.
"""

import lz4.block
import numpy as np
from numpy.typing import NDArray

from .wire import Kind, Segment

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

Rows = NDArray[np.uint8]

_KINDS = {
    (False, False): Kind.WHOLE_LZ4,
    (True, False): Kind.XOR_LZ4,
    (False, True): Kind.WHOLE_UNPADDED,
    (True, True): Kind.XOR_UNPADDED,
}
"""By whether rows of the base are read, and whether padding bytes are left out."""


def pack(rows: Rows, base: Rows | None, first_row: int, *, padded: bool) -> Segment:
    """The rows as a segment: whole, or as the XOR with the base's; stored when LZ4 makes them no shorter.

    `padded` says that every fourth byte is a padding byte. Those may have any value.
    """
    if rows.size <= SHORT:
        base, packed = _shorter(rows, base)
        unpadded = False
    else:
        base, share = _better_for_a_sample(rows, base)
        unpadded = share > BAD and padded and _can_be_unpadded(rows, base)
        content = _unpadded(rows, base) if unpadded else _content(rows, base)
        packed = _compressed(content)
    if len(packed) < rows.size:
        kind = _KINDS[base is not None, unpadded]
        return Segment(first_row, len(rows), kind, packed)
    return Segment(first_row, len(rows), Kind.WHOLE_STORED, rows.data.cast("B"))


def _shorter(rows: Rows, base: Rows | None) -> tuple[Rows | None, bytes]:
    """The base or none, and what it makes of the rows; none only where the base does badly."""
    packed = _compressed(_content(rows, base))
    if base is None or len(packed) < BAD * rows.size:
        return base, packed
    whole = _compressed(rows)
    return (None, whole) if len(whole) <= len(packed) else (base, packed)


def _better_for_a_sample(rows: Rows, base: Rows | None) -> tuple[Rows | None, float]:
    """The base or none, whatever packs a sample from the middle better, and to which share of its size."""
    count = min(max(-(-SAMPLE // rows.shape[1]), len(rows) // 32), len(rows))
    middle = slice((len(rows) - count) // 2, (len(rows) + count) // 2)
    sample = rows[middle]
    share = len(_compressed(_content(sample, None if base is None else base[middle]))) / sample.size
    if base is None or share < GOOD_ENOUGH:
        return base, share
    whole = len(_compressed(sample)) / sample.size
    return (None, whole) if whole <= share else (base, share)


def _content(rows: Rows, base: Rows | None) -> Rows:
    """What is to be packed."""
    return rows if base is None else rows ^ base


def _compressed(rows: Rows) -> bytes:
    packed: bytes = lz4.block.compress(rows, mode="fast", acceleration=HASTE, store_size=False)
    return packed


def _can_be_unpadded(rows: Rows, base: Rows | None) -> bool:
    """Whether all padding bytes are what the viewer makes them."""
    return all(
        np.bitwise_and.reduce(part.view("<u4"), axis=None) >= np.uint32(0xFF000000)
        for part in (rows, base)
        if part is not None
    )


def _unpadded(rows: Rows, base: Rows | None) -> Rows:
    pixels = rows.reshape(len(rows), -1, 4)
    colours = np.empty((*pixels.shape[:2], 3), np.uint8)
    if base is None:
        for channel in range(3):
            colours[..., channel] = pixels[..., channel]
    else:
        others = base.reshape(pixels.shape)
        for channel in range(3):
            np.bitwise_xor(pixels[..., channel], others[..., channel], out=colours[..., channel])
    return colours
