"""The walk in C (core/), for the hub to call as it calls the one in numpy.

Importing it fails where it was not built.
"""

from typing import Self

import lz4.block._block

from .._core import Walk as _CoreWalk
from ..codec.pack import ALL, band_rows
from ..pixels.formats import PixelFormat
from ..pixels.kept import kept
from ..pixels.rendition import Rendition
from ..protocol.offer import Encoding
from .counts import Counts
from .layout import crop_layout, palette_layout, pixel_layout, source_layout

LZ4_LIBRARIES = ("liblz4.so.1", lz4.block._block.__file__)
"""Where LZ4 is found: Debian's library, or the one that Python's package brings."""


class CompiledWalk(_CoreWalk):
    """The methods of `NumpyWalk`, and `run`, which reads mapped memory without Python."""

    def __new__(cls, fps: float, lz4_libraries: tuple[str, ...] = LZ4_LIBRARIES) -> Self:
        """Raises OSError when no library holds LZ4."""
        return super().__new__(cls, lz4_libraries, fps)

    def open(
        self,
        variant_id: int,
        pixel_format: PixelFormat,
        rendition: Rendition,
        size: tuple[int, int],
        epoch: int,
        encoding: Encoding = ALL,
    ) -> None:
        """As `NumpyWalk.open`."""
        made = kept(rendition, pixel_format, *size)
        crop = crop_layout(pixel_format, rendition, size)
        layout = pixel_layout(pixel_format, rendition)
        columns, _ = made.format.grid(made.width, made.height)
        rows = band_rows(columns, made.format, encoding.max_segment)
        written, shown = (encoding.lz4, encoding.copy, rows), (made.width, made.height)
        source = source_layout(pixel_format, rendition, size), shown, palette_layout(pixel_format)
        how = rendition.step, rendition.average, written, *source, made.format.code, epoch
        self.open_variant(variant_id, layout, crop, *how)

    def counts(self) -> Counts:  # type: ignore[override]  # the core knows no classes of ours
        """As `NumpyWalk.counts`."""
        return Counts(*super().counts())
