"""Crop, step, average, tolerance and depth: what becomes of a source picture, and what a viewer may ask for of it.

Knows nothing of arrays: sizes go in, sizes and renditions come out.
"""

from math import prod
from typing import NamedTuple

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
        """Itself. Raises UsageError when no picture at all could be made this way."""
        if not 1 <= self.step <= MAX_STEP:
            raise UsageError(f"a step of {self.step} cannot be; right would be 1 to {MAX_STEP}")
        if self.crop and (min(self.crop[:2]) < 0 or min(self.crop[2:]) < 1):
            raise UsageError(
                f"the crop {self.crop} is empty or starts outside the picture; "
                "right would be X,Y,WIDTH,HEIGHT with X, Y from 0 and WIDTH, HEIGHT from 1"
            )
        if not 0 <= self.tolerance <= MAX_TOLERANCE:
            raise UsageError(
                f"a tolerance of {self.tolerance} cannot be; right would be 0 (exact) to {MAX_TOLERANCE}"
            )
        if self.depth not in DEPTHS:
            raise UsageError(
                f"a depth of {self.depth} bits cannot be; right would be {', '.join(map(str, DEPTHS))}"
            )
        return self

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Width and height of the rendition of a source picture of this size, in pixels.

        Raises UsageError when the crop is not inside the picture.
        """
        crop = self.crop or Crop(0, 0, width, height)
        if crop.x + crop.width > width or crop.y + crop.height > height:
            raise UsageError(f"the crop {crop} leaves the picture, which is {width}x{height}")
        return -(-crop.width // self.step), -(-crop.height // self.step)


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


def clamp(requested: Rendition, default: Rendition, width: int, height: int) -> Rendition:
    """The rendition nearest to the requested one that a picture of this size allows.

    Its crop lies within the picture, and it has no more pixels and is no more exact than the default one: what the
    owner of the device chose is the most that a viewer can make the device do.
    """
    crop = requested.crop and _cut(requested.crop, width, height)
    most = prod(default.size(width, height))
    step = requested.step
    while prod(Rendition(crop, step).size(width, height)) > most:
        step += 1
        if step > MAX_STEP:
            return default
    tolerance, depth = (
        max(requested.tolerance, default.tolerance),
        min(requested.depth, default.depth),
    )
    return Rendition(crop, step, requested.average and step > 1, tolerance, depth)


def _cut(crop: Crop, width: int, height: int) -> Crop | None:
    """The part of the crop that is in the picture; None if that is nothing, or all of the picture."""
    cut_width, cut_height = min(crop.width, width - crop.x), min(crop.height, height - crop.y)
    if cut_width < 1 or cut_height < 1 or (cut_width, cut_height) == (width, height):
        return None
    return Crop(crop.x, crop.y, cut_width, cut_height)
