"""Viewers of pictures over a WebSocket: ws-stream's own client, and one for whole pictures packed with LZ4."""

import asyncio

import lz4.block
import numpy as np
from websockets.asyncio.client import connect as open_websocket

import ws_stream

from .received import Figures, Received


def follow_ws_stream(url: str, received: Received) -> None:
    """Unpack and acknowledge every picture."""

    async def follow() -> None:
        connection = ws_stream.connect(url)
        async for frame in connection:
            received.bytes = connection.received_bytes
            received.show(received.truth.newest_at(frame.time / 1e6), frame.pixels)

    asyncio.run(follow())


def follow_whole(url: str, received: Received) -> None:
    """Unpack every picture."""
    shape = received.truth.picture(1).shape

    async def follow() -> None:
        last = b""
        async with open_websocket(url, compression=None, max_size=None) as socket:
            async for message in socket:
                assert isinstance(message, bytes)
                received.bytes += len(message)
                unpacked = lz4.block.decompress(message[4:], uncompressed_size=int(np.prod(shape)))
                picture = np.frombuffer(unpacked, np.uint8).reshape(shape)
                received.show(int.from_bytes(message[:4], "little"), picture, message[4:] != last)
                last = message[4:]

    asyncio.run(follow())


def figures(received: Received) -> Figures:
    """Compare what was kept."""
    return received.figures(lambda picture: picture)
