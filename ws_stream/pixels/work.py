"""How much work a rendition is for the device, so that no viewer can ask for more than its owner chose.

Reckoned from its size, for one picture of which a tenth has changed. Pure.
"""

from collections.abc import Mapping
from typing import NamedTuple

from .formats import PixelFormat
from .kept import kept
from .rendition import Crop, Rendition


class Work(NamedTuple):
    """The work on one pixel."""

    compared: float
    """One that lies beside the next one."""
    picked: float
    """One out of every so many in a row."""
    summed: float
    """One of a box of which the mean is sent."""
    divided: float
    """The mean of a box."""
    reduced: float
    """One that is sent with fewer bits than it has."""


SENT = 16
"""On one pixel of which a tenth is marked, packed and sent."""
WORK: Mapping[int, Work] = {
    1: Work(0.4, 9, 1.3, 50, 16),
    2: Work(1.4, 6, 4, 90, 16),
    3: Work(2.6, 19, 3.5, 95, 40),
    4: Work(4, 7, 3, 45, 12),
}
"""By the bytes of a pixel, in quarters of the work on one of four bytes that is compared. Only what they are to each
other counts; measured by `python -m bench.renditions`, which shows them beside what each rendition takes."""


def work(rendition: Rendition, pixel_format: PixelFormat, width: int, height: int) -> float:
    """Of one picture of this size. Raises UsageError when the crop is not inside the picture."""
    made = kept(rendition, pixel_format, width, height)
    crop = rendition.crop or Crop(0, 0, width, height)
    count, each = made.width * made.height, WORK[pixel_format.bytes_per_pixel]
    total = count * float(SENT)
    if rendition.step == 1:
        total += count * each.compared
    elif rendition.average:
        total += crop.width * crop.height * each.summed + count * each.divided
    else:
        total += count * each.picked
    if made.format is not pixel_format:
        total += count * each.reduced
    if rendition.tolerance:
        total += count * each.compared
    return total
