"""The pages that are compared: how each is served on a ring, and how it tells what it has drawn.

Knows nothing of browsers and figures.
"""

import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from statistics import mean
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from .processes import BenchError, python
from .ring import address
from .servers import Task, free_port, wait_for, ws_stream, x11vnc

_ROOT = Path(__file__).parent.parent
_NOVNC = "node_modules/@novnc/novnc/package.json"
_STATISTICS = "async () => window.wsStream?.view.statistics?.picturesPerSecond"
_STATISTICS_OVER = 2.0
"""Seconds that the page's figures are of."""
_UPDATES = "() => window.updates"

Evaluate = Callable[[str], Any]


class Served(NamedTuple):
    """A page that can be opened."""

    url: str
    port: int
    """From which its pictures come."""


class Viewer(NamedTuple):
    """A page that shows the ring."""

    title: str
    serve: Callable[[Task], AbstractContextManager[Served]]
    shown: str
    """A function of the page that is above 0 once it has drawn something."""
    watch: Callable[[Evaluate, float], float]
    """Let so many seconds pass: pictures per second that were drawn."""


@contextmanager
def _ours(task: Task) -> Iterator[Served]:
    """Exact, whatever the content."""
    with ws_stream(address(task.ring), task.step, per_second=task.per_second) as target:
        yield Served(target.url, urlsplit(target.url).port or 0)


def _novnc(query: str) -> Callable[[Task], AbstractContextManager[Served]]:
    """A page of noVNC on x11vnc, with websockify between them, as its documents say."""

    @contextmanager
    def serve(task: Task) -> Iterator[Served]:
        if not (_ROOT / _NOVNC).exists():
            raise BenchError("noVNC is not installed; right would be: npm ci")
        with x11vnc("tight")(task) as target:
            port = free_port()
            between = (f"127.0.0.1:{port}", target.url)
            with python("websockify", "--web", _ROOT, *between) as process:
                wait_for(port, process)
                url = f"http://127.0.0.1:{port}/bench/novnc.html?{query}&port={port}"
                yield Served(url, int(target.url.rpartition(":")[2]))

    return serve


def _by_statistics(evaluate: Evaluate, seconds: float) -> float:
    rates = []
    for _ in range(max(1, round(seconds / _STATISTICS_OVER))):
        time.sleep(_STATISTICS_OVER)
        rates.append(float(evaluate(_STATISTICS)))
    return mean(rates)


def _by_updates(evaluate: Evaluate, seconds: float) -> float:
    before, began = evaluate(_UPDATES), time.perf_counter()
    time.sleep(seconds)
    return float(evaluate(_UPDATES) - before) / (time.perf_counter() - began)


VIEWERS = {
    "ws-stream": Viewer("ws-stream", _ours, _STATISTICS, _by_statistics),
    "novnc": Viewer("noVNC, lossless", _novnc("lossless"), _UPDATES, _by_updates),
    "novnc-jpeg": Viewer("noVNC, its defaults (JPEG)", _novnc("default"), _UPDATES, _by_updates),
}


def sent(port: int) -> int:
    """Bytes that the connections now open there have sent."""
    command = ["ss", "-tinH", "state", "established", f"sport = :{port}"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return sum(map(int, re.findall(r"bytes_sent:(\d+)", told)))
