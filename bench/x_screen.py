"""`python -m bench.x_screen`: an X screen by `screen:`, `xwd:`, x11vnc and xpra, one viewer each, in turns on one Xvfb.

Takes Debian's xvfb, x11-apps, x11vnc, xpra and python3-gi-cairo, and python-xlib.
"""

import argparse
import json
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np

from .processes import EndedError, cpu_seconds, line, python, running
from .servers import X11VNC, Target, free_port, wait_for, ws_stream
from .x_device import CONTENTS, SIZE

DISPLAY, BESIDE = ":1234", ":1235"
"""The screen that is watched, and one on which xpra's client shows it."""
XPRA = "--daemon=no --mdns=no --notifications=no --pulseaudio=no --webcam=no --printing=no --file-transfer=no"
XPRA_CLIENT = (
    "--opengl=no --encoding=rgb --desktop-scaling=off --notifications=no --pulseaudio=no --webcam=no "
    "--clipboard=no"
)
"""Without loss: of its encodings, `rgb` is packed with LZ4."""
WARM_UP, REST = 2.0, 1.5
"""Seconds that are not counted before, and after that it is compared whether the viewer shows the screen."""


class Sample(NamedTuple):
    """One turn."""

    cpu: float
    """Percent of a core, of the server."""
    x_cpu: float
    """The same of the X server, which draws and is asked."""
    bytes: float
    """Bytes a second that came to the viewer."""
    shown: float
    """Of the changes drawn, how many were seen."""
    ages: tuple[float, ...]
    """Milliseconds from drawn to seen, of each of these."""
    wrong: int
    """The largest difference of a colour, at rest."""


class Relay:
    """Hands on what goes over a port, and counts what comes back."""

    def __init__(self, port: int) -> None:
        self.bytes = 0
        self._to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            viewer, _ = self._listener.accept()
            server = socket.create_connection(("127.0.0.1", self._to))
            for each in (viewer, server):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for pair in ((viewer, server, False), (server, viewer, True)):
                threading.Thread(target=self._hand_on, args=pair, daemon=True).start()

    def _hand_on(self, source: socket.socket, to: socket.socket, is_counted: bool) -> None:
        try:
            while data := source.recv(1 << 18):
                to.sendall(data)
                self.bytes += len(data) * is_counted
        except OSError:
            pass  # one of them ended


def _ours(scheme: str) -> Callable[[Path], AbstractContextManager[Target]]:
    def start(folder: Path) -> AbstractContextManager[Target]:
        path = f"{folder}/Xvfb_screen0" if scheme == "xwd" else DISPLAY
        return ws_stream(f"{scheme}:{path}", 1)

    return start


@contextmanager
def _x11vnc(_: Path) -> Iterator[Target]:
    port = free_port()
    command = ["x11vnc", "-display", DISPLAY, "-rfbport", str(port), *X11VNC.split()]
    with running(command) as process:
        wait_for(port, process)
        yield Target(process.pid, "vnc", f"http://127.0.0.1:{port}")


@contextmanager
def _xpra(_: Path) -> Iterator[Target]:
    port = free_port()
    command = ["xpra", "shadow", DISPLAY, f"--bind-tcp=127.0.0.1:{port}", *XPRA.split()]
    with running(command) as process:
        wait_for(port, process, within=30)  # it takes its time
        time.sleep(3)  # it listens before it is ready
        yield Target(process.pid, "fb", f"http://127.0.0.1:{port}")


SERVERS = {
    "screen:": _ours("screen"),
    "xwd:": _ours("xwd"),
    "x11vnc": _x11vnc,
    "xpra": _xpra,
}


@contextmanager
def _xvfb(name: str, folder: Path, size: tuple[int, int]) -> Iterator[subprocess.Popen[str]]:
    screen = f"-screen 0 {size[0]}x{size[1]}x24 -nolisten tcp -noreset -nocursor"
    with running(["Xvfb", name, *screen.split(), "-fbdir", folder]) as process:
        asked = ["xwd", "-root", "-silent", "-display", name]
        while subprocess.run(asked, check=False, capture_output=True).returncode:
            if process.poll() is not None:
                raise EndedError(process)
            time.sleep(0.1)
        yield process


