"""A rendition's pixels of a picture in a GPU's memory, made there: the same, bit for bit, as `resample` makes here.

Uses slices, whole numbers and the few functions that PyTorch, CuPy and the array API standard share. Knows nothing of
how a picture comes over. https://data-apis.org/array-api/latest has the standard.
"""

from collections.abc import Sequence
from typing import Any

from .colours import scale
from .formats import PixelFormat, reduced
from .rendition import Rendition

Tensor = Any
"""What a library has on a GPU: (height, width) or (height, width, channels) of unsigned numbers."""
Library = Any
"""The module or namespace that has the functions for its tensors."""


def made_there(
    xp: Library, picture: Tensor, pixel_format: PixelFormat, rendition: Rendition
) -> Tensor:
    """The rendition of a picture of a format that is not raw; a view of it, or new memory beside it.

    It is an array of the kept format, but that words made of colours are their bytes: uint8 (height, width, bytes).
    What padding bytes hold is undefined.
    """
    if rendition.crop:
        x, y, width, height = rendition.crop
        picture = picture[y : y + height, x : x + width, ...]
    step, kept = rendition.step, reduced(pixel_format, rendition.depth)
    is_mean = rendition.average and step > 1
    if not is_mean:
        picture = picture[::step, ::step, ...]
    elif not pixel_format.fields:
        picture = _as(xp, _means(xp, picture, step), "uint8")
    if kept is pixel_format and not (is_mean and pixel_format.fields):
        return picture
    colours = _colours(xp, picture, pixel_format)
    if is_mean and pixel_format.fields:
        colours = [_means(xp, colour, step) for colour in colours]
    return _packed(xp, colours, pixel_format, kept)


def _colours(xp: Library, picture: Tensor, pixel_format: PixelFormat) -> list[Tensor]:
    """Red, green and blue as int32, each with the bits that it has."""
    wide = _as(xp, picture, "int32")
    if pixel_format.fields:
        words = wide
        if pixel_format.components:
            words = wide[..., 0]
            for byte in range(1, pixel_format.components[0]):
                words = words | wide[..., byte] << 8 * byte
        return [words >> low & (1 << bits) - 1 for low, bits in pixel_format.fields]
    if not pixel_format.components:
        return [wide] * 3
    return [wide[..., byte] for byte in pixel_format.rgb]


def _packed(
    xp: Library, colours: Sequence[Tensor], pixel_format: PixelFormat, kept: PixelFormat
) -> Tensor:
    """The bytes of pixels of these colours, lowest first; of a pixel of one byte without an axis of their own."""
    words = 0
    for colour, (_, bits), (low, kept_bits) in zip(
        colours, pixel_format.colours, kept.colours, strict=True
    ):
        times, dropped = scale(bits, kept_bits)
        words = words | (colour * times >> dropped) << low
    if kept.bytes_per_pixel == 1:
        return _as(xp, words, "uint8")
    parts = [words >> 8 * byte & 255 for byte in range(kept.bytes_per_pixel)]
    return _as(xp, xp.stack(parts, axis=-1), "uint8")


def _means(xp: Library, channels: Tensor, step: int) -> Tensor:
    """The rounded mean of each box as int32; boxes at the right and lower edge may be smaller."""
    height, width = channels.shape[:2]
    rows = []
    for top, bottom, down in _boxes(height, step):
        parts = [
            _mean(xp, channels[top:bottom, left:right, ...], down, across)
            for left, right, across in _boxes(width, step)
        ]
        rows.append(_joined(xp, parts, 1))
    return _joined(xp, rows, 0)


def _mean(xp: Library, part: Tensor, down: int, across: int) -> Tensor:
    height, width, *rest = part.shape
    boxes = xp.reshape(part, (height // down, down, width // across, across, *rest))
    count = down * across
    return (xp.sum(boxes, axis=(1, 3), dtype=xp.int32) + count // 2) // count


def _joined(xp: Library, parts: Sequence[Tensor], axis: int) -> Tensor:
    return parts[0] if len(parts) == 1 else xp.concat(parts, axis=axis)


def _boxes(length: int, step: int) -> list[tuple[int, int, int]]:
    """Begin and end of those of full length, and of the one at the end that is shorter; with their lengths."""
    whole = length - length % step
    parts = [(0, whole, step), (whole, length, length - whole)]
    return [part for part in parts if part[1] > part[0]]


def _as(xp: Library, tensor: Tensor, name: str) -> Tensor:
    """With another type of number; those that it cannot hold lose their upper bits."""
    kind = getattr(xp, name)
    return tensor.to(kind) if hasattr(tensor, "to") else xp.astype(tensor, kind)
