"""What one more viewer costs: `python -m bench.crowd`.

A server shows the recorded dashboard at step 4, 30 pictures a second, to few and to many viewers that acknowledge what
they are to. Beside it, in turns, a loop of bare `socket.send` sends as many messages of the same size to as many
sockets. The difference between many and few, per viewer and message, is compared.
"""

import argparse
import asyncio
import os
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from ws_stream.protocol.picture import is_no_ack

from . import content, ring
from .measure import Target, ws_stream
from .processes import cpu_seconds, line, python

FPS = 30
FEW, MANY = 10, 60
BINARY, PING = 2, 9
LONG, LONGER = 126, 127
"""In the place of a frame's length: two or eight bytes follow."""
HANDSHAKE = (
    b"GET /stream HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Protocol: ws-stream.v1\r\n\r\n"
)


class Cost(NamedTuple):
    """What a process did while so many viewers were there."""

    cpu: float
    messages: float
    bytes: float


def frames(data: bytes) -> tuple[list[tuple[int, bytes]], bytes]:
    """Opcode and payload of the whole frames of a server (RFC 6455, section 5.2), and the rest."""
    found: list[tuple[int, bytes]] = []
    at = 0
    while len(data) - at > 1:
        size, start = data[at + 1], at + 2
        if size >= LONG:
            layout = {LONG: ">H", LONGER: ">Q"}[size]
            start += struct.calcsize(layout)
            if len(data) < start:
                break
            (size,) = struct.unpack_from(layout, data, at + 2)
        if len(data) < start + size:
            break
        found.append((data[at] & 15, data[start : start + size]))
        at = start + size
    return found, data[at:]


class Viewer(asyncio.Protocol):
    """The smallest viewer that acknowledges: it unpacks nothing, so that a crowd fits one core."""

    messages = received = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.pending, self.open = transport, b"", False
        transport.write(HANDSHAKE)

    def data_received(self, data: bytes) -> None:
        """Take the bytes apart and acknowledge."""
        Viewer.received += len(data)
        self.pending += data
        if not self.open:
            _, end, rest = self.pending.partition(b"\r\n\r\n")
            if not end:
                return
            self.pending, self.open = rest, True
        messages, self.pending = frames(self.pending)
        for message in messages:
            self._heed(*message)

    def _heed(self, opcode: int, payload: bytes) -> None:
        if opcode == BINARY:
            Viewer.messages += 1
            if is_no_ack(payload):
                return
            (number,) = struct.unpack_from("<I", payload, 8)
            text = b'{"type":"acknowledge","number":%d}' % number
            self.transport.write(bytes((0x81, 0x80 | len(text))) + bytes(4) + text)
        elif opcode == PING:
            self.transport.write(bytes((0x8A, 0x80 | len(payload))) + bytes(4) + payload)


async def watch(port: int, viewers: int, seconds: float) -> None:
    """So many viewers: says how many messages and bytes they got in the seconds after a warm-up."""
    loop = asyncio.get_running_loop()
    for _ in range(viewers):
        await loop.create_connection(Viewer, "127.0.0.1", port)
    await asyncio.sleep(2)
    print("counting", flush=True)
    messages, received = Viewer.messages, Viewer.received
    await asyncio.sleep(seconds)
    print(Viewer.messages - messages, Viewer.received - received, flush=True)


def send_bare(sockets: int, size: int) -> None:
    """The rival: send messages of this size to so many sockets, that the parent process reads, for ever."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=sockets)
    print(listening.getsockname()[1], flush=True)
    peers = [listening.accept()[0] for _ in range(sockets)]
    message, due = bytes(size), time.monotonic()
    while True:
        for peer in peers:
            peer.send(message)
        due += 1 / FPS
        time.sleep(max(0.0, due - time.monotonic()))


class Reader(asyncio.Protocol):
    """Reads and forgets."""


async def read_bare(port: int, sockets: int, pid: int, seconds: float) -> float:
    """Share of a core that the rival uses."""
    loop = asyncio.get_running_loop()
    for _ in range(sockets):
        await loop.create_connection(Reader, "127.0.0.1", port)
    await asyncio.sleep(1)
    before = cpu_seconds(pid)
    await asyncio.sleep(seconds)
    return (cpu_seconds(pid) - before) / seconds


def ours(server: Target, viewers: int, seconds: float) -> Cost:
    """The server with so many viewers, per second."""
    port = server.url.split(":")[2].split("/")[0]
    with python("bench.crowd", "--watch", port, viewers, seconds) as crowd:
        line(crowd)
        before, began = cpu_seconds(server.pid), time.monotonic()
        messages, received = map(int, line(crowd).split())
        taken = time.monotonic() - began
        return Cost((cpu_seconds(server.pid) - before) / taken, messages / taken, received / taken)


def bare(sockets: int, size: int, seconds: float) -> Cost:
    """The loop of sends with so many sockets, per second."""
    with python("bench.crowd", "--send", sockets, size) as process:
        port = int(line(process))
        cpu = asyncio.run(read_bare(port, sockets, process.pid, seconds))
    return Cost(cpu, sockets * FPS, sockets * FPS * size)


def slope(few: Cost, many: Cost) -> float:
    """Microseconds of CPU for one more message to one more viewer."""
    return 1e6 * (many.cpu - few.cpu) / (many.messages - few.messages)


@contextmanager
def dashboard(cache: Path) -> Iterator[Target]:
    """The server that shows the recorded dashboard, and the process that plays it."""
    path = Path(f"/dev/shm/ws-stream-bench-{os.getpid()}")
    pictures, _ = content.recorded(cache)
    ring.Ring(path, create=True)
    try:
        with python("bench.ring", path, pictures) as player:
            line(player)
            with ws_stream(ring.address(path), 4) as server:
                yield server
    finally:
        path.unlink(missing_ok=True)


def main() -> None:
    """Read the options and do what they say."""
    parser = argparse.ArgumentParser(prog="python -m bench.crowd", description=__doc__)
    parser.add_argument("--times", type=int, default=5, help="pairs of turns (default 5)")
    parser.add_argument("--seconds", type=float, default=6, help="of each turn (default 6)")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache/ws-stream-bench")
    parser.add_argument("--watch", nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("--send", nargs=2, type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.watch:
        port, viewers, seconds = options.watch
        asyncio.run(watch(int(port), int(viewers), float(seconds)))
    elif options.send:
        send_bare(*options.send)
    else:
        compare(options.times, options.seconds, options.cache)


def compare(times: int, seconds: float, cache: Path) -> None:
    """Measure in turns and print the medians."""
    slopes: list[tuple[float, float]] = []
    with dashboard(cache) as server:
        for _ in range(times):
            few, many = (ours(server, viewers, seconds) for viewers in (FEW, MANY))
            size = int(many.bytes / many.messages)
            rival = slope(*(bare(sockets, size, seconds) for sockets in (FEW, MANY)))
            slopes.append((slope(few, many), rival))
            print(
                f"{MANY} viewers: {100 * many.cpu:.1f} % of a core, {many.messages / MANY:.1f} pictures/s each, "
                f"{size} bytes; one more message {slopes[-1][0]:.0f} us, bare send {rival:.0f} us",
                flush=True,
            )
    our, their = (median(column) for column in zip(*slopes, strict=True))
    ratio = median(one / other for one, other in slopes)
    print(f"medians: {our:.0f} us, bare {their:.0f} us, ratio {ratio:.1f}")


if __name__ == "__main__":
    main()
