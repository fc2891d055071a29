"""What partial flushes cost a device: `python -m bench.partial`.

A program flushes 5 % of the rows of a ring 30 times a second, as LVGL does with what a widget has drawn, and says so;
in other turns it says that all may have changed. The CPU time of the server is divided by the pictures: of such as
change nothing, of such as are drawn anew but are what they were (what reading takes), and of such as change (and are
sent to a viewer). A second server shows the same memory as `mmap:`, whole pictures without Python. The last rows are
servers for whom nobody draws: what a reader could save that sleeps until the writer wakes it.
"""

import argparse
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from statistics import median
from typing import NamedTuple

import numpy as np

from ws_stream import Ring, UsageError, connect
from ws_stream.sources.ring_layout import HEADER, NEWEST_AT, SHARED_MEMORY, RingHeader

from .processes import cpu_seconds, line, python

NAME = "ws-stream-bench-partial"
WIDTH, HEIGHT, SHARE, PER_SECOND = 1024, 600, 20, 30
WARM_UP = 0.7
"""Seconds that are not counted."""


ROWS = HEIGHT // SHARE
WHOLE = [(0, 0, WIDTH, HEIGHT)]


def draw(ring: Ring, seconds: float, *, changes: bool, says: str) -> int:
    """Flush a part of each picture, as often as LVGL's timer does; how many there were."""
    places = np.random.default_rng(1)
    end = due = time.monotonic()
    end += seconds
    pictures = 0
    while due < end:
        first = int(places.integers(0, HEIGHT - ROWS))
        pixels = ring.update()
        if changes:
            pixels[first : first + ROWS, : WIDTH // 2] += 1
        part = [(0, first, WIDTH, ROWS)]
        ring.publish(damage={"part": part, "whole": WHOLE, "nothing": []}[says])
        pictures += 1
        due += 1 / PER_SECOND
        time.sleep(max(0.0, due - time.monotonic()))
    return pictures


def as_mmap(pixel_format: str) -> str:
    """The same memory as a source that knows nothing of damage."""
    path = SHARED_MEMORY / NAME
    header = RingHeader.parse(path.read_bytes()[: HEADER.size])
    return (
        f"mmap:{path}?width={WIDTH}&height={HEIGHT}&format={pixel_format}&stride={header.stride}"
        f"&offset={header.pixels_at}&slots={header.slots}&distance={header.slot_bytes}&index={NEWEST_AT}:u32le"
    )


@contextmanager
def watched(stack: ExitStack, source: str) -> Iterator[tuple[int, list[float]]]:
    """A server with a viewer: its process, and how old each picture was when it came, in milliseconds."""
    server = stack.enter_context(python("ws_stream", "serve", source, "--port", 0))
    url, ages = line(server).rpartition(" ")[2], list[float]()

    def watch() -> None:
        with suppress(UsageError):  # it is closed while it waits
            for frame in screen:
                ages.append(1000 * (time.time() - frame.time / 1e6))

    screen = stack.enter_context(connect(url))
    thread = threading.Thread(target=watch)
    thread.start()
    yield server.pid, ages
    screen.close()
    thread.join()


class Kind(NamedTuple):
    """What is measured in a turn."""

    title: str
    changes: bool
    says: str
    server: int = 0


KINDS = (
    Kind("nothing", changes=False, says="nothing"),
    Kind("read: part", changes=False, says="part"),
    Kind("read: whole", changes=False, says="whole"),
    Kind("read and sent: part", changes=True, says="part"),
    Kind("read and sent: whole", changes=True, says="whole"),
    Kind("read and sent: mmap", changes=True, says="whole", server=1),
)


def window(ring: Ring, pid: int, kind: Kind, seconds: float) -> float:
    """Microseconds of CPU time of that server for a picture."""
    draw(ring, WARM_UP, changes=kind.changes, says=kind.says)
    before = cpu_seconds(pid)
    pictures = draw(ring, seconds, changes=kind.changes, says=kind.says)
    return 1e6 * (cpu_seconds(pid) - before) / pictures


def measure(pixel_format: str, rounds: int, seconds: float) -> None:
    """Print the medians of one format."""
    with ExitStack() as stack:
        ring = stack.enter_context(Ring(NAME, WIDTH, HEIGHT, format=pixel_format, slots=3))
        ring.publish(np.zeros_like(ring.begin()))
        servers = [
            stack.enter_context(watched(stack, source))
            for source in (f"ring:{NAME}", as_mmap(pixel_format))
        ]
        turns = [
            [window(ring, servers[kind.server][0], kind, seconds) for kind in KINDS]
            for _ in range(rounds)
        ]
        print(f"{WIDTH}x{HEIGHT} {pixel_format}, {100 // SHARE} % of the rows; us of CPU a picture")
        for kind, shares in zip(KINDS, zip(*turns, strict=True), strict=True):
            print(
                f"  {kind.title:20} {median(shares):5.0f}  ({min(shares):.0f} - {max(shares):.0f})"
            )
        read = median(part / whole for _, part, whole, *_ in turns)
        alone = median((part - none) / (whole - none) for none, part, whole, *_ in turns)
        sent = median(part / whole for *_, part, whole, _ in turns)
        print(
            f"  part : whole, read {read:.2f}, above a picture of nothing {alone:.2f}, sent {sent:.2f}"
        )
        ages = sorted(servers[0][1])
        print(
            f"  age when it came: {median(ages):.1f} ms, 95 of 100 below {ages[len(ages) * 95 // 100]:.1f} ms"
        )
        for name, (server, _) in zip(("ring", "mmap"), servers, strict=True):
            before = cpu_seconds(server)
            time.sleep(seconds)
            share = 100 * (cpu_seconds(server) - before) / seconds
            print(f"  {name}, nothing drawn: {share:.2f} % of a core")


def main() -> None:
    """Measure in turns and print the medians."""
    parser = argparse.ArgumentParser(prog="python -m bench.partial", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--format", action="append")
    options = parser.parse_args()
    for pixel_format in options.format or ("rgb565", "bgrx8888"):
        measure(pixel_format, options.rounds, options.seconds)


if __name__ == "__main__":
    main()
