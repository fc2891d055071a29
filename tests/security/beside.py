"""A healthy viewer beside an attack: it shows every picture that is published, each exactly, until that is over."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import numpy as np

from ws_stream import Server, connect

Found = TypeVar("Found")

ATTACKER = "127.0.0.2"
"""Another address than the healthy viewer's."""
PATIENCE = 20
"""Seconds after which a picture is taken for lost."""
AFTERWARDS = 5
"""Pictures that are looked at after the attack."""


class Healthy:
    """The viewer that only watches, and the stream that it watches."""

    def __init__(self, server: Server, **trust: str) -> None:
        self._stream = server.stream("camera", fps=200)
        scheme = "wss" if "tls_ca" in trust else "ws"
        self.connection = connect(f"{scheme}://127.0.0.1:{server.port}/stream/camera", **trust)
        self._frames = aiter(self.connection)
        self._random = np.random.default_rng(14)
        self.shown = 0

    async def sees(self, pictures: int) -> None:
        """Publish so many, each when the one before was shown."""
        for _ in range(pictures):
            picture = self._random.integers(0, 256, (60, 80, 3), np.uint8)
            self._stream.publish(picture)
            async with asyncio.timeout(PATIENCE):
                frame = await anext(self._frames)
            self.shown += 1
            assert frame.number == self.shown, "none is missing"
            assert np.array_equal(frame.pixels, picture), "each is exact"

    async def beside(self, attack: Coroutine[Any, Any, Found]) -> Found:
        """See pictures until the attack is over, and then some."""
        attacking = asyncio.create_task(attack)
        try:
            while not attacking.done():
                await self.sees(1)
        finally:
            attacking.cancel()
        await self.sees(AFTERWARDS)
        assert not self.connection.refused_messages
        assert not self.connection.checksum_mismatches
        return attacking.result()


@asynccontextmanager
async def healthy(server: Server, **trust: str) -> AsyncIterator[Healthy]:
    """One that is there before the attack begins."""
    viewer = Healthy(server, **trust)
    await viewer.sees(1)
    yield viewer
    await viewer._frames.aclose()


async def dial(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection of the attacker's. Raises OSError."""
    return await asyncio.open_connection("127.0.0.1", port, local_addr=(ATTACKER, 0))


async def heard_until_the_end(reader: asyncio.StreamReader) -> bytes:
    """All that the server says until it ends the connection."""
    try:
        return await reader.read()
    except ConnectionError:
        return b""
