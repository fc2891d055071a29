"""What a saved notebook has of a stream: the picture published last, as a PNG. Knows nothing of notebooks."""

from math import ceil, sqrt

from ..hub.stream import Stream
from ..limits import MAX_SIDE
from ..pixels.colours import to_rgb
from ..pixels.gpu import GpuPicture
from ..pixels.kept import kept
from ..pixels.rendition import Rendition
from ..pixels.resample import resample
from ..png import encode_png

MOST_PIXELS = 1_000_000
"""Of a PNG: a larger picture gives every so many-th pixel, or group. A notebook is a text file, and is saved often."""


def still(stream: Stream) -> bytes | None:
    """The PNG; None before the first picture, and of a source that is polled."""
    array, source = stream.newest.array, stream.audience.source
    if array is None or source is None:
        return None
    if type(array) is GpuPicture:
        array = array.whole()
    times = max(source.width, source.height) / MAX_SIDE
    coarse = Rendition(step=ceil(max(1, times, sqrt(source.width * source.height / MOST_PIXELS))))
    made = kept(coarse, *source)
    return encode_png(to_rgb(resample(array, source.format, coarse), made.format))
