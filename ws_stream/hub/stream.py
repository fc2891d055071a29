"""A stream: pictures come in under one name, and each rendition that somebody watches is made of them.

Knows nothing of sockets, HTTP or where pictures come from. The newest picture wins: nothing is queued on the way from
the publisher's thread to the event loop.
"""

import asyncio
import contextlib
import re
import threading
import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Protocol

import numpy as np

from ..errors import UsageError
from ..limits import MAX_FPS, MAX_TIME
from ..pixels.formats import PixelFormat, Pixels, guess
from ..pixels.maker import SETTLE_EVERY, Made, Maker
from ..pixels.rendition import Rendition, check_size
from ..pixels.resample import check, take_rendition, touched_rows
from ..pixels.rows import Rows
from ..protocol.request import Request
from .audience import Audience, Wake
from .feed import Feed
from .viewer import Viewer, now_us

_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Producer(Protocol):
    """What has pictures for a stream as long as somebody watches. Called on the event loop; must not wait."""

    def poll(self, stream: "Stream") -> float:
        """Show the newest picture, if one is due; when to be asked again, by the loop's clock.

        Asked earlier when a viewer has come, left or changed its mind.
        """

    def rest(self) -> None:
        """Nobody watches any more, or every page is hidden."""


Damage = Sequence[tuple[int, int, int, int]]
Pictures = Mapping[Feed, Made]


