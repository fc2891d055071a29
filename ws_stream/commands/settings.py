"""What is to be served, and how, whether the command line or a file says so. Opens it.

Knows nothing of how either is read.
"""

import argparse
from collections.abc import Callable, Iterable, MutableMapping
from typing import NamedTuple

from ..errors import UsageError, WsStreamError
from ..pixels.rendition import Rendition
from ..protocol.options import OPTIONS
from ..server.server import Server
from ..server.tokens import VARIABLE
from ..sources.replay import Replay
from .input_lines import InputLines
from .places import places
from .sources import played

MOST_FAULTS = 20
"""Sentences that are told of one file; more are a file of another kind."""


class StreamSettings(NamedTuple):
    """One stream."""

    name: str | None
    """None: as its source is called."""
    source: str
    options: argparse.Namespace
    place: str = ""
    """Where that is said, as a sentence about it begins."""

    def is_same(self, other: "StreamSettings | None") -> bool:
        """Whether it is the same stream, wherever it is said."""
        return other is not None and self._replace(place="") == other._replace(place="")


class Settings(NamedTuple):
    """All of it."""

    server: argparse.Namespace
    streams: tuple[StreamSettings, ...]


def new_server(options: argparse.Namespace, environment: MutableMapping[str, str]) -> Server:
    """A server with these options; nothing listens yet. Raises UsageError."""
    return Server(
        options.host,
        options.port,
        **places(options, environment),
        allow_hosts=options.allow_host,
        allow_origins=options.allow_origin,
        allow_frames=options.allow_frame,
        tokens=environment.get(VARIABLE),
        token_file=options.token_file,
        tls_cert=options.tls_cert,
        tls_key=options.tls_key,
        cpu_budget=options.cpu_budget,
        max_viewers=options.max_viewers,
        announce=options.announce,
    )


def open_streams(
    server: Server, streams: Iterable[StreamSettings], stop: Callable[[], object]
) -> None:
    """Have the server serve these; `stop` is called when nobody reads what viewers do any more.

    Raises UsageError, with a line for each that cannot be.
    """
    faults = []
    for stream in streams:
        try:
            _open(server, stream, stop)
        except WsStreamError as error:
            faults.append(f"{stream.place}{error}")
    refuse(faults)


def refuse(faults: Iterable[str]) -> None:
    """Raises UsageError if there are any, with a line for each; not for all of very many."""
    lines = [*dict.fromkeys(faults)]
    if len(lines) > MOST_FAULTS:
        lines[MOST_FAULTS:] = [f"there are {len(lines) - MOST_FAULTS} more faults like these"]
    if lines:
        raise UsageError("\n".join(lines))


def rendition(options: argparse.Namespace) -> Rendition:
    """The rendition asked for."""
    return Rendition(**{name: getattr(options, name) for name in OPTIONS})


def _open(server: Server, stream: StreamSettings, stop: Callable[[], object]) -> None:
    options, lines = stream.options, InputLines(stop)
    source = played(stream.source, options)
    try:
        served = server.serve(
            source,
            name=stream.name,
            fps=options.fps,
            input=lines if options.allow_input else False,
            **{name: getattr(options, name) for name in OPTIONS},
        )
    except WsStreamError:
        if isinstance(source, Replay):
            source.close()
        raise
    lines.stream = served.name
