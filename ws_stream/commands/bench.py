"""What `ws-stream bench` says, line by line. Knows nothing of how it is measured."""

import argparse
import asyncio
import gc
import os
import platform
from collections.abc import Callable

from ..arguments import shown
from ..errors import UsageError
from ..pixels.described import named
from ..pixels.formats import reduced
from ..selftest.advice import Case, Device, advice, table
from ..selftest.run import Plan, run_selftest
from ..selftest.workload import WORKLOADS, WorkloadSource
from ..sources import Source, open_source
from ..walk import COMPILED
from .serving import rendition


async def measured(options: argparse.Namespace, progress: Callable[[str], None]) -> list[str]:
    """What this device can do; takes some seconds. Raises UsageError and SourceError."""
    asked = rendition(options)
    source = _source(options)
    is_made_up = isinstance(source, WorkloadSource)
    workloads = tuple(options.content or WORKLOADS) if is_made_up else (source.name,)
    gc.collect()
    gc.freeze()  # as `serve` does
    found = await run_selftest(Plan(source, workloads, asked, options.fps), progress)
    loop = type(asyncio.get_running_loop()).__module__.partition(".")[0]
    device = Device(compiled=COMPILED, uvloop=loop == "uvloop")
    width, height = asked.size(source.width, source.height)
    walk = "a compiled walk" if device.compiled else "no compiled walk"
    served = f"{width}x{height} {reduced(source.format, asked.depth)}"
    lines = [
        f"{source.width}x{source.height} {source.format}, served as {served} to one viewer on this device",
        f"{os.cpu_count()} cores, Python {platform.python_version()}, {walk}, event loop of {loop}",
    ]
    if isinstance(source, WorkloadSource):
        memory = f"{source.ring_bytes >> 20} MiB of memory"
        lines.append(f"pictures made up in {memory}, more than most caches hold")
    return [*lines, f"\n{table(found)}", *advice(Case(found, asked, device))]


def _source(options: argparse.Namespace) -> Source:
    """The source that is named, or the one that is made up. Raises UsageError and SourceError."""
    if options.source is None:
        pixel_format = named(options.format or "rgbx8888")
        return WorkloadSource(options.width or 1024, options.height or 600, pixel_format)
    for name in ("width", "height", "format", "content"):
        if getattr(options, name) is not None:
            raise UsageError(
                f"--{name} is for made-up pictures and cannot change those of {shown(options.source)}; "
                "right would be one or the other"
            )
    return open_source(options.source)
