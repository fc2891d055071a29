"""A stream and its viewers without sockets or clocks: every order of events can be played, and is judged at once.

Each event is played over both walks, which must answer alike and send the same bytes. Whatever a screen shows was
committed under the number it bears; and once all has been said, it is the newest picture. The named bounds hold at
every moment.
"""

from collections import deque
from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple, cast

import lz4.block._block
import numpy as np

import ws_stream.walk
from ws_stream.codec import decode
from ws_stream.pixels.formats import BGRX8888, GRAY8, RGB565, PixelFormat, Pixels
from ws_stream.pixels.frame import Frame, blank
from ws_stream.pixels.kept import Sized, clamp, kept
from ws_stream.pixels.rendition import Crop, Rendition
from ws_stream.pixels.resample import resample_rows
from ws_stream.walk import COMPILED, NumpyWalk
from ws_stream.walk.bases import MAX_BASES
from ws_stream.walk.variant import SETTLE_EVERY
from ws_stream.walk.window import MOST

from .strategies import ALL_FORMATS, possible

LIBRARY = (lz4.block._block.__file__,)
"""The numpy walk's own LZ4: two versions of LZ4 may pack the same bytes differently."""


class Twins:
    """Both walks as one: whatever is asked is asked of each, and all must answer the same."""

    def __init__(self, fps: float) -> None:
        self.walks: list[Any] = [NumpyWalk(fps)]
        if COMPILED:
            self.walks.append(ws_stream.walk.CompiledWalk(fps, LIBRARY))

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def ask(*arguments: object) -> object:
            answer, *others = [getattr(walk, name)(*arguments) for walk in self.walks]
            assert all(other == answer for other in others), (name, answer, others)
            return answer

        return ask


def twins(fps: float) -> NumpyWalk:
    """Both walks, as if they were one."""
    return cast(NumpyWalk, Twins(fps))


def in_numpy(walk: NumpyWalk) -> NumpyWalk:
    """The one of them that can be looked into."""
    return cast(NumpyWalk, cast(Any, walk).walks[0])


class Announced(NamedTuple):
    """What the control plane tells a viewer before the first picture of an epoch."""

    blank: Frame


class Screen:
    """The other end of a connection: holds one picture, and applies each message as docs/protocol.md says."""

    def __init__(self, place: int, variant: int) -> None:
        self.place, self.variant = place, variant
        self.held: Frame | None = None
        self.told: int | None = None
        """The epoch announced last."""
        self.wire: deque[Announced | bytes] = deque()

    def arrive(self) -> None:
        """The next message is through."""
        message = self.wire.popleft()
        if isinstance(message, Announced):
            self.held = message.blank
        else:
            assert self.held, "no picture comes before it is announced"
            self.held = decode(message, self.held)


WISHES = [
    Rendition(),
    Rendition(step=2),
    Rendition(Crop(1, 1, 3, 2), 1),
    Rendition(Crop(4, 2, 9, 9), 3),
    Rendition(None, 2, average=True),
    Rendition(tolerance=9),
    Rendition(depth=8),
    Rendition(step=2, tolerance=3, depth=12),
]
"""What viewers ask for."""

VARIANTS = 4
"""As many as the compiled walk has places for."""

SIZES = [(1, 1), (6, 4), (6, 4), (9, 2), (3, 17), (40, 3), (130, 130), (131, 128)]
"""Width and height; in the last two, rows that move are found."""


