"""Whatever stands in an address, it is a request or a UsageError; what is granted of it, is within every bound."""

from tests.fuzz.laws.sentence import check_sentence
from ws_stream.errors import UsageError
from ws_stream.hub.grants import grant, is_shown
from ws_stream.limits import MAX_STEP, MAX_TOLERANCE
from ws_stream.pixels.formats import FORMATS
from ws_stream.pixels.kept import Sized, kept
from ws_stream.pixels.rendition import Rendition
from ws_stream.protocol.request import parse_request

DEFAULTS = Rendition(), Rendition(step=3, average=True), Rendition(step=2, tolerance=5, depth=8)
SIZES = (1, 1), (17, 5), (1024, 600), (16384, 1024)
SOURCES = [Sized(one, *size) for one, size in zip(FORMATS[::2], SIZES, strict=True)]


def check(data: bytes) -> None:
    query = data.decode("ascii", "surrogateescape")  # as the library gives a request's path
    try:
        request = parse_request(query)
    except UsageError as error:
        check_sentence(error)
        return
    for index, source in enumerate(SOURCES):
        default = DEFAULTS[index % len(DEFAULTS)]
        try:
            granted = grant(request, default, source)
        except UsageError as error:
            check_sentence(error)
            continue
        if granted:
            rendition = granted.rendition
            made = kept(rendition, *source)
            assert 1 <= rendition.step <= MAX_STEP
            assert 0 <= rendition.tolerance <= MAX_TOLERANCE
            assert 1 <= made.width <= source.width
            assert 1 <= made.height <= source.height
            assert is_shown(request, made)
