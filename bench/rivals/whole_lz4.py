"""Whole pictures, packed with LZ4, over a WebSocket: what ws-stream would be without differences.

`python -m bench.rivals.whole_lz4 RING STEP`. A message is the picture's number, 4 bytes, and one LZ4 block.
"""

import asyncio
import sys
import time
from pathlib import Path

import lz4.block
import numpy as np
from websockets.asyncio.server import ServerConnection, serve

from ..ring import PER_SECOND, Ring


async def main(ring: Ring, step: int) -> None:
    """Serve the ring."""

    async def follow(viewer: ServerConnection) -> None:
        due, sent = time.monotonic(), 0
        while True:
            number, words = ring.newest_words()
            if number != sent:
                picked = np.ascontiguousarray(words[::step, ::step])
                packed = lz4.block.compress(picked, mode="fast", store_size=False)
                await viewer.send(number.to_bytes(4, "little") + packed)
                sent = number
            due += 1 / PER_SECOND
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    async with serve(follow, "127.0.0.1", 0, compression=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        print(f"ws://127.0.0.1:{port}/", flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(Ring(Path(sys.argv[1])), int(sys.argv[2])))
