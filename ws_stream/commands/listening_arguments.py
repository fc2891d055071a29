"""The options of commands that serve: where to listen, and who is answered. Knows nothing of what they bring about."""

import argparse

from ..limits import MAX_VIEWERS, MOST_VIEWERS
from .places import add_places
from .tls_arguments import add_serving
from .values import FILE, number, whole


def add_listening(parser: argparse.ArgumentParser) -> None:
    """Those of the whole server."""
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="address to listen on; 0.0.0.0 lets the LAN in (default 127.0.0.1)",
    )
    parser.add_argument(
        "--port",
        type=whole(0, 65535),
        default=8000,
        help="0 takes any that is free (default 8000)",
    )
    add_places(parser)
    parser.add_argument(
        "--token-file",
        type=FILE,
        metavar="FILE",
        help="ask for a token: a line view:TOKEN or control:TOKEN each, as `ws-stream token` makes; "
        "the environment's WS_STREAM_TOKEN may have one, too",
    )
    add_serving(parser)
    _add_allowing(parser)
    parser.add_argument(
        "--cpu-budget",
        type=number("a share of one core in percent"),
        metavar="PERCENT",
        help="use no more of one core: send fewer pictures, then coarser ones, until it fits",
    )
    parser.add_argument(
        "--max-viewers",
        type=whole(MAX_VIEWERS, MOST_VIEWERS),
        default=MAX_VIEWERS,
        metavar="N",
        help=f"bear so many, where there is memory and a network for them (default {MAX_VIEWERS})",
    )
    _add_telling(parser)


def _add_telling(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--announce",
        action="store_true",
        help="let others on the network find it by `ws-stream list`",
    )
    parser.add_argument(
        "--log-format",
        default="text",
        metavar="FORMAT",
        help="how the log is written: text for people, json for programs (default text)",
    )


def _add_allowing(parser: argparse.ArgumentParser) -> None:
    for name, metavar, sentence in (
        ("host", "NAME", "also answer requests for this name"),
        ("origin", "ORIGIN", "also answer pages of this origin, such as http://panel.example:3000"),
        ("frame", "ORIGIN", "also let pages of this origin frame the viewer"),
    ):
        parser.add_argument(
            f"--allow-{name}",
            action="append",
            default=[],
            metavar=metavar,
            help=f"{sentence}; may be repeated",
        )
