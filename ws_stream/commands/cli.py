"""The command line: arguments, exit codes; the only `asyncio.Runner`.

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
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NoReturn

from ..client import Connection, connect
from ..conformance import run
from ..errors import UsageError, WsStreamError
from ..hub.stream import Stream
from ..loop_thread import new_event_loop
from ..recording import Recording
from ..recording.files import Files, Names
from ..recording.ring import MAX_RING_BYTES, Ring
from ..server.server import Server
from ..server.tokens import VARIABLE, new_token
from . import logs, notify
from .arguments import parser
from .bench import measured
from .certificate import make_certificate
from .config import read_config
from .export import bar, export
from .found import found_lines
from .inspect import cut_file, info
from .nodes import node_lines
from .places import found
from .publish import device_tls_ca, published
from .record import Record, patient
from .reloading import Reloading
from .serving import lines, settings
from .settings import new_server, open_streams
from .terminal import complain, leave_output, progress, rewrite, say, say_aside
from .watch import Watch


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command; always ends by SystemExit."""
    for output in (sys.stdout, sys.stderr):
        if isinstance(output, io.TextIOWrapper):
            output.reconfigure(errors="backslashreplace")  # a terminal may not know all letters
    try:
        options = parser().parse_args(arguments)
        if options.command not in _SERVING:
            logs.begin("text")
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(_COMMANDS[options.command](options))
    except WsStreamError as error:
        complain(error)
        sys.exit(2)
    except BrokenPipeError:
        leave_output()
    except KeyboardInterrupt:
        pass
    sys.exit(0)


async def _serve(options: argparse.Namespace) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    _when_ended(stop.set)
    wanted = settings(options)
    logs.begin(wanted.server.log_format)
    server = new_server(wanted.server, os.environ)
    end = partial(loop.call_soon_threadsafe, stop.set)
    open_streams(server, wanted.streams, end)
    gc.collect()
    gc.freeze()  # the collector need not walk what was imported, which took it over 20 ms at a time
    async with server, notify.told(server.streams):
        if _reads_files(options, wanted.server):
            reloading = Reloading(options, wanted, server, end)
            loop.add_signal_handler(signal.SIGHUP, _reload, reloading, server)
        _say_addresses(server, server.streams.values())
        await stop.wait()


def _reads_files(options: argparse.Namespace, its: argparse.Namespace) -> bool:
    """Whether SIGHUP has a meaning, other than that a terminal is gone."""
    has_files = options.config or its.tls_cert or its.token_file
    return bool(has_files or os.environ.get("NOTIFY_SOCKET"))


def _reload(reloading: Reloading, server: Server) -> None:
    """What SIGHUP does: a service reads its files anew."""
    with notify.reloading():
        streams = reloading.reload()
    with contextlib.suppress(BrokenPipeError):  # whoever has read the first ones may be gone
        _say_addresses(server, streams)


def _say_addresses(server: Server, streams: Iterable[Stream]) -> None:
    """Where each is found; not between what viewers do."""
    hears = any(stream.operators.may_be_heard for stream in server.streams.values())
    for stream in streams:
        for url in server.urls(stream):
            line = f"{stream.name}: {found(url)}"
            try:
                say_aside(line) if hears else say(line)
            except UsageError as error:  # it is to serve
                complain(error)


async def _check(options: argparse.Namespace) -> None:
    say(*lines(read_config(options.file)))


async def _token(options: argparse.Namespace) -> None:
    say(f"{options.right}:{new_token()}")


async def _record(options: argparse.Namespace) -> None:
    names = Names(options.file)
    sink: Files | Ring
    if options.ring:
        sink = Ring(names, options.ring, options.max_size or MAX_RING_BYTES)
    else:
        sink = Files(names, options.split._replace(in_all=options.max_size))
    record = Record(_connected(patient(options.url), options.tls_ca), sink, names)
    _when_ended(record.stop.set)
    if options.ring:
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, _dump, record)
    try:
        async for line in record.lines(options.seconds):
            rewrite(line)
    finally:
        rewrite("")
    say(f"{record.figures()}, saved {', '.join(map(str, names.made))}")


def _when_ended(stop: Callable[[], object]) -> None:
    """What Ctrl-C and SIGTERM do."""
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)


def _dump(record: Record) -> None:
    """Save what a ring holds; that it cannot be now is no reason to stop."""
    try:
        say(record.dump())
    except UsageError as error:
        complain(error)


async def _info(options: argparse.Namespace) -> None:
    for line in info(_opened(options)):
        say(line)


async def _cut(options: argparse.Namespace) -> None:
    cut_file(_opened(options), options.out, options.begin, options.end)


async def _export(options: argparse.Namespace) -> None:
    try:
        export(_opened(options), options.out, options.at, lambda done: rewrite(bar(done)))
    finally:
        rewrite("")


def _opened(options: argparse.Namespace) -> Recording:
    """The recording, for a command that never waits: its interrupt need not be asyncio's. Raises UsageError."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return Recording(options.file)


async def _certificate(options: argparse.Namespace) -> None:
    for line in make_certificate(options.names, options.cert, options.key, options.days):
        say(line)


async def _watch(options: argparse.Namespace) -> None:
    watch = Watch(_connected(options.url, options.tls_ca), count=options.count, png=options.png)
    async for line in watch.lines():
        say(line)


def _connected(url: str, tls_ca: str | None) -> Connection:
    return connect(url, token=os.environ.get(VARIABLE), tls_ca=tls_ca)


async def _list(options: argparse.Namespace) -> None:
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    say(*await found_lines(options.seconds, width))


async def _publish(options: argparse.Namespace) -> None:
    task = asyncio.current_task()
    assert task
    _when_ended(task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        async for line in published(_connected(options.url, device_tls_ca(options)), options):
            say(line)


async def _nodes(options: argparse.Namespace) -> None:
    say(*await node_lines(options))


async def _bench(options: argparse.Namespace) -> None:
    try:
        lines = await measured(options, progress)
    finally:
        progress("")
    say(*lines)


async def _conformance(options: argparse.Namespace) -> None:
    report = run([options.program, *options.arguments])
    say(*report.lines())
    if not report.is_passed:
        sys.exit(1)


_SERVING = frozenset({"demo", "serve", "relay"})
"""Their options, or a file, say how the log is written."""
_COMMANDS: Mapping[str, Callable[[argparse.Namespace], Coroutine[Any, Any, None]]] = {
    "demo": _serve,
    "serve": _serve,
    "relay": _serve,
    "check": _check,
    "watch": _watch,
    "list": _list,
    "publish": _publish,
    "nodes": _nodes,
    "record": _record,
    "certificate": _certificate,
    "info": _info,
    "cut": _cut,
    "export": _export,
    "token": _token,
    "bench": _bench,
    "conformance": _conformance,
}
