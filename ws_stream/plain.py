"""A stream's pictures for programs without an event loop, or whose own must not be used: one runs in a thread.

Knows nothing of connections. Each picture is asked for when it is taken, so that a slow program skips pictures.
"""

import asyncio
import atexit
import contextlib
import os
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Generator, Iterator
from concurrent.futures import CancelledError
from math import inf
from typing import Any, TypeVar

from .errors import UsageError
from .loop_thread import LoopThread, leave_to_parent, result_of
from .pixels.frame import Frame
from .waiting import Followed, Predicate, Wait, frames_of

T = TypeVar("T")


class PlainConnection:
    """What `with connect(url) as screen:` gives: to be used from any thread, until the block is left."""

    def __init__(self, connection: Followed) -> None:
        self._connection = connection
        self._thread: LoopThread | None = LoopThread("ws-stream-client")
        self._lock = threading.RLock()  # the garbage collector may close an iteration amid another
        self._open: set[AsyncGenerator[Frame, None]] = set()
        self._process = os.getpid()
        atexit.register(self.close)  # before threads stop, and nobody could say goodbye any more

    def __iter__(self) -> Iterator[Frame]:
        """Every picture that arrives from now on; a slow program skips pictures. As `async for`, in all else."""
        return self._each(inf)

    def wait_for(self, predicate: Predicate, timeout: float) -> Frame:
        """As `Connection.wait_for`, without `await`; the predicate is called by this thread."""
        wait = Wait(self._connection, predicate, timeout)
        with contextlib.closing(self._each(time.monotonic() + wait.seconds)) as frames:
            for frame in frames:
                if wait.is_over(frame):
                    return frame
        raise wait.in_vain()

    def _each(self, until: float) -> Generator[Frame, None, None]:
        frames = frames_of(self._connection)
        self._open.add(frames)
        try:
            while (frame := self._run(lambda: _next(frames, until))) is not None:
                yield frame
        finally:  # it has ended, unless it was left between two pictures
            with contextlib.suppress(UsageError, RuntimeError):  # it may be ending, and so may all
                self._run(frames.aclose)
                self._open.discard(frames)

    def close(self) -> None:
        """End what is on its way, and the thread; whoever waits for a picture is woken. Closing again is no fault."""
        atexit.unregister(self.close)
        if self._process != os.getpid():
            leave_to_parent()
            return
        with self._lock:
            thread, self._thread = self._thread, None
        if thread and thread.is_current:  # the garbage collector closes, which runs in any thread
            threading.Thread(target=self._finish, args=(thread,)).start()
        elif thread:
            self._finish(thread)

    def _finish(self, thread: LoopThread) -> None:
        try:
            thread.run(self._end)
        finally:
            thread.stop()

    async def _end(self) -> None:
        """Let every iteration say goodbye."""
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            if not task.cancelling():  # it may be saying goodbye already
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for frames in tuple(self._open):
            await frames.aclose()

    def _run(self, function: Callable[[], Coroutine[Any, Any, T]]) -> T:
        if self._process != os.getpid():
            raise UsageError(_OVER)
        with self._lock:  # nothing begins on a thread that ends
            if self._thread is None or self._thread.is_current:
                raise UsageError(_OVER)
            running = self._thread.begin(function)
        try:
            return result_of(running)
        except CancelledError:
            raise UsageError(_OVER) from None


_OVER = (
    "this connection was closed, or is another process's; right would be a new one: connect(url)"
)


async def _next(frames: AsyncIterator[Frame], until: float) -> Frame | None:
    """The next one, or None when it is too late."""
    try:
        async with asyncio.timeout(None if until == inf else until - time.monotonic()):
            return await anext(frames, None)
    except TimeoutError:
        return None


def each_frame(connection: Followed) -> Iterator[Frame]:
    """The pictures of a connection that is there for this iteration only."""
    with contextlib.closing(PlainConnection(connection)) as screen:
        yield from screen
