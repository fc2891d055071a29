"""Tells what each picture costs a server, stage by stage: its parts with a clock in them.

Knows nothing of contents or figures. Times are CPU time of this process.
"""

import asyncio
import contextlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from ..pixels.formats import PixelFormat, Pixels
from ..sources import Picture, Source
from ..walk import Walk
from ..walk.numpy_walk import Spans


class Cost(NamedTuple):
    """What one picture cost: microseconds of CPU time, and bytes sent."""

    take: float
    encode: float
    whole: float
    bytes: int
    skipped: bool
    """It was new, but the viewer had not come to show the one before."""

    @property
    def send(self) -> float:
        """Microseconds for all but the other two: waking up, control messages, the viewer's acknowledgement."""
        return self.whole - self.take - self.encode


class Profiler:
    """Tells apart what each picture costs. A picture's time ends where the poll for the next begins."""

    def __init__(self) -> None:
        self._costs: list[Cost] = []
        self._enough: tuple[int, asyncio.Future[None]] | None = None
        self._begin()

    async def pictures(self, count: int, within: float) -> list[Cost]:
        """The costs of the next so many pictures, or of those that come within so many seconds."""
        self._costs = []
        self._enough = count, asyncio.get_running_loop().create_future()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._enough[1]
        return self._costs[:count]

    def turn(self) -> None:
        """The source is polled. If no picture was taken, what that cost belongs to the one that will be."""
        now = time.process_time_ns()
        if not self._is_taken:
            return
        take, encode = self._spent["take"], self._spent.get("encode", 0)
        skipped = self._is_new and not self._bytes
        whole = now - self._began
        self._costs.append(Cost(take / 1e3, encode / 1e3, whole / 1e3, self._bytes, skipped))
        self._begin()
        if self._enough and len(self._costs) >= self._enough[0] and not self._enough[1].done():
            done = self._enough[1]
            done.get_loop().call_soon_threadsafe(_finish, done)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """What is done herein belongs to this stage."""
        began = time.process_time_ns()
        yield
        self._spent[name] = self._spent.get(name, 0) + time.process_time_ns() - began

    def took(self, *, is_new: bool) -> None:
        """A picture was taken."""
        self._is_taken = True
        self._is_new |= is_new

    def abandoned(self) -> None:
        """What was taken was torn, or a sample that had changed: it is read again."""
        self._is_taken = False

    def sent(self, size: int) -> None:
        """So many bytes are on their way."""
        self._bytes += size

    def _begin(self) -> None:
        self._began, self._spent = time.process_time_ns(), dict[str, int]()
        self._bytes, self._is_taken, self._is_new = 0, False, False


def _finish(done: asyncio.Future[None]) -> None:
    if not done.done():
        done.set_result(None)


class ProfiledWalk:
    """A walk whose work is the stages "take" (read and compare) and "encode" (pack and send)."""

    def __init__(self, walk: Walk, profiler: Profiler) -> None:
        self._walk, self._profiler = walk, profiler

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the walk has
        return getattr(self._walk, name)

    def update(self, view: Pixels, spans: Spans | None, now: float) -> bool:
        """As the walk has it."""
        with self._profiler.stage("take"):
            changed = self._walk.update(view, spans, now)
        self._profiler.took(is_new=changed)
        return changed

    def sample(self, view: Pixels, first: int, every: int, now: float) -> bool:
        """As the walk has it."""
        with self._profiler.stage("take"):
            changed = self._walk.sample(view, first, every, now)
        self._profiler.took(is_new=changed)
        return changed

    def abandon(self) -> None:
        """As the walk has it."""
        self._walk.abandon()
        self._profiler.abandoned()

    def flush(self, now: float) -> float:
        """As the walk has it."""
        before = self._walk.counts().sent_bytes
        with self._profiler.stage("encode"):
            due = self._walk.flush(now)
        self._profiler.sent(self._walk.counts().sent_bytes - before)
        return due


class ProfiledSource:
    """A source that tells the profiler when it is polled."""

    def __init__(self, source: Source, profiler: Profiler) -> None:
        self._source, self._profiler = source, profiler
        self.name = source.name
        self.close = source.close

    @property
    def format(self) -> PixelFormat:
        """As the source has it."""
        return self._source.format

    @property
    def width(self) -> int:
        """As the source has it."""
        return self._source.width

    @property
    def height(self) -> int:
        """As the source has it."""
        return self._source.height

    def poll(self, seen: object = None) -> Picture | None:
        """As the source has it; it belongs to the stage "take"."""
        self._profiler.turn()
        with self._profiler.stage("take"):
            return self._source.poll(seen)
