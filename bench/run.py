"""The order in which everything is measured: contents, steps, and the servers in turns.

Knows nothing of tables.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np

from .content import recorded
from .measure import Sample, Window, unwatched, watched
from .processes import line, python
from .ring import Ring, flat
from .servers import SERVERS, Task, options


class Plan(NamedTuple):
    """What is measured, how often and for how long."""

    contents: tuple[str, ...]
    servers: tuple[str, ...]
    """The first of each turn is the first of these."""
    rounds: int
    warm_up: float
    seconds: float
    steps: tuple[int, ...] = (4, 1)
    unwatched: tuple[str, ...] = ()
    """Contents that are also played while nobody watches."""


class Cell(NamedTuple):
    """One server at one content and step: the medians of its turns."""

    content: str
    step: int
    server: str
    options: str
    """Of ws-stream, for this content."""
    cpu: float
    cpu_least: float
    cpu_most: float
    cpu_turns: tuple[float, ...]
    per_picture: float
    """Microseconds of CPU for each picture that the device offered, sent or not."""
    bytes_per_picture: float
    """For each picture that the device offered."""
    bytes: float
    pictures: float
    """New ones per second at the viewer."""
    offered: float
    """New ones per second in memory."""
    wake_ups: float
    resident: float
    proportional: float
    exact: float | None
    max_error: int | None
    psnr: float | None
    ages: tuple[float, float, float] | None
    """Milliseconds: p50, p95 and p99 of all turns together; None when nothing new came."""


def run(plan: Plan, cache: Path, folder: Path) -> Iterator[list[Cell]]:
    """Measure all of it; after each content, all cells so far. Raises BenchError."""
    cells: list[Cell] = []
    for content in plan.contents:
        recording, how = recorded(cache, content)
        ring, rate = folder / "ring", how["per_second"]
        tasks = [Task(content, ring, step, rate) for step in plan.steps]
        servers = {name for task in tasks for name in _servers(plan, task)}
        with device(ring, recording, how, any(SERVERS[name].flat for name in servers)):
            for task in tasks:
                cells += _in_turns(plan, task, recording)
            if content in plan.unwatched:
                cells.append(_nobody(plan, tasks[0], recording))
        yield cells


def _servers(plan: Plan, task: Task) -> list[str]:
    return [name for name in plan.servers if SERVERS[name].serves(task)]


@contextmanager
def device(ring: Path, recording: Path, how: dict[str, Any], with_flat: bool) -> Iterator[None]:
    """Make a ring, and the flat file if there is to be one, that a process of its own keeps filling."""
    width, height = how["size"]
    Ring(ring, create=True, width=width, height=height)
    arguments = ["--per-second", how["per_second"]]
    if with_flat:
        flat(ring).write_bytes(bytes(width * height * 4))
        arguments += ["--flat", flat(ring)]
    with python("bench.ring", ring, recording, *arguments) as device:
        line(device)
        yield


def _in_turns(plan: Plan, task: Task, recording: Path) -> list[Cell]:
    names = _servers(plan, task)
    samples: dict[str, list[Sample]] = {name: [] for name in names}
    window = Window(plan.warm_up, plan.seconds)
    with ExitStack() as stack:
        targets = {name: stack.enter_context(SERVERS[name].start(task)) for name in names}
        for turn in range(plan.rounds):
            for name in names:
                _progress(f"{task.content}, step {task.step}, {name}, turn {turn + 1}")
                samples[name].append(watched(targets[name], task, recording, window))
    _progress("")
    return [cell(task, name, samples[name]) for name in names]


def _nobody(plan: Plan, task: Task, recording: Path) -> Cell:
    """ws-stream after its only viewer has left."""
    with SERVERS["ws-stream"].start(task) as target:
        _progress("nobody watches")
        watched(target, task, recording, Window(plan.warm_up, 1))
        samples = [unwatched(target, plan.seconds) for _ in range(plan.rounds)]
    _progress("")
    return cell(task._replace(content="nobody"), "ws-stream", samples)


def cell(task: Task, server: str, samples: list[Sample]) -> Cell:
    """The medians."""
    cpu = [sample.cpu for sample in samples]
    ages = [age for sample in samples for age in sample.ages]
    middle = {name: _median([getattr(s, name) for s in samples]) for name in _MEDIANS}
    errors = [sample.max_error for sample in samples if sample.max_error is not None]
    return Cell(
        content=task.content,
        step=task.step,
        server=server,
        options=" ".join(options(task.content)) if server == "ws-stream" else "",
        cpu=median(cpu),
        cpu_least=min(cpu),
        cpu_most=max(cpu),
        cpu_turns=tuple(cpu),
        per_picture=1e4 * median(cpu) / task.per_second,
        bytes_per_picture=(middle["bytes"] or 0) / task.per_second,
        offered=task.per_second * samples[0].offered,
        max_error=max(errors) if errors else None,
        ages=_percentiles(ages) if ages else None,
        **middle,  # type: ignore[arg-type] # the names are those of both tuples
    )


_MEDIANS = (
    "bytes",
    "pictures",
    "wake_ups",
    "resident",
    "proportional",
    "exact",
    "psnr",
)


def _median(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _percentiles(ages: list[float]) -> tuple[float, float, float]:
    p50, p95, p99 = np.percentile(ages, (50, 95, 99))
    return float(p50), float(p95), float(p99)


def _progress(text: str) -> None:
    """One line that is written over, for those who wait."""
    if sys.stderr.isatty() or os.environ.get("BENCH_PROGRESS"):
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
