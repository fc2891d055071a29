"""What a source shows now, whether it was seen before or not."""

from ws_stream.pixels.formats import Pixels
from ws_stream.sources import Picture, Source


def newest(source: Source) -> Picture:
    """Raises SourceError when there is no picture."""
    picture = source.poll()
    assert picture is not None, "who has seen none is shown it"
    return picture


def pixels(source: Source) -> Pixels:
    """Those of the newest picture. Raises SourceError when there is none."""
    return newest(source).pixels