@contextmanager
def _viewer(target: Target, relay: Relay, folder: Path) -> Iterator[subprocess.Popen[str]]:
    with ExitStack() as stack:
        url = re.sub(r":\d+", f":{relay.port}", target.url, count=1)
        if target.kind == "fb":
            beside = folder / "beside"
            beside.mkdir(exist_ok=True)
            stack.enter_context(_xvfb(BESIDE, beside, (SIZE[0] + 200, SIZE[1] + 200)))
            command = ["xpra", "attach", f"tcp://127.0.0.1:{relay.port}", *XPRA_CLIENT.split()]
            stack.enter_context(running(command, DISPLAY=BESIDE))
            url = f"xwd:{beside}/Xvfb_screen0"
        url = url.removeprefix("http://") if target.kind == "vnc" else url
        viewer = stack.enter_context(
            python("bench.x_viewer", target.kind, url, folder / "last.npy")
        )
        line(viewer)
        yield viewer


def _turn(server: str, content: str, x_server: int, folder: Path, seconds: float) -> Sample:
    with (
        python("bench.x_device", DISPLAY, content, folder / "times") as device,
        ExitStack() as stack,
    ):
        line(device)
        target = stack.enter_context(SERVERS[server](folder))
        relay = Relay(int(target.url.split(":")[2].partition("/")[0]))
        viewer = stack.enter_context(_viewer(target, relay, folder))
        time.sleep(WARM_UP)
        began, counts = time.time(), _counts(target.pid, x_server, relay)
        time.sleep(seconds)
        cpu, x_cpu, size = np.subtract(_counts(target.pid, x_server, relay), counts) / seconds
        ended = time.time()
        device.send_signal(signal.SIGUSR1)
        line(device)
        time.sleep(REST)
        truth = _dump()
        viewer.send_signal(signal.SIGUSR1)
        seen: dict[str, Any] = json.loads(line(viewer))
        times = np.fromfile(folder / "times", np.float64)
    drawn = np.flatnonzero((times > began) & (times < ended - 0.2))
    ages = [1000 * (seen[str(n)] - times[n]) for n in drawn if str(n) in seen]
    last = np.load(folder / "last.npy").astype(int)
    wrong = int(np.abs(last - truth).max())
    return Sample(100 * cpu, 100 * x_cpu, size, len(ages) / (len(drawn) or 1), tuple(ages), wrong)


def _counts(server: int, x_server: int, relay: Relay) -> tuple[float, float, int]:
    return cpu_seconds(server), cpu_seconds(x_server), relay.bytes


def _dump() -> "np.ndarray[Any, np.dtype[np.int64]]":
    """The screen as the X protocol gives it to the program xwd."""
    command = ["xwd", "-root", "-silent", "-display", DISPLAY]
    data = subprocess.run(command, capture_output=True, check=True).stdout
    words = np.frombuffer(data, np.uint8)[-4 * SIZE[0] * SIZE[1] :]
    return words.reshape(SIZE[1], SIZE[0], 4)[..., 2::-1].astype(int)


def main() -> None:
    """Measure and print a table: medians of the turns."""
    parser = argparse.ArgumentParser(prog="python -m bench.x_screen", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--only", action="append", choices=CONTENTS)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    print(
        "| content | server | CPU % | least - most | X server's CPU % | B/s | seen | age, ms | wrong by |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as name, _xvfb(DISPLAY, Path(name), SIZE) as x_server:
        for content in options.only or CONTENTS:
            samples: dict[str, list[Sample]] = {server: [] for server in SERVERS}
            for _ in range(options.rounds):
                for server, taken in samples.items():
                    taken.append(_turn(server, content, x_server.pid, Path(name), options.seconds))
            for server, taken in samples.items():
                print(_row(content, server, taken), flush=True)


def _row(content: str, server: str, samples: list[Sample]) -> str:
    cpu = [sample.cpu for sample in samples]
    ages = [age for sample in samples for age in sample.ages]
    percentiles = " / ".join(f"{age:.0f}" for age in np.percentile(ages, (50, 95))) if ages else ""
    x_cpu, size, shown = (
        median(getattr(sample, name) for sample in samples) for name in ("x_cpu", "bytes", "shown")
    )
    return (
        f"| {content} | {server} | {median(cpu):.2f} | {min(cpu):.1f} - {max(cpu):.1f} | {x_cpu:.2f} | {size:.0f} | "
        f"{f'{shown:.0%}' if ages else ''} | {percentiles} | {max(sample.wrong for sample in samples)} |"
    )


if __name__ == "__main__":
    main()
