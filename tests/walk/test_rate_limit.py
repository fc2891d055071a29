"""At most so many pictures a second, and no fewer where there are as many: a clock that only the test moves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_stream.walk.rate_limit import EARLY, NEARLY, RateLimit

rates = st.floats(0.5, 1000)
gaps = st.lists(st.floats(0, 0.5), max_size=200)


def sent_at(limit: RateLimit, rate: float, times: list[float]) -> list[float]:
    """Which of the moments at which a picture is there are those at which one is sent."""
    found = []
    for now in times:
        if now >= limit.due(rate):
            limit.sent(rate, now)
            found.append(now)
    return found


def moments(gaps: list[float]) -> list[float]:
    times, now = [], 0.0
    for gap in gaps:
        now += gap
        times.append(now)
    return times


@given(rates, gaps)
def test_in_no_stretch_of_time_are_more_pictures_sent_than_the_rate_and_a_few(
    rate: float, gaps: list[float]
) -> None:
    """A picture may come EARLY, and of those that come NEARLY on time each counts as on time."""
    times = sent_at(RateLimit(0), rate, moments(gaps))
    for first, start in enumerate(times):
        for last in range(first, len(times)):
            passed = times[last] - start
            assert last - first <= passed * rate / NEARLY + EARLY + 1 + 1e-6


@given(rates, gaps)
def test_a_picture_is_never_due_further_off_than_two_intervals(
    rate: float, gaps: list[float]
) -> None:
    limit = RateLimit(0)
    for now in moments(gaps):
        if now >= limit.due(rate):
            limit.sent(rate, now)
        assert limit.due(rate) - now <= (2 - EARLY) / rate + 1e-9


@given(rates, gaps)
def test_who_comes_again_when_its_picture_is_due_is_let_through(
    rate: float, gaps: list[float]
) -> None:
    limit = RateLimit(0)
    for now in moments(gaps):
        due = limit.due(rate)
        if now < due:
            assert sent_at(limit, rate, [due]) == [due]
            return
        limit.sent(rate, now)


def test_the_first_picture_need_not_wait() -> None:
    assert RateLimit(5).due(0.01) <= 5


@pytest.mark.parametrize("fps", [1, 7.5, 30])
def test_of_a_quicker_source_just_so_many_pictures_are_sent(fps: float) -> None:
    sent = sent_at(RateLimit(0), fps, [tick / 60 for tick in range(600)])
    assert 10 * fps - 1 <= len(sent) <= 10 * fps + 2


@pytest.mark.parametrize("phase", [0.001, 0.005, 0.010, 0.016])
def test_pictures_of_a_source_of_just_the_rate_never_wait_whenever_the_viewer_came(
    phase: float,
) -> None:
    limit = RateLimit(0)
    limit.sent(60, 0)
    times = [phase + tick / 60 for tick in range(2, 1000)]
    assert sent_at(limit, 60, times) == times


@given(st.lists(st.floats(-0.4, 0.4), min_size=2, max_size=200))
def test_pictures_of_just_the_rate_that_come_early_and_late_by_turns_never_wait(
    jitter: list[float],
) -> None:
    """EARLY is there for them: who comes late once may come early the next time."""
    limit = RateLimit(0)
    times = [(tick + late) / 30 for tick, late in enumerate(jitter, 1)]
    assert sent_at(limit, 30, times) == times


@pytest.mark.parametrize("early", [0.999, 0.97, NEARLY + 0.001])
def test_pictures_that_come_a_little_early_again_and_again_are_not_made_to_wait(
    early: float,
) -> None:
    times = [early * tick / 30 for tick in range(3000)]
    assert sent_at(RateLimit(0), 30, times) == times


def test_pictures_that_come_much_too_early_again_and_again_are() -> None:
    times = [(NEARLY - 0.02) * tick / 30 for tick in range(3000)]
    assert len(sent_at(RateLimit(0), 30, times)) < 0.96 * len(times)


def test_a_pause_saves_nothing_up() -> None:
    limit = RateLimit(0)
    limit.sent(10, 0)
    sent = sent_at(limit, 10, [100 + tick / 1000 for tick in range(100)])
    assert len(sent) <= 2


@pytest.mark.parametrize("slow", [0.01, 1e-320])
def test_a_viewer_that_wants_more_again_need_not_wait_for_what_was_due_before(slow: float) -> None:
    limit = RateLimit(0)
    limit.sent(slow, 0)
    limit.reset(0.1)
    assert limit.due(30) <= 0.1
    limit.sent(30, 0.1)
    assert limit.due(30) <= 0.1 + 2 / 30
