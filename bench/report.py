"""The text that a run prints. Knows nothing of how its figures were come by."""

import os
import platform
import shlex
import sys
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from statistics import median

from .measure import Sample, middle

STILL = {
    "ring": "one viewer, the ring's counter stands still",
    "xwd": "one viewer, a still screen without a counter (polled)",
}
_PACKAGES = ("numpy", "lz4", "websockets", "flask", "werkzeug", "pillow")


def machine(browser: str) -> None:
    """Where and with what this run is made, and how to repeat it."""
    arguments = shlex.join(sys.argv[1:])
    print(f"python -m bench {arguments}".strip())
    print(f"machine   {_processor()}, {os.cpu_count()} cores, Linux {platform.release()}")
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    print(f"versions  Python {platform.python_version()}, {packages}")
    print(f"content   1024x600 RGBA, a page with a scrolling chart, recorded from {browser}")
    load()


def load() -> None:
    """How busy the machine is, this run included."""
    print(f"load      {os.getloadavg()[0]:.1f} in the last minute", flush=True)


def pairs_head(times: int, seconds: float) -> None:
    """What follows are pairs."""
    print(
        f"\n30 pictures/s, one viewer; medians of {times} windows of {seconds:g} s each, in turns"
    )
    print("step  server       % of a core  (least - most)  new pictures/s   kB/s  CPU ms/picture")


def pairs(step: int, theirs: list[Sample], ours: list[Sample]) -> None:
    """One step, the rival and ws-stream, and the ratio of each pair's CPU."""
    for name, samples in (("Flask + PIL", theirs), ("ws-stream", ours)):
        sample, cpu = middle(samples), [sample.cpu for sample in samples]
        spread = f"({min(cpu):.1f} - {max(cpu):.1f})"
        per_picture = 10 * sample.cpu / sample.pictures if sample.pictures else float("nan")
        print(
            f"{step:4}  {name:11}  {sample.cpu:11.2f}  {spread:>14}  {sample.pictures:14.1f}"
            f"  {sample.bytes / 1000:5.0f}  {per_picture:14.2f}"
        )
    ratios = [a.cpu / b.cpu for a, b in zip(theirs, ours, strict=True)]
    print(
        f"{step:4}  ratio        {median(ratios):11.2f}  ({min(ratios):.2f} - {max(ratios):.2f})"
        "    Flask + PIL over ws-stream, pair by pair",
        flush=True,
    )


def still_head(times: int, seconds: float) -> None:
    """What follows is ws-stream while nothing is to be sent."""
    print(f"\nws-stream, nothing to send; medians of {times} windows of {seconds:g} s each")
    print(f"{'':61}  % of a core  (least - most)  wake-ups/s")


def still(what: str, samples: Iterable[Sample]) -> None:
    """One such state."""
    several = list(samples)
    sample, cpu = middle(several), [sample.cpu for sample in several]
    spread = f"({min(cpu):.2f} - {max(cpu):.2f})"
    print(f"{what:61}  {sample.cpu:11.2f}  {spread:>14}  {sample.wake_ups:10.1f}", flush=True)


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [text.partition(": ")[2] for text in lines if text.startswith("model name")]
    return names[0] if names else platform.machine()
