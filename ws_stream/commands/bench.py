"""What `ws-stream bench` measures, and what it says before its figures. Knows nothing of how that is measured."""

import argparse
import os
import platform
from collections.abc import Iterator

from ..arguments import shown
from ..errors import UsageError
from ..pixels.described import named
from ..pixels.formats import reduced
from ..pixels.rendition import Rendition
from ..selftest.advice import Device
from ..selftest.workload import WorkloadSource
from ..sources import Source, open_source


def measured(options: argparse.Namespace) -> Source:
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


def said_before(source: Source, rendition: Rendition, device: Device) -> Iterator[str]:
    """What was measured, and where."""
    width, height = rendition.size(source.width, source.height)
    walk = "a compiled walk" if device.compiled else "no compiled walk"
    loop = "uvloop" if device.uvloop else "asyncio"
    yield (
        f"{source.width}x{source.height} {source.format}, served as {width}x{height} "
        f"{reduced(source.format, rendition.depth)} to one viewer on this device"
    )
    yield f"{os.cpu_count()} cores, Python {platform.python_version()}, {walk}, event loop of {loop}"
    if isinstance(source, WorkloadSource):
        yield f"pictures made up in {source.ring_bytes >> 20} MiB of memory, more than most caches hold"
