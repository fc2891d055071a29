"""What raw pixels are in a plain format: luma and chroma, bits, nibbles, indices. Its twin is core/plain.c.

Knows nothing of crops and steps.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from .formats import PixelFormat, Pixels
from .raw import BAYER, GRAY4, I420, INDEXED8, MONO_LSB, MONO_MSB, NV12, RGB565BE, UYVY422, YUYV422

Plane = NDArray[np.uint8]

_SHIFT = 20
_Y, _U_BLUE, _U_GREEN, _V_GREEN, _V_RED = 1220542, 2116026, -409993, -852492, 1673527
"""ITU-R BT.601, 16 to 235 and 16 to 240: times 2^20, as OpenCV rounds them (modules/imgproc/src/color_yuv.simd.hpp)."""


def yuv_to_rgb(luma: Plane, u: Plane, v: Plane) -> NDArray[np.uint8]:
    """Red, green and blue, uint8 (height, width, 3), of three planes of one shape."""
    y = np.maximum(luma.astype(np.int32) - 16, 0) * _Y + (1 << _SHIFT - 1)
    blue, red = u.astype(np.int32) - 128, v.astype(np.int32) - 128
    sums = (y + _V_RED * red, y + _V_GREEN * red + _U_GREEN * blue, y + _U_BLUE * blue)
    return np.stack([(each >> _SHIFT).clip(0, 255).astype(np.uint8) for each in sums], axis=2)


def _doubled(plane: Plane, down: int) -> Plane:
    """Each sample twice across, and `down` times down: the nearest one is taken, none between."""
    return plane.repeat(2, axis=1).repeat(down, axis=0)


def _of_pairs(pixels: Pixels, luma: int) -> NDArray[np.uint8]:
    chroma = pixels[..., 1 - luma]
    u, v = (_doubled(chroma[:, first::2], 1) for first in (0, 1))
    return yuv_to_rgb(pixels[..., luma], u, v)


def _of_planes(pixels: Pixels, *, is_paired: bool) -> NDArray[np.uint8]:
    height, width = len(pixels) * 2 // 3, pixels.shape[1]
    chroma = np.ascontiguousarray(pixels[height:])
    if is_paired:
        pairs = chroma.reshape(height // 2, width // 2, 2)
        u, v = pairs[..., 0], pairs[..., 1]
    else:
        u, v = chroma.reshape(2, height // 2, width // 2)
    return yuv_to_rgb(pixels[:height], _doubled(u, 2), _doubled(v, 2))


def places(bayer: PixelFormat) -> tuple[tuple[int, int], tuple[int, int]]:
    """Row and column, 0 or 1, of the red and of the blue sample of each group."""
    pattern = bayer.name[len("bayer_") :]
    red, blue = pattern.index("r"), pattern.index("b")
    return divmod(red, 2), divmod(blue, 2)


def _squares(pixels: Pixels, bayer: PixelFormat) -> NDArray[np.uint8]:
    """All four pixels of a group alike: its red, its blue, and the mean of its two greens."""
    (y, x), (blue_y, blue_x) = places(bayer)
    green = pixels[y::2, blue_x::2].astype(np.uint16) + pixels[blue_y::2, x::2] + 1 >> 1
    three = pixels[y::2, x::2], green.astype(np.uint8), pixels[blue_y::2, blue_x::2]
    return np.stack([_doubled(each, 2) for each in three], axis=2)


_COLOURS: Mapping[int, Callable[[Pixels], NDArray[np.uint8]]] = {
    YUYV422.code: lambda pixels: _of_pairs(pixels, 0),
    UYVY422.code: lambda pixels: _of_pairs(pixels, 1),
    NV12.code: lambda pixels: _of_planes(pixels, is_paired=True),
    I420.code: lambda pixels: _of_planes(pixels, is_paired=False),
}
_OTHERS: Mapping[int, Callable[[Pixels], Pixels]] = {
    MONO_MSB.code: lambda pixels: np.unpackbits(pixels, axis=1) * np.uint8(255),
    MONO_LSB.code: lambda pixels: np.unpackbits(pixels, axis=1, bitorder="little") * np.uint8(255),
    GRAY4.code: lambda pixels: (
        np.stack((pixels >> 4, pixels & 15), axis=2).reshape(len(pixels), -1) * np.uint8(17)
    ),
    RGB565BE.code: lambda pixels: pixels.astype("<u2"),
}


def plain(pixels: Pixels, pixel_format: PixelFormat) -> Pixels:
    """The same picture in `pixel_format.raw.plain`, as new memory; of bytes that hold several pixels, all of them.

    Of a colour filter without interpolation, which is a viewer's work.
    """
    other = _OTHERS.get(pixel_format.code)
    return other(pixels) if other else opaque(rgb(pixels, pixel_format))


def rgb(pixels: Pixels, pixel_format: PixelFormat) -> NDArray[np.uint8]:
    """The same as red, green and blue, where those are what it becomes; in any order in memory."""
    if pixel_format.code == INDEXED8.code:
        return palette_of(pixel_format)[pixels]
    yuv = _COLOURS.get(pixel_format.code)
    return yuv(pixels) if yuv else _squares(pixels, pixel_format)


def palette_of(pixel_format: PixelFormat) -> NDArray[np.uint8]:
    """Red, green and blue of all 256 indices; those that the palette lacks are black."""
    colours = np.zeros((256, 3), np.uint8)
    given = np.frombuffer(pixel_format.palette, np.uint8).reshape(-1, 3)
    colours[: len(given)] = given
    return colours


def opaque(colours: NDArray[np.uint8]) -> Pixels:
    """The same as RGBX8888."""
    pixels = np.full((*colours.shape[:2], 4), 255, np.uint8)
    pixels[..., :3] = colours
    return pixels


def is_bayer(pixel_format: PixelFormat) -> bool:
    """Whether each pixel lies behind a filter of one colour."""
    return pixel_format in BAYER
