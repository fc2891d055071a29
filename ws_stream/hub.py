"""A stream: pictures come in under one name, each rendition that somebody watches is made of them.

Knows nothing of sockets, HTTP or where pictures come from. The newest picture wins: nothing is queued on the way from
the publisher's thread to the event loop.
"""

import asyncio
import re
import threading
import time
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from .errors import UsageError
from .feed import Feed
from .pixels import PixelFormat, Pixels, guess
from .shrink import Rendition, check, shrink
from .viewer import Viewer, now_us

MAX_FPS = 1000
"""Pictures per second; no display or camera is faster."""

_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")

Producer = Callable[["Stream"], Coroutine[Any, Any, None]]


class Stream:
    """Pictures under one name. `publish` puts them in, from one thread at a time; viewers join on the event loop."""

    def __init__(
        self,
        name: str,
        *,
        format: PixelFormat | None = None,  # noqa: A002 - the field's word for it
        rendition: Rendition | None = None,
        fps: float = 30,
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
        self.rendition = (rendition or Rendition()).check()
        self.fps = fps
        self.problem: str | None = None
        self.feeds: dict[Rendition, Feed] = {}
        self.viewers = 0
        self._producer = producer
        self._producing: asyncio.Task[None] | None = None
        self._newest: tuple[Pixels, int] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._loop_thread = 0
        self._lock = threading.Lock()
        self._handed: tuple[Mapping[Feed, Pixels], int] | None = None

    @property
    def watched(self) -> bool:
        """Whether anybody watches; if not, the work of making a picture can be saved."""
        return bool(self.feeds)

    def publish(self, array: Pixels, *, time_us: int | None = None) -> None:
        """Show this picture to everybody who watches.

        `array` is of shape `format.shape(width, height)` with any strides; without a format, one is taken from its
        shape and dtype. It is read before this returns. When nobody watches it is only remembered, and read when the
        first viewer comes. `time_us` is when it was taken, in microseconds since 1970-01-01 UTC; now by default.
        Never waits for viewers. Raises UsageError when the array does not fit the stream.
        """
        stamp = now_us() if time_us is None else time_us
        pictures = self.read(array)
        self._newest = (array, stamp)
        self.show(pictures, stamp)

    def read(self, array: Pixels) -> Mapping[Feed, Pixels]:
        """What each rendition that is watched makes of a picture; nothing is shown yet.

        Raises UsageError when the array does not fit the stream.
        """
        pixel_format = self.format or guess(array)
        check(array, pixel_format, self.rendition)
        self.format = pixel_format
        feeds = tuple(self.feeds.values())
        return {
            feed: shrink(array, pixel_format, feed.rendition, feed.take_spare()) for feed in feeds
        }

    def show(self, pictures: Mapping[Feed, Pixels], time_us: int) -> None:
        """Make these pictures, from `read`, the newest ones."""
        if not pictures or self._loop is None:
            return
        if threading.get_ident() == self._loop_thread:
            self._put(pictures, time_us)
            return
        with self._lock:
            handed, self._handed = self._handed, (pictures, time_us)
        if handed is None:
            self._loop.call_soon_threadsafe(self._put_handed)

    def tell(self, problem: str | None) -> None:
        """Let viewers know why there are no pictures, or that there are again. On the event loop."""
        self.problem = problem
        for feed in self.feeds.values():
            feed.tell(problem)

    def join(self, wake: Callable[[], None]) -> tuple[Feed, Viewer]:
        """A new viewer, on the event loop; `wake` is called whenever it may have something to take."""
        self._loop = asyncio.get_running_loop()
        self._loop_thread = threading.get_ident()
        feed = self.feeds.get(self.rendition) or self._open(self.rendition)
        feed.wakes.add(wake)
        self.viewers += 1
        if self._producer and (self._producing is None or self._producing.done()):
            self._producing = self._loop.create_task(self._producer(self), name=self.name)
        return feed, Viewer(feed, time.monotonic())

    def leave(self, feed: Feed, wake: Callable[[], None]) -> None:
        """The viewer that joined with this `wake` is gone. A feed without viewers is forgotten."""
        feed.wakes.remove(wake)
        self.viewers -= 1
        if not feed.wakes:
            del self.feeds[feed.rendition]

    async def close(self) -> None:
        """Stop producing."""
        if self._producing:
            self._producing.cancel()
            await asyncio.gather(self._producing, return_exceptions=True)

    def _open(self, rendition: Rendition) -> Feed:
        feed = self.feeds[rendition] = Feed(self.name, rendition, self.fps)
        feed.tell(self.problem)
        if self._newest and self.format:
            array, time_us = self._newest
            feed.put(shrink(array, self.format, rendition), self.format, time_us)
        return feed

    def _put(self, pictures: Mapping[Feed, Pixels], time_us: int) -> None:
        assert self.format is not None
        for feed, pixels in pictures.items():
            feed.put(pixels, self.format, time_us)

    def _put_handed(self) -> None:
        with self._lock:
            handed, self._handed = self._handed, None
        if handed:
            self._put(*handed)
