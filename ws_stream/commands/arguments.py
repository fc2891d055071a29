"""How the command line is read: the options of each command, and what they may be.

Knows nothing of what the commands do.
"""

import argparse
from pathlib import Path
from typing import NoReturn

from ..arguments import plain
from ..errors import UsageError
from ..limits import MAX_SIDE
from ..pixels.formats import BY_NAME
from ..pixels.rendition import Rendition
from ..protocol.options import OPTIONS
from ..selftest.workload import WORKLOADS
from ..sources.testcard import LEAST_SIDE
from .listening_arguments import add_fps, add_listening
from .recording_arguments import add_recording_commands, add_replaying
from .tls_arguments import add_certificate_command, add_trusting
from .values import checked, whole

_SOURCES = """\
sources:
  mmap:PATH?width=W&height=H&format=F   a file or device of raw pixels; also stride=,
                                        offset=, slots=, index=OFFSET:u32le
  shm:NAME?width=W&height=H&format=F    named shared memory, with the same options
  xwd:PATH                              the file that Xvfb -fbdir maps
  fb:/dev/fb0                           a Linux framebuffer
  test:                                 a moving test card; also width=, height=, format=
  FILE.wss                              a recording; also --speed and --loop
"""


MOST_SAID = 400
"""Letters of what argparse says: it names all that can be chosen from."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{plain(message, MOST_SAID)}; see {self.prog} --help")


def parser() -> argparse.ArgumentParser:
    """Reads the arguments; `command` is then the name of the command. Raises UsageError for what cannot be."""
    parser = _Parser(
        prog="ws-stream", description="Stream raw pictures from this device's memory to browsers."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")
    demo = commands.add_parser("demo", help="serve a moving test card, to see that it works")
    add_listening(demo)
    demo.set_defaults(sources=["test:"], name=[], speed=None, loop=False, allow_input=False)
    demo.set_defaults(**Rendition()._asdict())
    serve = commands.add_parser(
        "serve",
        help="serve one or several sources",
        epilog=_SOURCES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    serve.add_argument("sources", nargs="*", default=["test:"], metavar="SOURCE", help="see below")
    add_listening(serve)
    _add_rendition(serve)
    _add_streams(serve)
    add_replaying(serve)
    _add_token(commands.add_parser("token", help="make a token, for a --token-file"))
    viewer = commands.add_parser("watch", help="show a stream's figures, or save a picture of it")
    viewer.add_argument(
        "url", metavar="URL", help="ws://HOST:PORT/stream/NAME or the page's http://"
    )
    viewer.add_argument("--count", type=whole(1, 10**9), metavar="N", help="stop after N pictures")
    viewer.add_argument(
        "--png",
        type=Path,
        metavar="FILE",
        help="save the last picture (the first one without --count), then stop",
    )
    add_trusting(viewer)
    add_recording_commands(commands)
    add_certificate_command(commands)
    _add_examinations(commands)
    return parser


def _add_streams(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--name",
        action="append",
        default=[],
        metavar="NAME",
        help="name of the stream; once per source, in their order",
    )
    parser.add_argument(
        "--allow-input",
        action="store_true",
        help="write what viewers do with the pictures to standard output, a line of JSON each; "
        "whoever reaches the server can do that",
    )


def _add_examinations(commands: "argparse._SubParsersAction[_Parser]") -> None:
    _add_bench(commands.add_parser("bench", help="measure what this device can do"))
    parser = commands.add_parser(
        "conformance", help="examine a client or server of the protocol, in any language"
    )
    parser.description = (
        "Start PROGRAM, put the test vectors of what it claims to it over a pipe, and say what it passes. "
        "README.md beside the vectors (tests/vectors, also installed) describes the lines of the pipe."
    )
    parser.add_argument("program", metavar="PROGRAM", help="the program")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, metavar="...", help="its arguments")


def _add_token(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Print a new token as a line of a --token-file: `ws-stream token >> tokens`. A browser opens "
        "http://DEVICE/#token=TOKEN, with what stands behind the colon."
    )
    parser.add_argument(
        "--control",
        dest="right",
        action="store_const",
        const="control",
        default="view",
        help="one that lets its owner operate the device as well, not only see its pictures",
    )


def _add_bench(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Serve pictures to a viewer on this device for some seconds, and say what each stage costs and what to change. "
        "The pictures are made up, or those of SOURCE."
    )
    parser.add_argument("source", nargs="?", metavar="SOURCE", help="as for serve")
    side = whole(LEAST_SIDE, MAX_SIDE)
    parser.add_argument("--width", type=side, metavar="W", help="in pixels (default 1024)")
    parser.add_argument("--height", type=side, metavar="H", help="in pixels (default 600)")
    parser.add_argument("--format", choices=BY_NAME, help="pixel format (default rgbx8888)")
    parser.add_argument(
        "--content",
        action="append",
        choices=WORKLOADS,
        help="this one only; may be repeated (default: all)",
    )
    _add_rendition(parser)
    add_fps(parser)


def _add_rendition(parser: argparse.ArgumentParser) -> None:
    for name, default in Rendition()._asdict().items():
        option = OPTIONS[name]
        if option.metavar:
            shown = "" if default is None else f" (default {default})"
            parser.add_argument(
                f"--{name}",
                type=checked(option.parse, option.right),
                default=default,
                metavar=option.metavar,
                help=option.help + shown,
            )
        else:
            parser.add_argument(f"--{name}", action="store_true", help=option.help)
