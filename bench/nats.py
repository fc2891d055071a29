"""What one more node costs a publisher and a NATS server: `python -m bench.nats`.

A device shows content at 30 pictures a second; `ws-stream publish` has it on a NATS server, and nodes follow it there.
With 1, 3 and 10 nodes, in turns: the CPU time of the device, the publisher and the NATS server, and how old pictures
are at the nodes. Then, with one node that stands still, how long a message to the server takes: with the newest server,
with and without `no_fast_producer_stall`, and with Debian's, where it is installed.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from ws_stream.relay.nats_address import nats_address
from ws_stream.relay.nats_link import linked
from ws_stream.relay.nats_upstream import NatsUpstream

from .processes import cpu_seconds, line, python, running
from .servers import free_port, wait_for
from .tls import CONTENTS, writing

NODES = (1, 3, 10)
NEWEST = Path(sys.executable).with_name("nats-server")
DEBIANS = Path("/usr/sbin/nats-server")
WARM_UP = 3.0
"""Seconds that are not counted."""
SMALL = {"max_pending": 2**21, "max_payload": 2**20, "write_deadline": "2s"}
MESSAGE, MESSAGES, PER_SECOND = 65536, 600, 60
"""What is said while a node stands still: bytes, how many, how often a second."""


@contextmanager
def nats_server(
    folder: Path, options: Mapping[str, Any], program: Path
) -> Iterator[tuple[int, str]]:
    """Its process and address."""
    port = free_port()
    config = folder / f"{port}.conf"
    config.write_text(json.dumps({"host": "127.0.0.1", "port": port, **options}))
    with running([program, "-c", config]) as process:
        wait_for(port, process)
        yield process.pid, f"nats://127.0.0.1:{port}"


async def follow(url: str, seconds: float) -> None:
    """A node with one viewer: says how many pictures it had in these seconds, and how old half of them were at most."""
    upstream, count, ages, until = NatsUpstream(url), 0, [], 0.0
    await upstream.ask({"fps": 30})
    async for _, frame in upstream.messages():
        now = time.monotonic()
        if frame and not until:
            until = now + WARM_UP + seconds
            print("counting", flush=True)
        if frame and now > until - seconds:
            count += 1
            if age := upstream.age(frame):
                ages.append(age.seconds)
        if until and now > until:
            break
    print(count / seconds, median(ages or [0.0]), flush=True)


def turn(pids: Sequence[int], url: str, nodes: int, seconds: float) -> list[float]:
    """With so many nodes: the CPU time of each process a picture, in microseconds; pictures a second, and their age."""
    with ExitStack() as stack:
        each = [
            stack.enter_context(python("bench.nats", "--follow", url, seconds))
            for _ in range(nodes)
        ]
        for node in each:
            line(node)
        time.sleep(WARM_UP)
        before = [cpu_seconds(pid) for pid in pids]
        time.sleep(seconds)
        used = [cpu_seconds(pid) - was for pid, was in zip(pids, before, strict=True)]
        rates, ages = zip(*(map(float, line(node).split()) for node in each), strict=True)
        pictures = max(rates) * seconds
        return [*(1e6 * cpu / pictures for cpu in used), min(rates), 1e3 * median(ages)]


def grow(workload: str, turns: int, seconds: float) -> None:
    """Rows of a table, of one content."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir="/dev/shm")))
        source = stack.enter_context(writing(workload, folder / "ring"))
        options = {"no_fast_producer_stall": True}
        server, url = stack.enter_context(nats_server(folder, options, NEWEST))
        device = stack.enter_context(python("ws_stream", "serve", source, "--port", 0, "--step", 2))
        port = line(device).rpartition(":")[2].partition("/")[0]
        stream = f"ws://127.0.0.1:{port}/stream/ring"
        publisher = stack.enter_context(python("ws_stream", "publish", "--nats", url, stream))
        subject = line(publisher).partition(":")[0]
        pids = (device.pid, publisher.pid, server)
        rows: dict[int, list[list[float]]] = {nodes: [] for nodes in NODES}
        for _ in range(turns):
            for nodes in NODES:
                rows[nodes].append(turn(pids, f"{url}/{subject}", nodes, seconds))
        for nodes in NODES:
            cells = [median(column) for column in zip(*rows[nodes], strict=True)]
            ratio = median(
                now[1] / one[1] for now, one in zip(rows[nodes], rows[NODES[0]], strict=True)
            )
            print(
                f"| {CONTENTS[workload]} | {nodes} | {cells[0]:.0f} | {cells[1]:.0f} | {ratio:.2f} | {cells[2]:.0f} | "
                f"{cells[3]:.1f} | {cells[4]:.0f} |",
                flush=True,
            )


async def sit(url: str) -> None:
    """Listen, and be stopped."""
    reader, writer = await asyncio.open_connection(*url.removeprefix("nats://").split(":"))
    await reader.readline()
    writer.write(b'CONNECT {"verbose":false}\r\nSUB bench.still 1\r\nPING\r\n')
    await reader.readline()
    print("there", flush=True)
    while await reader.read(65536):
        pass


async def say(url: str) -> list[float]:
    """Milliseconds until the server had each message."""
    taken = []
    async with linked(nats_address(url)) as link:
        for _ in range(MESSAGES):
            began = time.perf_counter()
            await link.say("bench.still", bytes(MESSAGE))
            await link.taken()
            taken.append(1e3 * (time.perf_counter() - began))
            await asyncio.sleep(max(0.0, 1 / PER_SECOND - time.perf_counter() + began))
    return taken


def stall(name: str, options: Mapping[str, Any], program: Path) -> None:
    """A row of a table, of one server."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        _, url = stack.enter_context(nats_server(Path(folder), {**SMALL, **options}, program))
        still = stack.enter_context(python("bench.nats", "--sit", url))
        line(still)
        os.kill(still.pid, signal.SIGSTOP)
        taken = asyncio.run(say(url))
        os.kill(still.pid, signal.SIGCONT)
        print(
            f"| {name} | {median(taken):.2f} | {quantiles(taken, n=100)[98]:.2f} | {max(taken):.1f} |",
            flush=True,
        )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.nats", description=__doc__)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--content", action="append", choices=CONTENTS)
    parser.add_argument("--follow", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--sit", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.follow:
        asyncio.run(follow(options.follow[0], float(options.follow[1])))
    elif options.sit:
        asyncio.run(sit(options.sit))
    else:
        print("| content | nodes | device | publisher | times that with 1 | server | rate | age |")
        print("|---|---|---|---|---|---|---|---|")
        for workload in options.content or ("card", "text"):
            grow(workload, options.turns, options.seconds)
        print("| a node stands still, server | median ms | p99 ms | most ms |")
        print("|---|---|---|---|")
        stall("newest, no_fast_producer_stall", {"no_fast_producer_stall": True}, NEWEST)
        stall("newest", {}, NEWEST)
        if DEBIANS.exists():
            stall("Debian 12's", {}, DEBIANS)


if __name__ == "__main__":
    main()
