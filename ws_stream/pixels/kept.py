"""What is kept of a picture: the rendition that its format allows, and the format and size that come of it. Pure.

Sizes and formats go in and come out; it knows nothing of pixels.
"""

from collections.abc import Callable
from math import prod
from typing import NamedTuple

from ..errors import UsageError
from ..limits import MAX_PICTURE_BYTES, MAX_SIDE, MAX_STEP
from .formats import PixelFormat, reduced
from .rendition import Crop, Rendition

ALL_BITS = 24
"""The depth at which a picture is kept with all it has, also with more."""


class Sized(NamedTuple):
    """A format, and a size in pixels."""

    format: PixelFormat
    width: int
    height: int


def kept_format(rendition: Rendition, pixel_format: PixelFormat) -> PixelFormat:
    """The format of a `suited` rendition of pictures of this format."""
    is_raw = pixel_format.raw and not rendition.plain
    return pixel_format if is_raw else reduced(pixel_format, rendition.depth)


def suited(rendition: Rendition, pixel_format: PixelFormat, width: int, height: int) -> Rendition:
    """The rendition nearest to this one that pictures of this format and size have.

    Of raw ones, a crop is widened to whole groups, samples have no mean, and what cannot be done raw is done plain.
    """
    raw = pixel_format.raw
    if raw is None:
        return rendition._replace(plain=False) if rendition.plain else rendition
    step, average = rendition.step, rendition.average and rendition.step > 1
    is_split = step > 1 and (raw.per_byte > 1 or bool(pixel_format.palette))
    has_mean = average and bool(pixel_format.fields)
    is_reduced = rendition.depth < min(raw.depth, ALL_BITS)
    if rendition.plain or is_split or has_mean or is_reduced:
        return rendition._replace(average=has_mean, plain=True)
    crop = rendition.crop and _widened(rendition.crop, raw.group, width, height)
    tolerance = 0 if raw.is_exact else rendition.tolerance
    return rendition._replace(crop=crop, average=False, tolerance=tolerance)


def _widened(crop: Crop, group: tuple[int, int], width: int, height: int) -> Crop | None:
    """The crop with all of each group that it cuts; None for the whole picture."""
    x, y = crop.x - crop.x % group[0], crop.y - crop.y % group[1]
    right = crop.x + crop.width + -(crop.x + crop.width) % group[0]
    bottom = crop.y + crop.height + -(crop.y + crop.height) % group[1]
    if crop.x + crop.width <= width:  # the last byte of a row may hold pixels beyond the picture
        right = min(right, width)
    whole = Crop(x, y, right - x, bottom - y)
    return None if whole == (0, 0, width, height) else whole


def kept(rendition: Rendition, pixel_format: PixelFormat, width: int, height: int) -> Sized:
    """What is kept of pictures of this format and size. Raises UsageError when the crop is not inside the picture."""
    rendition = suited(rendition, pixel_format, width, height)
    made = kept_format(rendition, pixel_format)
    group = made.group if rendition.step > 1 else (1, 1)
    return Sized(made, *rendition.size(width, height, group))


def check_size(pixel_format: PixelFormat, width: int, height: int) -> None:
    """Raises UsageError when a picture of this size, its depth not reduced, is more than a message can hold."""
    pixel_format = pixel_format if pixel_format.raw else reduced(pixel_format, ALL_BITS)
    is_size = max(width, height) <= MAX_SIDE
    if (
        not is_size
        or prod(pixel_format.grid(width, height)) * pixel_format.cell > MAX_PICTURE_BYTES
    ):
        raise UsageError(
            f"a picture of {width}x{height} {pixel_format} is too large to send; right would be a larger step or a "
            f"crop, up to {MAX_SIDE} pixels a side and {MAX_PICTURE_BYTES >> 20} MiB"
        )


def check_rendition(
    rendition: Rendition, pixel_format: PixelFormat, width: int, height: int
) -> None:
    """Raises UsageError when such a picture has no such rendition, or one that is too large to send."""
    pixel_format.grid(width, height)
    check_size(*kept(rendition._replace(depth=ALL_BITS), pixel_format, width, height))


def clamp(
    requested: Rendition,
    default: Rendition,
    source: Sized,
    is_size: Callable[[Sized], bool] = lambda made: True,
) -> Rendition | None:
    """The rendition nearest to the requested one that a picture like this allows; None if no step makes `is_size`.

    Its crop lies within the picture, and it has no more pixels and is no more exact than the default one: what the
    owner of the device chose is the most that a viewer can make the device do.
    """
    _, width, height = source
    crop = requested.crop and _cut(requested.crop, width, height)
    most = prod(kept(default, *source)[1:])
    tolerance = max(requested.tolerance, default.tolerance)
    depth = min(requested.depth, default.depth)
    for step in range(requested.step, MAX_STEP + 1):
        average = requested.average and step > 1
        wanted = Rendition(crop, step, average, tolerance, depth, requested.plain)
        made = kept(wanted, *source)
        if made.width * made.height <= most and is_size(made):
            return suited(wanted, *source)
    nearest = suited(default._replace(depth=depth, plain=requested.plain), *source)
    return nearest if is_size(kept(nearest, *source)) else None


def _cut(crop: Crop, width: int, height: int) -> Crop | None:
    """The part of the crop that is in the picture, or the pixel next to it; None if that is all of the picture."""
    x, y = min(crop.x, width - 1), min(crop.y, height - 1)
    cut = Crop(x, y, min(crop.width, width - x), min(crop.height, height - y))
    return None if cut == (0, 0, width, height) else cut
