"""The command line: arguments, exit codes; the only `print` and the only `asyncio.Runner`.

Exit code 0: done; 1: ended by a fault of ours; 2: what was asked for cannot be done, said in one sentence.
"""

import argparse
import asyncio
import gc
import logging
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from .client import connect
from .errors import UsageError, WsStreamError
from .loop_thread import new_event_loop
from .pixels import DEPTHS
from .server import Server
from .shrink import MAX_STEP, MAX_TOLERANCE, Crop
from .watch import Watch
from .wish import parse_crop

_SOURCES = """\
sources:
  mmap:PATH?width=W&height=H&format=F   a file or device of raw pixels; also stride=,
                                        offset=, slots=, index=OFFSET:u32le
  shm:NAME?width=W&height=H&format=F    named shared memory, with the same options
  xwd:PATH                              the file that Xvfb -fbdir maps
  fb:/dev/fb0                           a Linux framebuffer
  test:                                 a moving test card; also width=, height=, format=
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see {self.prog} --help")


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command; always ends by SystemExit."""
    logging.basicConfig(format="%(asctime)s %(name)s: %(message)s", level=logging.WARNING)
    try:
        options = _parser().parse_args(arguments)
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(options.run(options))
    except WsStreamError as error:
        print(f"ws-stream: {error}", file=sys.stderr)
        sys.exit(2)
    except (KeyboardInterrupt, BrokenPipeError):
        pass
    sys.exit(0)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="ws-stream", description="Stream raw pictures from this device's memory to browsers."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    demo = commands.add_parser("demo", help="serve a moving test card, to see that it works")
    _add_listening(demo)
    demo.set_defaults(
        run=_serve,
        sources=["test:"],
        name=[],
        step=1,
        crop=None,
        average=False,
        tolerance=0,
        depth=24,
    )
    serve = commands.add_parser(
        "serve",
        help="serve one or several sources",
        epilog=_SOURCES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    serve.add_argument("sources", nargs="*", default=["test:"], metavar="SOURCE", help="see below")
    _add_listening(serve)
    serve.add_argument(
        "--step",
        type=_whole_number(1, MAX_STEP),
        default=1,
        metavar="N",
        help=f"send every N-th pixel and row, 1 to {MAX_STEP} (default 1)",
    )
    serve.add_argument(
        "--average",
        action="store_true",
        help="send the mean of each N x N box rather than its first pixel",
    )
    serve.add_argument("--crop", type=_crop, metavar="X,Y,W,H", help="send this part only")
    serve.add_argument(
        "--tolerance",
        type=_whole_number(0, MAX_TOLERANCE),
        default=0,
        metavar="T",
        help="for film and noise: send a pixel only when a channel is off by more than T, "
        f"0 to {MAX_TOLERANCE} (default 0, which is exact)",
    )
    serve.add_argument(
        "--depth",
        type=int,
        choices=DEPTHS,
        default=24,
        help="bits of colour to send of each pixel (default 24)",
    )
    serve.add_argument(
        "--name",
        action="append",
        default=[],
        metavar="NAME",
        help="name of the stream; once per source, in their order",
    )
    serve.set_defaults(run=_serve)
    viewer = commands.add_parser("watch", help="show a stream's figures, or save a picture of it")
    viewer.add_argument(
        "url", metavar="URL", help="ws://HOST:PORT/stream/NAME or the page's http://"
    )
    viewer.add_argument(
        "--count", type=_whole_number(1, 10**9), metavar="N", help="stop after N pictures"
    )
    viewer.add_argument(
        "--png",
        type=Path,
        metavar="FILE",
        help="save the last picture (the first one without --count), then stop",
    )
    viewer.set_defaults(run=_watch)
    return parser


def _add_listening(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="address to listen on; 0.0.0.0 lets the LAN in (default 127.0.0.1)",
    )
    parser.add_argument(
        "--port",
        type=_whole_number(0, 65535),
        default=8000,
        help="0 takes any that is free (default 8000)",
    )
    parser.add_argument(
        "--fps",
        type=_number("pictures per second"),
        default=30,
        metavar="N",
        help="most pictures per second (default 30)",
    )
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="also answer requests for, and from pages of, this host name",
    )
    parser.add_argument(
        "--cpu-budget",
        type=_number("a share of one core in percent"),
        metavar="PERCENT",
        help="use no more of one core: send fewer pictures, then coarser ones, until it fits",
    )


async def _serve(options: argparse.Namespace) -> None:
    if len(options.name) > len(options.sources):
        raise UsageError(f"{len(options.name)} names for {len(options.sources)} sources")
    server = Server(
        options.host,
        options.port,
        allow_hosts=options.allow_host,
        cpu_budget=options.cpu_budget,
    )
    names = options.name + [None] * (len(options.sources) - len(options.name))
    for source, name in zip(options.sources, names, strict=True):
        server.serve(
            source,
            name=name,
            step=options.step,
            crop=options.crop,
            average=options.average,
            tolerance=options.tolerance,
            depth=options.depth,
            fps=options.fps,
        )
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    gc.collect()
    gc.freeze()  # the collector need not walk what was imported, which took it over 20 ms at a time
    async with server:
        for stream in server.streams.values():
            for url in server.urls(stream):
                print(f"{stream.name}: open {url}", flush=True)
        await stop.wait()


async def _watch(options: argparse.Namespace) -> None:
    async for line in Watch(connect(options.url), count=options.count, png=options.png).lines():
        print(line, flush=True)


def _crop(text: str) -> Crop:
    try:
        return parse_crop(text)
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _whole_number(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(
                f"'{text}' cannot be; right would be a whole number from {least} to {most}"
            )
        return number

    return read


def _number(right: str) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            return float(text)
        except ValueError:
            raise argparse.ArgumentTypeError(
                f"'{text}' cannot be; right would be {right}"
            ) from None

    return read
