"""The pixel format of an X visual, which names each colour's bits by a mask.

Knows nothing of where that was read.
"""

from collections.abc import Sequence

from ..errors import UsageError
from ..pixels.described import big_endian, described, field_of
from ..pixels.formats import PixelFormat

_BYTES = {8: 1, 16: 2, 24: 3, 32: 4}
"""Of a pixel, by its bits."""


def format_of_masks(bits: int, masks: Sequence[int], *, most_first: bool) -> PixelFormat | None:
    """Pixels of so many bits with these masks of red, green and blue; None where that is none that can be shown.

    `most_first`: the first byte of a pixel is its most significant one.
    """
    size = _BYTES.get(bits)
    if size is None:
        return None
    fields = [field_of(mask) for mask in masks]
    try:
        return described(size, *(big_endian(size, fields) if most_first else fields))
    except UsageError:
        return None


def told(bits: int, masks: Sequence[int], *, most_first: bool) -> str:
    """The same in words, for a sentence about it."""
    return (
        f"{bits} bits per pixel, {'most' if most_first else 'least'} significant byte first, with the "
        f"masks {' '.join(f'{mask:#x}' for mask in masks)}"
    )
