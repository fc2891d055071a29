"""What a viewer is sent: checked by a screen that applies every message exactly as docs/protocol.md says."""

from collections import deque

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ws_stream import control
from ws_stream.codec import decode
from ws_stream.feed import Feed
from ws_stream.frame import Frame, blank
from ws_stream.pacing import WINDOW
from ws_stream.pixels import GRAY8, RGB565, PixelFormat, Pixels
from ws_stream.shrink import Rendition
from ws_stream.viewer import CHECKSUM_EVERY, HEARTBEAT, Viewer


class Screen:
    """The other end of a connection: holds one picture."""

    def __init__(self, feed: Feed, now: float = 0.0) -> None:
        self.viewer = Viewer(feed, now)
        self.held: Frame | None = None
        self.heard: list[control.ServerMessage] = []
        self.checksums = 0

    def receive(self, now: float) -> list[str | bytes]:
        messages = []
        while (message := self.viewer.take(now)) is not None:
            messages.append(message)
            self.apply(message)
        return messages

    def apply(self, message: str | bytes) -> None:
        if isinstance(message, bytes):
            assert self.held
            self.checksums += message[3]
            self.held = decode(message, self.held)
            return
        heard = control.parse_from_server(message)
        assert heard
        self.heard.append(heard)
        if isinstance(heard, control.Announcement):
            self.held = blank(heard.epoch, heard.format, heard.width, heard.height)

    def acknowledge(self) -> None:
        if self.held:
            self.viewer.heed(control.Acknowledge(self.held.number))

    def shows(self, pixels: Pixels) -> bool:
        return self.held is not None and np.array_equal(self.held.pixels, pixels)


def gray(*values: int) -> Pixels:
    return np.array([values], np.uint8)


def put(feed: Feed, pixels: Pixels, pixel_format: PixelFormat = GRAY8) -> None:
    feed.put(pixels, pixel_format, 1)


def new_feed() -> Feed:
    return Feed("camera", Rendition(), 30)


def test_a_viewer_is_first_told_what_comes_and_then_shown_it() -> None:
    feed = new_feed()
    put(feed, gray(1, 2))
    screen = Screen(feed)
    told, picture = screen.receive(0)
    assert isinstance(told, str)
    assert isinstance(picture, bytes)
    assert screen.shows(gray(1, 2))


def test_even_a_picture_that_equals_the_blank_one_is_sent_to_who_has_none() -> None:
    feed = new_feed()
    put(feed, gray(0, 0))
    screen = Screen(feed)
    screen.receive(0)
    assert screen.held
    assert screen.held.number == 1


def test_a_picture_without_a_change_is_not_sent_and_a_sign_of_life_is() -> None:
    feed = new_feed()
    put(feed, gray(1))
    screen = Screen(feed)
    screen.receive(0)
    screen.acknowledge()
    put(feed, gray(1))
    assert screen.receive(HEARTBEAT * 0.9) == []
    screen.receive(HEARTBEAT)
    assert isinstance(screen.heard[-1], control.Unchanged)
    assert screen.heard[-1].number == 1


def test_a_viewer_that_does_not_acknowledge_is_sent_as_many_pictures_as_the_window_holds() -> None:
    feed = new_feed()
    screen = Screen(feed)
    pictures = 0
    for value in range(1, 10):
        put(feed, gray(value))
        pictures += sum(isinstance(message, bytes) for message in screen.receive(0))
    assert pictures == WINDOW
    assert screen.shows(gray(WINDOW))
    screen.receive(HEARTBEAT)
    assert isinstance(screen.heard[-1], control.Waiting)
    screen.acknowledge()
    screen.receive(HEARTBEAT)
    assert screen.shows(gray(9))


def test_a_resync_is_answered_from_blank_even_when_nothing_changed() -> None:
    feed = new_feed()
    put(feed, gray(5))
    screen = Screen(feed)
    screen.receive(0)
    assert screen.held
    screen.held = blank(screen.held.epoch, GRAY8, 1, 1)
    screen.viewer.heed(control.Resync())
    screen.receive(0)
    assert screen.shows(gray(5))


