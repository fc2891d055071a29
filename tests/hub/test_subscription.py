"""What a viewer is told beside pictures, by a clock that only the test moves."""

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest

from ws_stream.hub import subscription as subscription_module
from ws_stream.hub.figures import Ages
from ws_stream.hub.subscription import (
    CLOCK_WAS_SET,
    DEAD_AFTER,
    Subscription,
    device_us,
    now_us,
)
from ws_stream.limits import MAX_TIME
from ws_stream.pixels.formats import GRAY8
from ws_stream.pixels.rendition import Rendition
from ws_stream.protocol import control, messages
from ws_stream.protocol.request import Request
from ws_stream.walk.window import START

from .viewer import BOTH_WALKS, NewWalk

pytestmark = BOTH_WALKS

EPOCH, TIME_US = 7, 1_700_000_000_000_000
FPS = 30.0


class Line:
    """A walk with one variant, one viewer of it, and the time."""

    may_operate = True

    def __init__(
        self, new_walk: NewWalk, request: Request, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.now = 100.0
        clock = SimpleNamespace(
            monotonic=lambda: self.now,
            monotonic_ns=lambda: 100 * 10**9,
            time_ns=lambda: 5,  # a wall clock that was set
        )
        monkeypatch.setattr(subscription_module, "time", clock)
        monkeypatch.setattr(subscription_module, "AHEAD_US", TIME_US - 100_000_000)
        self.walk = new_walk(FPS)
        self.walk.open(0, GRAY8, Rendition(), (3, 1), EPOCH)
        fps = -1.0 if request.fps is None else request.fps
        place = self.walk.join(-1, 0, request.acknowledge, fps, self.now)
        self.timed_out = self.pictures = 0
        self.said: list[messages.ServerMessage] = []
        self.subscription = Subscription(self.walk, place, self, request, Ages(), self.now)

    def fileno(self) -> int:
        return -1

    def write(self, message: str) -> None:
        said = control.parse_from_server(message)
        assert said
        self.said.append(said)

    def finish_picture(self) -> None:
        raise AssertionError("there is no socket that could be full")

    def fail(self) -> None: ...

    def refuse(self, sentence: str) -> None: ...

    def time_out(self) -> None:
        self.timed_out += 1

    def announce(self, epoch: int = EPOCH) -> messages.Announcement:
        told = messages.Announcement("a", epoch, GRAY8, 3, 1, (3, 1), 1, None, False, 0, FPS, False)
        self.subscription.announce(told)
        return told

    def acknowledge(self, number: int, epoch: int | None = EPOCH) -> None:
        self.subscription.acknowledge(number, epoch, self.now)

    def set_rate(self, fps: float | None) -> None:
        self.subscription.set_request(self.subscription.request._replace(fps=fps), self.now)

    def publish(self, value: int) -> int:
        """How many pictures were sent."""
        self.walk.publish(np.full((1, 3), value, np.uint8), None, 1, self.now)
        return self.sent()

    def sent(self) -> int:
        sent = len(self.walk.messages())
        self.pictures += sent
        return sent

    def report(self, fps: float = FPS, *, less: bool = False) -> messages.ServerMessage | None:
        """What the viewer hears a second later."""
        said = len(self.said)
        wanted = self.subscription.request.fps
        self.subscription.report(fps if wanted is None else min(fps, wanted), less, self.now)
        assert len(self.said) <= said + 1
        return self.said[said] if len(self.said) > said else None


@pytest.fixture
def line(walk: NewWalk, monkeypatch: pytest.MonkeyPatch) -> Line:
    return Line(walk, Request(), monkeypatch)


class TestAnnouncements:
    def test_nothing_is_sent_before_one_and_the_newest_picture_right_after_it(
        self, line: Line
    ) -> None:
        line.publish(1)
        line.publish(2)
        assert line.pictures == 0
        told = line.announce()
        assert line.said == [told]
        assert line.sent() == 1

    def test_one_is_told_once_however_often_it_is_made(self, line: Line) -> None:
        told = line.announce()
        line.publish(1)
        line.subscription.announce(told)
        assert line.said == [told]
        line.now += 1
        assert line.publish(2) == 1, "what the viewer holds is still known"

    def test_nothing_is_sent_of_a_new_epoch_before_that_is_announced(self, line: Line) -> None:
        line.announce()
        line.publish(1)
        line.walk.open(0, GRAY8, Rendition(), (3, 1), EPOCH + 1)
        line.now += 1
        assert line.publish(2) == 0
        line.announce(EPOCH + 1)
        assert line.sent() == 1


class TestProblems:
    def test_each_is_told_once_and_so_is_its_end(self, line: Line) -> None:
        for problem in (None, "gone", "gone", "still gone", None, None, "gone"):
            line.subscription.set_problem(problem)
        assert line.said == [("gone",), ("still gone",), (None,), ("gone",)]

    def test_one_does_not_make_an_announcement_be_told_again(self, line: Line) -> None:
        told = line.announce()
        line.subscription.set_problem("gone")
        line.subscription.announce(told)
        line.subscription.set_problem("gone")
        assert line.said == [told, ("gone",)]


class TestReports:
    def test_who_was_sent_pictures_hears_of_its_pace(self, line: Line) -> None:
        line.announce()
        for number in range(1, 6):
            line.publish(number)
            line.acknowledge(number)
            line.now += 0.2
        assert line.report() == messages.Pace(5, 0, FPS, False)

    def test_pictures_it_was_not_sent_for_want_of_acknowledgements_count_as_skipped(
        self, line: Line
    ) -> None:
        line.announce()
        for number in range(1, 11):
            line.publish(number)
            line.now += 0.1
        assert line.pictures == START
        # Those published after the last that was sent are not counted before the next one is.
        assert line.report() == messages.Pace(START, 0, FPS, False)
        line.acknowledge(START)
        assert line.sent() == 1
        line.now += 1
        assert line.report() == messages.Pace(8, 7, FPS, False)

    async def test_no_more_are_said_to_be_skipped_than_the_viewer_wants(
        self, walk: NewWalk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        line = Line(walk, Request(fps=2), monkeypatch)
        line.announce()
        for number in range(1, 11):
            line.publish(number)
            line.acknowledge(number)
            line.now += 0.1
        pace = line.report()
        assert isinstance(pace, messages.Pace)
        assert pace.fps == 2
        assert pace.published <= 2
        assert pace.skipped == 0

    @pytest.mark.parametrize("less", [False, True])
    def test_the_pace_tells_of_limits(self, line: Line, less: bool) -> None:
        line.announce()
        line.publish(1)
        line.now += 1
        assert line.report(10, less=less) == messages.Pace(1, 0, 10, less)

    def test_a_report_tells_of_the_time_since_the_last_one_only(self, line: Line) -> None:
        line.announce()
        line.publish(1)
        line.acknowledge(1)
        line.now += 1
        assert isinstance(line.report(), messages.Pace)
        line.now += 1
        assert line.report() == messages.Unchanged(1, TIME_US)

    def test_nobody_says_that_nothing_changed_while_the_source_cannot_be_read(
        self, line: Line
    ) -> None:
        line.announce()
        line.publish(1)
        line.subscription.set_problem("gone")
        line.report()
        for _ in range(3):
            line.now += 1
            assert line.report() == messages.Problem("gone")
        line.subscription.set_problem(None)
        assert line.report() == messages.Unchanged(1, TIME_US)

    def test_who_needs_no_picture_hears_that_its_own_is_the_newest(self, line: Line) -> None:
        line.announce()
        line.now += 1
        assert line.report() == messages.Unchanged(0, TIME_US)

    def test_who_has_to_acknowledge_before_it_is_sent_more_hears_that_it_is_waited_for(
        self, line: Line
    ) -> None:
        line.announce()
        for number in range(1, 10):
            line.publish(number)
            line.now += 0.1
        line.report()
        line.now += 1
        assert line.report() == messages.Waiting(START, TIME_US)
        line.acknowledge(START)
        assert line.sent() == 1
        line.now += 1
        assert isinstance(line.report(), messages.Pace)

    def test_who_wants_no_pictures_hears_that_it_is_waited_for(self, line: Line) -> None:
        line.announce()
        line.set_rate(0)
        line.now += 1
        assert line.report() == messages.Waiting(0, TIME_US)

    def test_two_at_the_same_moment_do_no_harm(self, line: Line) -> None:
        line.announce()
        line.publish(1)
        assert line.report()
        assert line.report()


class TestLife:
    def test_one_that_says_nothing_for_too_long_is_given_up(self, line: Line) -> None:
        line.announce()
        line.now += DEAD_AFTER
        assert line.report()
        before = line.timed_out
        line.now += 0.001
        assert line.report() is None
        assert (before, line.timed_out) == (0, 1)

    def test_whatever_it_says_counts(self, line: Line) -> None:
        line.announce()
        for _ in range(5):
            line.now += DEAD_AFTER
            line.subscription.heard(line.now)
            assert line.report()
        assert not line.timed_out

    def test_one_that_does_not_acknowledge_need_not_say_anything(
        self, walk: NewWalk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        line = Line(walk, Request(acknowledge=False), monkeypatch)
        line.announce()
        line.now += 1000 * DEAD_AFTER
        assert line.report()
        assert not line.timed_out


class TestWishes:
    def test_a_question_of_the_time_is_answered(self, line: Line) -> None:
        line.subscription.answer_clock(2**53 - 1)
        assert line.said == [messages.ClockAnswer(2**53 - 1, TIME_US)]

    def test_an_acknowledgement_lets_the_newest_picture_follow_at_once(self, line: Line) -> None:
        line.announce()
        for number in range(1, START + 3):
            line.publish(number)
            line.now += 0.1
        assert line.pictures == START
        line.acknowledge(START)
        assert line.sent() == 1

    @pytest.mark.parametrize("number", [0, START + 1, 2**32 - 1])
    def test_one_of_a_picture_that_was_never_sent_opens_nothing(
        self, line: Line, number: int
    ) -> None:
        line.announce()
        for value in range(1, START + 3):
            line.publish(value)
            line.now += 0.1
        line.acknowledge(number)
        assert line.sent() == 0

    def test_one_of_another_epoch_opens_nothing(self, line: Line) -> None:
        line.announce()
        for value in range(1, START + 3):
            line.publish(value)
            line.now += 0.1
        line.acknowledge(START, EPOCH + 1)
        assert line.sent() == 0
        line.acknowledge(START, None)
        assert line.sent() == 1

    def test_a_resync_is_answered_from_blank_also_when_nothing_changed(self, line: Line) -> None:
        line.announce()
        line.publish(1)
        line.now += 1
        line.subscription.resync(line.now)
        assert line.sent() == 1

    def test_who_wants_none_is_sent_none_and_then_the_newest(self, line: Line) -> None:
        line.announce()
        line.publish(1)
        line.acknowledge(1)
        line.set_rate(0)
        for value in range(2, 50):
            line.now += 0.1
            assert line.publish(value) == 0
        line.set_rate(None)
        assert line.sent() == 1
        assert line.subscription.request.fps is None

    @pytest.mark.parametrize("fps", [0.01, 1e-320])
    def test_who_wants_more_again_need_not_wait_for_its_old_turn(
        self, walk: NewWalk, monkeypatch: pytest.MonkeyPatch, fps: float
    ) -> None:
        line = Line(walk, Request(fps=fps), monkeypatch)
        line.walk.announced(line.subscription.place, line.now)
        line.publish(1)
        line.now += 0.1
        line.publish(2)
        line.set_rate(None)
        line.sent()
        assert line.pictures == 2


STEPS = [0, 50, -3_600_000_000, 3_600_000_000, 10**15]


class TestTheDevicesTime:
    """Moves evenly, whatever the wall clock is set to."""

    @pytest.fixture
    def set_by(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
        def step(off_us: int) -> None:
            clock = SimpleNamespace(
                monotonic_ns=lambda: 5_000_000_000,
                time_ns=lambda: (TIME_US + 5_000_000 + off_us) * 1000,
            )
            monkeypatch.setattr(subscription_module, "time", clock)
            monkeypatch.setattr(subscription_module, "AHEAD_US", TIME_US)

        return step

    @pytest.mark.parametrize("off_us", STEPS)
    def test_it_is_the_same_after_a_step(
        self, walk: NewWalk, set_by: Callable[[int], None], off_us: int
    ) -> None:
        set_by(off_us)
        assert now_us() == TIME_US + 5_000_000

    @pytest.mark.parametrize("off_us", STEPS)
    def test_a_time_by_the_wall_clock_is_as_long_ago_as_before(
        self, walk: NewWalk, set_by: Callable[[int], None], off_us: int
    ) -> None:
        set_by(off_us)
        wall_us = TIME_US + 5_000_000 + off_us - 12_000
        assert abs(now_us() - device_us(wall_us) - 12_000) <= CLOCK_WAS_SET

    def test_a_time_is_kept_to_the_microsecond_while_no_clock_was_set(
        self, walk: NewWalk, set_by: Callable[[int], None]
    ) -> None:
        set_by(300)
        assert device_us(1_760_000_000_000_000) == 1_760_000_000_000_000

    @pytest.mark.parametrize("off_us", STEPS)
    @pytest.mark.parametrize("wall_us", [0, MAX_TIME - 1])
    def test_it_stays_one_that_can_be_sent(
        self, walk: NewWalk, set_by: Callable[[int], None], off_us: int, wall_us: int
    ) -> None:
        set_by(off_us)
        assert 0 <= device_us(wall_us) < MAX_TIME
