"""Many viewers in one process: `python -m bench.relays_crowd VIEWERS SAMPLE PORT...`.

Each acknowledges, and checks that every message builds on the one before; of each port a sample decodes the pictures
and compares each with what its number says it is. At each line read, what was seen since the last is said as JSON.
"""

import asyncio
import json
import os
import random
import struct
import sys
import time
from contextlib import suppress
from typing import Any

import numpy as np

from ws_stream import ConnectError, connect
from ws_stream.protocol.picture import is_no_ack, is_picture

from .crowd import BINARY, HANDSHAKE, frames
from .relays_device import STREAM, picture

STALE = 0.5
"""Seconds without a picture, after which a viewer is not fresh."""
PAUSES = 0.5, 1.0, 2.0
"""Between two tries, less up to a half of it: docs/protocol.md."""
PER_ADDRESS = 20
_SIGN = struct.Struct("<4xIIIQ")
"""Epoch, number, base and time of a picture message."""


class Seen:
    """By all viewers of one port, since it was asked for last."""

    def __init__(self) -> None:
        self.messages = self.bytes = self.wrong = 0
        self.ages: list[float] = []
        self.gaps: list[tuple[float, float]] = []
        """Of each viewer that was not fresh: since when, and when it was again."""

    def told(self) -> dict[str, Any]:
        """All of it, and begin anew."""
        seen = vars(self).copy()
        self.__init__()  # type: ignore[misc]  # as new
        return seen


class Freshness:
    """Of one viewer."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen
        self._last = time.monotonic()

    def picture(self, taken_us: int) -> None:
        """One has come."""
        now = time.monotonic()
        if now - self._last > STALE:
            self._seen.gaps.append((self._last, now))
        self._last = now
        self._seen.ages.append(time.time() - taken_us / 1e6)


class Lean(asyncio.Protocol):
    """One connection of a viewer that looks at headers only."""

    def __init__(self, seen: Seen, fresh: Freshness) -> None:
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.has_seen = False
        self._seen, self._fresh = seen, fresh
        self._pending, self._is_open = b"", False
        self._held = 0, 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(HANDSHAKE.replace(b"/stream ", f"/stream/{STREAM} ".encode()))

    def connection_lost(self, _: Exception | None) -> None:
        """It is to be made again."""
        if not self.lost.done():
            self.lost.set_result(None)

    def data_received(self, data: bytes) -> None:
        """Take the bytes apart."""
        self._seen.bytes += len(data)
        self._pending += data
        if not self._is_open:
            _, end, rest = self._pending.partition(b"\r\n\r\n")
            if not end:
                return
            self._pending, self._is_open = rest, True
        messages, self._pending = frames(self._pending)
        for opcode, payload in messages:
            if opcode == BINARY and is_picture(payload):
                self._heed(payload)

    def _heed(self, message: bytes) -> None:
        epoch, number, base, taken = _SIGN.unpack_from(message)
        held = self._held[1] if self._held[0] == epoch else 0
        self._seen.wrong += base not in (0, held)
        self._seen.messages += 1
        self._held, self.has_seen = (epoch, number), True
        self._fresh.picture(taken)
        if not is_no_ack(message):
            text = b'{"type":"acknowledge","number":%d}' % number
            self._transport.write(bytes((0x81, 0x80 | len(text))) + bytes(4) + text)


async def look(port: int, seen: Seen, number: int) -> None:
    """One viewer, for ever; not all are of one address."""
    fresh, tries = Freshness(seen), 0
    while True:
        with suppress(OSError):
            _, viewer = await asyncio.get_running_loop().create_connection(
                lambda: Lean(seen, fresh),
                "127.0.0.1",
                port,
                local_addr=(f"127.0.{1 + os.getpid() % 200}.{1 + number // PER_ADDRESS}", 0),
            )
            await viewer.lost
            tries = 0 if viewer.has_seen else tries
        await asyncio.sleep(PAUSES[min(tries, len(PAUSES) - 1)] * random.uniform(0.5, 1))
        tries += 1


async def compare(port: int, seen: Seen, _: int) -> None:
    """One that decodes every picture, for ever."""
    connection, fresh = connect(f"ws://127.0.0.1:{port}/stream/{STREAM}"), Freshness(seen)
    while True:
        with suppress(ConnectError):
            async for frame in connection:
                assert frame.meta
                seen.messages += 1
                seen.wrong += not np.array_equal(frame.pixels, picture(frame.meta["number"]))
                seen.wrong += connection.checksum_mismatches
                fresh.picture(frame.time)
        await asyncio.sleep(random.uniform(0.2, 0.5))


async def watch(viewers: int, sample: int, ports: list[int]) -> None:
    """Until there are no more lines."""
    seen = {port: Seen() for port in ports}
    tasks = [
        asyncio.create_task((compare if number < sample else look)(port, seen[port], number))
        for port in ports
        for number in range(viewers // len(ports))
    ]
    while await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps({port: one.told() for port, one in seen.items()}), flush=True)
    for task in tasks:
        task.cancel()


if __name__ == "__main__":
    asyncio.run(watch(int(sys.argv[1]), int(sys.argv[2]), [*map(int, sys.argv[3:])]))
