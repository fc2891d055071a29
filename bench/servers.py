"""The servers that are compared, and how each is started on a ring.

Knows nothing of viewers and figures.
"""

import functools
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import NamedTuple

from .processes import BenchError, line, python, running
from .ring import Ring, address, flat

TOLERANCE = {"film": 8, "noise": 8}
"""The largest error of a channel that ws-stream is allowed on this content; 0 on any other."""
X11VNC = "-localhost -nopw -forever -shared -noipv6 -norc -nonap -sb 0 -nocursor -quiet"
"""Its own pace (20 ms between looks, 20 ms before it sends), but it does not doze off because nobody types."""
LISTENS_WITHIN = 10.0


class Task(NamedTuple):
    """What is to be served."""

    content: str
    ring: Path
    step: int
    per_second: int = 30


class Target(NamedTuple):
    """A running server and how its stream is watched."""

    pid: int
    kind: str
    """A key of `viewers.__main__.KINDS`."""
    url: str


class Server(NamedTuple):
    """A way to serve the ring."""

    title: str
    start: Callable[[Task], AbstractContextManager[Target]]
    steps: tuple[int, ...] = (4, 1)
    """The steps it is measured at."""
    contents: tuple[str, ...] = ()
    """The contents it is measured with; all of them if there are none."""
    rates: tuple[int, ...] = (30,)
    """The device's pictures per second that it keeps up with."""
    flat: bool = False
    """Whether it reads the flat file beside the ring."""

    def serves(self, task: Task) -> bool:
        """Whether it is measured on this."""
        known = task.content in self.contents or not self.contents
        return known and task.step in self.steps and task.per_second in self.rates


@contextmanager
def ws_stream(
    source: str,
    step: int,
    *more: object,
    per_second: int = 30,
    program: tuple[str, ...] = ("ws_stream",),
) -> Iterator[Target]:
    """ws-stream's server, as a user starts it."""
    options = ("--step", step, "--fps", per_second, "--port", 0, *more)
    with python(*program, "serve", source, *options) as process:
        url = re.search(r"http://\S+", line(process))
        if url is None:
            raise BenchError("ws-stream serve did not say where it can be reached")
        yield Target(process.pid, "ws-stream", url[0])


def ours(task: Task) -> AbstractContextManager[Target]:
    """ws-stream with the options for this content."""
    return ws_stream(
        address(task.ring), task.step, *options(task.content), per_second=task.per_second
    )


def without_counter(task: Task) -> AbstractContextManager[Target]:
    """ws-stream on the flat file beside the ring, where it has to look whether anything moved."""
    size = "width=1024&height=600&format=rgbx8888"
    return ws_stream(f"mmap:{flat(task.ring)}?{size}", task.step)


def without(modules: str) -> Callable[[Task], AbstractContextManager[Target]]:
    """ws-stream where these are not installed."""
    return lambda task: ws_stream(
        address(task.ring), task.step, *options(task.content), program=("bench.without", modules)
    )


def options(content: str) -> tuple[str, ...]:
    """What is added to `ws-stream serve` for this content."""
    if content not in TOLERANCE or not _has_tolerance():
        return ()
    return ("--tolerance", str(TOLERANCE[content]))


@functools.cache
def _has_tolerance() -> bool:
    told = [sys.executable, "-m", "ws_stream", "serve", "--help"]
    return "--tolerance" in subprocess.run(told, capture_output=True, text=True, check=True).stdout


def rival(module: str, kind: str) -> Callable[[Task], AbstractContextManager[Target]]:
    """A program of `bench.rivals`."""

    @contextmanager
    def start(task: Task) -> Iterator[Target]:
        with python(f"bench.rivals.{module}", task.ring, task.step) as process:
            yield Target(process.pid, kind, line(process))

    return start


def x11vnc(kind: str) -> Callable[[Task], AbstractContextManager[Target]]:
    """x11vnc on the flat file beside the ring; the encoding is chosen by the viewer."""

    @contextmanager
    def start(task: Task) -> Iterator[Target]:
        if not (program := shutil.which("x11vnc")):
            raise BenchError("x11vnc is not installed; right would be: apt-get install x11vnc")
        port = free_port()
        ring = Ring(task.ring)
        memory = f"map:{flat(task.ring)}@{ring.width}x{ring.height}x32:ff/ff00/ff0000"
        command = [program, "-rawfb", memory, "-rfbport", str(port), *X11VNC.split()]
        with running(command) as process:
            wait_for(port, process)
            yield Target(process.pid, kind, f"127.0.0.1:{port}")

    return start


def free_port() -> int:
    """A port at which nobody listens now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def wait_for(port: int, process: subprocess.Popen[str], within: float = LISTENS_WITHIN) -> None:
    """Until the process listens there. Raises BenchError when it does not within so many seconds."""
    until = time.monotonic() + within
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    raise BenchError(f"{process.args!r} did not listen within {within:.0f} s")


SERVERS = {
    "ws-stream": Server("ws-stream", ours, rates=(30, 60)),
    "ws-stream-core": Server(
        "ws-stream, core three", without("uvloop"), contents=("dashboard", "film")
    ),
    "ws-stream-numpy": Server(
        "ws-stream, numpy alone",
        without("uvloop,ws_stream._core"),
        contents=("dashboard",),
    ),
    "flask-pil": Server("Flask + PIL", rival("flask_pil", "multipart")),
    "simplejpeg": Server("Flask + libjpeg-turbo", rival("flask_turbo", "multipart")),
    "whole-lz4": Server("whole pictures + LZ4", rival("whole_lz4", "whole")),
    "x11vnc-tight": Server("x11vnc, lossless Tight", x11vnc("tight"), (1,), flat=True),
    "x11vnc-zrle": Server("x11vnc, ZRLE", x11vnc("zrle"), (1,), flat=True),
    "ws-stream-polled": Server(
        "ws-stream, no counter", without_counter, contents=("still",), flat=True
    ),
}
