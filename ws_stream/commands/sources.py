"""The sources that commands work with, as their options say. Knows nothing of what is done with them."""

import argparse
from collections.abc import Sequence

from ..arguments import shown
from ..errors import UsageError
from ..pixels.described import named
from ..selftest.workload import WorkloadSource
from ..sources import Source, open_source
from ..sources.replay import Replay, is_recording


def played(options: argparse.Namespace) -> Sequence[str | Source]:
    """Those to be served, with recordings played as was asked for. Raises UsageError."""
    if options.speed is None and not options.loop:
        return [*options.sources]
    if not any(map(is_recording, options.sources)):
        raise UsageError("--speed and --loop are for recordings; right would be a source FILE.wss")
    return [
        Replay(source, speed=options.speed or 1.0, loop=options.loop)
        if is_recording(source)
        else source
        for source in options.sources
    ]


def to_measure(options: argparse.Namespace) -> Source:
    """The one to be measured: that which is named, or the one that is made up. Raises UsageError and SourceError."""
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
