"""Child processes: started, their CPU read, and stopped by their own id.

Knows nothing of what they do.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

STOP_WITHIN = 5.0
"""Seconds a process has to end after SIGTERM, before SIGKILL."""

_ROOT = Path(__file__).parent.parent


class BenchError(Exception):
    """The benchmark cannot run here or did not work; its text is one sentence."""


class EndedError(Exception):
    """A process ended that should not have."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process


@contextmanager
def running(command: Sequence[str | Path], **variables: str) -> Iterator[subprocess.Popen[str]]:
    """The command as a process of its own group, with pipes for input and output; ended with all it started.

    Raises BenchError with the last line it said when the body found it ended too early.
    """
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            cwd=_ROOT,
            env={**os.environ, **variables},
            start_new_session=True,
        )
        try:
            yield process
        except EndedError as ended:
            if ended.process is not process:
                raise
            errors.seek(0)
            said = errors.read().strip().splitlines() or ["nothing"]
            raise BenchError(f"{' '.join(map(str, command))} ended: {said[-1]}") from None
        finally:
            _end(process)


@contextmanager
def python(module: str, *arguments: object, **variables: str) -> Iterator[subprocess.Popen[str]]:
    """`python -m module arguments...`, as `running` has it."""
    with running([sys.executable, "-m", module, *map(str, arguments)], **variables) as process:
        yield process


def line(process: subprocess.Popen[str]) -> str:
    """The next line the process says. Raises EndedError when it ended without one."""
    assert process.stdout
    text = process.stdout.readline()
    if not text:
        raise EndedError(process)
    return text.strip()


def cpu_seconds(pid: int) -> float:
    """User and system time the process has taken until now, all its threads together, ended ones too.

    What /proc/PID/stat counts in steps of 10 ms, from the clock behind it, in nanoseconds.
    """
    return time.clock_gettime(~pid << 3 | 2)  # clock_getcpuclockid(3), which Python lacks


def wake_ups(pid: int) -> int:
    """How often the threads now alive have waited and been woken."""
    return sum(
        int(text.split()[1])
        for status in Path(f"/proc/{pid}/task").glob("*/status")
        for text in status.read_text().splitlines()
        if text.startswith("voluntary_ctxt_switches")
    )


def memory(pid: int) -> tuple[float, float]:
    """MB that are resident, and MB of its proportional share of them (proc_pid_smaps_rollup(5))."""
    fields = dict(
        text.split(":", 1)
        for text in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    )
    resident, proportional = (int(fields[name].split()[0]) / 1000 for name in ("Rss", "Pss"))
    return resident, proportional


def _end(process: subprocess.Popen[str]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            continue
        except ProcessLookupError:
            pass
        break
    process.wait()
    for pipe in (process.stdin, process.stdout):
        assert pipe
        pipe.close()
