"""What a viewer knows of the device's clock: the rules, and two clocks in a simulated world."""

from random import Random

import pytest

from ws_stream.clock import ASK_SELDOM, ASK_SOON, DRIFT, Age, DeviceClock


def near(age: Age | None, seconds: float, uncertainty: float) -> bool:
    return age is not None and tuple(age) == pytest.approx((seconds, uncertainty), abs=1e-3)


def test_nothing_is_known_before_an_answer() -> None:
    clock = DeviceClock()
    assert clock.age(5_000_000, 5) is None
    assert clock.round_trip is None


def test_the_device_looked_at_its_clock_at_some_time_of_the_round_trip() -> None:
    clock = DeviceClock()
    clock.answered(1, 500_000_000, 1.4)  # 500 there when it was 1 to 1.4 here
    assert clock.round_trip == pytest.approx(0.4)
    assert near(clock.age(499_000_000, 1.3), 1.1, 0.2)


def test_a_picture_is_not_taken_in_the_future() -> None:
    clock = DeviceClock()
    clock.answered(1, 500_000_000, 1.4)
    assert near(clock.age(500_000_000, 1.2), 0.1, 0.1)
    assert clock.age(500_600_000, 1.1) is None


def test_what_all_answers_say_is_known() -> None:
    clock = DeviceClock()
    clock.answered(0, 1_000_000, 0.1)
    clock.answered(0.1, 1_250_000, 0.3)
    assert near(clock.age(1_000_000, 0.3), 0.275, 0.025)
    clock.answered(0.3, 1_280_000, 0.5)
    assert near(clock.age(1_000_000, 0.5), 0.465, 0.015)


@pytest.mark.parametrize("step", [-3600, -0.05, 0.05, 3600])
def test_an_answer_that_contradicts_those_before_is_of_a_clock_that_was_set(step: float) -> None:
    clock = DeviceClock()
    clock.answered(1, 5_000_000_000, 1.002)
    device = 5_001_000_000 + round(step * 1e6)
    clock.answered(2, device, 2.002)
    assert near(clock.age(device - 7000, 2.001), 0.007, 0.001)


def test_an_answer_to_what_was_never_asked_says_nothing() -> None:
    clock = DeviceClock()
    clock.answered(2, 5_000_000_000, 1)
    assert clock.age(5_000_000_000, 1) is None


def test_what_is_known_badly_is_asked_soon() -> None:
    clock = DeviceClock()

    def pause(now: float) -> float:
        assert clock.asks(now)
        return clock.ask_at - now

    assert pause(0.5) == ASK_SOON
    assert not clock.asks(0.6)
    clock.answered(0, 1_000_000, 0.060)
    assert pause(1.5) == ASK_SOON
    clock.answered(2, 3_000_000, 2.002)
    assert pause(2.5) == ASK_SELDOM
    assert pause(2.6 + 0.010 / DRIFT) == ASK_SOON


@pytest.mark.parametrize("slow", [0.0005, 0.005, 0.1, 0.7])
@pytest.mark.parametrize("seed", range(10))
def test_whatever_the_delays_and_the_drift_and_the_steps_the_truth_is_within_the_bounds(
    slow: float, seed: float
) -> None:
    """The device's time steps now and then; after one answer of after the step it is known again."""
    random, clock = Random(seed), DeviceClock()
    now, ahead, drift = 100.0, random.uniform(-1e9, 1e9), random.uniform(-200e-6, 200e-6)

    def device_us() -> int:
        return round(1e6 * (now * (1 + drift) + ahead + 2e9))

    is_known = False
    for _ in range(2000):
        if random.random() < 0.02:
            ahead += random.choice([-1, 1]) * 10 ** random.uniform(1, 6)
            is_known = False
        if random.random() < 0.3:
            asked = now
            now += slow * random.random() ** 3
            answer = device_us()
            if random.random() < 0.01:  # while the answer is on its way
                ahead += 10 ** random.uniform(1, 6)
            now += slow * random.random() ** 3
            clock.answered(asked, answer, now)
            is_known = abs(device_us() - answer) < 2e6
        taken, began = device_us(), now
        now += random.uniform(0, 2)
        age = clock.age(taken, now)
        if is_known:
            assert age
            assert abs(age.seconds - (now - began)) <= age.uncertainty + 2e-6
            assert age.uncertainty <= 2 * slow + 0.01
