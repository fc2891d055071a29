"""What one page costs the browser while it shows a stream for some seconds, and over many minutes.

Knows nothing of tables.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np

from .browser_page import OpenPage, opened
from .browser_threads import Used
from .browser_viewers import Served, Viewer, sent
from .processes import BenchError

FIRST_WITHIN = 20.0
"""Seconds until a page must have drawn something."""
WARM_UP = 3.0
"""Seconds that are not counted: code is compiled, windows grow."""
TRACED = 3.0
"""Seconds after the counted ones in which the browser notes each task."""
SOAK_SAMPLE = 10.0
"""Seconds between two looks at a page that is watched for minutes."""


class Turn(NamedTuple):
    """Nothing is known of tasks in Firefox."""

    pictures: float
    """Drawn each second. Updates of a part of a picture count as one, but there are no more than are offered."""
    used: Used
    """Milliseconds of CPU time for each picture drawn."""
    bytes: float
    """For each picture drawn."""
    long_tasks: float | None
    """Tasks of the main thread over 50 ms, per minute."""
    longest: float | None
    """Milliseconds of the longest task of the traced seconds, or of the longest long one."""
    handlers: tuple[float, ...]
    """Milliseconds from a message to the end of what it calls: as many of the longest as pictures were drawn, as
    the others are of messages without one."""
    client: str
    """The browser and its version."""


class Sample(NamedTuple):
    """Some seconds of a soak."""

    at: float
    """Seconds since its beginning."""
    pictures: float
    memory: float
    """MB of the page's process."""
    long_tasks: tuple[float, ...]


class Soak(NamedTuple):
    """A page that was open for minutes."""

    samples: tuple[Sample, ...]
    heap_before: float | None
    """MB that its scripts held, garbage collected, at the beginning and the end."""
    heap_after: float | None
    client: str

    @property
    def slope(self) -> float:
        """MB per minute by which the process grew over the last three quarters: least squares."""
        late = self.samples[len(self.samples) // 4 :]
        minutes = [sample.at / 60 for sample in late]
        return float(np.polyfit(minutes, [sample.memory for sample in late], 1)[0])


def turn(browser: str, viewer: Viewer, served: Served, per_second: int, seconds: float) -> Turn:
    """Open the page in a browser of its own, and watch it while the device offers so many pictures."""
    with _showing(browser, viewer, served) as page:
        before, bytes_before, began = page.used(), sent(served.port), time.perf_counter()
        rate = min(per_second, viewer.watch(page.evaluate, seconds))
        took = time.perf_counter() - began
        pictures = rate * took
        if not pictures:
            raise BenchError(f"{viewer.title} drew nothing within {took:.0f} s")
        used = Used(*(1000 * value / pictures for value in page.used() - before))
        received = (sent(served.port) - bytes_before) / pictures
        long_tasks = page.long_tasks()
        traced = page.traced(TRACED)
        return Turn(
            rate,
            used,
            received,
            None if long_tasks is None else 60 * len(long_tasks) / took,
            max((*(long_tasks or ()), *traced.tasks), default=None),
            tuple(sorted(traced.handlers)[-max(1, round(TRACED * rate)) :]),
            page.title,
        )


def soak(browser: str, viewer: Viewer, served: Served, minutes: float) -> Iterator[Sample | Soak]:
    """Watch it for minutes: each sample as it comes, at last all of them."""
    with _showing(browser, viewer, served) as page:
        heap_before = page.heap()
        page.long_tasks()  # to collect garbage is one
        samples = []
        began = time.monotonic()
        while time.monotonic() - began < 60 * minutes:
            rate = viewer.watch(page.evaluate, SOAK_SAMPLE)
            at, tasks = time.monotonic() - began, tuple(page.long_tasks() or ())
            samples.append(Sample(at, rate, page.memory(), tasks))
            yield samples[-1]
        yield Soak(tuple(samples), heap_before, page.heap(), page.title)


@contextmanager
def _showing(browser: str, viewer: Viewer, served: Served) -> Iterator[OpenPage]:
    """The page, once it has drawn something and is warm."""
    with opened(browser, served.url) as page:
        until = time.monotonic() + FIRST_WITHIN
        while not page.evaluate(viewer.shown):
            if time.monotonic() > until:
                raise BenchError(f"{viewer.title} drew nothing within {FIRST_WITHIN:.0f} s")
            time.sleep(0.1)
        time.sleep(WARM_UP)
        page.find_processes()
        page.long_tasks()  # that was one
        yield page
