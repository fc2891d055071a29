"""One rendition of a stream: its newest picture, encoded once for all viewers at the same base.

Knows nothing of time, threads or sockets. There is one slot, never a queue. The work per picture and the memory are
bounded whatever the number and behaviour of viewers.
"""

import secrets
from collections import defaultdict
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from .. import codec
from ..limits import MAX_NUMBER
from ..pixels.frame import Frame
from ..pixels.maker import Made, Maker
from ..pixels.rendition import Rendition
from ..pixels.rows import differing_rows
from ..protocol.control import Announcement

MAX_BASES = 8
"""Pictures kept besides the newest because some viewer was sent them last. A viewer whose base had to go is sent a
difference from blank, once."""
MAX_DIFFERENCES = 4
"""Encodings of one picture against different bases. Viewers that stand elsewhere share a fifth, from blank, and stand
together from then on: scattered viewers meet again after one larger message, and the device never encodes more."""


class Feed:
    """The newest picture of one rendition, and who wants to know when there is another."""

    def __init__(self, name: str, rendition: Rendition, fps: float) -> None:
        self.rendition = rendition
        self.making = rendition
        """What is made of the source's pictures: the rendition as far as they allow it."""
        self.fps = fps
        """Pictures per second that a viewer is sent at most."""
        self.saves_work = False
        """The device does less than was asked of it, to stay within its budget or because it cannot keep up."""
        self.newest: Frame | None = None
        self.announcement: Announcement | None = None
        self.problem: str | None = None
        self.maker = Maker()
        self.wakes: set[Callable[[], None]] = set()
        """Called whenever a viewer may have something new to take."""
        self._name = name
        self._made = rendition
        self._epoch = secrets.randbits(32)
        self._bases: dict[int, Frame] = {}
        self._held: defaultdict[int, int] = defaultdict(int)
        self._encodings: dict[int, bytes] = {}
        self._checksum: int | None = None
        self._changed: tuple[int, NDArray[np.bool_]] | None = None

    def put(self, made: Made, time_us: int) -> None:
        """Make this the newest picture, if it differs from the one there is. Nobody changes it from now on."""
        previous = self.newest
        number = previous.number + 1 if previous else 1
        if number > MAX_NUMBER:
            number, self._epoch = 1, secrets.randbits(32)
            self._held.clear()
            for old in tuple(self._bases):
                self._drop(old)
        frame = Frame(self._epoch, number, time_us, made.format, made.pixels)
        self._changed = None
        if previous and frame.alike(previous) and made.rendition == self._made:
            changed, changes = made.changed, made.changes
            if previous.pixels is not made.before:  # else the maker has compared them
                changed = differing_rows(frame.pixels, previous.pixels)
                changes = int(changed.sum())
            if not changes:
                self.maker.recycle(made.pixels)
                return
            self._changed = (previous.number, changed)
        else:
            self._announce(frame, made.rendition)
        self._keep(frame)
        self._encodings.clear()
        self._checksum = None
        self.wake()

    def set_problem(self, problem: str | None) -> None:
        """Let viewers know why there are no pictures, or that there are again."""
        if problem != self.problem:
            self.problem = problem
            self.wake()

    def limit(self, fps: float, *, saves_work: bool) -> None:
        """Send viewers at most so many pictures per second, and say why."""
        if (fps, saves_work) != (self.fps, self.saves_work):
            self.fps, self.saves_work = fps, saves_work
            self.wake()

    def wake(self) -> None:
        """Tell every viewer to look."""
        for wake in tuple(self.wakes):
            wake()

    def hold(self, number: int) -> None:
        """A viewer was sent this picture last: it is the base of what it is sent next."""
        self._held[number] += 1

    def release(self, number: int) -> None:
        """The viewer that held this picture holds another, or is gone."""
        self._held[number] -= 1
        if self._held[number] <= 0:
            del self._held[number]
            if not (self.newest and self.newest.number == number):
                self._drop(number)

    def encoding(self, base: int) -> bytes:
        """The newest picture as a difference from a base, or from blank; made once for all who stand there."""
        assert self.newest
        held = self._bases.get(base)
        made = base in self._encodings
        if held is None or (not made and self._differences() >= MAX_DIFFERENCES):
            held, base = None, 0
        if base not in self._encodings:
            known = self._changed and self._changed[0] == base
            changed = self._changed[1] if self._changed and known else None
            self._encodings[base] = codec.encode(self.newest, held, changed)
        return self._encodings[base]

    def checksum(self) -> int:
        """The newest picture's checksum, computed once."""
        assert self.newest
        if self._checksum is None:
            self._checksum = self.newest.checksum()
        return self._checksum

    def _differences(self) -> int:
        return len(self._encodings) - (0 in self._encodings)

    def _keep(self, frame: Frame) -> None:
        previous, self.newest = self.newest, frame
        if previous and previous.number not in self._held:
            self._drop(previous.number)
        while len(self._bases) > MAX_BASES:
            self._drop(min(self._bases))
        self._bases[frame.number] = frame

    def _drop(self, number: int) -> None:
        frame = self._bases.pop(number, None)
        if frame:
            self.maker.recycle(frame.pixels)

    def _announce(self, frame: Frame, made: Rendition) -> None:
        self._made = made
        self.announcement = Announcement(
            *(self._name, frame.epoch, frame.format, frame.width, frame.height),
            *(made.step, made.crop, made.average, self.fps, made.tolerance),
        )
