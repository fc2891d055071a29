"""The server that `ws-stream serve` and `demo` are asked for. Knows nothing of how long it serves."""

import argparse
import os
from collections.abc import Callable

from ..errors import UsageError
from ..pixels.rendition import Rendition
from ..server.server import Server
from ..server.tokens import VARIABLE
from .input_lines import InputLines
from .places import places
from .sources import played


def opened(options: argparse.Namespace, stop: Callable[[], object]) -> Server:
    """A server with all that is to be served; `stop` is called when nobody reads its input any more.

    Raises UsageError and SourceError.
    """
    if len(options.name) > len(options.sources):
        raise UsageError(f"{len(options.name)} names for {len(options.sources)} sources")
    server = Server(
        options.host,
        options.port,
        **places(options, os.environ),
        allow_hosts=options.allow_host,
        allow_origins=options.allow_origin,
        allow_frames=options.allow_frame,
        tokens=os.environ.get(VARIABLE),
        token_file=options.token_file,
        tls_cert=options.tls_cert,
        tls_key=options.tls_key,
        cpu_budget=options.cpu_budget,
    )
    names = options.name + [None] * (len(options.sources) - len(options.name))
    for source, name in zip(played(options), names, strict=True):
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
