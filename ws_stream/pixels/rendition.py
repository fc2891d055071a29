"""Crop, step, average, tolerance and depth: what becomes of a source picture, and what a viewer may ask for of it.

Knows nothing of pixels: sizes go in, sizes and renditions come out.
"""

from collections.abc import Mapping
from operator import index
from typing import Any, NamedTuple

import numpy as np

from ..arguments import SWITCH, Kind, optional, whole
from ..errors import UsageError
from ..limits import MAX_STEP, MAX_TOLERANCE
from .formats import DEPTHS


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
    plain: bool = False
    """Raw pixels are made plain ones. So it is granted to whoever decodes no raw ones; nobody asks for it."""

    def check(self) -> "Rendition":
        """The same, of plain values. Raises UsageError when no picture at all could be made this way."""
        members = self._asdict()
        return rendition(**{name: members[name] for name in KINDS})

    def size(self, width: int, height: int, group: tuple[int, int] = (1, 1)) -> tuple[int, int]:
        """Width and height of the rendition of a source picture of this size, in pixels; a step takes whole groups.

        Raises UsageError when the crop is not inside the picture.
        """
        crop = self.crop or Crop(0, 0, width, height)
        if crop.x + crop.width > width or crop.y + crop.height > height:
            raise UsageError(f"the crop {crop} leaves the picture, which is {width}x{height}")
        across, down = (one * self.step for one in group)
        return -(-crop.width // across) * group[0], -(-crop.height // down) * group[1]


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
