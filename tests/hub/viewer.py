"""A stream's viewers without sockets: each holds what a screen would, as docs/protocol.md says."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from ws_stream.codec import decode
from ws_stream.hub.stream import Stream
from ws_stream.pixels.formats import Pixels
from ws_stream.pixels.frame import Frame
from ws_stream.protocol import control, messages
from ws_stream.protocol.request import Request
from ws_stream.walk import NumpyWalk, Walk, new_walk

NewWalk = Callable[[float], Walk]

BOTH_WALKS = pytest.mark.parametrize("walk", [NumpyWalk, new_walk], ids=["numpy", "quickest"])

UNHURRIED = Request(acknowledge=False)
"""Held back by nothing but its rate."""


def picture(value: int, width: int = 8, height: int = 6) -> Pixels:
    """One of a single gray."""
    return np.full((height, width, 4), value, np.uint8)


class Viewer:
    """The peer of a subscription, and its screen."""

    may_operate = True

    def __init__(self, room: "Room", request: Request) -> None:
        self.said: list[messages.ServerMessage] = []
        self.held: Frame | None = None
        self.refused = ""
        self.pictures = self.finished = self.timed_out = 0
        self._room = room
        self.subscription = room.stream.join(self, request)

    def fileno(self) -> int:
        return -1

    def write(self, message: str) -> None:
        self._room.carry()  # pictures that came before
        said = control.parse_from_server(message)
        assert said
        if isinstance(said, messages.Problem) and self.heard(messages.Problem)[-1:] == [said]:
            return  # said again, as a report
        self.said.append(said)
        if isinstance(said, messages.Announcement):
            self.held = said.blank()

    def finish_picture(self) -> None:
        self.finished += 1

    def fail(self) -> None: ...

    def refuse(self, sentence: str) -> None:
        self.refused = sentence

    def time_out(self) -> None:
        self.timed_out += 1

    def receive(self, message: bytes) -> None:
        """A picture."""
        assert self.held, "no picture comes before it is announced"
        self.held = decode(message, self.held)
        self.pictures += 1

    def heard(self, *kinds: type[messages.ServerMessage]) -> list[messages.ServerMessage]:
        """What was said of these kinds, or all."""
        return [message for message in self.said if not kinds or isinstance(message, kinds)]

    @property
    def pixels(self) -> Pixels | None:
        """What is on the screen; None while nothing but blank is."""
        self._room.carry()
        return self.held.pixels if self.held and self.held.number else None

    @property
    def shown(self) -> int | None:
        """Its first value."""
        return None if self.pixels is None else int(self.pixels.flat[0])

    async def sees(self, value: int | None = None) -> None:
        """Wait for a picture of this value, or any."""
        await until(lambda: self.shown is not None and value in (None, self.shown))

    def leave(self) -> None:
        self._room.leave(self)


class Room:
    """Who watches one stream."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.viewers: dict[int, Viewer] = {}

    def come(self, request: Request = UNHURRIED) -> Viewer:
        """One that is not yet told anything."""
        viewer = Viewer(self, request)
        self.viewers[viewer.subscription.place] = viewer
        return viewer

    def enter(self, request: Request = UNHURRIED) -> Viewer:
        viewer = self.come(request)
        self.stream.begin(viewer.subscription)
        return viewer

    def leave(self, viewer: Viewer) -> None:
        self.stream.leave(viewer.subscription)
        self.carry()  # its place may be given to another one
        del self.viewers[viewer.subscription.place]

    def carry(self) -> None:
        """Give all messages to the viewers they are for."""
        for place, message in self.stream.walk.messages():
            if place in self.viewers:
                self.viewers[place].receive(message)


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what is bound to happen."""
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.001)


@contextmanager
def beside(work: Callable[[], None]) -> Iterator[None]:
    """Another thread does it; it ends here, and a fault of its is one of the test."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        thread.join(20)
    assert not thread.is_alive()
    assert not failures


def in_a_thread(work: Callable[[], None]) -> None:
    """Done by another thread, while the event loop, this one, runs nothing."""
    with beside(work):
        pass


@contextmanager
def publishing(work: Callable[[], None]) -> Iterator[None]:
    """Done again and again by another thread."""
    done = threading.Event()

    def go_on() -> None:
        while not done.is_set():
            work()

    with beside(go_on):
        try:
            yield
        finally:
            done.set()
