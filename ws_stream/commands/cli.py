"""The command line: arguments, exit codes; the only `print` and the only `asyncio.Runner`.

Exit code 0: done; 1: ended by a fault of ours, or what was examined has one; 2: what was asked for cannot be done,
said in one sentence.
"""

import argparse
import asyncio
import gc
import io
import logging
import os
import platform
import signal
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, NoReturn

from ..arguments import shown
from ..client import connect
from ..conformance import run
from ..errors import UsageError, WsStreamError
from ..loop_thread import new_event_loop
from ..pixels.described import named
from ..pixels.formats import reduced
from ..pixels.rendition import Rendition
from ..selftest.advice import Case, Device, advice, table
from ..selftest.run import Plan, run_selftest
from ..selftest.workload import WORKLOADS, WorkloadSource
from ..server.server import Server
from ..sources import Source, open_source
from ..walk import COMPILED
from .arguments import parser
from .input_lines import InputLines
from .watch import Watch


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command; always ends by SystemExit."""
    for output in (sys.stdout, sys.stderr):
        if isinstance(output, io.TextIOWrapper):
            output.reconfigure(errors="backslashreplace")  # a terminal may not know all letters
    logging.basicConfig(format="%(asctime)s %(name)s: %(message)s", level=logging.WARNING)
    try:
        options = parser().parse_args(arguments)
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(_COMMANDS[options.command](options))
    except WsStreamError as error:
        print(f"ws-stream: {error}", file=sys.stderr)
        sys.exit(2)
    except (KeyboardInterrupt, BrokenPipeError):
        pass
    sys.exit(0)


async def _serve(options: argparse.Namespace) -> None:
    if len(options.name) > len(options.sources):
        raise UsageError(f"{len(options.name)} names for {len(options.sources)} sources")
    server = Server(
        options.host,
        options.port,
        allow_hosts=options.allow_host,
        cpu_budget=options.cpu_budget,
    )
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    names = options.name + [None] * (len(options.sources) - len(options.name))
    for source, name in zip(options.sources, names, strict=True):
        lines = InputLines(lambda: loop.call_soon_threadsafe(stop.set))
        stream = server.serve(
            source,
            name=name,
            fps=options.fps,
            input=lines if options.allow_input else False,
            **_rendition(options)._asdict(),
        )
        lines.stream = stream.name
    gc.collect()
    gc.freeze()  # the collector need not walk what was imported, which took it over 20 ms at a time
    async with server:
        for stream in server.streams.values():
            for url in server.urls(stream):
                output = sys.stderr if options.allow_input else sys.stdout
                print(f"{stream.name}: open {url}", file=output, flush=True)
        await stop.wait()


async def _watch(options: argparse.Namespace) -> None:
    async for line in Watch(connect(options.url), count=options.count, png=options.png).lines():
        print(line, flush=True)


async def _bench(options: argparse.Namespace) -> None:
    rendition = _rendition(options)
    source = _measured(options)
    workloads = (
        tuple(options.content or WORKLOADS)
        if isinstance(source, WorkloadSource)
        else (source.name,)
    )
    gc.collect()
    gc.freeze()  # as _serve does
    try:
        found = await run_selftest(Plan(source, workloads, rendition, options.fps), _progress)
    finally:
        _progress("")
    loop = type(asyncio.get_running_loop()).__module__.partition(".")[0]
    device = Device(compiled=COMPILED, uvloop=loop == "uvloop")
    width, height = rendition.size(source.width, source.height)
    walk = "a compiled walk" if device.compiled else "no compiled walk"
    print(
        f"{source.width}x{source.height} {source.format}, served as {width}x{height} "
        f"{reduced(source.format, rendition.depth)} to one viewer on this device\n"
        f"{os.cpu_count()} cores, Python {platform.python_version()}, {walk}, event loop of {loop}"
    )
    if isinstance(source, WorkloadSource):
        print(
            f"pictures made up in {source.ring_bytes >> 20} MiB of memory, more than most caches hold"
        )
    print(f"\n{table(found)}")
    print(*advice(Case(found, rendition, device)), sep="\n")


async def _conformance(options: argparse.Namespace) -> None:
    report = run([options.program, *options.arguments])
    print(*report.lines(), sep="\n")
    if not report.is_passed:
        sys.exit(1)


def _rendition(options: argparse.Namespace) -> Rendition:
    return Rendition(**{name: getattr(options, name) for name in Rendition._fields})


def _measured(options: argparse.Namespace) -> Source:
    """The source that is named, or the one that is made up. Raises UsageError and SourceError."""
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


def _progress(text: str) -> None:
    """Say what is done now; on a terminal in one line that is written anew, and gone at the end."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
    elif text:
        print(text, file=sys.stderr, flush=True)


_COMMANDS: Mapping[str, Callable[[argparse.Namespace], Coroutine[Any, Any, None]]] = {
    "demo": _serve,
    "serve": _serve,
    "watch": _watch,
    "bench": _bench,
    "conformance": _conformance,
}
