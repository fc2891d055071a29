"""How much work a rendition is for the device, so that no viewer can ask for more than its owner chose.

Reckoned from its size, for one picture of which little has changed: most of those of a screen. What is sent of a
picture is bounded otherwise, as no rendition has more pixels than the default one. Pure.
"""

from .formats import PixelFormat, reduced
from .rendition import Crop, Rendition

GATHERED, SUMMED, DIVIDED, REDUCED = 8, 4, 60, 16
"""The work on one pixel, in bytes that are compared side by side: one picked out of a row; one of a box that is summed;
the mean of a box; one of which the depth is reduced. Measured by `python -m bench.renditions`: within a factor of two
for every format, step and size of caches."""


def work(rendition: Rendition, pixel_format: PixelFormat, width: int, height: int) -> int:
    """Of one picture of this size, in bytes compared. Raises UsageError when the crop is not inside the picture."""
    columns, rows = rendition.size(width, height)
    crop = rendition.crop or Crop(0, 0, width, height)
    kept, compared = columns * rows, pixel_format.bytes_per_pixel
    if rendition.step == 1:
        total = kept * compared
    elif rendition.average:
        total = crop.width * crop.height * SUMMED + kept * DIVIDED
    else:
        total = kept * GATHERED
    if reduced(pixel_format, rendition.depth) is not pixel_format:
        total += kept * REDUCED
    if rendition.tolerance:
        total += kept * compared
    return total
