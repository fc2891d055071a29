"""A stream: pictures come in under one name, and each rendition that somebody watches is made of them.

Knows nothing of sockets, HTTP or where pictures come from. The newest picture wins: nothing is queued on the way from
the publisher's thread to the event loop.
"""

import asyncio
import re
import threading
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .audience import Audience, Wake
from .errors import UsageError
from .feed import Feed
from .pixels import PixelFormat, Pixels, guess
from .shrink import Rendition, check, check_size, refresh, sample, shrink, touched_rows
from .viewer import Viewer, now_us
from .wire import MAX_TIME
from .wish import MAX_FPS, Wish

_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")

Producer = Callable[["Stream"], Coroutine[Any, Any, None]]
Damage = Sequence[tuple[int, int, int, int]]


class Made(NamedTuple):
    """A picture made for a feed: what was made, and which of its rows alone may have changed."""

    pixels: Pixels
    rendition: Rendition
    touched: NDArray[np.bool_] | None


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
        self.audience = Audience(name, self.rendition, fps)
        self._verify_damage = verify_damage
        self._producer = producer
        self._producing: asyncio.Task[None] | None = None
        self._demand = asyncio.Event()
        self._newest: tuple[Pixels, int] | None = None
        self._latest: dict[Feed, Made] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._loop_thread = 0
        self._lock = threading.Lock()
        self._handed: tuple[Pictures, int] | None = None

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
        self.show(self.read(array, damage), stamp)

    def read(self, array: Pixels, damage: Damage | None = None) -> Pictures:
        """What each rendition that is watched makes of a picture; nothing is shown yet.

        Raises UsageError when the array does not fit the stream.
        """
        pixel_format = self._accept(array)
        feeds = tuple(self.audience.feeds.values())
        self._latest = {feed: self._make(feed, array, pixel_format, damage) for feed in feeds}
        return self._latest

    def show(self, pictures: Pictures, time_us: int) -> None:
        """Make these pictures, from `read`, the newest ones."""
        if not pictures or self._loop is None:
            return
        if threading.get_ident() == self._loop_thread:
            self._put(pictures, time_us)
            return
        with self._lock:
            handed, self._handed = self._handed, (_joined(self._handed, pictures), time_us)
            if handed is None and self._loop:
                self._loop.call_soon_threadsafe(self._put_handed)

    def seems_still(self, array: Pixels, first: int, every: int) -> bool:
        """Whether rows `first`, `first + every`, ... of all that is watched are still those of a picture.

        Reads no other rows. False where that cannot be said.
        """
        height, width = array.shape[:2]
        for feed in self.audience.feeds.values():
            made = self.audience.made(feed, width, height)
            shape = self.format and self.format.shape(*made.size(width, height))
            if (
                not self.format
                or not feed.newest
                or made.average
                or feed.newest.pixels.shape != shape
            ):
                return False
            rows = sample(array, self.format, made, first, every)
            if not np.array_equal(rows, feed.newest.pixels[first::every]):
                return False
        return True

    def tell(self, problem: str | None) -> None:
        """Let viewers know why there are no pictures, or that there are again. On the event loop."""
        self.problem = problem
        self.audience.tell(problem)

    def join(self, wake: Wake, wish: Wish | None = None) -> Viewer:
        """A new viewer, on the event loop; `wake` is called whenever it may have something to take."""
        self._loop = asyncio.get_running_loop()
        self._loop_thread = threading.get_ident()
        viewer = self.audience.join(wake, wish or Wish(), time.monotonic())
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

    async def pause(self, seconds: float | None) -> None:
        """Wait that long (None: for ever), or until a viewer comes, leaves or changes its mind."""
        self._demand.clear()
        loop = asyncio.get_running_loop()
        timer = None if seconds is None else loop.call_later(seconds, self._demand.set)
        try:
            await self._demand.wait()
        finally:
            if timer:
                timer.cancel()

    def demand(self) -> None:
        """A viewer came, left or changed its mind: whoever pauses looks again."""
        self._demand.set()

    async def close(self) -> None:
        """Stop producing, and let go of the event loop: a thread may go on publishing."""
        with self._lock:
            self._loop = self._handed = None
        if self._producing:
            self._producing.cancel()
            await asyncio.gather(self._producing, return_exceptions=True)

    def _accept(self, array: Pixels) -> PixelFormat:
        """The format of an array that fits the stream. Raises UsageError."""
        if not isinstance(array, np.ndarray):
            raise UsageError(f"{type(array).__name__} is no picture; right would be a numpy array")
        pixel_format = self.format or guess(array)
        check(array, pixel_format, self.rendition)
        height, width = array.shape[:2]
        check_size(pixel_format, *self.rendition.size(width, height))
        self.format = pixel_format
        self.audience.size = width, height
        return pixel_format

    def _serve(self, feed: Feed) -> None:
        """See that a feed that has no picture gets one."""
        if feed.newest is None and self._newest and self.format:
            array, time_us = self._newest
            self._put({feed: self._make(feed, array, self.format, None)}, time_us)
        if self._producer and (self._producing is None or self._producing.done()):
            assert self._loop
            self._producing = self._loop.create_task(self._producer(self), name=self.name)
        self.demand()

    def _make(
        self, feed: Feed, array: Pixels, pixel_format: PixelFormat, damage: Damage | None
    ) -> Made:
        height, width = array.shape[:2]
        rendition = self.audience.made(feed, width, height)
        before, spare = self._latest.get(feed), feed.take_spare()
        shape = pixel_format.shape(*rendition.size(width, height))
        if (
            damage is None
            or not before
            or (before.rendition, before.pixels.shape) != (rendition, shape)
        ):
            return Made(shrink(array, pixel_format, rendition, spare), rendition, None)
        touched = touched_rows(damage, rendition, width, height)
        pixels = refresh(before.pixels, array, pixel_format, rendition, touched, spare)
        if self._verify_damage:
            _verify(pixels, shrink(array, pixel_format, rendition), rendition)
        return Made(pixels, rendition, touched)

    def _put(self, pictures: Pictures, time_us: int) -> None:
        assert self.format
        for feed, made in pictures.items():
            feed.put(made.pixels, self.format, time_us, made.rendition, made.touched)

    def _put_handed(self) -> None:
        with self._lock:
            handed, self._handed = self._handed, None
        if handed:
            self._put(*handed)


def _joined(waiting: tuple[Pictures, int] | None, pictures: Pictures) -> Pictures:
    """The pictures, with what those that are still waiting and are now skipped have touched."""
    if waiting is None:
        return pictures
    return {feed: _touched_too(waiting[0].get(feed), made) for feed, made in pictures.items()}


def _touched_too(skipped: Made | None, made: Made) -> Made:
    if skipped is None or skipped.touched is None or made.touched is None:
        return made if skipped is None else made._replace(touched=None)
    return made._replace(touched=skipped.touched | made.touched)


def _verify(hinted: Pixels, true: Pixels, rendition: Rendition) -> None:
    """Raises UsageError when a picture made from a damage hint is not the picture there is."""
    wrong = np.flatnonzero((hinted != true).reshape(len(true), -1).any(axis=1))
    if wrong.size:
        row = int(wrong[0]) * rendition.step + (rendition.crop.y if rendition.crop else 0)
        raise UsageError(
            f"row {row} has changed outside of the damage given; right would be rectangles that hold every change"
        )
