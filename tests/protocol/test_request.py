import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_stream.errors import UsageError
from ws_stream.pixels.formats import GRAY8, RGB565
from ws_stream.pixels.rendition import Crop, Rendition
from ws_stream.protocol.offer import Encoding, Offer
from ws_stream.protocol.picture import Kind
from ws_stream.protocol.request import Request, parse_request


def test_what_is_not_asked_for_is_left_to_the_server() -> None:
    default = Rendition(Crop(1, 2, 3, 4), 5, average=True)
    assert parse_request("") == Request()
    assert Request().rendition(default) == default


def test_all_of_it_can_be_asked_for() -> None:
    request = parse_request(
        "step=4&crop=1,2,30,40&average=1&tolerance=8&depth=12&fps=2.5&acknowledge=no"
    )
    assert request == Request(4, Crop(1, 2, 30, 40), True, 8, 12, None, 2.5, acknowledge=False)
    assert request.rendition(Rendition()) == Rendition(Crop(1, 2, 30, 40), 4, True, 8, 12)


def test_a_viewer_offers_what_it_decodes() -> None:
    query = "formats=rgb565,gray8,yuv9&kinds=marked,lz4,zip&max_picture=65536&max_message=98304"
    offer = parse_request(query + "&max_segment=8192&fit=240x135")
    assert offer.fit == (240, 135)
    assert offer.offer == Offer(
        frozenset((RGB565, GRAY8)), frozenset((Kind.MARKED, Kind.LZ4)), 65536, 98304, 8192
    )
    assert offer.offer.encoding == Encoding(lz4=True, copy=False, max_segment=8192)


@pytest.mark.parametrize("query", ["stepp=4", "bare", "x=1&y=2&y=3", "=4"])
def test_a_key_that_is_not_known_is_of_a_later_version(query: str) -> None:
    assert parse_request(query) == Request()


def test_of_a_key_that_is_given_twice_the_last_counts() -> None:
    assert parse_request("step=2&step=3") == Request(step=3)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("&".join(["step=4"] * 65), "a query of more than 64 keys cannot be; right would be each "),
        ("step=", "step= cannot be; right would be a whole number"),
        ("step=17", "step=17 cannot be; right would be a whole number from 1 to 16"),
        ("crop=1,2,3", "right would be X,Y,WIDTH,HEIGHT"),
        ("crop=1,2,3,4,5", "right would be X,Y,WIDTH,HEIGHT"),
        (
            "crop=-1,0,3,4",
            "crop=-1,0,3,4 cannot be; right would be X,Y,WIDTH,HEIGHT in pixels, within",
        ),
        ("fps=nan", "fps=nan cannot be; right would be 0 to 1000"),
        ("fps=fast", "fps=fast cannot be; right would be 0 to 1000"),
        ("tolerance=65", "tolerance=65 cannot be; right would be a whole number from 0 to 64"),
        ("depth=15", "depth=15 cannot be; right would be 24, 16, 12, 8"),
        ("average=2", "average=2 cannot be; right would be 1 or 0"),
        ("step=+4", "right would be a whole number"),
        ("step=4_0", "right would be a whole number"),
        ("step=\u0664", "right would be a whole number"),
        ("crop=1,2, 3,4", "right would be X,Y,WIDTH,HEIGHT"),
        ("fps=1e2", "right would be 0 to 1000"),
        ("fps=-0", "right would be 0 to 1000"),
        ("fit=240", "right would be WIDTHxHEIGHT, each from 1 to 16384"),
        ("fit=240x0", "right would be WIDTHxHEIGHT, each from 1 to 16384"),
        ("kinds=lz4", "right would be marked and others of marked,lz4,copy"),
        ("max_picture=1023", "right would be a whole number from 1024"),
        ("max_message=8191", "right would be a whole number from 8192"),
        ("max_segment=1", "right would be a whole number from 1024"),
    ],
)
def test_a_wish_that_cannot_be_is_one_clear_sentence(query: str, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        parse_request(query)


@given(st.text())
def test_whatever_the_query_it_is_a_wish_or_a_usage_error(query: str) -> None:
    try:
        request = parse_request(query)
    except UsageError:
        return
    request.rendition(Rendition())
