"""Whether a server may be started, used or closed now, in this process and event loop.

Knows nothing of what it serves.
"""

import asyncio
import os
from collections.abc import Callable, Mapping

from ..errors import UsageError

_STARTED = "this server was started already; right would be to start it once"
_CLOSED = "this server was closed; right would be a new one"
_FORKED = (
    "this server runs in the process that this one was forked off; right would be a new one here"
)
_IN_A_LOOP = (
    "this server was started in an event loop; right would be `async with`, or close() there"
)
_REFUSED: Mapping[tuple[str, str], str] = {
    ("start", "here"): _STARTED,
    ("start", "elsewhere"): _STARTED,
    ("start", "closed"): _CLOSED,
    ("start", "forked"): _FORKED,
    ("use", "closed"): _CLOSED,
    ("use", "forked"): _FORKED,
    ("mount", "elsewhere"): (
        "this server runs in another event loop than the program that it is mounted in; right would be to start it "
        "there (`async with`), or not at all: a mount needs no port"
    ),
    ("mount", "closed"): _CLOSED,
    ("mount", "forked"): _FORKED,
    ("reach", "nowhere yet"): (
        "this server is not started; right would be to start it first: `with server:`, or await server.start()"
    ),
    ("reach", "closed"): _CLOSED,
    ("reach", "forked"): _FORKED,
    ("close", "elsewhere"): (
        "this server runs in another event loop; right would be to close it there, or to leave its `with` block"
    ),
    ("leave", "here"): _IN_A_LOOP,
    ("leave", "elsewhere"): _IN_A_LOOP,
}
"""By what is wanted of it, and where it runs."""


class Lifetime:
    """A server is started once and closed once; closing again is no fault, and a forked child has nothing to close."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._process = 0
        self._is_closed = False

    @property
    def is_forked(self) -> bool:
        """Whether this is another process than the one it was started in."""
        return self._process not in (0, os.getpid())

    def check(self, wanted: str) -> None:
        """Raises UsageError unless it can be done now: "start", "use", "mount", "reach", "close" or "leave"."""
        sentence = _REFUSED.get((wanted, self._where()))
        if sentence:
            raise UsageError(sentence)

    def begin(self) -> None:
        """It starts in the running event loop. Raises UsageError."""
        self.check("start")
        self._loop, self._process = asyncio.get_running_loop(), os.getpid()

    def enter(self) -> bool:
        """A request of a mount comes in the running event loop: whether it starts by that. Raises UsageError."""
        if self._loop and self._loop.is_closed():
            self._loop = None  # without a word, as between two tests of the program
        self.check("mount")
        if self._loop:
            return False
        self._loop, self._process = asyncio.get_running_loop(), os.getpid()
        return True

    def end(self) -> None:
        """It is closed, in the running event loop or where there is none. Raises UsageError."""
        self.check("close")
        self._loop, self._is_closed = None, True

    def run(self, errand: Callable[[], object]) -> None:
        """In the server's event loop: at once there and where there is none, soon from another thread."""
        if self._loop and self._where() == "elsewhere":
            self._loop.call_soon_threadsafe(errand)
        else:
            errand()

    def _where(self) -> str:
        if self.is_forked:
            return "forked"
        if self._is_closed:
            return "closed"
        if self._loop is None:
            return "nowhere yet"
        return "here" if self._loop is _running_loop() else "elsewhere"


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
