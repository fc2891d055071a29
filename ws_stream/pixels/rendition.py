"""Crop, step, average, tolerance and depth: what becomes of a source picture, and what a viewer may ask for of it.

Knows nothing of pixels: sizes go in, sizes and renditions come out.
"""

from collections.abc import Callable, Mapping
from math import prod
from operator import index
from typing import Any, NamedTuple

import numpy as np

from ..arguments import SWITCH, Kind, optional, whole
from ..errors import UsageError
from ..limits import MAX_PICTURE_BYTES, MAX_SIDE, MAX_STEP, MAX_TOLERANCE
from .formats import DEPTHS, PixelFormat, reduced


class Crop(NamedTuple):
    """The part of a picture to show, in source pixels."""

    x: int
    y: int
    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.x},{self.y},{self.width},{self.height}"


class Rendition(NamedTuple):
    """What becomes of a source picture: the part shown, every how manyth pixel, and how the rest is treated.

    Renditions that are equal are the same picture.
    """

    crop: Crop | None = None
    step: int = 1
    average: bool = False
    """Each pixel is the mean of its step x step box rather than the box's first pixel."""
    tolerance: int = 0
    """How far a channel may be off, in steps of eight bits: a pixel within it is not sent until it stands still."""
    depth: int = 24
    """Bits of colour in a pixel at most; what the source has more is left out."""

    def check(self) -> "Rendition":
        """The same, of plain values. Raises UsageError when no picture at all could be made this way."""
        return rendition(**self._asdict())

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Width and height of the rendition of a source picture of this size, in pixels.

        Raises UsageError when the crop is not inside the picture.
        """
        crop = self.crop or Crop(0, 0, width, height)
        if crop.x + crop.width > width or crop.y + crop.height > height:
            raise UsageError(f"the crop {crop} leaves the picture, which is {width}x{height}")
        return -(-crop.width // self.step), -(-crop.height // self.step)


def _crop(value: Any) -> Crop:  # noqa: ANN401 - whatever was handed in
    if not isinstance(value, list | tuple | np.ndarray):
        raise TypeError(value)
    x, y, width, height = value
    return Crop(_PLACE.read(x), _PLACE.read(y), _LENGTH.read(width), _LENGTH.read(height))


_PLACE, _LENGTH = whole(0, 2**31 - 1), whole(1, 2**31 - 1)
_DEPTHS = {depth: depth for depth in DEPTHS}

KINDS: Mapping[str, Kind[Any]] = {
    "crop": optional(
        Kind(
            _crop,
            "(X, Y, WIDTH, HEIGHT) in whole pixels (64 // 2, not 64 / 2), X, Y from 0, WIDTH, HEIGHT from 1",
        )
    ),
    "step": whole(1, MAX_STEP),
    "average": SWITCH,
    "tolerance": whole(0, MAX_TOLERANCE),
    "depth": Kind(lambda value: _DEPTHS[index(value)], ", ".join(map(str, DEPTHS))),
}
"""What each member of a rendition may be."""


def rendition(**members: object) -> Rendition:
    """The rendition of these members, made plain values. Raises UsageError for what cannot be."""
    return Rendition(**{name: KINDS[name].take(name, value) for name, value in members.items()})


def check_size(pixel_format: PixelFormat, width: int, height: int) -> None:
    """Raises UsageError when a rendition of this size, its depth not reduced, is more than a message can hold."""
    pixel_format = reduced(pixel_format, 24)
    if (
        max(width, height) > MAX_SIDE
        or width * height * pixel_format.bytes_per_pixel > MAX_PICTURE_BYTES
    ):
        raise UsageError(
            f"a picture of {width}x{height} {pixel_format} is too large to send; right would be a larger step or a "
            f"crop, up to {MAX_SIDE} pixels a side and {MAX_PICTURE_BYTES >> 20} MiB"
        )


def clamp(
    requested: Rendition,
    default: Rendition,
    width: int,
    height: int,
    is_size: Callable[[int, int], bool] = lambda width, height: True,
) -> Rendition | None:
    """The rendition nearest to the requested one that a picture of this size allows; None if no step makes `is_size`.

    Its crop lies within the picture, and it has no more pixels and is no more exact than the default one: what the
    owner of the device chose is the most that a viewer can make the device do.
    """
    crop = requested.crop and _cut(requested.crop, width, height)
    most = prod(default.size(width, height))
    tolerance = max(requested.tolerance, default.tolerance)
    depth = min(requested.depth, default.depth)
    for step in range(requested.step, MAX_STEP + 1):
        size = Rendition(crop, step).size(width, height)
        if prod(size) <= most and is_size(*size):
            return Rendition(crop, step, requested.average and step > 1, tolerance, depth)
    nearest = default._replace(depth=depth)
    return nearest if is_size(*nearest.size(width, height)) else None


def _cut(crop: Crop, width: int, height: int) -> Crop | None:
    """The part of the crop that is in the picture, or the pixel next to it; None if that is all of the picture."""
    x, y = min(crop.x, width - 1), min(crop.y, height - 1)
    cut = Crop(x, y, min(crop.width, width - x), min(crop.height, height - y))
    return None if cut == (0, 0, width, height) else cut
