"""The window of one viewer: laws, and small networks played in simulated time."""

import heapq
from collections.abc import Callable
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_stream.walk.window import (
    AWAIT_EVERY,
    CUT_OVER,
    IDLE_RESET,
    MOST,
    START,
    UNCONGESTED,
    Window,
)


def fill(window: Window, first: int, now: float) -> int:
    """Send while it may; the next number."""
    while window.allows(now):
        window.sent(first, now)
        first += 1
    return first


def test_as_many_pictures_as_the_window_holds_may_be_on_their_way() -> None:
    assert fill(Window(0), 1, 0) == START + 1


def test_an_acknowledgement_covers_all_pictures_before_it() -> None:
    window = Window(0)
    fill(window, 1, 0)
    window.acknowledged(START, 1)
    assert not window._in_flight


def test_an_acknowledgement_between_two_numbers_covers_the_lower() -> None:
    window = Window(0)
    window.sent(7, 0)
    window.sent(9, 0)
    window.acknowledged(8, 0.01)
    assert window.allows(0.01)
    assert [sent.number for sent in window._in_flight] == [9]


@given(st.lists(st.integers(-5, 2**32)))
def test_wrong_acknowledgements_never_open_the_window(numbers: list[int]) -> None:
    window = Window(0)
    window.sent(101, 0)
    window.sent(102, 0)
    for number in numbers:
        window.acknowledged(number if number not in (101, 102) else 103, 1)
    assert not window.allows(1)
    assert window.size == START


@given(st.lists(st.tuples(st.sampled_from("snac"), st.integers(0, 60), st.floats(0, 2))))
def test_whatever_happens_the_window_keeps_its_bounds(events: list[tuple[str, int, float]]) -> None:
    window, now, number = Window(0), 0.0, 1
    for event, value, passed in events:
        now += passed
        if event == "s":
            number = fill(window, number, now)
        elif event == "n":
            window.acknowledged(number - 1, now)
        elif event == "a":
            window.acknowledged(value, now)
        else:
            window.clear(now)
        assert 1 <= window.size <= MOST
        assert len(window._in_flight) <= MOST


def test_after_idleness_what_was_learnt_is_forgotten() -> None:
    window = Window(0)
    window.size = MOST
    assert fill(window, 1, IDLE_RESET * 1.1) == START + 1
    assert window.size == START


def test_a_window_that_had_shrunk_does_not_grow_by_idleness() -> None:
    window = Window(0)
    window.size = 1
    assert fill(window, 1, IDLE_RESET * 1.1) == 2


def test_what_was_on_its_way_is_void_when_numbers_start_anew() -> None:
    window = Window(0)
    fill(window, 7, 0)
    window.clear(1)
    assert fill(window, 1, 1) == START + 1
    window.acknowledged(START, 1.1)
    assert window.allows(1.1)


def test_a_viewer_that_never_acknowledges_is_held_back_by_its_socket_alone() -> None:
    window = Window(0, acknowledges=False)
    for number in range(1, 100):
        assert window.allows(0)
        assert not window.sent(number, 0), "nor is any of its pictures to be acknowledged"


@given(st.lists(st.floats(0, 100), max_size=20), st.integers(0, MOST))
def test_asking_changes_nothing(times: list[float], in_flight: int) -> None:
    asked, other = Window(0), Window(0)
    for window in (asked, other):
        window.size = MOST
        for number in range(1, in_flight + 1):
            window.sent(number, 0)
    for now in times:
        asked.allows(now)
    assert vars(asked) == vars(other)


def awaited(window: Window, count: int, first: int = 1, answered: float = 0.005) -> list[bool]:
    """Send so many pictures, 30 a second, each acknowledged a little later; which of them were to be."""
    found = []
    for number in range(first, first + count):
        assert window.allows(number / 30)
        found.append(window.sent(number, number / 30))
        if found[-1]:
            window.acknowledged(number, number / 30 + answered)
    return found


def test_on_a_calm_way_only_one_of_a_few_pictures_is_to_be_acknowledged() -> None:
    window = Window(0)
    found = awaited(window, UNCONGESTED + 10 * AWAIT_EVERY)
    assert all(found[: UNCONGESTED - 1])
    assert sum(found[UNCONGESTED:]) == 10


@pytest.mark.parametrize("fps", [2, 4, 5, 7, 8, 15, 60])
def test_the_way_of_a_slow_stream_is_as_calm(fps: int) -> None:
    window, found = Window(0), []
    for number in range(1, UNCONGESTED + 1 + 10 * AWAIT_EVERY):
        now = number / fps
        assert window.allows(now)
        found.append(window.sent(number, now))
        if found[-1]:
            window.acknowledged(number, now + 0.005)
    assert sum(found[UNCONGESTED:]) == 10


@given(st.lists(st.booleans(), max_size=200))
def test_never_are_more_pictures_in_a_row_not_to_be_acknowledged(answers: list[bool]) -> None:
    window, no_acks = Window(0), 0
    awaited(window, UNCONGESTED)
    for number, answers_it in enumerate(answers, UNCONGESTED + 1):
        now = number / 30
        if window.allows(now):
            no_acks = 0 if window.sent(number, now) else no_acks + 1
            assert no_acks < AWAIT_EVERY
        if answers_it:
            window.acknowledged(number, now + 0.001)


