"""What the compiled walk has to know of a pixel, as bytes: the `ws_pixel` of core/pixels.h."""

from functools import lru_cache

from ..pixels.formats import PixelFormat, reduced
from ..pixels.rendition import Rendition
from ..pixels.tolerance import channel_limits


@lru_cache
def pixel_layout(pixel_format: PixelFormat, rendition: Rendition) -> bytes:
    """How pixels of a source are read and kept for this rendition."""
    kept = reduced(pixel_format, rendition.depth)
    channels = _channels(pixel_format)
    lowered = (
        [
            (_bits(mask) - bits, lowest)
            for (_, mask), (lowest, bits) in zip(channels, kept.fields, strict=True)
        ]
        if kept is not pixel_format
        else [(0, 0)] * 3
    )
    limits = channel_limits(kept, rendition.tolerance) if rendition.tolerance else ()
    return bytes(
        (
            *(pixel_format.bytes_per_pixel, kept.bytes_per_pixel, kept.colour_bytes, kept.padded),
            *(bool(pixel_format.fields), kept is not pixel_format, rendition.tolerance),
            *(shift for shift, _ in channels),
            *(mask for _, mask in channels),
            *(drop for drop, _ in lowered),
            *(up for _, up in lowered),
            *(value for column in zip(*limits or [(0, 0, 0)] * 3, strict=True) for value in column),
        )
    )


def _channels(pixel_format: PixelFormat) -> list[tuple[int, int]]:
    """Where red, green and blue lie in a pixel taken as a little-endian word, and their masks."""
    if pixel_format.fields:
        return [(lowest, (1 << bits) - 1) for lowest, bits in pixel_format.fields]
    return [(8 * byte, 255) for byte in pixel_format.rgb]


def _bits(mask: int) -> int:
    return mask.bit_length()
