"""The moment at which a writer completes its pictures: the table of states, and writers played in simulated time."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_stream.walk.phase_lock import EARLIER, PROBED, PROBES, TOO_EARLY, PhaseLock

INTERVAL = 1 / 30
PROBE = INTERVAL / PROBES
LOCKED = INTERVAL * (1 - EARLIER)

PICTURE, VAIN = True, False


def waits(lock: PhaseLock, *polls: bool) -> list[float]:
    """How long the lock says to wait after each of these polls."""
    return [lock.found(INTERVAL) if found else lock.in_vain(INTERVAL) for found in polls]


def locked() -> PhaseLock:
    lock = PhaseLock()
    waits(lock, *[PICTURE] * PROBED[0], VAIN, PICTURE)
    return lock


# The table.


@given(st.lists(st.booleans(), max_size=300))
def test_it_never_waits_longer_than_an_interval_and_never_not_at_all(polls: list[bool]) -> None:
    for wait in waits(PhaseLock(), *polls):
        assert 0 < wait <= INTERVAL


@given(st.lists(st.booleans(), max_size=300))
def test_whatever_was_found_polls_in_vain_end_in_one_an_interval(polls: list[bool]) -> None:
    lock = PhaseLock()
    waits(lock, *polls, *[VAIN] * (PROBES + 1))
    assert waits(lock, *[VAIN] * 50) == [INTERVAL] * 50
    assert lock.vain == 0


def test_it_searches_with_one_poll_an_interval_and_probes_after_the_third_picture() -> None:
    lock = PhaseLock()
    before = PROBED[0] - 1
    assert waits(lock, *[PICTURE] * PROBED[0]) == [*[INTERVAL] * before, PROBE]


def test_a_poll_in_vain_while_it_searches_begins_the_count_anew() -> None:
    lock = PhaseLock()
    assert waits(lock, PICTURE, PICTURE, VAIN) == [INTERVAL] * 3
    assert waits(lock, PICTURE, PICTURE, PICTURE) == [INTERVAL, INTERVAL, PROBE]


def test_a_picture_after_probes_in_vain_locks() -> None:
    for vain in range(1, PROBES + 1):
        lock = PhaseLock()
        waits(lock, *[PICTURE] * PROBED[0])
        assert waits(lock, *[VAIN] * vain) == [PROBE] * vain
        assert lock.vain == vain
        assert waits(lock, PICTURE, PICTURE, PICTURE) == [LOCKED] * 3
        assert lock.vain == 0


def test_it_probes_twice_and_then_leaves_a_source_alone_that_always_has_a_picture() -> None:
    found = waits(PhaseLock(), *[PICTURE] * 100)
    assert [wait < INTERVAL for wait in found] == [
        number in PROBED for number in range(1, len(found) + 1)
    ]


def test_probes_in_vain_for_a_whole_interval_and_it_searches_again() -> None:
    lock = PhaseLock()
    waits(lock, *[PICTURE] * PROBED[0])
    assert waits(lock, *[VAIN] * (PROBES + 1)) == [*[PROBE] * PROBES, INTERVAL]
    assert waits(lock, PICTURE, PICTURE, PICTURE) == [INTERVAL, INTERVAL, PROBE]


def test_locked_a_poll_that_came_too_early_is_repeated_soon_and_the_lock_holds() -> None:
    for vain in range(1, len(TOO_EARLY) + 1):
        lock = locked()
        assert waits(lock, *[VAIN] * vain) == list(TOO_EARLY[:vain])
        assert waits(lock, PICTURE) == [LOCKED]


def test_locked_it_gives_up_where_none_comes() -> None:
    lock = locked()
    assert waits(lock, *[VAIN] * (len(TOO_EARLY) + 1)) == [*TOO_EARLY, INTERVAL]
    assert waits(lock, PICTURE, PICTURE, PICTURE) == [INTERVAL, INTERVAL, PROBE]


# Writers.


class Writer:
    """Completes a picture every so often, and is polled when the lock says so."""

    def __init__(self, rate: float, phase: float) -> None:
        self.rate, self.began = rate, phase / rate
        self.lock = PhaseLock()
        self.now, self.seen, self.polls = 0.0, 0, 0
        self.ages: list[float] = []
        """Of each picture when it was read."""

    def count(self) -> int:
        return int((self.now - self.began) * self.rate + 1)

    def until(self, end: float, fps: float = 30) -> None:
        while self.now < end:
            self.polls += 1
            if self.count() != self.seen:
                self.seen = self.count()
                self.ages.append(self.now - self.began - (self.seen - 1) / self.rate)
                self.now += self.lock.found(1 / fps)
            else:
                self.now += self.lock.in_vain(1 / fps)


PHASES = [0, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99]


@pytest.mark.parametrize("phase", PHASES)
def test_it_locks_within_one_interval_after_it_began_to_probe(phase: float) -> None:
    writer = Writer(30, phase)
    writer.until(0.3)
    first = PROBED[-1] + 1
    assert max(writer.ages[first:]) <= PROBE + 1e-9


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("drift", [0.9985, 0.9995, 1, 1.0005])
def test_it_follows_a_writer_whose_clock_is_another(phase: float, drift: float) -> None:
    writer = Writer(30 * drift, phase)
    writer.until(30)
    assert max(writer.ages[6:]) < 0.004
    assert sorted(writer.ages[100:])[len(writer.ages) // 2] < 0.002
    assert len(writer.ages) >= 30 * 30 * drift - 3, "no picture is missed"


@pytest.mark.parametrize("phase", PHASES)
def test_polls_in_vain_are_few(phase: float) -> None:
    writer = Writer(30, phase)
    writer.until(30)
    assert writer.polls < 1.1 * len(writer.ages)


@pytest.mark.parametrize("rate", [7.3, 13, 20, 29])
def test_of_a_slower_writer_no_picture_is_missed(rate: float) -> None:
    writer = Writer(rate, 0.4)
    writer.until(20)
    assert len(writer.ages) >= 20 * rate - 2
    assert max(writer.ages) <= INTERVAL + 1e-9


@pytest.mark.parametrize("rate", [31, 45, 60, 1000])
def test_a_quicker_writer_costs_no_more_polls_than_pictures(rate: float) -> None:
    writer = Writer(rate, 0.4)
    writer.until(20)
    assert writer.polls <= 20 * 30 * 1.1
    assert len(writer.ages) >= 20 * 30 * 0.95


def test_it_finds_a_writer_again_that_begins_at_another_moment() -> None:
    random = Random(1)
    writer = Writer(30, 0.2)
    for _ in range(20):
        writer.until(writer.now + 2)
        assert max(writer.ages[-10:]) < 0.004
        writer.now += random.random()  # as if the writer had stopped for so long
        writer.began = writer.now - writer.seen / 30 + random.random() / 30
