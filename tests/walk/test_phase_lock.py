"""The moments at which a writer completes its pictures: the table of states, writers in simulated time, the C twin."""

import ctypes
import shutil
import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_stream.walk.phase_lock import (
    EARLIER,
    LOOKS,
    MOST_PATIENCE,
    PATIENCE,
    SHORTEST,
    SLOWER,
    SOON,
    PhaseLock,
)

FPS = 30.0
INTERVAL = 1 / FPS
PHASES = (0, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99)

Look = Callable[[int, float, float], tuple[bool, float]]


class Writer:
    """Completes a picture every so often, and is polled when the lock says so."""

    def __init__(self, rate: float, phase: float, look: Look | None = None) -> None:
        self.rate, self.began = rate, phase / rate
        self.look = look or PhaseLock().look
        self.now, self.polls, self.read = 0.0, 0, 0
        self.ages: list[float] = []
        """Of each picture when it was read."""
        self.waits: list[float] = []

    def count(self) -> int:
        return max(0, int((self.now - self.began) * self.rate + 1))

    def until(self, end: float, fps: float = FPS) -> None:
        while self.now < end:
            self.polls += 1
            is_read, wait = self.look(self.count(), self.now, 1 / fps)
            if is_read:
                self.ages.append(self.now - self.began - (self.count() - 1) / self.rate)
                self.read = self.count()
            self.waits.append(wait)
            self.now += wait


# The table.


@given(st.lists(st.tuples(st.integers(0, 9), st.floats(0, 0.5)), max_size=300))
def test_it_never_waits_longer_than_two_intervals_and_never_not_at_all(
    polls: list[tuple[int, float]],
) -> None:
    lock, count, now = PhaseLock(), 0, 0.0
    for more, late in polls:
        count += more
        _, wait = lock.look(count, now, INTERVAL)
        assert SOON / 8 <= wait <= 2 * INTERVAL
        now += wait + late


@given(st.lists(st.integers(0, 9), max_size=300))
def test_whatever_was_found_polls_in_vain_end_in_one_an_interval(counts: list[int]) -> None:
    lock, count, now = PhaseLock(), 0, 0.0
    for more in [*counts, *[0] * (LOOKS + 3)]:
        count += more
        now += lock.look(count, now, INTERVAL)[1]
    for _ in range(50):
        assert lock.look(count, now, INTERVAL) == (False, INTERVAL)
        assert lock.vain == 0
        now += INTERVAL


def test_it_searches_with_one_poll_an_interval_and_then_looks_more_closely() -> None:
    writer = Writer(FPS, 0)
    writer.until(1)
    assert writer.waits[:PATIENCE] == [INTERVAL] * PATIENCE
    assert writer.waits[PATIENCE] < INTERVAL / 4


