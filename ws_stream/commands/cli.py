"""The command line: arguments, exit codes; the only `print` and the only `asyncio.Runner`.

Exit code 0: done; 1: ended by a fault of ours, or what was examined has one; 2: what was asked for cannot be done,
said in one sentence.
"""

import argparse
import asyncio
import contextlib
import gc
import io
import os
import shutil
import signal
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, NoReturn

from ..arguments import why
from ..client import Connection, connect
from ..conformance import run
from ..errors import UsageError, WsStreamError
from ..loop_thread import new_event_loop
from ..recording import Recording
from ..recording.files import Files, Names
from ..recording.ring import MAX_RING_BYTES, Ring
from ..server.tokens import VARIABLE, new_token
from . import logs, notify
from .arguments import parser
from .bench import measured
from .certificate import make_certificate
from .export import bar, export
from .found import found_lines
from .inspect import cut_file, info
from .places import found
from .record import Record, patient
from .serving import opened
from .watch import Watch


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command; always ends by SystemExit."""
    for output in (sys.stdout, sys.stderr):
        if isinstance(output, io.TextIOWrapper):
            output.reconfigure(errors="backslashreplace")  # a terminal may not know all letters
    try:
        options = parser().parse_args(arguments)
        logs.begin(getattr(options, "log_format", "text"))
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(_COMMANDS[options.command](options))
    except WsStreamError as error:
        _complain(error)
        sys.exit(2)
    except BrokenPipeError:
        _leave_output()
    except KeyboardInterrupt:
        pass
    sys.exit(0)


async def _serve(options: argparse.Namespace) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    _when_ended(stop.set)
    server = opened(options, lambda: loop.call_soon_threadsafe(stop.set))
    gc.collect()
    gc.freeze()  # the collector need not walk what was imported, which took it over 20 ms at a time
    async with server, notify.told(server.streams):
        if options.tls_cert or options.token_file:
            _when_hung_up(server.reload)
        for stream in server.streams.values():
            for url in server.urls(stream):
                line = f"{stream.name}: {found(url)}"
                try:
                    _say_aside(line) if options.allow_input else _say(line)
                except UsageError as error:  # it is to serve
                    _complain(error)
        await stop.wait()


async def _token(options: argparse.Namespace) -> None:
    _say(f"{options.right}:{new_token()}")


async def _record(options: argparse.Namespace) -> None:
    names = Names(options.file)
    sink: Files | Ring
    if options.ring:
        sink = Ring(names, options.ring, options.max_size or MAX_RING_BYTES)
    else:
        sink = Files(names, options.split._replace(in_all=options.max_size))
    record = Record(_connected(options, patient(options.url)), sink, names)
    _when_ended(record.stop.set)
    if options.ring:
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, _dump, record)
    try:
        async for line in record.lines(options.seconds):
            _rewrite(line)
    finally:
        _rewrite("")
    _say(f"{record.figures()}, saved {', '.join(map(str, names.made))}")


def _when_ended(stop: Callable[[], None]) -> None:
    """What Ctrl-C and SIGTERM do."""
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)


def _when_hung_up(reload: Callable[[], None]) -> None:
    """What SIGHUP does: a service reads its files anew."""
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, reload)


def _dump(record: Record) -> None:
    """Save what a ring holds; that it cannot be now is no reason to stop."""
    try:
        _say(record.dump())
    except UsageError as error:
        _complain(error)


async def _info(options: argparse.Namespace) -> None:
    for line in info(_opened(options)):
        _say(line)


async def _cut(options: argparse.Namespace) -> None:
    cut_file(_opened(options), options.out, options.begin, options.end)


async def _export(options: argparse.Namespace) -> None:
    try:
        export(_opened(options), options.out, options.at, lambda done: _rewrite(bar(done)))
    finally:
        _rewrite("")


def _opened(options: argparse.Namespace) -> Recording:
    """The recording, for a command that never waits: its interrupt need not be asyncio's. Raises UsageError."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return Recording(options.file)


async def _certificate(options: argparse.Namespace) -> None:
    for line in make_certificate(options.names, options.cert, options.key, options.days):
        _say(line)


async def _watch(options: argparse.Namespace) -> None:
    watch = Watch(_connected(options, options.url), count=options.count, png=options.png)
    async for line in watch.lines():
        _say(line)


def _connected(options: argparse.Namespace, url: str) -> Connection:
    return connect(url, token=os.environ.get(VARIABLE), tls_ca=options.tls_ca)


async def _list(options: argparse.Namespace) -> None:
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    _say(*await found_lines(options.seconds, width))


async def _bench(options: argparse.Namespace) -> None:
    try:
        lines = await measured(options, _progress)
    finally:
        _progress("")
    _say(*lines)


async def _conformance(options: argparse.Namespace) -> None:
    report = run([options.program, *options.arguments])
    _say(*report.lines())
    if not report.is_passed:
        sys.exit(1)


def _say(*lines: str) -> None:
    """On standard output. Raises UsageError when that is full, and BrokenPipeError when nobody reads it."""
    try:
        print(*lines, sep="\n", flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        _leave_output()
        raise UsageError(f"cannot write to standard output: {why(error)}") from None


def _leave_output() -> None:
    """What could not be written is not tried again: Python would at the end, and complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say_aside(line: str) -> None:
    """On standard error, where that takes it."""
    with contextlib.suppress(OSError):
        print(line, file=sys.stderr, flush=True)


def _complain(error: WsStreamError) -> None:
    _say_aside(f"ws-stream: {error}")


def _progress(text: str) -> None:
    """Say what is done now; on a terminal in one line that is written anew, and gone at the end."""
    if text and not sys.stderr.isatty():
        print(text, file=sys.stderr, flush=True)
    _rewrite(text)


def _rewrite(text: str) -> None:
    """On a terminal, say how it goes, in one line that is written anew."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


_COMMANDS: Mapping[str, Callable[[argparse.Namespace], Coroutine[Any, Any, None]]] = {
    "demo": _serve,
    "serve": _serve,
    "watch": _watch,
    "list": _list,
    "record": _record,
    "certificate": _certificate,
    "info": _info,
    "cut": _cut,
    "export": _export,
    "token": _token,
    "bench": _bench,
    "conformance": _conformance,
}
