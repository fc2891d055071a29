import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_stream.errors import UsageError
from ws_stream.pixels.rendition import Crop, Rendition
from ws_stream.protocol.request import Request, parse_request


def test_what_is_not_asked_for_is_left_to_the_server() -> None:
    default = Rendition(Crop(1, 2, 3, 4), 5, average=True)
    assert parse_request("") == Request()
    assert Request().rendition(default) == default


def test_all_of_it_can_be_asked_for() -> None:
    request = parse_request(
        "step=4&crop=1,2,30,40&average=1&tolerance=8&depth=12&fps=2.5&acknowledge=no"
    )
    assert request == Request(4, Crop(1, 2, 30, 40), True, 8, 12, 2.5, acknowledge=False)
    assert request.rendition(Rendition()) == Rendition(Crop(1, 2, 30, 40), 4, True, 8, 12)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        (
            "stepp=4",
            "'stepp' cannot be asked for; right would be step, average, crop, tolerance, depth",
        ),
        (
            "&".join(["step=4"] * 8),
            "a request of more than 7 fields cannot be; right would be each ",
        ),
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
