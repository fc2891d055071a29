"""What one server costs while one viewer, or nobody, watches for some seconds.

Knows nothing of tables.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from subprocess import Popen
from typing import NamedTuple

from .processes import BenchError, cpu_seconds, line, python, wake_ups


class Target(NamedTuple):
    """A running server and how its stream is watched."""

    pid: int
    kind: str
    """A key of `viewers.FOLLOW`."""
    url: str


class Sample(NamedTuple):
    """What a server did in some seconds."""

    cpu: float
    """Percent of one core: user and system time of the whole process."""
    wake_ups: float
    """Per second, all threads together."""
    pictures: float = 0
    """Pictures per second that reached the viewer and differed from the one before."""
    bytes: float = 0
    """Per second, at the viewer."""


@contextmanager
def ws_stream(source: str, step: int) -> Iterator[Target]:
    """ws-stream's server, as a user starts it."""
    options = ("--step", step, "--fps", 30, "--port", 0)
    with python("ws_stream", "serve", source, *options) as process:
        url = re.search(r"http://\S+", line(process))
        if url is None:
            raise BenchError("ws-stream serve did not say where it can be reached")
        yield Target(process.pid, "ws", url[0])


@contextmanager
def flask_pil(ring: Path, step: int) -> Iterator[Target]:
    """The first user's server."""
    with python("bench.rivals.flask_pil", ring, step) as process:
        yield Target(process.pid, "http", line(process))


def watched(target: Target, warm_up: float, seconds: float) -> Sample:
    """The server with one viewer, whose process is another one."""
    with python("bench.viewers", target.kind, target.url, warm_up, seconds) as viewer:
        line(viewer)
        sample, counts = _sample(target.pid, viewer)
    pictures, received = map(int, counts.split())
    return sample._replace(pictures=pictures / seconds, bytes=received / seconds)


def unwatched(target: Target, seconds: float) -> Sample:
    """The server without a viewer."""
    return _sample(target.pid, seconds)[0]


def middle(samples: list[Sample]) -> Sample:
    """The median of each figure."""
    return Sample(*map(median, zip(*samples, strict=True)))


def _sample(pid: int, until: Popen[str] | float) -> tuple[Sample, str]:
    """What the process does until a viewer says its counts, or so many seconds have passed."""
    cpu, wakes, started = cpu_seconds(pid), wake_ups(pid), time.perf_counter()
    said = ""
    if isinstance(until, Popen):
        said = line(until)
    else:
        time.sleep(until)
    seconds = time.perf_counter() - started
    cpu, wakes = cpu_seconds(pid) - cpu, wake_ups(pid) - wakes
    return Sample(100 * cpu / seconds, wakes / seconds), said
