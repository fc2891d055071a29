"""What `ws-stream bench` says, line by line. Knows nothing of how it is measured."""

import argparse
import asyncio
import gc
import os
import platform
from collections.abc import Callable

from ..pixels.kept import kept
from ..selftest.advice import Case, Device, advice, table
from ..selftest.run import Plan, run_selftest
from ..selftest.workload import WORKLOADS, WorkloadSource
from ..walk import COMPILED
from .settings import rendition
from .sources import to_measure


async def measured(options: argparse.Namespace, progress: Callable[[str], None]) -> list[str]:
    """What this device can do; takes some seconds. Raises UsageError and SourceError."""
    asked = rendition(options)
    source = to_measure(options)
    is_made_up = isinstance(source, WorkloadSource)
    workloads = tuple(options.content or WORKLOADS) if is_made_up else (source.name,)
    gc.collect()
    gc.freeze()  # as `serve` does
    found = await run_selftest(Plan(source, workloads, asked, options.fps), progress)
    loop = type(asyncio.get_running_loop()).__module__.partition(".")[0]
    device = Device(compiled=COMPILED, uvloop=loop == "uvloop")
    walk = "a compiled walk" if device.compiled else "no compiled walk"
    made = kept(asked, source.format, source.width, source.height)
    served = f"{made.width}x{made.height} {made.format}"
    lines = [
        f"{source.width}x{source.height} {source.format}, served as {served} to one viewer on this device",
        f"{os.cpu_count()} cores, Python {platform.python_version()}, {walk}, event loop of {loop}",
    ]
    if isinstance(source, WorkloadSource):
        memory = f"{source.ring_bytes >> 20} MiB of memory"
        lines.append(f"pictures made up in {memory}, more than most caches hold")
    return [*lines, f"\n{table(found)}", *advice(Case(found, asked, device))]
