"""The text and the JSON of a run. Knows nothing of how its figures were come by."""

import json
import os
import platform
import shlex
import sys
from importlib.metadata import version
from pathlib import Path
from statistics import median

from .run import Cell
from .servers import SERVERS
from .targets import Result, results

_PACKAGES = ("numpy", "lz4", "websockets", "flask", "werkzeug", "pillow", "simplejpeg")
_HEAD = (
    "content     step  server                  CPU %  (least - most)  ratio  us/pict.   kB/s  B/pict."
    "  new/s of all  wakes/s  PSS MB  exact  max err  PSNR   age ms p50/p95/p99"
)


def machine() -> dict[str, str]:
    """Where and with what this run is made, and how to repeat it."""
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return {
        "command": f"python -m bench {shlex.join(sys.argv[1:])}".strip(),
        "machine": f"{_processor()}, {os.cpu_count()} cores, Linux {platform.release()}",
        "versions": f"Python {platform.python_version()}, {packages}",
        "load": f"{os.getloadavg()[0]:.1f} in the last minute",
    }


def show(cells: list[Cell]) -> None:
    """Print all of it."""
    for name, text in machine().items():
        print(f"{name:10}{text}")
    print()
    print(table(cells))
    print()
    print(targets(results(cells)))


def save(cells: list[Cell], file: Path) -> None:
    """Write all of it as JSON."""
    file.write_text(json.dumps({**machine(), "cells": [c._asdict() for c in cells]}, indent=1))


def table(cells: list[Cell]) -> str:
    """One line for each cell, with its CPU against ws-stream's in the same turns."""
    ours = {(c.content, c.step): c for c in cells if c.server == "ws-stream"}
    return "\n".join([_HEAD, *(_line(cell, ours.get((cell.content, cell.step))) for cell in cells)])


def targets(found: list[Result]) -> str:
    """One line for each target that was measured."""
    lines = [_target(result) for result in found if result.reached is not None]
    return "\n".join(
        [
            "content            step  what                        against                 limit  reached  met",
            *lines,
        ]
    )


def _target(result: Result) -> str:
    target = result.target
    rival = SERVERS[target.rival].title if target.rival else "-"
    limit, reached = (f"{value:.2f}{target.unit}" for value in (target.limit, result.reached or 0))
    met = "yes" if result.met else "NO"
    return f"{result.group:18} {target.step:4}  {target.what:26}  {rival:22} {limit:>7} {reached:>8}  {met}"


def _line(cell: Cell, ours: Cell | None) -> str:
    ratio = 1.0 if ours is cell else ours and ratio_of_turns(ours, cell)
    spread = f"({cell.cpu_least:.1f} - {cell.cpu_most:.1f})"
    ages = "/".join(f"{age:.1f}" for age in cell.ages) if cell.ages else "-"
    return (
        f"{cell.content:11} {cell.step:4}  {SERVERS[cell.server].title:22} {cell.cpu:6.2f}  {spread:>14}"
        f"  {_or(ratio, '5.2f'):>5}"
        f"  {cell.per_picture:8.0f}  {cell.bytes / 1000:5.0f}  {cell.bytes_per_picture:7.0f}"
        f"  {cell.pictures:4.1f} of {cell.offered:4.1f}  {cell.wake_ups:7.0f}  {cell.proportional:6.1f}"
        f"  {_or(cell.exact, '.0%'):>5}  {_or(cell.max_error, 'd'):>7}  {_or(cell.psnr, '.1f'):>4}   {ages}"
    )


def ratio_of_turns(ours: Cell, cell: Cell) -> float:
    """ws-stream's CPU over this server's, the median of the turns."""
    turns = zip(ours.cpu_turns, cell.cpu_turns, strict=True)
    return median(one / other for one, other in turns)


def _or(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [text.partition(": ")[2] for text in lines if text.startswith("model name")]
    return names[0] if names else platform.machine()
