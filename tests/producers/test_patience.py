import pytest

from ws_stream.producers.patience import GRACE, RETRY_FIRST, RETRY_MOST, Patience

INTERVALS = pytest.mark.parametrize("interval", [1 / 1000, 1 / 60, 1 / 30, 1 / 5, 10])


def waits(patience: Patience, interval: float, count: int, now: float = 0) -> list[float]:
    return [patience.failed(interval, now)[0] for _ in range(count)]


@INTERVALS
def test_after_a_single_bad_look_the_next_comes_within_the_interval(interval: float) -> None:
    (first,) = waits(Patience(), interval, 1)
    assert 0 < first < interval


@INTERVALS
def test_looks_are_more_and_more_seldom_while_it_stays_bad_down_to_one_a_second(
    interval: float,
) -> None:
    all_waits = waits(Patience(), interval, 2000)
    assert all_waits == sorted(all_waits)
    assert all_waits[-1] == RETRY_MOST
    assert sum(wait < RETRY_MOST for wait in all_waits) <= 14


@INTERVALS
def test_a_picture_between_begins_that_anew(interval: float) -> None:
    patience = Patience()
    before = waits(patience, interval, 5)
    patience.succeeded()
    assert waits(patience, interval, 5) == before


def test_no_writer_of_the_same_rate_is_met_at_the_same_moment_again_and_again() -> None:
    """The file is no picture for a tenth of each interval; wherever the first look falls, a later one does not."""
    interval = 1 / 30
    for phase in range(10):
        at, looks = phase / 100, 0
        patience = Patience()
        while at % 1 < 0.1:
            at += patience.failed(interval, at)[0] / interval
            looks += 1
        assert looks <= 1
    assert RETRY_FIRST > 0.1


def test_viewers_who_never_saw_a_picture_are_told_at_once() -> None:
    assert Patience().failed(0.1, 5)[1]


def test_those_who_did_are_told_when_there_was_none_for_a_while() -> None:
    patience = Patience()
    patience.succeeded()
    now = 100.0
    for _ in range(20):
        assert not patience.failed(0.1, now)[1]
        assert not patience.failed(0.1, now + GRACE / 2)[1]
        patience.succeeded()
        now += GRACE
    assert not patience.failed(0.1, now)[1]
    assert patience.failed(0.1, now + GRACE)[1]
