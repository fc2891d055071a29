"""One picture of a stream as a file: fresh for whoever asks, and no more work than is good for the device.

Knows nothing of requests, nor of who asks.
"""

import asyncio
import time
from contextlib import suppress
from typing import NamedTuple
from weakref import WeakKeyDictionary

from ..allowance import Allowance
from ..hub.stream import Stream
from ..hub.subscription import now_us
from ..pixels.frame import Frame
from .lens import PICTURE_WITHIN, Lens, LensError, Still
from .request_log import RequestLog
from .stills import Wanted

WORK_A_SECOND, WORK_AT_ONCE = 0.25, 2.0
"""Seconds in which files of one stream are made: a quarter of a core, and some large PNGs one after the other."""
TOO_MANY = "too many snapshots are asked for; right would be fewer"
FRESH_WITHIN = 1.0
"""Seconds at most that a newer picture is waited for where there is one."""


class File(NamedTuple):
    """What is sent of it."""

    frame: Frame
    content: bytes


class _Turns:
    """Of one stream: its files are made one after the other."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.work = Allowance(WORK_A_SECOND, WORK_AT_ONCE)


class _Order:
    """A file that is to be made, and how many wait for it."""

    def __init__(self) -> None:
        self.waiters = 0
        self.task: asyncio.Task[File]


class Snapshots:
    """Who asks for the same before its turn has come has the same file."""

    def __init__(self, log: RequestLog) -> None:
        self._log = log
        self._turns: WeakKeyDictionary[Stream, _Turns] = WeakKeyDictionary()
        self._waiting: dict[Wanted, _Order] = {}
        self._tasks: set[asyncio.Task[File]] = set()

    async def take(self, wanted: Wanted) -> File:
        """A picture as it is now. Raises LensError and UnsuitedError where there is none."""
        order = self._waiting.get(wanted)
        if order is None:
            order = self._waiting[wanted] = _Order()
            order.task = asyncio.create_task(self._make(wanted, order))
            self._tasks.add(order.task)
            order.task.add_done_callback(self._end)
        order.waiters += 1
        try:
            return await asyncio.shield(order.task)
        finally:
            order.waiters -= 1

    def close(self) -> None:
        """Make no more."""
        for task in self._tasks:
            task.cancel()

    def _end(self, task: asyncio.Task[File]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # asyncio would log it where nobody waits any more

    async def _make(self, wanted: Wanted, order: _Order) -> File:
        turns = self._turns.setdefault(wanted.stream, _Turns())
        try:
            async with asyncio.timeout(PICTURE_WITHIN):
                await turns.lock.acquire()
        except TimeoutError:
            raise LensError(TOO_MANY) from None
        finally:
            del self._waiting[wanted]
        try:
            if order.waiters:
                wait = turns.work.due(0.0) - time.monotonic()
                if wait > PICTURE_WITHIN:
                    raise LensError(TOO_MANY)
                await asyncio.sleep(wait)
            if not order.waiters:
                raise LensError("nobody waits for it any more")
            return await self._file(wanted, turns.work)
        finally:
            turns.lock.release()

    async def _file(self, wanted: Wanted, work: Allowance) -> File:
        lens = Lens(wanted.stream, wanted.request, self._log)
        try:
            lens.begin()
            still = await _fresh(lens, wanted.stream.fps)
        finally:
            lens.leave()  # the source is read no more
        begin = time.monotonic()
        try:
            return File(still.frame, await still.file(wanted.kind))
        finally:
            work.take(time.monotonic(), time.monotonic() - begin)


async def _fresh(lens: Lens, fps: float) -> Still:
    """The first picture, or what follows it within two intervals if it is an old one: of those who want few."""
    asked = now_us()
    still = await lens.first()
    if still.frame.time < asked:
        with suppress(TimeoutError):
            async with asyncio.timeout(min(2 / fps, FRESH_WITHIN)):
                return await lens.newer(still)
    return still
