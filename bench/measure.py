"""What one server costs while one viewer, or nobody, watches for some seconds.

Knows nothing of tables.
"""

import json
import time
from pathlib import Path
from typing import Any, NamedTuple

from .processes import cpu_seconds, line, memory, python, wake_ups
from .servers import Target, Task, ws_stream

__all__ = ["Sample", "Target", "Window", "unwatched", "watched", "ws_stream"]


class Window(NamedTuple):
    """How long a viewer watches: first uncounted, then counted seconds."""

    warm_up: float
    seconds: float


class Sample(NamedTuple):
    """What a server did in such a window."""

    cpu: float
    """Percent of one core: user and system time of the whole process."""
    wake_ups: float
    """Per second, all threads together."""
    resident: float
    """MB of memory, the ring's pages included."""
    proportional: float
    """The same, each page divided by how many processes share it."""
    pictures: float = 0
    """Pictures per second that reached the viewer and differed from the one before."""
    offered: float = 0
    """Share of the device's pictures that differ from the one before, at this step."""
    bytes: float = 0
    """Per second, at the viewer."""
    exact: float | None = None
    """Share of the compared pictures that were right to the bit."""
    max_error: int | None = None
    psnr: float | None = None
    ages: tuple[float, ...] = ()
    """Milliseconds, of each new picture; see `viewers.received.Figures`."""


def watched(target: Target, task: Task, recording: Path, window: Window) -> Sample:
    """The server with one viewer, whose process is another one."""
    place = (target.kind, target.url, task.ring, recording, task.step)
    with python("bench.viewers", *place, *window) as viewer:
        line(viewer)
        before = _Meter(target.pid)
        line(viewer)
        sample = before.sample()
        found: dict[str, Any] = json.loads(line(viewer))
    found["pictures"] /= window.seconds
    found["bytes"] /= window.seconds
    found["ages"] = tuple(found["ages"])
    return sample._replace(**found)


def unwatched(target: Target, seconds: float) -> Sample:
    """The server without a viewer."""
    before = _Meter(target.pid)
    time.sleep(seconds)
    return before.sample()


class _Meter:
    """What a process had done when this was made."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.cpu, self.wakes, self.began = cpu_seconds(pid), wake_ups(pid), time.perf_counter()

    def sample(self) -> Sample:
        """What it has done since."""
        cpu, wakes = cpu_seconds(self.pid) - self.cpu, wake_ups(self.pid) - self.wakes
        seconds = time.perf_counter() - self.began
        return Sample(100 * cpu / seconds, wakes / seconds, *memory(self.pid))
