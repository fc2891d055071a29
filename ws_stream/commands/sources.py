"""The sources that commands work with, as their options say. Knows nothing of what is done with them."""

import argparse
from collections.abc import Sequence
from os import fsencode
from pathlib import Path
from urllib.parse import quote

from ..arguments import shown
from ..client import Connection
from ..errors import UsageError
from ..pixels.described import named
from ..relay.addresses import open_upstream
from ..relay.nats_address import anchored_creds
from ..relay.nats_upstream import NatsUpstream
from ..relay.schemes import is_nats
from ..selftest.workload import WorkloadSource
from ..sources import Source, known_address, open_source
from ..sources.replay import Replay, is_recording
from ..trust import has_certificate

PATHS = frozenset({"mmap", "xwd", "fb", "replay", "video", "camera"})
"""Kinds of sources whose address has the path of a file; that of a ring has it if there is a slash in it."""


def played(source: str, options: argparse.Namespace) -> str | Replay | Connection | NatsUpstream:
    """One to be served; a recording is played as was asked for. Raises UsageError."""
    if options.tls_ca and has_certificate(source):
        return open_upstream(source, options.tls_ca) or source
    if not (_is_changed(options) and is_recording(source)):
        return source
    return Replay(source, speed=options.speed or 1.0, loop=options.loop)


def check_played(sources: Sequence[str], options: argparse.Namespace) -> None:
    """Raises UsageError where these options are for none of the sources."""
    if options.tls_ca and not any(map(has_certificate, sources)):
        raise UsageError(
            "--tls-ca is for what other servers show; right would be a source wss://HOST:PORT/stream/NAME "
            "or tls://HOST:PORT/SUBJECT"
        )
    if _is_changed(options) and not any(map(is_recording, sources)):
        raise UsageError("--speed and --loop are for recordings; right would be a source FILE.wss")


def _is_changed(options: argparse.Namespace) -> bool:
    """Whether recordings are to be played otherwise than they were taken."""
    return options.speed is not None or options.loop


def anchored(source: str, folder: Path) -> str:
    """The same source whatever folder a program runs in: a relative path begins at this one. Raises UsageError."""
    if is_nats(source):
        source = anchored_creds(source, folder)
    if open_upstream(source):
        return source
    if is_recording(source):
        return str(folder / source)
    address = known_address(source)
    is_path = address.scheme in PATHS or (address.scheme == "ring" and "/" in address.path)
    if not is_path or address.path[:1] in ("", "/"):
        return source
    scheme, _, rest = source.partition(":")
    return f"{scheme}:{quote(fsencode(folder))}/{rest}"


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
