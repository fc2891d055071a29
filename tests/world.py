"""A stream and its viewers without sockets or clocks: every order of events can be played, and is judged at once.

Whatever a screen shows was published for its rendition; and once all has been said, it is the newest picture. The named
bounds hold at every moment.
"""

from collections import deque
from collections.abc import Callable
from random import Random

import numpy as np

from ws_stream.codec import decode
from ws_stream.hub import audience, feed
from ws_stream.hub.audience import Audience
from ws_stream.hub.viewer import Viewer
from ws_stream.hub.window import MOST
from ws_stream.pixels.formats import GRAY8, RGB565, Pixels
from ws_stream.pixels.frame import Frame, blank
from ws_stream.pixels.rendition import Crop, Rendition
from ws_stream.pixels.resample import touched_rows
from ws_stream.protocol import control
from ws_stream.protocol.request import Request


class Screen:
    """The other end of a connection: holds one picture, and applies each message as docs/protocol.md says."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer
        self.now = 0.0
        self.held: Frame | None = None
        self.told: control.Announcement | None = None
        self.heard: list[control.ServerMessage] = []
        self.checksums = 0

    def receive(self, now: float) -> list[str | bytes]:
        """Take and apply all there is to be had at this moment."""
        self.now = max(now, self.now + 0.001)
        messages = []
        while (message := self.viewer.take(self.now)) is not None:
            messages.append(message)
            self.apply(message)
        return messages

    def apply(self, message: str | bytes) -> None:
        if isinstance(message, bytes):
            assert self.held
            self.checksums += message[3] & 1
            self.held = decode(message, self.held)
            return
        heard = control.parse_from_server(message)
        assert heard
        self.heard.append(heard)
        if isinstance(heard, control.Announcement):
            self.told = heard
            self.held = blank(heard.epoch, heard.format, heard.width, heard.height)

    def say(self, message: control.ViewerMessage) -> None:
        self.viewer.handle(message, self.now)

    def acknowledge(self) -> None:
        if self.held:
            self.say(control.Acknowledge(self.held.number))

    def shows(self, pixels: Pixels) -> bool:
        return self.held is not None and np.array_equal(self.held.pixels, pixels)


WISHES = [
    Rendition(),
    Rendition(step=2),
    Rendition(Crop(1, 1, 3, 2), 1),
    Rendition(Crop(4, 2, 9, 9), 3),
    Rendition(None, 2, average=True),
    Rendition(step=3),
]


class World:
    """One stream, and so many viewers at the ends of wires on which messages travel as slowly as one likes."""

    def __init__(self, random: Random, viewers: int) -> None:
        self.random = random
        self.now = 0.0
        self.audience = Audience("world", Rendition(), 1000)
        self.source: Pixels = np.zeros((4, 6), np.uint8)
        self.published: dict[tuple[object, ...], set[bytes]] = {}
        self.latest: dict[feed.Feed, tuple[Rendition, Pixels]] = {}
        self.screens: list[Screen] = []
        self.wires: list[deque[str | bytes]] = []
        self.wakes: list[Callable[[], None]] = []
        for index in range(viewers):
            self.screens.append(Screen(self._join(index)))
            self.wires.append(deque())
        self.publish()

    # Events; each takes what it needs from `random`.

    def publish(self) -> None:
        """The same picture once more."""
        self._put(None)

    def change_a_pixel(self) -> None:
        self.source = self.source.copy()
        at = self.random.randrange(self.source.size)
        self.source.flat[at] = self.random.randrange(256)
        self._put(None)

    def change_a_pixel_and_say_where(self) -> None:
        self.source = self.source.copy()
        height, width = self.source.shape
        x, y = self.random.randrange(width), self.random.randrange(height)
        self.source[y, x] = self.random.randrange(256)
        self._put([(x, y, 1, 1)])

    def change_size_or_format(self) -> None:
        shape = self.random.randint(1, 5), self.random.randint(1, 7)
        self.source = np.zeros(shape, self.random.choice([np.uint8, np.uint16]))
        self._put(None)

    def send(self) -> None:
        """Viewers are sent what is due; time passes."""
        self.now += self.random.random() * 0.1
        index = self._any()
        while (message := self.screens[index].viewer.take(self.now)) is not None:
            self.wires[index].append(message)

    def arrive(self) -> None:
        index = self._any()
        if self.wires[index]:
            self.screens[index].apply(self.wires[index].popleft())

    def acknowledge(self) -> None:
        screen = self._screen()
        screen.now = self.now
        screen.acknowledge()

    def lie(self) -> None:
        number = self.random.choice([0, 1, 2**32 - 1, self.random.randrange(1000)])
        self._screen().viewer.handle(control.Acknowledge(number), self.now)

    def drop_and_join(self) -> None:
        index = self._any()
        self.audience.leave(self.wakes[index])
        self.screens[index], self.wires[index] = Screen(self._join(index)), deque()
        self._fill()

    def want(self) -> None:
        index = self._any()
        self.audience.want(self.wakes[index], self.random.choice(WISHES), self.now)
        self._fill()

    def rate(self) -> None:
        fps = self.random.choice([None, 0, 5, 1000])
        self._screen().viewer.handle(control.Rate(fps), self.now)

    def resync(self) -> None:
        index = self._any()
        screen = self.screens[index]
        while self.wires[index]:
            screen.apply(self.wires[index].popleft())
        if screen.held:
            held = screen.held
            screen.held = blank(held.epoch, held.format, held.width, held.height)
        screen.viewer.handle(control.Resync(), self.now)

    def save_work(self) -> None:
        coarser = self.random.choice([1, 1, 2])
        self.audience.limit(1000, coarser, saves_work=coarser > 1)

    def restart(self) -> None:
        """Another server in the place of the first: every viewer connects anew, with what it showed."""
        self.audience = Audience("world", Rendition(), 1000)
        self.latest.clear()
        for index in range(len(self.screens)):
            self.screens[index].viewer = self._join(index)
            self.wires[index].clear()
        self._fill()

    EVENTS = (
        *(
            publish,
            change_a_pixel,
            change_a_pixel_and_say_where,
            change_size_or_format,
            send,
            arrive,
        ),
        *(acknowledge, lie, drop_and_join, want, rate, resync, save_work, restart),
    )
    WEIGHTS = (2, 12, 12, 1, 30, 40, 25, 2, 3, 2, 2, 2, 1, 0.2)

    # What must hold.

    def judge(self) -> None:
        """Every screen shows a published picture, and no bound is exceeded."""
        for screen in self.screens:
            if screen.held and screen.held.number and screen.told:
                told, pixels = screen.told, screen.held.pixels
                key = (told.step, told.crop, told.average, pixels.dtype.str, pixels.shape)
                assert pixels.tobytes() in self.published[key]
            assert len(screen.viewer.window._in_flight) <= MOST
        assert len(self.audience.feeds) <= audience.MAX_RENDITIONS
        for one in self.audience.feeds.values():
            assert len(one._bases) <= feed.MAX_BASES + 1
            assert one._differences() <= feed.MAX_DIFFERENCES

    def settle(self) -> None:
        """Let all be said: afterwards every screen shows the newest picture."""
        for index, screen in enumerate(self.screens):
            screen.viewer.handle(control.Rate(None), self.now)
            for _ in range(4):
                self.now += 0.1
                screen.now = self.now
                while (message := screen.viewer.take(self.now)) is not None:
                    self.wires[index].append(message)
                while self.wires[index]:
                    screen.apply(self.wires[index].popleft())
                screen.acknowledge()
            _, newest = self.latest[screen.viewer.feed]
            assert screen.shows(newest)
        self.judge()

    def _join(self, index: int) -> Viewer:
        def wake() -> None: ...

        self.wakes[index : index + 1] = [wake]
        rendition = self.random.choice(WISHES)
        request = Request(rendition.step, rendition.crop, rendition.average)
        return self.audience.join(wake, request, self.now)

    def _put(self, damage: list[tuple[int, int, int, int]] | None) -> None:
        height, width = self.source.shape
        self.audience.resize(width, height)
        pixel_format = RGB565 if self.source.dtype == np.uint16 else GRAY8
        latest = {}
        for one in self.audience.feeds.values():
            touched = None if damage is None else touched_rows(damage, one.making, width, height)
            made = one.maker.make(self.source, pixel_format, one.making, touched)
            pixels = made.pixels.copy()  # its memory is used again
            rendition = made.rendition
            key = (
                rendition.step,
                rendition.crop,
                rendition.average,
                pixels.dtype.str,
                pixels.shape,
            )
            self.published.setdefault(key, set()).add(pixels.tobytes())
            if made.changes:
                one.maker.keep(made)
                one.put(made, 1)
            latest[one] = rendition, pixels
        self.latest = latest

    def _fill(self) -> None:
        """A feed that has no picture yet is given one, as a stream does."""
        if any(one.newest is None for one in self.audience.feeds.values()):
            self._put(None)

    def _any(self) -> int:
        return self.random.randrange(len(self.screens))

    def _screen(self) -> Screen:
        return self.screens[self._any()]
