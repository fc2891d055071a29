"""The server that `ws-stream serve` and `demo` are asked for. Knows nothing of how long it serves."""

import argparse
import os
from collections.abc import Callable, Sequence

from ..errors import UsageError
from ..pixels.rendition import Rendition
from ..server.server import Server
from ..server.tokens import VARIABLE
from ..sources import Source
from ..sources.replay import Replay, is_recording
from .input_lines import InputLines


def opened(options: argparse.Namespace, stop: Callable[[], object]) -> Server:
    """A server with all that is to be served; `stop` is called when nobody reads its input any more.

    Raises UsageError and SourceError.
    """
    if len(options.name) > len(options.sources):
        raise UsageError(f"{len(options.name)} names for {len(options.sources)} sources")
    server = Server(
        options.host,
        options.port,
        allow_hosts=options.allow_host,
        allow_origins=options.allow_origin,
        allow_frames=options.allow_frame,
        tokens=os.environ.get(VARIABLE),
        token_file=options.token_file,
        cpu_budget=options.cpu_budget,
    )
    names = options.name + [None] * (len(options.sources) - len(options.name))
    for source, name in zip(_played(options), names, strict=True):
        lines = InputLines(stop)
        stream = server.serve(
            source,
            name=name,
            fps=options.fps,
            input=lines if options.allow_input else False,
            **rendition(options)._asdict(),
        )
        lines.stream = stream.name
    return server


def rendition(options: argparse.Namespace) -> Rendition:
    """The rendition asked for."""
    return Rendition(**{name: getattr(options, name) for name in Rendition._fields})


def _played(options: argparse.Namespace) -> Sequence[str | Source]:
    """The sources, with recordings played as was asked for. Raises UsageError."""
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
