"""Event loops: the quickest there is, and one in a thread of its own for programs that have none.

Knows nothing of what runs in them.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

try:
    import uvloop
except ImportError:  # it comes with the extra "fast"
    uvloop = None  # type: ignore[assignment]  # tells that there is none

T = TypeVar("T")

LOOKS_EVERY = 0.5
"""Seconds after which whoever waits sees that there was an interrupt: one that comes just before does not wake it."""


def new_event_loop() -> asyncio.AbstractEventLoop:
    """The quickest that is installed."""
    loop: asyncio.AbstractEventLoop = (uvloop or asyncio).new_event_loop()
    return loop


def leave_to_parent() -> None:
    """Have a forked child, whose parent's event loops run on, end in order.

    When a process ends, uvloop waits for the threads of its resolver, which a fork has not: it would end by SIGSEGV. A
    lookup of the child's own gives it some.
    """
    if uvloop:
        loop = new_event_loop()
        with contextlib.suppress(RuntimeError):
            loop.run_until_complete(loop.getaddrinfo("127.0.0.1", 0))
        loop.close()


def result_of(running: Future[T]) -> T:
    """Wait until it is done. Whoever waits may be interrupted, as by Ctrl-C: then it is cancelled."""
    try:
        while True:
            try:
                return running.result(LOOKS_EVERY)
            except TimeoutError:
                if running.done():
                    return running.result()
    except BaseException:
        running.cancel()
        raise


class LoopThread:
    """Runs from construction until `stop`. A daemon: it never keeps a program alive."""

    def __init__(self, name: str) -> None:
        self._loop = new_event_loop()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def is_current(self) -> bool:
        """Whether it is the one that asks."""
        return threading.current_thread() is self._thread

    def call(self, errand: Callable[[], object]) -> None:
        """Call the function there, soon."""
        self._loop.call_soon_threadsafe(errand)

    def begin(self, function: Callable[[], Coroutine[Any, Any, T]]) -> Future[T]:
        """Call the coroutine function there."""
        return asyncio.run_coroutine_threadsafe(function(), self._loop)

    def run(self, function: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Call the coroutine function there, wait until it is done, and return or raise what it did."""
        return result_of(self.begin(function))

    def stop(self) -> None:
        """End loop and thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def stop_behind(self, function: Callable[[], Coroutine[Any, Any, object]]) -> None:
        """Call the coroutine function there, and end loop and thread when it is done. Nobody waits for that."""
        self.begin(function).add_done_callback(lambda _: self.call(self._loop.stop))

    def _run(self) -> None:
        self._loop.run_forever()
        self._loop.close()
