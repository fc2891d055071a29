"""How many pictures a second each rendition may have: none is more work than the default one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_stream.hub.rates import LEAST, Spending, rates
from ws_stream.limits import MAX_STEP, MAX_TOLERANCE
from ws_stream.pixels.formats import FORMATS, PixelFormat
from ws_stream.pixels.kept import Sized, clamp
from ws_stream.pixels.raw import BY_NAME
from ws_stream.pixels.rendition import Crop, Rendition
from ws_stream.pixels.work import work

WIDTH, HEIGHT = 1024, 600
FULL = 30.0

crops = st.none() | st.builds(
    Crop, st.integers(0, 500), st.integers(0, 300), st.integers(1, 500), st.integers(1, 300)
)
renditions = st.builds(
    Rendition,
    crops,
    st.integers(1, MAX_STEP),
    st.booleans(),
    st.integers(0, MAX_TOLERANCE),
    st.sampled_from([24, 16, 12, 8]),
)


@given(renditions, renditions, st.sampled_from(tuple(BY_NAME.values())))
def test_whatever_a_viewer_requests_is_no_more_work_in_a_second_than_the_owner_chose(
    default: Rendition, requested: Rendition, pixel_format: PixelFormat
) -> None:
    own, granted = (
        clamp(one, default, Sized(pixel_format, WIDTH, HEIGHT)) for one in (default, requested)
    )
    assert own
    assert granted
    standard = work(own, pixel_format, WIDTH, HEIGHT)
    costs = work(granted, pixel_format, WIDTH, HEIGHT)
    fps = rates({granted: costs}, default, Spending(standard, FULL, FULL))[granted]
    assert 0 < fps <= FULL
    assert fps * costs <= FULL * standard * (1 + 1e-9)


OPTIONS = {
    "as it is": Rendition(step=4),
    "average": Rendition(step=4, average=True),
    "average of many": Rendition(step=16, average=True),
    "tolerance": Rendition(step=4, tolerance=8),
    "depth": Rendition(step=4, depth=8),
    "all": Rendition(step=4, average=True, tolerance=8, depth=8),
    "a part, exactly": Rendition(Crop(0, 0, 256, 150), 1),
    "a part, averaged": Rendition(Crop(0, 0, 512, 300), 4, average=True),
}


@pytest.mark.parametrize("option", OPTIONS)
def test_every_option_that_is_more_work_than_the_default_is_had_at_a_lower_rate(
    option: str,
) -> None:
    default, requested = OPTIONS["as it is"], OPTIONS[option]
    standard, costs = (work(r, FORMATS[1], WIDTH, HEIGHT) for r in (default, requested))
    fps = rates({requested: costs}, default, Spending(standard, FULL, FULL))[requested]
    assert fps == pytest.approx(FULL * min(1, standard / costs))
    assert (fps < FULL) == (costs > standard)
    assert (costs > standard) == (option not in ("as it is", "a part, exactly"))


def test_each_pixel_of_a_mean_is_counted() -> None:
    """Not those that are sent: sixteen times as many are read."""
    plain, mean = (work(Rendition(step=4, average=a), FORMATS[1], 1024, 600) for a in (False, True))
    assert mean > 4 * plain
    assert work(Rendition(step=16, average=True), FORMATS[1], 1024, 600) > plain


DEFAULT, OTHER, THIRD = Rendition(), Rendition(step=2), Rendition(step=3)


def test_within_a_budget_the_default_comes_first_and_who_asks_for_more_pays() -> None:
    works = {DEFAULT: 100.0, OTHER: 100.0, THIRD: 50.0}
    assert rates(works, DEFAULT, Spending(100, FULL, FULL)) == dict.fromkeys(works, FULL)
    half = rates(works, DEFAULT, Spending(100, FULL, FULL / 2))
    assert half[DEFAULT] == FULL
    assert half[OTHER] == half[THIRD] == pytest.approx(FULL * (0.5 * 2.5 - 1) / 1.5)


def test_alone_each_rendition_has_its_share_of_the_rate() -> None:
    for key in (DEFAULT, OTHER):
        assert rates({key: 100.0}, DEFAULT, Spending(100, FULL, 12.0))[key] == pytest.approx(
            12.0 if key == DEFAULT else max(12.0, FULL * LEAST)
        )


def test_however_little_is_to_be_spent_everybody_sees_something() -> None:
    tight = rates({DEFAULT: 100.0, OTHER: 100.0}, DEFAULT, Spending(100, FULL, 0.5))
    assert tight[DEFAULT] == pytest.approx(1.0)
    assert tight[OTHER] == FULL * LEAST
