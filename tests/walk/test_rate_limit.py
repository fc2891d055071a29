"""At most so many pictures a second, and no fewer where there are as many: a clock that only the test moves."""

from itertools import pairwise
from math import isfinite, nextafter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_stream.walk.rate_limit import EARLY, FAR, LATE, REMEMBERED, Pace, RateLimit

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
def test_in_no_stretch_of_time_are_more_pictures_sent_than_the_rate_and_one(
    rate: float, gaps: list[float]
) -> None:
    """The first of a stretch, and one that may come EARLY."""
    times = sent_at(RateLimit(0), rate, moments(gaps))
    for first, start in enumerate(times):
        for last in range(first, len(times)):
            passed = times[last] - start
            assert last - first <= passed * rate + EARLY + 1 + 1e-6


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


@pytest.mark.parametrize("early", [0.999, 0.97, 0.9])
def test_of_pictures_that_come_a_little_early_again_and_again_one_is_left_out_now_and_then(
    early: float,
) -> None:
    times = [early * tick / 30 for tick in range(3000)]
    sent = sent_at(RateLimit(0), 30, times)
    assert 0.995 * early * len(times) <= len(sent) <= early * len(times) + 2
    assert max(b - a for a, b in pairwise(sent)) < 2 / 30


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


@pytest.mark.parametrize("slow", [1e-300, 1e-307, 1e-308, 2.3e-308, 1e-320, nextafter(0, 1)])
def test_the_lowest_rates_are_rates_too(slow: float) -> None:
    """Times were no numbers below 1e-308, and whatever is compared with those is late."""
    limit = RateLimit(5)
    assert limit.due(slow) <= 5
    limit.sent(slow, 5)
    assert isfinite(limit.due(slow))
    assert sent_at(limit, slow, [5 + tick for tick in range(10_000)]) == []


def paced(*gaps: float) -> tuple[Pace, float]:
    """A source with these times between its pictures, and when the last one came."""
    pace, now = Pace(), 100.0
    pace.read = now
    pace.came()
    for gap in gaps:
        now = pace.read = now + gap
        pace.came()
    return pace, now


STEADY = [1 / 30] * (REMEMBERED + 2)


def test_a_picture_that_comes_when_one_is_due_is_sent_at_once() -> None:
    pace, now = paced(*STEADY)
    assert pace.release(now - 0.01, 10) == now - 0.01
    assert pace.release(now, 10) == now


def test_one_that_came_before_waits_for_the_next_and_not_longer_than_that_may_take() -> None:
    pace, now = paced(*STEADY)
    assert pace.release(now + 0.01, 10) == pytest.approx(now + LATE / 30)
    assert pace.release(now + 0.09, 10) == now + 0.09


def test_the_next_is_expected_by_the_longest_of_the_last_gaps() -> None:
    pace, now = paced(*STEADY, 0.05, 1 / 30, 1 / 30)
    assert pace.release(now + 0.01, 10) == pytest.approx(now + LATE * 0.05)
    pace, now = paced(*STEADY, 0.05, *STEADY)
    assert pace.release(now + 0.01, 10) == pytest.approx(now + LATE / 30)


@pytest.mark.parametrize("gaps", [(), (5.0,), (*STEADY, 1.001 * FAR / 10)])
def test_where_none_is_expected_soon_it_is_sent_when_it_is_due(gaps: tuple[float, ...]) -> None:
    pace, now = paced(*gaps)
    assert pace.release(now + 0.01, 10) == now + 0.01
