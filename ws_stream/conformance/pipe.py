"""A program, its lines in and out. Knows nothing of what they say."""

import contextlib
import os
import queue
import signal
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import TracebackType

from ..arguments import shown, why
from ..errors import UsageError

PATIENCE = 10.0
"""Seconds that a program may take to answer the next line."""
MAX_LINE = 4_000_000
"""Bytes of an answer: four times the longest command."""
_CHUNK = 1 << 16


class BrokenProgram(Exception):  # noqa: N818 - the program is at fault
    """The program ended, hung or wrote what is no line; says so in a sentence's end."""


class Pipe:
    """A program that answers each line with one line. Ends the program when it is left."""

    def __init__(
        self, command: Sequence[str], patience: float = PATIENCE, *, quiet: bool = False
    ) -> None:
        """Start it; `quiet` keeps what it says to people to itself. Raises UsageError when that cannot be."""
        self._patience = patience
        self._answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._kept: list[bytes] = []
        """Lines that nobody has taken yet."""
        self._rest = b""
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the program that the user names
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL if quiet else None,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise UsageError(
                f"{shown(command[0])} cannot be started ({why(error)}); "
                "right would be a program and its arguments"
            ) from None
        self._threads = [_started(self._read)]

    def __enter__(self) -> "Pipe":
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for thread in self._threads:  # both end, as the program has
            thread.join()
        assert self._process.stdin and self._process.stdout
        self._process.stdout.close()
        with contextlib.suppress(OSError):
            self._process.stdin.close()

    def ask(self, batches: Iterable[Sequence[str]]) -> Iterator[str]:
        """Write the lines of each batch, then an empty one; yield their answers as they come.

        Raises BrokenProgram when the next one does not come.
        """
        counts: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._threads.append(_started(self._write, iter(batches), counts))
        while count := counts.get():
            while len(self._kept) < count:
                self._kept += self._lines()
            answers, self._kept = self._kept[:count], self._kept[count:]
            yield from (answer.decode("ascii", "replace") for answer in answers)

    def finish(self) -> None:
        """Write no more. Raises BrokenProgram when the program says more, or does not end."""
        assert self._process.stdin
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            while data := self._answers.get(timeout=self._patience):
                self._rest += data
        except queue.Empty:
            raise BrokenProgram("did not end when its input did") from None
        if self._kept or self._rest:
            raise BrokenProgram("wrote more lines than it was sent commands")

    def _lines(self) -> list[bytes]:
        """The next that are whole."""
        try:
            data = self._answers.get(timeout=self._patience)
        except queue.Empty:
            raise BrokenProgram(f"did not answer within {self._patience:g} s") from None
        if not data:
            code = self._process.wait()
            how = f"signal {-code}" if code < 0 else f"exit code {code}"
            raise BrokenProgram(f"ended ({how})")
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > MAX_LINE:
            raise BrokenProgram(f"wrote a line of over {MAX_LINE} bytes")
        return lines

    def _write(self, batches: Iterator[Sequence[str]], counts: "queue.SimpleQueue[int]") -> None:
        assert self._process.stdin
        try:
            for lines in batches:
                counts.put(len(lines))
                self._process.stdin.write("\n".join([*lines, "", ""]).encode("ascii"))
                self._process.stdin.flush()
        except OSError:  # it reads no more: what it answered so far tells why
            return
        counts.put(0)

    def _read(self) -> None:
        assert self._process.stdout
        while data := os.read(self._process.stdout.fileno(), _CHUNK):
            self._answers.put(data)
        self._answers.put(b"")


def _started(target: Callable[..., None], *arguments: object) -> threading.Thread:
    thread = threading.Thread(target=target, args=arguments, daemon=True)
    thread.start()
    return thread
