"""The text and the JSON of what pages cost. Knows nothing of how its figures were come by."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from .browser_threads import Used
from .browser_turn import Sample, Soak, Turn
from .browser_viewers import VIEWERS

OURS = "ws-stream"
COLUMNS = Used._fields
"""CPU time, ms per picture."""
HEAD = (
    "content",
    "page",
    "pictures/s",
    *COLUMNS,
    "ws-stream : this, main",
    "renderer",
    "browser",
    "handler, lowest tenth / median",
    "longest task",
    "over 50 ms, per minute",
    "kB per picture",
)

Turns = Mapping[str, Mapping[str, Sequence[Turn]]]
"""Of each content, of each viewer."""


def table(turns: Turns) -> str:
    """Medians, as Markdown."""
    rows = [
        _row(content, name, ours.get(OURS, ()), theirs)
        for content, ours in turns.items()
        for name, theirs in ours.items()
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in (HEAD, ["---"] * len(HEAD), *rows))


def _row(content: str, name: str, ours: Sequence[Turn], theirs: Sequence[Turn]) -> list[str]:
    def ratio(column: str) -> str:
        if name == OURS or not ours:
            return ""
        pairs = zip(_used(ours, column), _used(theirs, column), strict=True)
        return f"{median(one / other for one, other in pairs):.2f}"

    handlers = [handler for turn in theirs for handler in turn.handlers]
    quantiles = np.percentile(handlers, (10, 50)) if handlers and name == OURS else ()
    return [
        content,
        VIEWERS[name].title,
        _middle([turn.pictures for turn in theirs], ".1f"),
        *(_middle(_used(theirs, column), ".1f") for column in COLUMNS),
        *(ratio(column) for column in COLUMNS if column != "workers"),
        " / ".join(f"{value:.1f}" for value in quantiles),
        _middle([turn.longest for turn in theirs], ".0f"),
        _middle([turn.long_tasks for turn in theirs], ".1f"),
        _middle([turn.bytes / 1000 for turn in theirs], ".0f"),
    ]


def _used(turns: Sequence[Turn], column: str) -> list[float]:
    return [getattr(turn.used, column) for turn in turns]


def _middle(values: Sequence[float | None], form: str) -> str:
    known = [value for value in values if value is not None]
    return format(median(known), form) if known else ""


def soaked(soak: Soak) -> str:
    """Some sentences."""
    rates = [sample.pictures for sample in soak.samples]
    tasks = [task for sample in soak.samples for task in sample.long_tasks]
    memory = [sample.memory for sample in soak.samples]
    return "\n".join(
        (
            f"pictures/s: median {median(rates):.1f}, least {min(rates):.1f}",
            f"tasks over 50 ms: {len(tasks)}, the longest {max(tasks, default=0):.0f} ms",
            f"heap: {_middle([soak.heap_before], '.2f')} MB, then {_middle([soak.heap_after], '.2f')} MB",
            f"process: {memory[0]:.0f} MB, then {memory[-1]:.0f} MB; {soak.slope:+.2f} MB a minute",
        )
    )


def save(file: Path, head: Mapping[str, str], turns: Turns, soak: Soak | None) -> None:
    """Write all of it as JSON."""
    found: dict[str, Any] = {
        content: {name: [_plain(turn) for turn in all_turns] for name, all_turns in ours.items()}
        for content, ours in turns.items()
    }
    if soak:
        found["soak"] = {**soak._asdict(), "samples": [_plain(sample) for sample in soak.samples]}
    file.write_text(json.dumps({**head, "load": os.getloadavg()[0], "found": found}, indent=1))


def _plain(found: Turn | Sample) -> dict[str, Any]:
    """As JSON says it, where a tuple would lose its names."""
    plain = found._asdict()
    return {**plain, "used": found.used._asdict()} if isinstance(found, Turn) else plain
