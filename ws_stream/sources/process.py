"""A program that runs beside us: what it writes to its standard output, what it said last, and its end.

It gets no shell, no terminal, no standard input and no token of ours. It leads a process group, which is ended with it,
so nothing that it started stays. Knows nothing of pictures.
"""

import fcntl
import os
import selectors
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from functools import cache

from ..arguments import shown, why
from ..errors import Failure, SourceError
from ..printable import printable

END_WITHIN = 1.0
"""Seconds that a program has to end when it is asked to (SIGTERM), before it is ended (SIGKILL)."""
LOOK_EVERY = 0.01
"""Seconds from one look at whether it has ended to the next."""
MAX_PIPE = 1 << 20
"""Bytes that a pipe may hold without rights: so a program is seldom kept waiting while a picture comes."""
LAST_WORDS = 1000
"""Bytes of its standard error that are kept: its last line is among them."""
NOT_HERITAGE = ("WS_STREAM_TOKEN", "NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PID")
"""Of the environment: what is said to the server only."""


class Process:
    """One run of a program. One thread reads it; any may wake that."""

    def __init__(self, words: Sequence[str]) -> None:
        """Start it. Raises SourceError where it cannot be."""
        self._name = words[0]
        environment = {
            name: value for name, value in os.environ.items() if name not in NOT_HERITAGE
        }
        with ExitStack() as undone:
            try:
                self._selector = undone.enter_context(selectors.DefaultSelector())
                self._woken, self._waker = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
                undone.callback(os.close, self._woken)
                undone.callback(os.close, self._waker)
                self._process = subprocess.Popen(  # noqa: S603 - words, of whoever started the server; no shell
                    [*_leash(), *words],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    bufsize=0,
                    env=environment,
                    process_group=0,
                )
            except (OSError, ValueError) as error:
                raise SourceError(
                    f"the program {shown(self._name)} cannot be started: {why(error)}",
                    Failure.UNREADABLE,
                ) from None
            undone.pop_all()
        assert self._process.stdout
        assert self._process.stderr
        self._out, self._err = self._process.stdout.fileno(), self._process.stderr.fileno()
        self._said = b""
        self._is_at_end = False
        self._lock = threading.Lock()
        with suppress(OSError):  # there are limits on the pipes of one user
            fcntl.fcntl(self._out, fcntl.F_SETPIPE_SZ, MAX_PIPE)
        for fd in (self._out, self._err, self._woken):
            os.set_blocking(fd, False)
            self._selector.register(fd, selectors.EVENT_READ)

    def wake(self) -> None:
        """Have the thread that reads return."""
        with self._lock, suppress(BlockingIOError):  # it is awake already
            if self._waker >= 0:
                os.write(self._waker, b"!")

    def read(self, into: memoryview, seconds: float | None) -> int | None:
        """Bytes that it wrote, put there; 0: it writes no more. None: woken, or nothing for so long."""
        while True:
            ready = [key.fd for key, _ in self._selector.select(seconds)]
            if self._err in ready:
                self._hear()
            if self._woken in ready:
                os.read(self._woken, 1 << 16)
                return None
            if self._out in ready:
                count = os.readv(self._out, [into])
                self._is_at_end = not count
                return count
            if not ready:
                return None

    def end(self) -> str:
        """End it, if it has not ended by itself, and all that it started; returns how its output ended."""
        group = self._process.pid
        by_itself = self._is_at_end and self._has_ended(END_WITHIN / 10)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGTERM)
        self._has_ended(END_WITHIN)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)  # before its number is free for others
        status = self._process.wait()
        self._hear()
        self._close()
        how = _how(status) if by_itself else "closed its output"
        return f"the program {shown(self._name)} {how}{self._last_line()}"

    def _has_ended(self, seconds: float) -> bool:
        """Whether it has, within so many seconds. It keeps its number."""
        until = time.monotonic() + seconds
        look = os.WEXITED | os.WNOWAIT | os.WNOHANG
        while not os.waitid(os.P_PID, self._process.pid, look):
            if time.monotonic() >= until:
                return False
            time.sleep(LOOK_EVERY)
        return True

    def _hear(self) -> None:
        """Keep the end of what it says."""
        with suppress(BlockingIOError):
            data = os.read(self._err, 1 << 16)
            self._said = (self._said + data)[-LAST_WORDS:]
            if not data and self._err in self._selector.get_map():
                self._selector.unregister(self._err)

    def _last_line(self) -> str:
        lines = self._said.decode(errors="replace").split("\n")
        parts = [part for line in lines for part in line.split("\r") if part.strip()]
        return f'; the last line that it said: "{printable(parts[-1].strip())}"' if parts else ""

    def _close(self) -> None:
        self._selector.close()
        for stream in (self._process.stdout, self._process.stderr):
            assert stream
            stream.close()
        with self._lock:
            os.close(self._woken)
            os.close(self._waker)
            self._waker = -1


def is_there(name: str) -> bool:
    """Whether there is a program of that name, as its path or in one of the folders of PATH."""
    return shutil.which(name) is not None


def _how(status: int) -> str:
    if status >= 0:
        return f"ended with exit code {status}"
    try:
        return f"was ended by {signal.Signals(-status).name}"
    except ValueError:  # one of the real-time signals
        return f"was ended by signal {-status}"


@cache
def _leash() -> Sequence[str]:
    """What a program is started by so that it ends even where we are killed; nothing where there is no such thing.

    There, it ends when it writes to its pipe, which nobody reads any more. A function for the child (`preexec_fn`)
    would run Python between fork and exec, where a lock may be held for ever.
    """
    leash = ("setpriv", "--pdeathsig", "KILL", "--")
    try:
        done = subprocess.run([*leash, "true"], check=False, capture_output=True, timeout=5)  # noqa: S603 - fixed words
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return leash if done.returncode == 0 else ()
