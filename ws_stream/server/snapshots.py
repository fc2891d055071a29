"""One picture of a stream as a file: fresh for whoever asks, and no more work than is good for the device.

Knows nothing of requests, nor of who asks.
"""

import asyncio
import time
from typing import NamedTuple
from weakref import WeakKeyDictionary

from ..allowance import Allowance
from ..hub.stream import Stream
from ..pixels.frame import Frame
from .lens import PICTURE_WITHIN, Lens, LensError
from .stills import Wanted

WORK_A_SECOND, WORK_AT_ONCE = 0.25, 2.0
"""Seconds in which files of one stream are made: a quarter of a core, and some large PNGs one after the other."""


class File(NamedTuple):
    """What is sent of it."""

    frame: Frame
    content: bytes


class _Turns:
    """Of one stream: its files are made one after the other."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.work = Allowance(WORK_A_SECOND, WORK_AT_ONCE)


class Snapshots:
    """Who asks for the same before its turn has come has the same file."""

    def __init__(self) -> None:
        self._turns: WeakKeyDictionary[Stream, _Turns] = WeakKeyDictionary()
        self._waiting: dict[Wanted, asyncio.Task[File]] = {}
        self._tasks: set[asyncio.Task[File]] = set()

    async def take(self, wanted: Wanted) -> File:
        """A picture that is no older than this call. Raises LensError and UnsuitedError where there is none."""
        task = self._waiting.get(wanted)
        if task is None:
            task = self._waiting[wanted] = asyncio.create_task(self._make(wanted))
            self._tasks.add(task)
            task.add_done_callback(self._end)
        return await asyncio.shield(task)

    def close(self) -> None:
        """Make no more."""
        for task in self._tasks:
            task.cancel()

    def _end(self, task: asyncio.Task[File]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # asyncio would log it where nobody waits any more

    async def _make(self, wanted: Wanted) -> File:
        turns = self._turns.setdefault(wanted.stream, _Turns())
        try:
            async with asyncio.timeout(PICTURE_WITHIN):
                await turns.lock.acquire()
        except TimeoutError:
            raise LensError("too many snapshots are asked for; right would be fewer") from None
        finally:
            del self._waiting[wanted]
        try:
            await asyncio.sleep(turns.work.due(0.0) - time.monotonic())
            return await _file(wanted, turns.work)
        finally:
            turns.lock.release()


async def _file(wanted: Wanted, work: Allowance) -> File:
    lens = Lens(wanted.stream, wanted.request)
    try:
        lens.begin()
        still = await lens.first()
    finally:
        lens.leave()  # the source is read no more
    begin = time.monotonic()
    try:
        return File(still.frame, await still.file(wanted.kind))
    finally:
        work.take(time.monotonic(), time.monotonic() - begin)
