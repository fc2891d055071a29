"""What the compiled walk has to know of a pixel, as bytes: the `ws_pixel` of core/pixels.h; and of a crop, in cells."""

from functools import lru_cache

from ..pixels.colours import scale
from ..pixels.formats import PixelFormat
from ..pixels.kept import kept_format
from ..pixels.plain import opaque, palette_of
from ..pixels.regroup import is_cell_by_cell
from ..pixels.rendition import Crop, Rendition
from ..pixels.tolerance import channel_limits


@lru_cache
def pixel_layout(pixel_format: PixelFormat, rendition: Rendition) -> bytes:
    """How pixels of a source are read and kept for this rendition."""
    kept, raw = kept_format(rendition, pixel_format), pixel_format.raw
    is_raw = kept is pixel_format and raw is not None
    is_looked_up = raw is not None and not is_raw and not pixel_format.fields
    read = raw.plain if raw and is_looked_up else pixel_format
    channels = read.colours
    converted = (
        [
            (*scale(bits, kept_bits), lowest)
            for (_, bits), (lowest, kept_bits) in zip(channels, kept.colours, strict=True)
        ]
        if kept is not read
        else [(1, 0, 0)] * 3
    )
    limits = channel_limits(kept, rendition.tolerance) if rendition.tolerance else ()
    size = pixel_format.cell if is_raw else pixel_format.bytes_per_pixel
    return bytes(
        (
            *(size, kept.cell, kept.colour_bytes, kept.padded),
            *(bool(pixel_format.fields), kept is not read, rendition.tolerance),
            *(lowest for lowest, _ in channels),
            *((1 << bits) - 1 for _, bits in channels),
            *(value for column in zip(*converted, strict=True) for value in column),
            *(value for column in zip(*limits or [(0, 0, 0)] * 3, strict=True) for value in column),
            *(is_raw, *_grouping(pixel_format, rendition, is_raw=is_raw)),
            pixel_format.code if is_looked_up else 0,
        )
    )


def _grouping(
    pixel_format: PixelFormat, rendition: Rendition, *, is_raw: bool
) -> tuple[int, int, int]:
    """Bytes of a group in a line, its lines, and planes; zeros where each cell is taken for itself."""
    raw = pixel_format.raw
    if raw is None or (is_raw and is_cell_by_cell(pixel_format, rendition)):
        return 0, 0, 0
    across, down = raw.group
    return (across * pixel_format.bytes_per_pixel, down, raw.planes) if is_raw else (0, down, 0)


def crop_layout(pixel_format: PixelFormat, rendition: Rendition, size: tuple[int, int]) -> Crop:
    """What of a source of this size is read: of raw pictures in cells, of those made plain in pixels."""
    raw = pixel_format.raw
    if raw is None or rendition.plain:
        return rendition.crop or Crop(0, 0, *size)
    if rendition.crop is None and is_cell_by_cell(pixel_format, rendition):
        return Crop(0, 0, *pixel_format.grid(*size))
    x, y, width, height = rendition.crop or Crop(0, 0, *size)
    columns = -(-width // raw.per_byte) * raw.per_pixel
    return Crop(x // raw.per_byte * raw.per_pixel, y, columns, height)


def source_layout(
    pixel_format: PixelFormat, rendition: Rendition, size: tuple[int, int]
) -> tuple[int, int]:
    """Columns and rows of a source: of cells, or of pixels where those are read as words."""
    is_grid = pixel_format.raw and not (rendition.plain and pixel_format.fields)
    return pixel_format.grid(*size) if is_grid else size


@lru_cache
def palette_layout(pixel_format: PixelFormat) -> bytes:
    """The colours of indices, as RGBX8888; none where pixels are no indices."""
    return opaque(palette_of(pixel_format)[None]).tobytes() if pixel_format.palette else b""
