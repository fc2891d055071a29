"""How the commands about recordings are read. Knows nothing of what they do."""

import argparse
from pathlib import Path
from typing import Any

from ..recording.files import NO_LIMITS, Limits
from ..sources.replay import OPTIONS
from .tls_arguments import add_trusting
from .values import LENGTH, Checked, length, seconds, size

_MOMENT = "a time like 90, 90s, 5min or 1h"
_SIZE = "a size above 0 like 500kB, 20MB or 4GB"


def add_recording_commands(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """The commands record, info, cut and export."""
    _add_record(commands.add_parser("record", help="keep a stream in a file"))
    info = commands.add_parser("info", help="what a recording holds, and whether it is whole")
    info.add_argument("file", metavar="FILE")
    cut = commands.add_parser("cut", help="save a part of a recording")
    cut.add_argument("file", metavar="FILE")
    cut.add_argument("out", type=Path, metavar="OUT")
    moment = Checked(seconds, _MOMENT)
    cut.add_argument(
        "--from", dest="begin", type=moment, default=0.0, metavar="T", help="from then on"
    )
    cut.add_argument("--to", dest="end", type=moment, metavar="T", help="up to then")
    export = commands.add_parser("export", help="save a recording as pictures or a film")
    export.add_argument("file", metavar="FILE")
    export.add_argument(
        "out", metavar="OUT", help="a name that ends with .png, .gif, .mp4, .npz or /"
    )
    export.add_argument(
        "--at", type=moment, metavar="T", help="the picture of a PNG (default: the last one)"
    )


def add_replaying(serve: argparse.ArgumentParser) -> None:
    """How recordings are served."""
    serve.add_argument(
        "--speed",
        type=Checked(*OPTIONS["speed"]),
        metavar="N",
        help="play recordings N times as fast as they were",
    )
    serve.add_argument("--loop", action="store_true", help="play recordings again and again")


def _add_record(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("url", metavar="URL", help="ws://HOST:PORT/stream/NAME or the page's http://")
    add("file", type=Path, metavar="FILE", help="must not be there yet")
    add_trusting(parser)
    add("--seconds", type=Checked(length, LENGTH), metavar="T", help="end after so long")
    add(
        "--max-size",
        type=Checked(size, _SIZE),
        metavar="SIZE",
        help="end before the files are larger together; of --ring, the memory it may take",
    )
    either = parser.add_mutually_exclusive_group()
    either.add_argument(
        "--split",
        type=Checked(_length_or_size, f"{LENGTH}, or {_SIZE}"),
        default=NO_LIMITS,
        metavar="T|SIZE",
        help="begin another file (FILE-2, FILE-3, ...) after so long, or when it is so large",
    )
    either.add_argument(
        "--ring",
        type=Checked(length, LENGTH),
        metavar="T",
        help="keep only so long, in memory, and write it at the end and at each SIGUSR1",
    )


def _length_or_size(text: str) -> Limits:
    """What a file ends after. Raises ValueError and KeyError."""
    return Limits(size=size(text)) if text.endswith("B") else Limits(seconds=length(text))
