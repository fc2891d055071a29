"""The options of one stream: what becomes of its pictures, and what its viewers may do. Knows nothing of servers."""

import argparse

from ..pixels.rendition import Rendition
from ..protocol.options import OPTIONS
from .values import Checked, number


def add_rendition(parser: argparse.ArgumentParser) -> None:
    """What is sent of its pictures."""
    for name, default in Rendition()._asdict().items():
        if name not in OPTIONS:
            continue  # that it is plain is for viewers to ask for, who know no other formats
        option = OPTIONS[name]
        if option.metavar:
            shown = "" if default is None else f" (default {default})"
            parser.add_argument(
                f"--{name}",
                type=Checked(option.parse, option.right),
                default=default,
                metavar=option.metavar,
                help=option.help + shown,
            )
        else:
            parser.add_argument(f"--{name}", action="store_true", help=option.help)


def add_fps(parser: argparse.ArgumentParser) -> None:
    """The most pictures per second."""
    parser.add_argument(
        "--fps",
        type=number("pictures per second"),
        default=30,
        metavar="N",
        help="most pictures per second (default 30)",
    )


def add_input(parser: argparse.ArgumentParser) -> None:
    """Whether viewers operate the device."""
    parser.add_argument(
        "--allow-input",
        action="store_true",
        help="write what viewers do with the pictures to standard output, a line of JSON each; "
        "whoever reaches the server can do that, or with tokens who has a control: one",
    )