def test_each_viewer_gets_a_checksum_about_once_a_second_however_few_pictures_it_takes() -> None:
    feed = new_feed()
    often, seldom = Screen(feed), Screen(feed)
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
    screen = Screen(feed)
    feed.tell("the camera is gone")
    screen.receive(0)
    feed.tell(None)
    screen.receive(0)
    screen.receive(0)
    problems = [heard for heard in screen.heard if isinstance(heard, control.Problem)]
    assert problems == [("the camera is gone",), (None,)]


def test_a_question_of_the_time_is_answered() -> None:
    screen = Screen(new_feed())
    screen.viewer.heed(control.ClockQuestion(12.5))
    screen.receive(0)
    assert isinstance(screen.heard[-1], control.ClockAnswer)
    assert screen.heard[-1].viewer_time == 12.5


class World(RuleBasedStateMachine):
    """Pictures are published, three viewers come and go and lie, messages travel with delay.

    Whatever a screen shows was published; and once all has been said, it is the newest picture.
    """

    indexes = st.integers(0, 2)

    def __init__(self) -> None:
        super().__init__()
        self.feed = new_feed()
        self.pixels = gray(0, 0, 0)
        self.published: set[tuple[str, bytes]] = set()
        self.screens = [Screen(self.feed) for _ in range(3)]
        self.wires: list[deque[str | bytes]] = [deque() for _ in range(3)]
        self.same_again()

    @rule()
    def same_again(self) -> None:
        put(self.feed, self.pixels, RGB565 if self.pixels.dtype == np.uint16 else GRAY8)
        self.published.add((self.pixels.dtype.str, self.pixels.tobytes()))

    @rule(at=st.integers(0, 3), value=st.integers(0, 255))
    def one_pixel_changes(self, at: int, value: int) -> None:
        self.pixels = self.pixels.copy()
        self.pixels.flat[at % self.pixels.size] = value
        self.same_again()

    @rule(width=st.integers(1, 4), dtype=st.sampled_from([np.uint8, np.uint16]))
    def another_size_or_format(self, width: int, dtype: type[np.uint8]) -> None:
        self.pixels = np.zeros((1, width), dtype)
        self.same_again()

    @rule(index=indexes)
    def a_viewer_is_sent_what_is_due(self, index: int) -> None:
        while (message := self.screens[index].viewer.take(0)) is not None:
            self.wires[index].append(message)

    @rule(index=indexes)
    def a_message_arrives(self, index: int) -> None:
        if self.wires[index]:
            self.screens[index].apply(self.wires[index].popleft())

    @rule(index=indexes)
    def what_is_shown_is_acknowledged(self, index: int) -> None:
        self.screens[index].acknowledge()

    @rule(index=indexes, number=st.integers(0, 2**32 - 1))
    def something_is_acknowledged(self, index: int, number: int) -> None:
        self.screens[index].viewer.heed(control.Acknowledge(number))

    @rule(index=indexes)
    def a_viewer_drops_and_another_joins(self, index: int) -> None:
        self.screens[index], self.wires[index] = Screen(self.feed), deque()

    @rule(index=indexes)
    def a_viewer_asks_for_a_resync(self, index: int) -> None:
        screen = self.screens[index]
        while self.wires[index]:
            self.a_message_arrives(index)
        if screen.held:
            held = screen.held
            screen.held = blank(held.epoch, held.format, held.width, held.height)
        screen.viewer.heed(control.Resync())

    @invariant()
    def what_is_shown_was_published(self) -> None:
        for screen in self.screens:
            if screen.held and screen.held.number:
                held = screen.held.pixels
                assert (held.dtype.str, held.tobytes()) in self.published

    def teardown(self) -> None:
        for index, screen in enumerate(self.screens):
            for _ in range(3):
                screen.acknowledge()
                self.a_viewer_is_sent_what_is_due(index)
                while self.wires[index]:
                    self.a_message_arrives(index)
            assert screen.shows(self.pixels)


TestWorld = World.TestCase
TestWorld.settings = settings(max_examples=200, stateful_step_count=60, deadline=None)
