"""What TLS costs a device: `python -m bench.tls`.

Two servers, one by http and one by https, read the same mapped memory and are watched by one viewer each, in turns. The
CPU time of each is divided by the pictures that its viewer has had; and that of connections, by their number.
"""

import argparse
import asyncio
import ssl
import struct
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from ws_stream import connect
from ws_stream.commands.certificate import make_certificate
from ws_stream.pixels.formats import RGBX8888
from ws_stream.selftest.workload import WORKLOADS

from .processes import cpu_seconds, line, python

WIDTH, HEIGHT, SLOTS, PER_SECOND = 1024, 600, 16, 30
CONTENTS = {"card": "dashboard", "text": "text that scrolls", "noise": "noise"}
WARM_UP = 0.7
"""Seconds that are not counted."""
CONNECTIONS = 20
"""In a turn: a server lets in 150 at once."""


class Served(NamedTuple):
    """A server."""

    pid: int
    url: str
    tls_ca: str | None


@contextmanager
def writing(workload: str, file: Path) -> Iterator[str]:
    """A device that shows this content in mapped memory; the source's address."""
    pictures = WORKLOADS[workload](WIDTH, HEIGHT, RGBX8888)
    content = b"".join(
        picture.tobytes() for picture, _ in zip(pictures, range(SLOTS), strict=False)
    )
    file.write_bytes(content + bytes(4))
    stop = threading.Event()

    def write() -> None:
        with file.open("r+b", buffering=0) as device:
            number = 0
            while not stop.wait(1 / PER_SECOND):
                number += 1
                device.seek(len(content))
                device.write(struct.pack("<I", number))

    thread = threading.Thread(target=write)
    thread.start()
    try:
        size = f"width={WIDTH}&height={HEIGHT}&format=rgbx8888&slots={SLOTS}"
        yield f"mmap:{file}?{size}&index={len(content)}:u32le"
    finally:
        stop.set()
        thread.join()


def serving(stack: ExitStack, source: str, pair: tuple[str, str] | None) -> Served:
    """A server of it."""
    tls = ["--tls-cert", pair[0], "--tls-key", pair[1]] if pair else []
    process = stack.enter_context(python("ws_stream", "serve", source, "--port", 0, *tls))
    return Served(process.pid, line(process).rpartition(" ")[2], pair[0] if pair else None)


def per_picture(server: Served, seconds: float) -> float:
    """Microseconds of CPU time for a picture that a viewer sees."""
    with connect(server.url, tls_ca=server.tls_ca) as screen:
        begin, count = time.monotonic() + WARM_UP, 0
        before = 0.0
        for _ in screen:
            now = time.monotonic()
            if not before and now > begin:
                before, count = cpu_seconds(server.pid), 0
            count += 1
            if now > begin + seconds:
                break
        return (cpu_seconds(server.pid) - before) / count * 1e6


async def _ask(server: Served) -> None:
    address = server.url.partition("//")[2].partition("/")[0].rpartition(":")
    tls = ssl.create_default_context(cafile=server.tls_ca) if server.tls_ca else None
    for _ in range(CONNECTIONS):
        reader, writer = await asyncio.open_connection(address[0], int(address[2]), ssl=tls)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        await reader.read()
        writer.close()


def per_connection(server: Served, _: float) -> float:
    """Microseconds of CPU time for a connection that has one small reply, its handshake within."""
    before = cpu_seconds(server.pid)
    with asyncio.Runner() as runner:
        runner.run(_ask(server))
    return (cpu_seconds(server.pid) - before) / CONNECTIONS * 1e6


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=2.0)
    options = parser.parse_args()
    print("| us of CPU time for | by http | by https | difference, least to most |")
    print("|---|---|---|---|")
    for workload in [*CONTENTS, None]:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir="/dev/shm")))
            pair = str(folder / "cert.pem"), str(folder / "key.pem")
            list(make_certificate([], *pair, 1))
            source = stack.enter_context(writing(workload or "still", folder / "ring"))
            servers = [serving(stack, source, which) for which in (None, pair)]
            measure = per_picture if workload else per_connection
            turns = [
                [measure(server, options.seconds) for server in servers]
                for _ in range(options.turns)
            ]
        plain, secure = (median(column) for column in zip(*turns, strict=True))
        differences = [other - one for one, other in turns]
        name = f"a picture: {CONTENTS[workload]}" if workload else "a connection and one reply"
        spread = f"{median(differences):.0f} ({min(differences):.0f} to {max(differences):.0f})"
        print(f"| {name} | {plain:.0f} | {secure:.0f} | {spread} |", flush=True)


if __name__ == "__main__":
    main()
