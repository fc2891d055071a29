"""All three colours of each pixel behind a colour filter, from those of its neighbours. Its twin: web/formats/bayer.js.

Beyond the picture's edge its pixels are mirrored, which keeps the pattern.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from .formats import PixelFormat, Pixels
from .plain import places

Sums = NDArray[np.int32]
_REACH = 2
"""Pixels on each side that a formula looks at."""


def bilinear(pixels: Pixels, bayer: PixelFormat) -> NDArray[np.uint8]:
    """The mean of the two or four nearest samples of a colour, rounded half up: uint8 (height, width, 3)."""
    at = _reader(pixels)
    across = (at(0, -1) + at(0, 1) + 1) >> 1
    down = (at(-1, 0) + at(1, 0) + 1) >> 1
    cross = (at(-1, 0) + at(1, 0) + at(0, -1) + at(0, 1) + 2) >> 2
    diagonal = (at(-1, -1) + at(-1, 1) + at(1, -1) + at(1, 1) + 2) >> 2
    return _put_together(pixels, bayer, (across, down, cross, diagonal))


def malvar(pixels: Pixels, bayer: PixelFormat) -> NDArray[np.uint8]:
    """The same by a mean that is corrected by the pixel's own colour: sharper, with fewer false colours.

    H. S. Malvar, L. He, R. Cutler, High-Quality Linear Interpolation for Demosaicing of Bayer-Patterned Color Images,
    2004; its weights times 16, rounded half up.
    """
    at = _reader(pixels)
    own = at(0, 0)
    left_right, up_down = at(0, -1) + at(0, 1), at(-1, 0) + at(1, 0)
    far_across, far_down = at(0, -2) + at(0, 2), at(-2, 0) + at(2, 0)
    corners = at(-1, -1) + at(-1, 1) + at(1, -1) + at(1, 1)
    across = 10 * own + 8 * left_right - 2 * corners - 2 * far_across + far_down
    down = 10 * own + 8 * up_down - 2 * corners - 2 * far_down + far_across
    cross = 8 * own + 4 * (left_right + up_down) - 2 * (far_across + far_down)
    diagonal = 12 * own + 4 * corners - 3 * (far_across + far_down)
    sums = (((each + 8) >> 4).clip(0, 255) for each in (across, down, cross, diagonal))
    return _put_together(pixels, bayer, tuple(sums))


def _reader(pixels: Pixels) -> Callable[[int, int], Sums]:
    height, width = pixels.shape
    wide = np.pad(pixels.astype(np.int32), _REACH, mode="reflect")

    def at(down: int, across: int) -> Sums:
        top, left = _REACH + down, _REACH + across
        return wide[top : top + height, left : left + width]

    return at


def _put_together(pixels: Pixels, bayer: PixelFormat, made: tuple[Sums, ...]) -> NDArray[np.uint8]:
    """Each colour where its sample is, and where the two greens and the other colour are."""
    across, down, cross, diagonal = made
    rgb = np.empty((*pixels.shape, 3), np.uint8)
    rgb[..., 1] = cross
    colours = places(bayer)
    for channel, (y, x) in zip((0, 2), colours, strict=True):
        take = partial(_take, rgb[..., channel])
        take(pixels, y, x)
        take(across, y, 1 - x)
        take(down, 1 - y, x)
        take(diagonal, 1 - y, 1 - x)
        _take(rgb[..., 1], pixels, y, 1 - x)
    return rgb


def _take(target: Pixels, source: NDArray[np.generic], y: int, x: int) -> None:
    target[y::2, x::2] = source[y::2, x::2]
