"""Real processes that faults happen to. Whatever becomes of a test, they are gone afterwards.

Knows nothing of pictures.
"""

import asyncio
import os
import re
import resource
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path

ROOT = Path(__file__).parents[2]
WITHIN = 30.0
"""Seconds for whatever is to happen by itself; a machine that does much else takes its time."""
WS_STREAM = ("-m", "ws_stream")
_RUN = "runpy.run_module('ws_stream', run_name='__main__', alter_sys=True)"
_TICKS = os.sysconf("SC_CLK_TCK")


def without(module: str) -> tuple[str, str]:
    """How `ws-stream` is run where this module is not installed."""
    return "-c", f"import runpy, sys; sys.modules[{module!r}] = None; {_RUN}"


class Process:
    """A Python module that runs; what it says on standard error is kept in a file."""

    def __init__(self, process: subprocess.Popen[bytes], errors: Path) -> None:
        self._process = process
        self._errors = errors
        self.pid = process.pid

    def line(self, within: float = WITHIN) -> str:
        """The next line of its output; "" at the end. Raises TimeoutError."""
        assert self._process.stdout
        if not select.select([self._process.stdout], [], [], within)[0]:
            raise TimeoutError(f"it says nothing; its errors: {self.errors()}")
        return self._process.stdout.readline().decode()

    def send(self, number: signal.Signals) -> None:
        """A signal."""
        self._process.send_signal(number)

    def kill(self) -> None:
        """As power does that fails: without a word."""
        self._process.kill()
        self._process.wait(WITHIN)

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """It stands still within."""
        self.send(signal.SIGSTOP)
        wait_for(lambda: self._stat(2) == "T")
        try:
            yield
        finally:
            self.send(signal.SIGCONT)

    def catches(self, number: signal.Signals) -> bool:
        """Whether it does something of its own at this signal."""
        return bool(self._status("SigCgt", 16) >> (number - 1) & 1)

    def ended(self) -> int:
        """Its exit code, once it has ended by itself."""
        return self._process.wait(WITHIN)

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def errors(self) -> str:
        """What it said on standard error."""
        return self._errors.read_text()

    def cpu_seconds(self) -> float:
        """CPU time so far."""
        return (int(self._stat(13)) + int(self._stat(14))) / _TICKS

    def kilobytes(self, kind: str = "VmRSS") -> int:
        """Memory, as /proc calls it."""
        return self._status(kind, 10)

    def limit(self, kind: int, value: int) -> None:
        """From now on."""
        resource.prlimit(self.pid, kind, (value, resource.prlimit(self.pid, kind)[1]))

    def _status(self, name: str, base: int) -> int:
        status = Path(f"/proc/{self.pid}/status").read_text()
        found = re.search(rf"^{name}:\s+(\w+)", status, re.MULTILINE)
        assert found
        return int(found[1], base)

    def _stat(self, field: int) -> str:
        """Of proc(5); the second is a name, which has no space here."""
        return Path(f"/proc/{self.pid}/stat").read_text().split()[field]


@contextmanager
def running(
    *arguments: object,
    environment: Mapping[str, str] | None = None,
    inside: Sequence[str] = (),
    output: Path | None = None,
) -> Iterator[Process]:
    """`python ARGUMENTS`, by what puts it inside something else; its output may go to a file."""
    with tempfile.TemporaryDirectory(prefix="ws-stream-faults-") as folder:
        errors = Path(folder, "errors")
        with (
            errors.open("wb") as error_file,
            nullcontext() if output is None else output.open("wb", 0) as output_file,
            subprocess.Popen(
                [*inside, sys.executable, *map(str, arguments)],
                stdout=output_file or subprocess.PIPE,
                stderr=error_file,
                cwd=ROOT,
                env={**os.environ, **(environment or {})},
                bufsize=0,
            ) as process,
        ):
            try:
                yield Process(process, errors)
            finally:
                process.kill()  # also one that stands still


class Server(Process):
    """One that serves; where is what it said."""

    port = 0


@contextmanager
def serving(
    source: str,
    *options: object,
    port: int = 0,
    environment: Mapping[str, str] | None = None,
    python: tuple[str, ...] = WS_STREAM,
    inside: Sequence[str] = (),
) -> Iterator[Server]:
    """`ws-stream serve SOURCE`, once it listens."""
    listen = () if "--unix" in options else ("--port", port)
    command = *python, "serve", source, *listen, *options
    with running(*command, environment=environment, inside=inside) as process:
        server = Server(process._process, process._errors)
        said = server.line()
        assert said, server.errors()
        if listen:
            found = re.search(r"https?://[^/]*:(\d+)", said)
            assert found
            server.port = int(found[1])
        yield server


async def until(condition: Callable[[], object], within: float = WITHIN) -> None:
    """As `wait_for`, while others on the event loop go on."""
    async with asyncio.timeout(within):
        while not condition():
            await asyncio.sleep(0.02)


def wait_for(condition: Callable[[], object], within: float = WITHIN) -> None:
    """Until it holds. Raises TimeoutError."""
    end = time.monotonic() + within
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.02)