def test_locked_it_polls_a_little_earlier_each_time_until_a_poll_comes_too_early() -> None:
    writer = Writer(FPS, 0.5)
    writer.until(20)
    steady = writer.waits[writer.polls // 2 :]
    close = [wait for wait in steady if wait > INTERVAL / 2]
    assert all(abs(wait / INTERVAL - 1) < 0.05 for wait in close)
    assert sum(close) / len(close) < INTERVAL * (1 - EARLIER)
    assert {wait for wait in steady if wait <= INTERVAL / 2} == {SOON}
    assert all(a > SOON or b > SOON for a, b in pairwise(steady)), "one look more is enough"


@pytest.mark.parametrize("fps", [5, 10, 30])
def test_a_writer_that_is_always_quicker_than_could_be_seen_is_left_alone(fps: float) -> None:
    writer = Writer(1.5 / SHORTEST, 0.5)
    writer.until(20, fps)
    assert set(writer.waits) == {1 / fps}


def test_who_has_no_clock_is_looked_at_closely_ever_more_seldom() -> None:
    random, lock, now, count, extra = Random(1), PhaseLock(), 0.0, 0, 0
    due = 0.0
    for _ in range(10_000):
        while due < now:
            count, due = count + 1, due + random.uniform(0, 0.3)
        _, wait = lock.look(count, now, INTERVAL)
        extra += wait < INTERVAL
        now += wait
    assert extra < 0.3 * now * FPS
    assert MOST_PATIENCE > PATIENCE


def test_a_writer_that_begins_anew_at_a_lower_count_is_read_at_once() -> None:
    writer = Writer(FPS, 0.5)
    writer.until(5)
    assert writer.look(1, writer.now, INTERVAL) == (True, INTERVAL)
    assert writer.look(2, writer.now + INTERVAL, INTERVAL) == (True, INTERVAL)


# Writers.


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("drift", [0.97, 0.9985, 0.9995, 1, 1.0005, 1.004, 1.03])
def test_it_follows_a_writer_whose_clock_is_another(phase: float, drift: float) -> None:
    writer = Writer(FPS * drift, phase)
    writer.until(30)
    assert max(writer.ages[10:]) < 0.008
    assert max(writer.ages[100:]) < 0.004
    assert sorted(writer.ages[100:])[len(writer.ages) // 2] < 0.002
    assert len(writer.ages) >= 30 * FPS * min(drift, 1) - 3, "no picture is missed"


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("fps", [5, 10, 25, 30, 50, 60])
@pytest.mark.parametrize("rate", [24, 25, 30, 50, 60, 90, 120])
def test_of_a_quicker_writer_just_so_many_pictures_are_read_and_all_are_fresh(
    phase: float, fps: float, rate: float
) -> None:
    writer = Writer(rate, phase)
    writer.until(20, fps)
    assert max(writer.ages[len(writer.ages) // 2 :]) < 0.008
    assert len(writer.ages) == pytest.approx(20 * min(fps, rate), abs=4)


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("rate", [10, 30, 45, 60])
def test_polls_in_vain_are_few(phase: float, rate: float) -> None:
    writer = Writer(rate, phase)
    writer.until(10, 10)
    polls, read = writer.polls, len(writer.ages)
    writer.until(60, 10)
    assert writer.polls - polls < 1.15 * (len(writer.ages) - read)


@pytest.mark.parametrize("rate", [7.3, 13, 20, 29])
def test_of_a_slower_writer_no_picture_is_missed_and_all_are_fresh(rate: float) -> None:
    writer = Writer(rate, 0.4)
    writer.until(20)
    assert len(writer.ages) >= 20 * rate - 2
    assert max(writer.ages[20:]) < 0.008
    assert max(writer.waits) <= SLOWER * INTERVAL + 1e-9


def test_it_finds_a_writer_again_that_begins_at_another_moment() -> None:
    random = Random(1)
    writer = Writer(FPS, 0.2)
    for _ in range(20):
        writer.until(writer.now + 3)
        assert max(writer.ages[-10:]) < 0.008
        writer.now += random.random()  # as if the writer had stopped for so long
        writer.began = writer.now - writer.read / FPS + random.random() / FPS


@pytest.mark.parametrize(("before", "after"), [(30, 31), (30, 29), (30, 60), (60, 20), (24, 25)])
def test_a_writer_that_changes_its_rate_is_followed_within_three_seconds(
    before: float, after: float
) -> None:
    for phase in PHASES:
        writer = Writer(before, phase)
        writer.until(10, 25)
        writer.began = writer.now - writer.read / after
        writer.rate = after
        writer.until(13, 25)
        begin = len(writer.ages)
        writer.until(20, 25)
        assert max(writer.ages[begin:]) < 0.008


# The twin.


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    compiler = shutil.which("cc")
    if not compiler:
        pytest.skip("there is no compiler on this machine")
    core = Path(__file__).parents[2] / "core"
    library = tmp_path_factory.mktemp("core") / "phase_lock.so"
    sources = [str(core / name) for name in ("phase_lock.c", "rate_limit.c")]
    command = [compiler, "-shared", "-fPIC", "-std=c99", "-ffp-contract=off", "-o", str(library)]
    subprocess.run([*command, *sources, "-lm"], check=True)
    return ctypes.CDLL(str(library))


def compiled_look(library: ctypes.CDLL) -> Look:
    lock, wait = ctypes.create_string_buffer(1024), ctypes.c_double()

    def look(count: int, at: float, interval: float) -> tuple[bool, float]:
        arguments = ctypes.c_uint64(count), ctypes.c_double(at), ctypes.c_double(interval)
        is_read = library.ws_phase_lock_look(lock, *arguments, ctypes.byref(wait))
        return bool(is_read), wait.value

    return look


@pytest.mark.parametrize("seed", range(40))
def test_the_compiled_one_says_the_same_to_the_last_bit(compiled: ctypes.CDLL, seed: int) -> None:
    random = Random(seed)
    one, other = PhaseLock().look, compiled_look(compiled)

    def both(count: int, at: float, interval: float) -> tuple[bool, float]:
        said = one(count, at, interval)
        assert other(count, at, interval) == said
        return said

    writer = Writer(random.uniform(3, 150), random.random(), both)
    for _ in range(20):
        fps = random.choice([5, 10, 25, 30, 60, random.uniform(0.1, 200)])
        writer.until(writer.now + random.uniform(0, 6), fps)
        writer.began += random.choice([0, 0, random.uniform(-0.01, 0.01), random.random()])
        if random.random() < 0.2:
            writer.rate *= random.uniform(0.5, 2)
