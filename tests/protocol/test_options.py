"""A rendition's options as text, for the query of an address and for the command line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_stream.pixels.rendition import Crop, Rendition
from ws_stream.protocol.options import OPTIONS


def test_every_member_of_a_rendition_is_an_option_and_nothing_else_is() -> None:
    assert sorted(OPTIONS) == sorted({*Rendition._fields} - {"plain"})


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("step", "4", 4),
        ("crop", "1,2,30,40", Crop(1, 2, 30, 40)),
        ("average", "yes", True),
        ("average", "0", False),
        ("tolerance", "0", 0),
        ("depth", "16", 16),
    ],
)
def test_each_is_read_as_a_member_of_that_kind(name: str, text: str, value: object) -> None:
    assert OPTIONS[name].parse(text) == value


@given(st.sampled_from(sorted(OPTIONS)), st.text() | st.integers().map(str))
def test_whatever_is_read_makes_a_rendition_that_can_be(name: str, text: str) -> None:
    try:
        value = OPTIONS[name].parse(text)
    except (KeyError, ValueError):
        return
    Rendition(**{name: value}).check()  # type: ignore[arg-type]  # of whatever type the member is