class World:
    """One stream, and so many viewers at the ends of wires on which messages travel as slowly as one likes."""

    def __init__(self, random: Random, viewers: int) -> None:
        self.random = random
        self.now = 100.0
        self.format: PixelFormat = GRAY8
        self.source: Pixels = np.zeros((4, 6), np.uint8)
        self.size = 6, 4
        self.committed: dict[tuple[int, int], bytes] = {}
        """The pixels of each picture, by epoch and number."""
        self.wished: dict[int, Rendition] = {}
        """What is shown by each variant that is open."""
        self.opened: dict[int, Rendition] = {}
        """The same, as far as the source's size allows it."""
        self._epoch = 0
        self._is_torn = False
        self.walk = twins(1000)
        self.screens = [self._join() for _ in range(viewers)]
        self.publish()

    # Events; each takes what it needs from `random`.

    def publish(self) -> None:
        """The same picture once more."""
        self._put(None)

    def change_a_pixel(self) -> None:
        self._change()
        self._put(None)

    def change_a_pixel_and_say_where(self) -> None:
        self._put([(self._change(), 1)])

    def change_rows_and_say_where(self) -> None:
        """In spans that overlap and reach beyond the picture."""
        spans = [(self._change() - self.random.randrange(3), 3 + self.random.randrange(3))]
        spans += [(self._change(), 1), (-5, 2), (len(self.source), 9)]
        self._put(spans)

    def repaint(self) -> None:
        rows = self.source.reshape(len(self.source), -1)
        noise = np.random.default_rng(self.random.getrandbits(32))
        rows[:] = noise.choice(noise.integers(0, self._most + 1, 3), rows.shape)
        self._put(None)

    def scroll(self) -> None:
        if self.random.random() < 0.5:
            self.repaint()
        self.source = np.roll(self.source, self.random.randint(-4, 4), axis=0)
        self._put(None)

    def tear(self) -> None:
        """Pictures are read while their writer is at work, and the right one only then."""
        whole = self.source.copy()
        for _ in range(self.random.randint(1, 3)):
            self._change()
            if self.walk.update(self.source, None, self.now) or self.random.random() < 0.5:
                self.walk.abandon()
        if self.random.random() < 0.5:
            self.source = whole
        self._is_torn = True
        if self.random.random() < 0.7:
            self._put(None)

    def sample(self) -> None:
        """A few rows are looked at, and all if those changed."""
        if self.random.random() < 0.5:
            self._change()
        every = self.random.randint(1, 5)
        if self.walk.sample(self.source, self.random.randrange(every), every, self.now):
            self.walk.abandon()
        self._put(None)

    def change_size_or_format(self) -> None:
        self.format = self.random.choice((GRAY8, RGB565, BGRX8888, self.random.choice(ALL_FORMATS)))
        width, height = possible(self.format, *self.random.choice(SIZES))
        self.size = width, height
        self.source = np.zeros(self.format.shape(width, height), self.format.dtype)
        for variant in self.opened:
            self._open(variant)
        self._put(None)

    def send(self) -> None:
        """One viewer is sent what is due; time passes."""
        self.now += self.random.random() * 0.05
        self._announce(screen := self._any())
        self.walk.flush_one(screen.place, self.now)
        self._carry()

    def flush(self) -> None:
        """All are."""
        self.now += self.random.random() * 0.01
        self.walk.flush(self.now)
        self._carry()

    def arrive(self) -> None:
        screen = self._any()
        if screen.wire:
            screen.arrive()

    def acknowledge(self) -> None:
        screen = self._any()
        if screen.held:
            self.walk.acknowledge(screen.place, screen.held.number, self.now)

    def converse(self) -> None:
        """One viewer shows each of a few pictures at once: the path is uncongested."""
        screen = self._any()
        for _ in range(self.random.randrange(20)):
            self._change()
            self._put(None)
            self.now += 0.02
            self._announce(screen)
            self.walk.flush_one(screen.place, self.now)
            self._carry()
            while screen.wire:
                screen.arrive()
            if screen.held:
                self.walk.acknowledge(screen.place, screen.held.number, self.now)

    def lie(self) -> None:
        number = self.random.choice([0, 1, 2**32 - 1, self.random.randrange(1000)])
        self.walk.acknowledge(self._any().place, number, self.now)

    def drop_and_join(self) -> None:
        index = self.random.randrange(len(self.screens))
        self.walk.leave(self.screens[index].place)
        self.screens[index] = self._join()
        self._tidy()

    def want(self) -> None:
        screen = self._any()
        screen.variant = self._wish()
        self.walk.move(screen.place, screen.variant, self.now)
        screen.told = None
        self._tidy()

    def rate(self) -> None:
        fps = self.random.choice([-1.0, 0.0, 5.0, 1000.0, 1e-320])
        self.walk.set_rate(self._any().place, fps, self.now)

    def resync(self) -> None:
        screen = self._any()
        while screen.wire:
            screen.arrive()
        if screen.held:
            held = screen.held
            screen.held = blank(held.epoch, held.format, held.width, held.height)
        self.walk.forget(screen.place, self.now)

    def limit(self) -> None:
        variant, fps = self.random.choice(list(self.opened)), [1000.0, 1000.0, 30.0, 0.0]
        self.walk.limit(variant, self.random.choice(fps))

    def pause(self) -> None:
        self.now += self.random.choice([0.5, 1.5, 11])

    def restart(self) -> None:
        """Another server in the place of the first: every viewer connects anew."""
        self.walk = twins(1000)
        self.opened.clear()
        self.wished.clear()
        self.screens = [self._join() for _ in self.screens]

    EVENTS = (
        *(publish, change_a_pixel, change_a_pixel_and_say_where, change_rows_and_say_where),
        *(repaint, scroll, tear, sample, change_size_or_format),
        *(send, flush, arrive, acknowledge, converse, lie),
        *(drop_and_join, want, rate, resync, limit, pause, restart),
    )
    WEIGHTS = (
        *(2, 10, 8, 4),
        *(2, 3, 4, 3, 0.7),
        *(30, 4, 40, 25, 2, 2),
        *(2, 2, 2, 2, 1, 0.3, 0.2),
    )

    # What must hold.

    def judge(self) -> None:
        """Every screen shows what was committed under its number, and no bound is exceeded."""
        for screen in self.screens:
            held = screen.held
            if held and held.number:
                assert held.pixels.tobytes() == self.committed[held.epoch, held.number]
        walk = in_numpy(self.walk)
        for subscriber, _ in walk._subscribers.values():
            assert len(subscriber.window._in_flight) <= MOST
        for variant in walk._variants.values():
            assert len(variant.bases._since) <= MAX_BASES
        assert set(self.opened) == set(walk._variants)

    def settle(self) -> None:
        """Let all be said while the source stands still: afterwards every screen shows it, exactly."""
        for variant in self.opened:
            self.walk.limit(variant, 1000.0)
        for screen in self.screens:
            self.walk.set_rate(screen.place, -1.0, self.now)
        for _ in range(12):  # only so many a second are sent whole
            self.now += SETTLE_EVERY
            self._put(None)
            for screen in self.screens:
                self._announce(screen)
            self.walk.flush(self.now)
            self._carry()
            for screen in self.screens:
                while screen.wire:
                    screen.arrive()
                assert screen.held
                self.walk.acknowledge(screen.place, screen.held.number, self.now)
        assert self.walk.is_settled()
        for screen in self.screens:
            assert screen.held
            assert screen.held.pixels.tobytes() == self._exact(self.opened[screen.variant])
        self.judge()

    def _change(self) -> int:
        """One pixel becomes another, or one near to it; its row."""
        y = self.random.randrange(self.source.shape[0])
        values = self.source[y].reshape(-1)
        at, most = self.random.randrange(len(values)), self._most
        near = int(values[at]) + self.random.choice([-4, 2, 11])
        value = near if self.random.random() < 0.4 else self.random.randrange(most + 1)
        values[at] = min(max(value, 0), most)
        return y

    @property
    def _most(self) -> int:
        return 0x0FFF if self.format.name == "rgb444" else int(np.iinfo(self.format.dtype).max)

    def _put(self, spans: list[tuple[int, int]] | None) -> None:
        """Rows outside of spans are known only where the picture before was whole."""
        self.walk.publish(self.source, None if self._is_torn else spans, 1, self.now)
        self._is_torn = False
        for variant, rendition in self.opened.items():
            epoch, number, _ = self.walk.state(variant)
            if not in_numpy(self.walk)._variants[variant].turn.is_taken:
                continue
            assert number, "a picture that a variant takes is its own"
            pixels = self.walk.picture(variant)
            assert self.committed.setdefault((epoch, number), pixels) == pixels
            if not rendition.tolerance:
                assert pixels == self._exact(rendition)
        self._carry()

    def _exact(self, rendition: Rendition) -> bytes:
        """What is kept of the source; its last byte of a row may hold pixels beyond the picture."""
        made = kept(rendition, self.format, *self.size)
        target = np.empty(made.format.shape(*made[1:]), made.format.dtype)
        resample_rows(self.source, self.format, rendition, target)
        return target.tobytes()

    def _carry(self) -> None:
        by_place = {screen.place: screen for screen in self.screens}
        for place, message in self.walk.messages():
            by_place[place].wire.append(message)

    def _announce(self, screen: Screen) -> None:
        """As the hub does: no picture of an epoch comes before the viewer was told of it."""
        epoch, _, _ = self.walk.state(screen.variant)
        if screen.told == epoch:
            return
        made = kept(self.opened[screen.variant], self.format, *self.size)
        screen.wire.append(Announced(blank(epoch, *made)))
        screen.told = epoch
        self.walk.announced(screen.place, self.now)

    def _open(self, variant: int) -> None:
        source = Sized(self.format, *self.size)
        clamped = clamp(self.wished[variant], Rendition(), source)
        assert clamped
        self.opened[variant] = clamped
        self._epoch += 1
        self.walk.open(variant, self.format, self.opened[variant], self.size, self._epoch)

    def _wish(self) -> int:
        """The variant of some wish, opened if it was not; an open one where no place is left."""
        wish = self.random.choice(WISHES)
        found = [variant for variant, rendition in self.wished.items() if rendition == wish]
        free = [variant for variant in range(VARIANTS) if variant not in self.opened]
        if not found and free:
            self.wished[free[0]] = wish
            self._open(free[0])
            found = free
        return found[0] if found else self.random.choice(list(self.opened))

    def _tidy(self) -> None:
        """Variants that nobody watches are closed."""
        for variant in set(self.opened) - {screen.variant for screen in self.screens}:
            self.walk.close_variant(variant)
            del self.opened[variant], self.wished[variant]

    def _join(self) -> Screen:
        variant = self._wish()
        fps = self.random.choice([-1.0, -1.0, -1.0, 20.0])
        return Screen(self.walk.join(-1, variant, True, fps, self.now), variant)

    def _any(self) -> Screen:
        return self.screens[self.random.randrange(len(self.screens))]
