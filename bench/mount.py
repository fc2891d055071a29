"""What a mount costs a device: `python -m bench.mount`.

Servers read the same mapped memory, one at a port of its own, the others in programs under the hosts that
docs/mounting.md names. Each is watched by one viewer, in turns. The CPU time of each is divided by the pictures that
its viewer has had: as a program asks for them, and as browsers do, which offer to inflate what hosts deflate.
"""

import argparse
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import NamedTuple

from websockets.sync.client import connect
from websockets.typing import Subprotocol

from ws_stream.protocol.picture import SUBPROTOCOL

from .processes import cpu_seconds, line, python
from .servers import free_port, wait_for
from .tls import CONTENTS, WARM_UP, writing

OWN = "its own port"
PLAIN = "uvicorn, ws_per_message_deflate=False"
APP = "bench.mounted:app"
HOSTS: Mapping[str, Sequence[str]] = {
    PLAIN: ("uvicorn", APP, "--log-level=error", "--ws-per-message-deflate=false", "--port"),
    "uvicorn": ("uvicorn", APP, "--log-level=error", "--port"),
    "hypercorn": ("hypercorn", APP, "--log-level=error", "--bind=127.0.0.1:{}"),
    "granian": ("granian", APP, "--interface=asgi", "--log-level=error", "--port"),
    "aiohttp": ("bench.mounted",),
}
"""By what the table calls them; the port follows, or stands in the last."""
DEFLATES = ("uvicorn", "hypercorn")


class Served(NamedTuple):
    """A process, and the address of its stream."""

    pid: int
    url: str


def serving(stack: ExitStack, host: str, source: str) -> Served:
    """A server of it, under this host."""
    if host == OWN:
        process = stack.enter_context(python("ws_stream", "serve", source, "--port", 0))
        return Served(process.pid, _stream(line(process).rpartition(":")[2].partition("/")[0]))
    port = free_port()
    *command, last = HOSTS[host]
    rest = [last.format(port)] if "{}" in last else [last, port]
    process = stack.enter_context(python(*command, *rest, SOURCE=source))
    pid = int(line(process))
    wait_for(port, process, within=60)
    return Served(pid, _stream(port))


def _stream(port: object) -> str:
    return f"ws://127.0.0.1:{port}/stream?acknowledge=0"


def per_picture(server: Served, seconds: float, *, inflates: bool) -> float:
    """Microseconds of CPU time for a picture that a viewer has."""
    with connect(
        server.url,
        subprotocols=[Subprotocol(SUBPROTOCOL)],
        compression="deflate" if inflates else None,
        max_size=None,
        proxy=None,
        open_timeout=60,  # of a host that has too much to deflate
        close_timeout=0.1,
    ) as viewer:
        begin, count, before = time.monotonic() + WARM_UP, 0, 0.0
        while (now := time.monotonic()) < begin + seconds:
            if not before and now > begin:
                before, count = cpu_seconds(server.pid), 0
            count += isinstance(viewer.recv(10), bytes)
        return (cpu_seconds(server.pid) - before) / count * 1e6


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=2.0)
    options = parser.parse_args()
    columns = [(workload, host, False) for workload in CONTENTS for host in (OWN, *HOSTS)]
    columns += [(workload, host, True) for workload in CONTENTS for host in DEFLATES]
    print("| content | under | us of CPU time for a picture | times that at its own port |")
    print("|---|---|---|---|")
    for workload in CONTENTS:
        rows = [row for row in columns if row[0] == workload]
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir="/dev/shm")))
            source = stack.enter_context(writing(workload, folder / "ring"))
            servers = {host: serving(stack, host, source) for host in (OWN, *HOSTS)}
            turns = [
                [per_picture(servers[host], options.seconds, inflates=how) for _, host, how in rows]
                for _ in range(options.turns)
            ]
        for index, (_, host, inflates) in enumerate(rows):
            if host == "uvicorn" and not inflates:
                continue  # as the row above: nobody has asked it to deflate
            cost = median(turn[index] for turn in turns)
            ratio = median(turn[index] / turn[0] for turn in turns)
            name = f"{host}, to a browser" if inflates else host
            print(f"| {CONTENTS[workload]} | {name} | {cost:.0f} | {ratio:.2f} |", flush=True)


if __name__ == "__main__":
    main()
