"""What a viewer is sent: checked by a screen that applies every message exactly as docs/protocol.md says."""

import numpy as np
import pytest

from tests.world import Screen
from ws_stream.hub.feed import Feed
from ws_stream.hub.viewer import CHECKSUM_EVERY, HEARTBEAT, PACE_EVERY, Viewer
from ws_stream.hub.window import START
from ws_stream.pixels.formats import GRAY8, PixelFormat, Pixels
from ws_stream.pixels.frame import blank
from ws_stream.pixels.rendition import Rendition
from ws_stream.protocol import control
from ws_stream.protocol.request import Request

from .test_feed import made


def gray(*values: int) -> Pixels:
    return np.array([values], np.uint8)


def put(feed: Feed, pixels: Pixels, pixel_format: PixelFormat = GRAY8) -> None:
    feed.put(made(pixels, pixel_format), 1)


def new_feed() -> Feed:
    return Feed("camera", Rendition(), 1000)


def test_a_viewer_is_first_told_what_comes_and_then_shown_it() -> None:
    feed = new_feed()
    put(feed, gray(1, 2))
    screen = Screen(Viewer(feed, 0))
    told, picture = screen.receive(0)
    assert isinstance(told, str)
    assert isinstance(picture, bytes)
    assert screen.shows(gray(1, 2))


def test_even_a_picture_that_equals_the_blank_one_is_sent_to_who_has_none() -> None:
    feed = new_feed()
    put(feed, gray(0, 0))
    screen = Screen(Viewer(feed, 0))
    screen.receive(0)
    assert screen.held
    assert screen.held.number == 1


def test_a_picture_without_a_change_is_not_sent_and_a_sign_of_life_is() -> None:
    feed = new_feed()
    put(feed, gray(1))
    screen = Screen(Viewer(feed, 0))
    screen.receive(0)
    screen.acknowledge()
    put(feed, gray(1))
    assert screen.receive(HEARTBEAT * 0.9) == []
    screen.receive(HEARTBEAT * 1.1)
    assert isinstance(screen.heard[-1], control.Unchanged)
    assert screen.heard[-1].number == 1


def test_a_viewer_that_does_not_acknowledge_is_sent_as_many_pictures_as_the_window_holds() -> None:
    feed = new_feed()
    screen = Screen(Viewer(feed, 0))
    pictures = 0
    for value in range(1, 10):
        put(feed, gray(value))
        pictures += sum(isinstance(message, bytes) for message in screen.receive(0))
    assert pictures == START
    assert screen.shows(gray(START))
    screen.receive(HEARTBEAT * 1.1)
    assert isinstance(screen.heard[-1], control.Waiting)
    screen.acknowledge()
    screen.receive(HEARTBEAT * 1.1)
    assert screen.shows(gray(9))


def test_a_resync_is_answered_from_blank_even_when_nothing_changed() -> None:
    feed = new_feed()
    put(feed, gray(5))
    screen = Screen(Viewer(feed, 0))
    screen.receive(0)
    assert screen.held
    screen.held = blank(screen.held.epoch, GRAY8, 1, 1)
    screen.say(control.Resync())
    screen.receive(0)
    assert screen.shows(gray(5))


def test_each_viewer_gets_a_checksum_about_once_a_second_however_few_pictures_it_takes() -> None:
    feed = new_feed()
    often, seldom = Screen(Viewer(feed, 0)), Screen(Viewer(feed, 0))
    for tick in range(100):
        now = tick * 0.1
        put(feed, gray(tick + 1))
        often.receive(now)
        often.acknowledge()
        if tick % 25 == 24:
            seldom.receive(now)
            seldom.acknowledge()
    assert often.checksums == 10 / CHECKSUM_EVERY
    assert seldom.checksums == 4


def test_a_failing_source_is_told_once_and_so_is_its_recovery() -> None:
    feed = new_feed()
    put(feed, gray(1))
    screen = Screen(Viewer(feed, 0))
    feed.set_problem("the camera is gone")
    screen.receive(0)
    feed.set_problem(None)
    screen.receive(0)
    screen.receive(0)
    problems = [heard for heard in screen.heard if isinstance(heard, control.Problem)]
    assert problems == [("the camera is gone",), (None,)]


def test_a_question_of_the_time_is_answered() -> None:
    screen = Screen(Viewer(new_feed(), 0))
    screen.say(control.ClockQuestion(12.5))
    screen.receive(0)
    assert isinstance(screen.heard[-1], control.ClockAnswer)
    assert screen.heard[-1].viewer_time == 12.5


