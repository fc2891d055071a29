"""What the compiled walk has to know of a pixel, as bytes: the `ws_pixel` of core/pixels.h."""

from functools import lru_cache

from ..pixels.colours import scale
from ..pixels.formats import PixelFormat, reduced
from ..pixels.rendition import Rendition
from ..pixels.tolerance import channel_limits


@lru_cache
def pixel_layout(pixel_format: PixelFormat, rendition: Rendition) -> bytes:
    """How pixels of a source are read and kept for this rendition."""
    kept = reduced(pixel_format, rendition.depth)
    channels = pixel_format.colours
    converted = (
        [
            (*scale(bits, kept_bits), lowest)
            for (_, bits), (lowest, kept_bits) in zip(channels, kept.colours, strict=True)
        ]
        if kept is not pixel_format
        else [(1, 0, 0)] * 3
    )
    limits = channel_limits(kept, rendition.tolerance) if rendition.tolerance else ()
    return bytes(
        (
            *(pixel_format.bytes_per_pixel, kept.bytes_per_pixel, kept.colour_bytes, kept.padded),
            *(bool(pixel_format.fields), kept is not pixel_format, rendition.tolerance),
            *(lowest for lowest, _ in channels),
            *((1 << bits) - 1 for _, bits in channels),
            *(value for column in zip(*converted, strict=True) for value in column),
            *(value for column in zip(*limits or [(0, 0, 0)] * 3, strict=True) for value in column),
        )
    )
