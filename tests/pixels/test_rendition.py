"""Renditions: which there can be, how large they become, and what a viewer is given of what it requests."""

from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_stream.errors import UsageError
from ws_stream.limits import MAX_PICTURE_BYTES, MAX_SIDE, MAX_STEP, MAX_TOLERANCE
from ws_stream.pixels.formats import DEPTHS, GRAY8, RGBX8888
from ws_stream.pixels.kept import Sized, check_size, clamp
from ws_stream.pixels.rendition import Crop, Rendition

numbers = st.integers(0, 60)
sides = st.integers(1, 60)
renditions = st.builds(
    Rendition,
    st.one_of(st.none(), st.builds(Crop, numbers, numbers, sides, sides)),
    st.integers(1, MAX_STEP),
    st.booleans(),
    st.integers(0, MAX_TOLERANCE),
    st.sampled_from(sorted(DEPTHS)),
    st.just(False),
)


@st.composite
def defaults(draw: st.DrawFn) -> tuple[Rendition, int, int]:
    """What the owner of a device may choose, and the size of the device's pictures."""
    width, height = draw(sides), draw(sides)
    x, y = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
    crop = Crop(x, y, draw(st.integers(1, width - x)), draw(st.integers(1, height - y)))
    return draw(renditions)._replace(crop=draw(st.sampled_from([None, crop]))), width, height


@given(renditions, defaults())
def test_a_request_is_clamped_to_the_picture_and_to_the_pixels_the_owner_chose(
    requested: Rendition, chosen: tuple[Rendition, int, int]
) -> None:
    default, width, height = chosen
    source = Sized(GRAY8, width, height)
    given = clamp(requested, default, source)
    assert given
    assert given == given.check()
    assert prod(given.size(width, height)) <= prod(default.size(width, height))
    assert given.tolerance >= default.tolerance
    assert given.depth <= default.depth
    assert given == default._replace(depth=given.depth) or given.step >= requested.step
    assert clamp(given, default, source) == given or given.step <= default.step


def test_a_rendition_larger_than_a_message_can_hold_gets_a_sentence_with_the_limits() -> None:
    check_size(GRAY8, MAX_SIDE, MAX_PICTURE_BYTES // MAX_SIDE)
    check_size(RGBX8888, 4096, 4096)
    for pixel_format, width, height in (
        (GRAY8, MAX_SIDE + 1, 1),
        (GRAY8, 1, MAX_SIDE + 1),
        (RGBX8888, 4096, 4097),
    ):
        with pytest.raises(UsageError, match="is too large to send; right would be a larger step"):
            check_size(pixel_format, width, height)


@pytest.mark.parametrize("tolerance", [-1, MAX_TOLERANCE + 1])
def test_a_tolerance_out_of_range_gets_a_sentence_with_the_range(tolerance: int) -> None:
    with pytest.raises(
        UsageError, match=r"^tolerance=.* right would be a whole number from 0 to 64$"
    ):
        Rendition(tolerance=tolerance).check()


@pytest.mark.parametrize("step", [-1, 0, MAX_STEP + 1])
def test_a_step_out_of_range_gets_a_sentence_with_the_range(step: int) -> None:
    with pytest.raises(
        UsageError, match=f"^step={step} cannot be; right would be a whole number from 1 to 16$"
    ):
        Rendition(step=step).check()


@pytest.mark.parametrize(
    "crop", [(-1, 0, 1, 1), (0, -1, 1, 1), (0, 0, 0, 1), (0, 0, 1, 0), (0, 0, -5, 9)]
)
def test_an_impossible_crop_gets_a_sentence_with_the_form(crop: tuple[int, int, int, int]) -> None:
    with pytest.raises(
        UsageError, match=r"^crop=Crop.* cannot be; right would be \(X, Y, WIDTH, HEIGHT\)"
    ):
        Rendition(Crop(*crop)).check()


@pytest.mark.parametrize(
    "crop", [(0, 0, 8, 5), (0, 0, 7, 6), (1, 0, 7, 5), (0, 1, 7, 5), (7, 0, 1, 1)]
)
def test_a_crop_that_leaves_the_picture_gets_a_sentence_with_its_size(
    crop: tuple[int, int, int, int],
) -> None:
    rendition = Rendition(Crop(*crop)).check()
    with pytest.raises(UsageError, match=r"leaves the picture, which is 7x5$"):
        rendition.size(7, 5)


def test_renditions_that_are_equal_are_the_same_key() -> None:
    assert len({Rendition(Crop(0, 0, 1, 1), 2), Rendition(Crop(0, 0, 1, 1), 2, average=False)}) == 1
