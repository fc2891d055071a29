"""The controller on a simulated device: a fixed cost per second, and a cost per picture that goes with its pixels."""

from collections.abc import Callable
from itertools import pairwise
from math import inf, nan
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ws_stream.errors import UsageError
from ws_stream.hub.budget import COARSER, HEADROOM, LEAST_FPS, RATE_FLOOR, Budget, Level, ladder


class Device(NamedTuple):
    """What it costs to serve, in shares of the budget."""

    fps: float
    percent: float
    fixed: float
    pictures: float
    """At the best level, in addition to `fixed`."""
    source_fps: float = inf
    """More pictures than this there never are."""

    def use(self, level: Level, load: float = 1.0) -> float:
        best = ladder(self.fps)[0]
        work = min(level.fps, self.source_fps) / level.coarser**2
        return self.fixed + self.pictures * load * work / best.work


Load = Callable[[float], float]


def simulate(
    device: Device,
    seconds: int,
    load: Load = lambda _: 1.0,
    noise: Callable[[], float] = lambda: 1.0,
) -> list[Level]:
    """The level in force after each second."""
    budget, cpu_seconds = Budget(device.percent, device.fps), 17.0
    level, levels = budget.sample(100.0, cpu_seconds), []
    for second in range(seconds):
        cpu_seconds += device.use(level, load(second)) * noise() * device.percent / 100
        level = budget.sample(101.0 + second, cpu_seconds)
        assert level == budget.level
        assert budget.limiting == (level != Level(device.fps, 1))
        levels.append(level)
    return levels


def moves(levels: list[Level]) -> list[bool]:
    """Each change of level; true where it was upwards."""
    return [after.work > before.work for before, after in pairwise(levels) if before != after]


def next_better(level: Level, fps: float) -> Level | None:
    rungs = ladder(fps)
    index = rungs.index(level)
    return rungs[index - 1] if index else None


rates = st.sampled_from([0.5, 1.0, 2.0, 2.1, 3.0, 5.0, 10.0, 25.0, 30.0, 60.0, 1000.0])
devices = st.builds(
    Device, rates, st.floats(0.5, 300), st.floats(0, 1.2), st.floats(0.01, 40), st.just(inf)
)
laws = settings(max_examples=60)


@given(rates | st.floats(0.01, 1000))
def test_the_rate_falls_to_its_floor_in_small_steps_before_pictures_become_coarser(
    fps: float,
) -> None:
    levels = ladder(fps)
    slower, coarser = levels[: -len(COARSER)], levels[-len(COARSER) :]
    assert levels[0] == Level(fps, 1)
    assert all(level.coarser == 1 for level in slower)
    assert all(0.7 < after.fps / before.fps < 0.9 for before, after in pairwise(slower))
    floor = min(fps, max(fps * RATE_FLOOR, LEAST_FPS))
    assert slower[-1].fps == pytest.approx(floor, rel=0.12)
    assert coarser == [Level(slower[-1].fps, factor) for factor in COARSER]
    assert all(after.work < before.work for before, after in pairwise(levels))


@laws
@given(devices)
def test_under_a_steady_load_the_best_level_that_fits_is_reached_and_kept(device: Device) -> None:
    # A level that is a hundredth over the budget is left after a hundred seconds, one less over it after any time.
    assume(not any(1 < device.use(level) < 1.01 for level in ladder(device.fps)))
    levels = simulate(device, 2000)
    assert len(set(levels[-1000:])) == 1
    assert not any(moves(levels))
    last = levels[-1]
    assert device.use(last) < 1.01 or last == ladder(device.fps)[-1]
    better = next_better(last, device.fps)
    assert better is None or device.use(better) > 0.99