class Stream:
    """Pictures under one name. `publish` puts them in, from one thread at a time; viewers join on the event loop."""

    def __init__(
        self,
        name: str,
        *,
        format: PixelFormat | None = None,  # noqa: A002 - the field's word for it
        rendition: Rendition | None = None,
        fps: float = 30,
        verify_damage: bool = False,
        producer: Producer | None = None,
    ) -> None:
        if not _NAME.fullmatch(name):
            raise UsageError(
                f"'{name}' cannot name a stream; right would be 1 to 64 letters, digits, '.', '_', '-'"
            )
        if not 0 < fps <= MAX_FPS:
            raise UsageError(
                f"{fps:g} pictures per second cannot be; right would be up to {MAX_FPS}"
            )
        self.name = name
        self.format = format
        self.fps = fps
        self.rendition = (rendition or Rendition()).check()
        self.problem: str | None = None
        self.wanted = 0.0
        """Pictures per second that somebody wants and may have."""
        self.has_newcomers = False
        """Somebody waits for a first picture."""
        self.audience = Audience(name, self.rendition, fps)
        self._verify_damage = verify_damage
        self._producer = producer
        self._timer: asyncio.Handle | None = None
        self._newest: tuple[Pixels, int] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._loop_thread = 0
        self._lock = threading.Lock()
        self._making = threading.Lock()
        self._settling: asyncio.TimerHandle | None = None
        self._handed: tuple[Pictures, int] | None = None
        self._accepted: tuple[tuple[int, ...], np.dtype[Any]] | None = None

    @property
    def watched(self) -> bool:
        """Whether anybody watches; if not, the work of making a picture can be saved."""
        return bool(self.audience.viewers)

    def publish(
        self, array: Pixels, *, time_us: int | None = None, damage: Damage | None = None
    ) -> None:
        """Show this picture to everybody who watches.

        `array` is of shape `format.shape(width, height)` with any strides; without a format, one is taken from its
        shape and dtype. For those who watch it is read before this returns. It is also remembered, not copied, and read
        when a viewer comes: until the next `publish` it should hold a whole picture, this one or a newer.
        `time_us` is when it was taken, in microseconds since 1970-01-01 UTC; now by default.
        `damage` are the rectangles (x, y, width, height), in pixels of the array, outside which nothing has changed
        since the array published before: only their rows are read and compared.
        Never waits for viewers. Raises UsageError when the array does not fit the stream.
        """
        stamp = now_us() if time_us is None else time_us
        if not 0 <= stamp < MAX_TIME:
            raise UsageError(f"time_us={stamp} cannot be; right would be microseconds since 1970")
        self._accept(array)
        self._newest = (array, stamp)  # first, so that who joins from now on finds it
        with self._making:
            self.show(self.read(array, damage), stamp)
        if not self.is_settled and self._loop:
            with contextlib.suppress(RuntimeError):  # the loop has just been closed
                self._loop.call_soon_threadsafe(self._settle_later)

    def read(self, array: Pixels, damage: Damage | None = None) -> Pictures:
        """What each rendition that is watched makes of a picture; nothing is shown yet.

        Raises UsageError when the array does not fit the stream.
        """
        pixel_format = self._accept(array)
        height, width = array.shape[:2]
        now, touched, pictures = time.monotonic(), None, {}
        for feed in tuple(self.audience.feeds.values()):
            if damage is not None:
                touched = touched_rows(damage, feed.making, width, height)
            made = feed.maker.make(array, pixel_format, feed.making, touched, now)
            if touched is not None and self._verify_damage:
                _verify(made, array, pixel_format)
            pictures[feed] = made
        return pictures

    def show(self, pictures: Pictures, time_us: int) -> bool:
        """Make these pictures, from the last `read`, the newest ones; whether any is another than the one before."""
        changed = {}
        for feed, made in pictures.items():
            if made.changes:
                feed.maker.keep(made)
                changed[feed] = made
        if changed and threading.get_ident() == self._loop_thread:
            if self._handed:
                self._put_handed()  # what a thread has handed over is older
            self._put(changed, time_us)
        elif changed:
            self._hand_over(changed, time_us)
        return bool(changed)

    def seems_still(self, array: Pixels, first: int, every: int) -> bool:
        """Whether rows `first`, `first + every`, ... of all that is watched are still those of a picture.

        Reads no other rows.
        """
        pixel_format = self._accept(array)
        height, width = array.shape[:2]
        for feed in self.audience.feeds.values():
            asked = _sample(feed.making.size(width, height)[1], first, every)
            if feed.maker.make(array, pixel_format, feed.making, asked).changes:
                return False
        return True

    @property
    def is_settled(self) -> bool:
        """Whether all that is watched is as exact as it will become if nothing moves any more."""
        return all(feed.maker.is_settled for feed in tuple(self.audience.feeds.values()))

    def set_problem(self, problem: str | None) -> None:
        """Let viewers know why there are no pictures, or that there are again. On the event loop."""
        self.problem = problem
        self.audience.set_problem(problem)

    def join(self, wake: Wake, request: Request | None = None) -> Viewer:
        """A new viewer, on the event loop; `wake` is called whenever it may have something to take."""
        self._loop = asyncio.get_running_loop()
        self._loop_thread = threading.get_ident()
        viewer = self.audience.join(wake, request or Request(), time.monotonic())
        self._serve(viewer.feed)
        return viewer

    def leave(self, wake: Wake) -> None:
        """The viewer that joined with this `wake` is gone."""
        self.audience.leave(wake)
        self.demand()

    def want(self, wake: Wake, rendition: Rendition) -> None:
        """The viewer that joined with this `wake` wants another rendition."""
        self.audience.want(wake, rendition, time.monotonic())
        self._serve(self.audience.viewers[wake].feed)

    def limit(self, fps: float, coarser: int, *, saves_work: bool) -> None:
        """Show only so many pictures per second, and coarser ones, and tell viewers."""
        self.audience.limit(fps, coarser, saves_work=saves_work)
        self.wanted = self.audience.fps()

    def demand(self) -> None:
        """A viewer came, left or changed its mind: whoever has pictures is asked at once."""
        self.wanted, self.has_newcomers = self.audience.fps(), self.audience.has_newcomers()
        if self._producer and self._loop:
            if self._timer:
                self._timer.cancel()
            self._timer = self._loop.call_soon(self._produce)

    def close(self) -> None:
        """Stop producing, and let go of the event loop: a thread may go on publishing."""
        if self._timer:
            self._timer.cancel()
        if self._producer:
            self._producer.rest()
        with self._lock:
            self._loop = self._handed = None
            self._loop_thread = 0

    def _settle_later(self) -> None:
        if not self._settling and self._loop:
            self._settling = self._loop.call_later(SETTLE_EVERY, self._settle)

    def _settle(self) -> None:
        """Look once more at what was published last: it may stand still, and be shown within a tolerance only."""
        self._settling = None
        if self._newest and self.watched and not self.is_settled:
            if self._making.acquire(blocking=False):  # or the next picture is just being made
                try:
                    self.show(self.read(self._newest[0]), now_us())
                finally:
                    self._making.release()
            self._settle_later()

    def _accept(self, array: Pixels) -> PixelFormat:
        """The format of an array that fits the stream. Raises UsageError."""
        if not isinstance(array, np.ndarray):
            raise UsageError(f"{type(array).__name__} is no picture; right would be a numpy array")
        if self.format and (array.shape, array.dtype) == self._accepted:
            return self.format
        pixel_format = self.format or guess(array)
        check(array, pixel_format, self.rendition)
        height, width = array.shape[:2]
        check_size(pixel_format, *self.rendition.size(width, height))
        self.format = pixel_format
        self.audience.resize(width, height)
        self._accepted = array.shape, array.dtype
        return pixel_format

    def _serve(self, feed: Feed) -> None:
        """See that a feed that has no picture gets one."""
        if feed.newest is None and self._newest and self.format:
            array, time_us = self._newest
            # Not by the feed's own maker, which another thread may be using.
            self._put({feed: Maker().make(array, self.format, feed.making)}, time_us)
        self.demand()

    def _produce(self) -> None:
        assert self._producer
        assert self._loop
        if self.wanted:
            self._timer = self._loop.call_at(self._producer.poll(self), self._produce)
        else:
            self._producer.rest()

    def _put(self, pictures: Pictures, time_us: int) -> None:
        self.has_newcomers = False
        for feed, made in pictures.items():
            feed.put(made, time_us)

    def _hand_over(self, pictures: Pictures, time_us: int) -> None:
        """From another thread to the event loop. One slot: later pictures take the place of those that wait there."""
        with self._lock:
            waiting = self._handed[0] if self._handed else {}
            if self._loop is None:
                skipped = pictures
            else:
                skipped = {feed: made for feed, made in waiting.items() if feed in pictures}
                if not self._handed:
                    self._loop.call_soon_threadsafe(self._put_handed)
                self._handed = {**waiting, **pictures}, time_us
        for feed, made in skipped.items():
            feed.maker.recycle(made.pixels)

    def _put_handed(self) -> None:
        with self._lock:
            handed, self._handed = self._handed, None
        if handed:
            self._put(*handed)


@lru_cache
def _sample(height: int, first: int, every: int) -> Rows:
    asked = np.zeros(height, np.bool_)
    asked[first::every] = True
    asked.flags.writeable = False
    return asked


def _verify(made: Made, array: Pixels, pixel_format: PixelFormat) -> None:
    """Raises UsageError when a picture made from a damage hint is not the picture there is."""
    stale = np.ones(len(made.pixels), np.bool_)
    scratch = np.empty_like(made.pixels)
    rendition = made.rendition
    wrong, count = take_rendition(array, pixel_format, rendition, made.pixels, scratch, stale)
    if count:
        row = int(wrong.argmax()) * rendition.step + (rendition.crop.y if rendition.crop else 0)
        raise UsageError(
            f"row {row} has changed outside of the damage given; right would be rectangles that hold every change"
        )
