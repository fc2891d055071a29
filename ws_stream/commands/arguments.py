"""How the command line is read: the options of each command, and what they may be.

Knows nothing of what the commands do.
"""

import argparse
from pathlib import Path
from typing import NoReturn

from ..arguments import plain
from ..errors import UsageError
from ..limits import MAX_SIDE
from ..pixels.raw import BY_NAME
from ..selftest.workload import WORKLOADS
from ..sources.testcard import LEAST_SIDE
from .keys import add_server, add_serving
from .listening_arguments import add_listening
from .nats_arguments import add_nats_commands
from .recording_arguments import add_recording_commands
from .stream_arguments import add_fps, add_rendition
from .tls_arguments import add_certificate_command, add_trusting
from .values import LENGTH, Checked, length, whole

_SOURCES = """\
sources:
  ring:/NAME                            what your program writes with ws_stream_ring.h
  mmap:PATH?width=W&height=H&format=F   a file or device of raw pixels; also stride=,
                                        offset=, slots=, index=OFFSET:u32le
  shm:NAME?width=W&height=H&format=F    named shared memory, with the same options
  xwd:PATH                              the file that Xvfb -fbdir maps
  screen: or screen::0                  the screen of an X server
  fb:/dev/fb0                           a Linux framebuffer
  camera:/dev/video0                    a V4L2 camera; also width=, height=, fps=, format=
  video:FILE                            a film; also loop=1
  cmd:PROGRAM WORDS?width=W&height=H&format=F
                                        what a program writes to its standard output
  test:                                 a moving test card; also width=, height=, format=
  FILE.wss                              a recording; also --speed and --loop
  ws://HOST:PORT/stream/NAME            what another server shows; also --tls-ca
  nats://HOST:PORT/SUBJECT              what ws-stream publish has at a NATS server
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
    add_fps(demo)
    demo.set_defaults(config=None, sources=[], name=[])
    serve = commands.add_parser(
        "serve",
        help="serve one or several sources",
        epilog=_SOURCES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    serve.add_argument("sources", nargs="*", metavar="SOURCE", help="see below")
    _add_streams(serve)
    add_serving(serve)
    _add_relay(commands.add_parser("relay", help="show the streams of other servers"))
    _add_check(commands.add_parser("check", help="find the faults of a file for serve --config"))
    _add_token(commands.add_parser("token", help="make a token, for a --token-file"))
    _add_watch(
        commands.add_parser("watch", help="show a stream's figures, or save a picture of it")
    )
    _add_list(commands.add_parser("list", help="find servers on the network"))
    add_recording_commands(commands)
    add_nats_commands(commands)
    add_certificate_command(commands)
    _add_examinations(commands)
    return parser


def _add_watch(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "url", metavar="URL", help="ws://HOST:PORT/stream/NAME or the page's http://"
    )
    parser.add_argument("--count", type=whole(1, 10**9), metavar="N", help="stop after N pictures")
    parser.add_argument(
        "--png",
        type=Path,
        metavar="FILE",
        help="save the last picture (the first one without --count), then stop",
    )
    add_trusting(parser)


def _add_list(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Show the servers that announce themselves (serve --announce), with their streams."
    )
    parser.add_argument(
        "--seconds",
        type=Checked(length, LENGTH),
        default=3.0,
        metavar="T",
        help="how long to look (default 3)",
    )


def _add_streams(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--name",
        action="append",
        default=[],
        metavar="NAME",
        help="name of the stream; once per source, in their order",
    )
    parser.add_argument(
        "--config",
        metavar="FILE",
        help="serve the streams of this file; options of the server beside it count in place of the file's; "
        "it is read anew at SIGHUP",
    )


def _add_relay(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "As serve --config CONFIG, of a file of which each stream is one of another server: "
        'source = "ws://HOST:PORT/stream/NAME".'
    )
    parser.add_argument("config", metavar="CONFIG", help="the file")
    add_server(parser)
    parser.set_defaults(sources=[], name=[])


def _add_check(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Say what `ws-stream serve --config FILE` would serve, a line for each stream, or what is wrong with the file, "
        "a line for each fault. No source is opened."
    )
    parser.add_argument("file", metavar="FILE", help="the file")


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
    add_rendition(parser)
    add_fps(parser)
