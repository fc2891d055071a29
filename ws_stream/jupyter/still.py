"""What a saved notebook has of a stream: the picture published last, as a PNG. Knows nothing of notebooks."""

from math import ceil, sqrt

from ..hub.stream import Stream
from ..pixels.colours import to_rgb
from ..pixels.gpu import GpuPicture
from ..png import encode_png

MOST_PIXELS = 1_000_000
"""Of a PNG: a larger picture gives every so many-th pixel. A notebook is a text file, and is saved often."""


def still(stream: Stream) -> bytes | None:
    """The PNG; None before the first picture, and of a source that is polled."""
    array, source = stream.newest.array, stream.audience.source
    if array is None or source is None:
        return None
    if type(array) is GpuPicture:
        array = array.whole()
    step = ceil(sqrt(max(1.0, source.width * source.height / MOST_PIXELS)))
    return encode_png(to_rgb(array[::step, ::step], source.format))