@laws
@given(devices, st.lists(st.floats(0.02, 30), min_size=2, max_size=4))
def test_after_the_load_has_changed_the_level_settles_anew_without_a_move_back(
    device: Device, loads: list[float]
) -> None:
    levels = simulate(device, 1500 * len(loads), lambda second: loads[int(second) // 1500])
    for phase, load in enumerate(loads):
        during = levels[1500 * phase : 1500 * (phase + 1)]
        last, better = during[-1], next_better(during[-1], device.fps)
        assert len(set(moves(during))) <= 1
        assert device.use(last, load) < 1.01 or last == ladder(device.fps)[-1]
        assert better is None or device.use(better, load) > HEADROOM - 0.01


@laws
@given(devices, st.floats(0.05, 1))
def test_a_source_slower_than_asked_does_not_make_the_level_flap(
    device: Device, share: float
) -> None:
    device = device._replace(source_fps=device.fps * share)
    # What is off the budget by next to nothing is decided after hours, once.
    assume(all(abs(device.use(level) - 1) > 0.002 for level in ladder(device.fps)))
    levels = simulate(device, 3000)
    assert len(set(levels[-1000:])) == 1
    assert device.use(levels[-1]) < 1.01 or levels[-1] == ladder(device.fps)[-1]


def test_with_samples_a_fifth_off_the_level_hardly_ever_moves() -> None:
    random = Random(1)
    raised = []
    for _ in range(60):
        costs = random.uniform(0, 1.1), random.uniform(0.1, 30)
        device = Device(random.choice([5.0, 10.0, 30.0, 60.0]), random.uniform(2, 60), *costs)
        levels = simulate(device, 3720, noise=lambda: random.uniform(0.8, 1.2))
        raised.append(sum(moves(levels[120:])))
    assert sum(raised) / len(raised) < 0.2  # times per hour
    assert max(raised) <= 3


@given(devices.filter(lambda device: device.fixed + device.pictures > 1.25))
def test_what_is_clearly_too_much_is_lowered_after_two_seconds(device: Device) -> None:
    first, second = simulate(device, 2)
    assert first == Level(device.fps, 1)
    assert second.work < first.work


def test_far_too_much_is_not_lowered_step_by_step() -> None:
    levels = simulate(Device(30, 10, fixed=0, pictures=8), 2)
    assert levels[-1] == Level(7.5, 2)


@given(st.floats(1, 1000))
def test_a_single_slow_second_decides_nothing(slow: float) -> None:
    device = Device(30, 10, fixed=0.2, pictures=0.5)
    levels = simulate(device, 100, load=lambda second: slow if second == 50 else 1.0)
    assert set(levels) == {Level(30, 1)}


def test_an_idle_device_is_given_back_one_level_every_three_seconds() -> None:
    levels = simulate(
        Device(30, 10, fixed=0, pictures=100), 60, load=lambda second: float(second < 10)
    )
    assert levels[9] == ladder(30)[-1]
    changes = [second for second in range(1, 60) if levels[second] != levels[second - 1]]
    assert set(moves(levels[9:])) == {True}
    assert min(after - before for before, after in pairwise(changes[1:])) >= 3
    assert levels[-1] == ladder(30)[0]


def test_raises_that_must_be_taken_back_become_rare() -> None:
    """A load that fits only until it is given more, such as pictures that change when they are shown faster."""
    budget, cpu_seconds, levels = Budget(10, 30), 0.0, []
    for second in range(3600):
        level = budget.sample(second, cpu_seconds)
        cpu_seconds += 0.15 if level.work > ladder(30)[4].work else 0.02
        levels.append(level)
    assert moves(levels).count(False) < 3600 / 45


def test_a_clock_that_stands_still_or_goes_back_changes_nothing() -> None:
    budget = Budget(10, 30)
    for now in (5.0, 5.0, 4.0, 4.5, 4.5):
        assert budget.sample(now, 100 * now) in ladder(30)


@given(
    st.lists(st.tuples(st.floats(-1, 1e4), st.floats(-10, 1e4)), max_size=60),
    st.floats(0.01, 1000),
    rates,
)
def test_whatever_is_measured_the_level_is_one_of_the_ladder(
    deltas: list[tuple[float, float]], percent: float, fps: float
) -> None:
    budget, now, cpu_seconds = Budget(percent, fps), 0.0, 0.0
    for seconds, used in deltas:
        now, cpu_seconds = now + seconds, cpu_seconds + used
        assert budget.sample(now, cpu_seconds) in ladder(fps)


@pytest.mark.parametrize("percent", [0, -5, nan, inf])
def test_an_impossible_budget_is_refused(percent: float) -> None:
    with pytest.raises(
        UsageError, match=r"cpu_budget=.* cannot be; right would be a share of one core"
    ):
        Budget(percent, 30)
