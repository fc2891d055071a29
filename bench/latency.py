"""`python -m bench.latency`: from a picture complete in the device's memory to a canvas in Chromium, on this machine.

A process of its own writes a recorded dashboard into memory with each picture's number painted in as large squares, and
notes when each was complete; the page reads the numbers back. The servers take turns. `docs/benchmarks.md` says more.
"""

import argparse
import asyncio
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple, NoReturn

import numpy as np
from numpy.typing import NDArray
from playwright.async_api import Browser

from tests.browser.launch import launched

from . import latency_device
from .latency_page import Seen, first_picture, watch
from .processes import BenchError, line, python
from .ring import Ring, address

STEPS = (4, 1)
TIME_LIMIT = 20 * 60
"""Seconds after which a run is given up."""
PERCENTILES = (50, 95, 99)


class Plan(NamedTuple):
    """For how many seconds each is watched, and how often; how often ours is started."""

    seconds: float
    rounds: int
    starts: int


FULL = Plan(seconds=20, rounds=3, starts=9)
QUICK = Plan(seconds=10, rounds=1, starts=3)


def main() -> None:
    """Measure and print; ends with exit code 1 and one sentence when that cannot be done."""
    parser = argparse.ArgumentParser(prog="python -m bench.latency", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="too short to be quoted")
    parser.add_argument(
        "--recording",
        type=Path,
        default=Path("~/.cache/ws-stream-bench/dashboard.npy"),
        metavar="FILE",
        help="pictures that `python -m bench` recorded (default %(default)s)",
    )
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(TIME_LIMIT)
    try:
        asyncio.run(_run(QUICK if options.quick else FULL, _existing(options.recording)))
    except BenchError as error:
        sys.exit(f"bench: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


def _too_long(*_: object) -> NoReturn:
    raise BenchError(f"it took longer than {TIME_LIMIT // 60} minutes and was given up")


def _existing(recording: Path) -> Path:
    path = recording.expanduser()
    if not path.exists():
        raise BenchError(f"{path} is not there; right would be: python -m bench, once")
    return path


async def _run(plan: Plan, recording: Path) -> None:
    with playing(recording) as (ring, times):
        async with launched("chromium") as browser:
            print(f"Chromium {browser.version}, {plan.rounds} times {plan.seconds:g} s each")
            for step in STEPS:
                await _turns(plan, browser, ring, times, step)
            for step in STEPS:
                starts = [await _start(browser, ring, step) for _ in range(plan.starts)]
                print(
                    f"step {step}, from exec to the first picture on a canvas:"
                    f" {np.median(starts):.2f} s ({min(starts):.2f} - {max(starts):.2f})"
                )


@contextmanager
def playing(recording: Path) -> Iterator[tuple[Path, NDArray[np.int64]]]:
    """The ring into which a device plays, and when each of its pictures was complete."""
    with tempfile.TemporaryDirectory(prefix="ws-stream-bench-", dir="/dev/shm") as folder:
        ring, log = Path(folder, "ring"), Path(folder, "log")
        Ring(ring, create=True)
        with python("bench.latency_device", ring, recording, log) as device:
            line(device)
            yield ring, latency_device.log(log)


def _commands(ring: Path, step: int) -> dict[str, list[str]]:
    """The module and arguments that start each server. All but the first send JPEGs to an <img>."""
    memory = [str(ring), str(step)]
    return {
        "ws-stream": ["ws_stream", "serve", address(ring), "--step", str(step), "--port", "0"],
        "Flask + PIL": ["bench.rivals.flask_pil", *memory],
        "Flask + libjpeg-turbo, next head early": ["bench.latency_mjpeg", *memory],
    }


async def _turns(
    plan: Plan, browser: Browser, ring: Path, times: NDArray[np.int64], step: int
) -> None:
    commands = _commands(ring, step)
    seen: dict[str, list[Seen]] = {name: [] for name in commands}
    with ExitStack() as stack:
        urls = {}
        for name, command in commands.items():
            server = stack.enter_context(python(*command))
            urls[name] = line(server).split()[-1]
        for _ in range(plan.rounds):
            for name, url in urls.items():
                seen[name].append(await watch(browser, url, plan.seconds, times))
    print(f"\nstep {step}, ms since the picture was complete: p50 / p95 / p99 (p50 of each turn)")
    for name, turns in seen.items():
        print(name)
        for way in Seen._fields:
            _report(way, [getattr(turn, way) for turn in turns])


def _report(way: str, turns: list[NDArray[np.float64]]) -> None:
    values = np.concatenate(turns)
    if not values.size:
        return
    figures = " / ".join(f"{value:5.1f}" for value in np.percentile(values, PERCENTILES))
    each = ", ".join(f"{np.median(turn):.1f}" for turn in turns)
    print(f"  {way:8} {figures}  ({each}; {values.size} pictures)", flush=True)


async def _start(browser: Browser, ring: Path, step: int) -> float:
    """Seconds from the start of the server's process to a picture in a browser that waits for it."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    waiting = asyncio.create_task(first_picture(browser, f"http://127.0.0.1:{port}/"))
    await asyncio.sleep(0.5)  # the browser is already trying
    started = time.time()
    with python("ws_stream", "serve", address(ring), "--step", step, "--port", port):
        return await waiting - started


if __name__ == "__main__":
    main()