def test_a_viewer_that_wants_no_pictures_is_sent_none_and_then_one_difference() -> None:
    feed = new_feed()
    put(feed, gray(0, 0))
    screen = Screen(Viewer(feed, 0))
    screen.receive(0)
    screen.acknowledge()
    screen.say(control.Rate(0))
    for value in range(1, 100):
        put(feed, gray(0, value))
        assert not [m for m in screen.receive(value / 100) if isinstance(m, bytes)]
    screen.receive(2.5)
    assert isinstance(screen.heard[-1], control.Waiting)
    screen.say(control.Rate(None))
    messages = [message for message in screen.receive(3) if isinstance(message, bytes)]
    assert len(messages) == 1
    assert screen.shows(gray(0, 99))


@pytest.mark.parametrize("fps", [1, 7.5, 30])
def test_a_viewer_is_sent_no_more_pictures_a_second_than_it_wants_and_not_fewer(fps: float) -> None:
    feed = new_feed()
    screen = Screen(Viewer(feed, 0, Request(fps=fps)))
    pictures, step = 0, 1 / 60
    for tick in range(600):
        put(feed, gray(tick % 256))
        pictures += sum(isinstance(message, bytes) for message in screen.receive(tick * step))
        screen.acknowledge()
    assert 10 * fps - 1 <= pictures <= 10 * fps + 2


@pytest.mark.parametrize("phase", [0.001, 0.005, 0.010, 0.016])
def test_pictures_of_a_source_of_just_the_rate_never_wait_whenever_the_viewer_came(
    phase: float,
) -> None:
    feed = new_feed()
    put(feed, gray(0))
    screen = Screen(Viewer(feed, 0, Request(fps=60)))
    screen.receive(0)
    screen.acknowledge()
    for tick in range(2, 100):
        put(feed, gray(tick))
        screen.receive(phase + tick / 60)
        screen.acknowledge()
        assert screen.shows(gray(tick))


def test_a_picture_that_came_too_early_is_due_when_its_turn_comes() -> None:
    feed = new_feed()
    put(feed, gray(1))
    screen = Screen(Viewer(feed, 0, Request(fps=2)))
    screen.receive(0)
    screen.acknowledge()
    put(feed, gray(2))
    screen.receive(0.1)
    screen.acknowledge()
    put(feed, gray(3))
    assert screen.receive(0.2) == []
    due = screen.viewer.due(0.2)
    assert 0.2 < due <= 1
    screen.receive(due)
    assert screen.shows(gray(3))


@pytest.mark.parametrize("fps", [0.01, 1e-320])
def test_a_viewer_that_wants_more_again_need_not_wait_for_its_old_turn(fps: float) -> None:
    feed = new_feed()
    put(feed, gray(1))
    screen = Screen(Viewer(feed, 0, Request(fps=fps)))
    screen.receive(0)
    screen.acknowledge()
    put(feed, gray(2))
    screen.say(control.Rate(None))
    screen.receive(0.1)
    assert screen.shows(gray(2))


def test_once_a_second_a_viewer_is_told_how_many_pictures_it_was_too_late_for() -> None:
    feed = new_feed()
    screen = Screen(Viewer(feed, 0))
    for tick in range(40):
        put(feed, gray(tick))
        screen.receive(tick * PACE_EVERY / 30)
        if tick % 3 == 2:
            screen.acknowledge()
    (pace,) = [heard for heard in screen.heard if isinstance(heard, control.Pace)]
    assert pace.published == pytest.approx(30, abs=3)
    assert 0 < pace.skipped < 20
    assert pace.device is False


def test_a_viewer_whose_base_had_to_go_is_sent_the_picture_from_blank_even_an_empty_one() -> None:
    feed = new_feed()
    put(feed, gray(5))
    screen = Screen(Viewer(feed, 0))
    screen.receive(0)
    screen.acknowledge()
    feed._bases.clear()
    put(feed, gray(0))
    screen.receive(0.1)
    assert screen.shows(gray(0))


def test_a_viewer_that_moves_to_another_feed_starts_from_blank_there() -> None:
    one, other = new_feed(), new_feed()
    put(one, gray(1))
    put(other, gray(2, 3))
    screen = Screen(Viewer(one, 0))
    screen.receive(0)
    screen.viewer.move(other, 0)
    screen.receive(0.1)
    assert screen.shows(gray(2, 3))
    assert not one._held


def test_pictures_that_come_a_little_early_again_and_again_are_not_made_to_wait() -> None:
    feed = Feed("camera", Rendition(), 30)
    viewer = Viewer(feed, 0)
    screen = Screen(viewer)
    now = 0.0
    for tick in range(300):
        now += 0.97 / 30
        put(feed, gray(tick % 256))
        assert any(isinstance(message, bytes) for message in screen.receive(now)), tick
        screen.acknowledge()
