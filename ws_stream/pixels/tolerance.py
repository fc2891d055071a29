"""A picture within a tolerance: pixels that moved by no more than that stay as they are kept.

Its twin is core/tolerance.c.
"""

from functools import lru_cache

import numpy as np

from .formats import PixelFormat, Pixels


def keep_near(new: Pixels, kept: Pixels, pixel_format: PixelFormat, tolerance: int) -> None:
    """Put the kept pixel in the place of each new one of which no channel is off by more than the tolerance.

    Both are C-contiguous, of one shape and of `pixel_format`; the tolerance is in steps of eight bits.
    """
    limits = channel_limits(pixel_format, tolerance)
    if limits:
        distances = (
            (np.abs((new >> shift & mask).astype(int) - (kept >> shift & mask)), limit)
            for shift, mask, limit in limits
        )
        near = np.logical_and.reduce([distance <= limit for distance, limit in distances])
    else:
        near = np.maximum(new, kept) - np.minimum(new, kept) <= tolerance
        if pixel_format.components:
            near = near.all(axis=2)
    new[near] = kept[near]


@lru_cache
def channel_limits(pixel_format: PixelFormat, tolerance: int) -> tuple[tuple[int, int, int], ...]:
    """Of each channel in a word its lowest bit, its mask and how far it may be off; none for channels of a byte each.

    One step of a channel of n bits is shown as at most ceil(255 / (2^n - 1)) steps of eight bits.
    """
    fields = ((lowest, (1 << bits) - 1) for lowest, bits in pixel_format.fields)
    return tuple((lowest, mask, tolerance // -(-255 // mask)) for lowest, mask in fields)
