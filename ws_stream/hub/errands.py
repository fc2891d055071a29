"""A stream's errands on the event loop: from whatever thread they come, they are run there, soon or at a time.

Each has a name, and of one name one waits: however much quicker than the loop a thread is, little is piled up.

Knows nothing of pictures or viewers.
"""

import asyncio
import os
import threading
from collections.abc import Callable
from contextlib import suppress

from ..errors import UsageError

Errand = Callable[[], None]


class Errands:
    """Without an event loop (nobody has watched yet, or the server is closed) there is nobody to run errands for."""

    def __init__(self) -> None:
        self.owner: object = None
        """Whose event loop it is, or will be."""
        self._process = os.getpid()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = 0
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._waiting: dict[str, Errand] = {}
        self._lock = threading.Lock()

    def adopt(self, owner: object) -> None:
        """The event loop is, or will be, this owner's, in this process. Raises UsageError when it is another one's."""
        if self.owner not in (None, owner):
            raise UsageError("the stream is on another server; right would be a stream for each")
        self.owner, self._process = owner, os.getpid()

    @property
    def is_forked(self) -> bool:
        """Whether this is a forked child, which has a copy of all but the threads, and none of the viewers."""
        return os.getpid() != self._process

    @property
    def is_current(self) -> bool:
        """Whether this is the event loop's thread."""
        return threading.get_ident() == self._thread

    def check_process(self) -> None:
        """Raises UsageError in a forked child."""
        if os.getpid() != self._process:  # not by `is_forked`: each picture asks
            raise UsageError(
                f"this stream belongs to process {self._process}, and its viewers see nothing of what a fork of it "
                "publishes; right would be to publish there, or to start a server here"
            )

    def open(self) -> None:
        """Run errands on this thread's event loop from now on."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._let_go()
            self._loop, self._thread = loop, threading.get_ident()

    def run(self, name: str, errand: Errand) -> None:
        """Run it on the event loop, in place of the errand of this name that waits; at once when this is its thread.

        From any thread.
        """
        loop = self._loop  # another thread may close meanwhile
        if loop is None:
            return
        with self._lock:
            is_first = name not in self._waiting
            self._waiting[name] = errand
        if threading.get_ident() == self._thread:
            self._run(name)
        elif is_first:
            with suppress(RuntimeError):  # the loop has just been closed
                loop.call_soon_threadsafe(self._run, name)

    def run_at(self, name: str, due: float, errand: Errand) -> None:
        """Run it at this time of the loop's clock, in place of the errand of this name that waits. On the loop."""
        self.forget(name)
        if self._loop:
            self._timers[name] = self._loop.call_at(due, self._run_timed, name, errand)

    def waits(self, name: str) -> bool:
        """Whether an errand of this name waits. On the loop."""
        return name in self._timers

    def forget(self, name: str) -> None:
        """Do not run the errand of this name that waits."""
        timer = self._timers.pop(name, None)
        if timer:
            timer.cancel()

    def close(self) -> None:
        """Run nothing that waits, and let go of the event loop and of its owner."""
        self._let_go()
        self.owner = None

    def _let_go(self) -> None:
        for name in tuple(self._timers):
            self.forget(name)
        self._loop, self._thread = None, 0
        with self._lock:
            self._waiting.clear()

    def _run(self, name: str) -> None:
        with self._lock:
            errand = self._waiting.pop(name, None)
        if errand:  # else a newer one was run in its place
            errand()

    def _run_timed(self, name: str, errand: Errand) -> None:
        del self._timers[name]
        errand()