def test_while_one_is_awaited_so_is_each_that_follows() -> None:
    window = Window(0)
    number = UNCONGESTED + len(awaited(window, UNCONGESTED))
    while not window.sent(number, number / 30):
        number += 1
    assert window.allows(number / 30)
    assert window.sent(number + 1, number / 30)
    assert not window.allows(number / 30)


def test_a_picture_that_was_held_back_or_a_pause_ends_the_calm() -> None:
    held, paused = Window(0), Window(0)
    for window in (held, paused):
        awaited(window, UNCONGESTED)
    held.delayed()
    assert all(awaited(held, UNCONGESTED // 2, UNCONGESTED + 1))
    assert all(awaited(paused, UNCONGESTED // 2, 30 * 60))


class Shown(NamedTuple):
    """A picture on the screen: when, and how old it was then."""

    at: float
    age: float


class Link:
    """A link that serves one picture after another, with a delay each way; it may be cut for a while."""

    def __init__(
        self, per_second: float, delay: float, back: float, outage: tuple[float, float]
    ) -> None:
        self.per_second, self.delay, self.back, self.outage = per_second, delay, back, outage
        self.free_at = 0.0

    def through(self, now: float) -> float:
        """When a picture handed over now is on the other side."""
        start = max(now, self.free_at)
        if self.outage[0] <= start < self.outage[1]:
            start = self.outage[1]
        self.free_at = start + 1 / self.per_second
        return self.free_at + self.delay


def play(
    seconds: float = 20,
    *,
    fps: float = 60,
    per_second: float = 1e6,
    delay: float = 0.0005,
    back: float | None = None,
    outage: tuple[float, float] = (1e9, 1e9),
    slower: tuple[float, float] = (1e9, 1),
) -> list[Shown]:
    """A publisher, the window and a link, event by event in simulated time."""
    window = Window(0)
    link = Link(per_second, delay, delay if back is None else back, outage)
    events: list[tuple[float, int, Callable[[float], None]]] = []
    shown: list[Shown] = []
    newest, last_sent, count = (0, 0.0), 0, 0

    def at(time: float, act: Callable[[float], None]) -> None:
        nonlocal count
        count += 1
        heapq.heappush(events, (time, count, act))

    def publish(now: float) -> None:
        nonlocal newest
        newest = newest[0] + 1, now
        at(now + 1 / fps, publish)
        send(now)

    def send(now: float) -> None:
        nonlocal last_sent
        if newest[0] > last_sent and window.allows(now):
            number, taken = newest
            last_sent = number
            is_awaited = window.sent(number, now)
            arrival = link.through(now)
            at(arrival, lambda then: shown.append(Shown(then, then - taken)))
            if is_awaited:
                at(arrival + link.back, lambda then: acknowledge(number, then))

    def acknowledge(number: int, now: float) -> None:
        window.acknowledged(number, now)
        send(now)

    def become_slower(_: float) -> None:
        link.per_second = slower[1]

    at(0, publish)
    at(slower[0], become_slower)
    while events and events[0][0] < seconds:
        now, _, act = heapq.heappop(events)
        act(now)
    return shown


def late(ages: list[float]) -> float:
    """The 95th percentile."""
    return sorted(ages)[int(len(ages) * 0.95)]


def test_on_a_link_that_is_too_slow_pictures_are_fresh_and_the_link_is_full() -> None:
    shown = play(per_second=38)
    assert len(shown) > 0.95 * 38 * 20
    assert late([picture.age for picture in shown]) < 0.080


def test_an_outage_leaves_no_old_pictures_behind() -> None:
    shown = play(per_second=38, outage=(5, 7))
    after = [picture.age for picture in shown if 7.2 < picture.at < 8.2]
    assert late(after) < 0.100


def test_a_calm_way_that_becomes_slow_all_at_once_is_fresh_again_soon() -> None:
    shown = play(per_second=1000, fps=60, slower=(10, 20))
    after = [picture.age for picture in shown if picture.at > 11]
    assert late(after) < 0.150
    assert max(picture.age for picture in shown) < 0.400


def test_late_acknowledgements_do_not_lower_the_rate() -> None:
    shown = play(back=0.1)
    assert len([picture for picture in shown if picture.at > 2]) / 18 > 55


@pytest.mark.parametrize("delay", [0.02, 0.05, 0.1])
def test_a_long_way_does_not_lower_the_rate(delay: float) -> None:
    shown = play(delay=delay)
    assert len([picture for picture in shown if picture.at > 3]) / 17 > 55
    assert late([picture.age for picture in shown]) < delay + 0.05


def test_a_stuck_viewer_is_not_sent_more_and_starts_small_again() -> None:
    window, number = Window(0), 1
    for tick in range(200):
        now = tick / 60
        number = fill(window, number, now)
        window.acknowledged(number - 1, now + 0.01)
    grown = window.size
    sent = fill(window, number, 4) - 1
    window.acknowledged(sent, 4 + 10 * CUT_OVER)
    assert window.size <= max(1, grown // 2)
