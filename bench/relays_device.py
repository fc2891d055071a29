"""A device of `bench.relays`: `python -m bench.relays_device PORT FPS`. Each picture follows from its number.

Knows nothing of who watches.
"""

import asyncio
import os
import sys

import numpy as np
from numpy.typing import NDArray

from ws_stream import Server

PICTURE = "BENCH_PICTURE"
"""The variable of the environment that says WIDTHxHEIGHTxBOX, of all processes of a run."""
WIDTH, HEIGHT, BOX = map(int, os.environ.get(PICTURE, "160x120x16").split("x"))
"""Pixels of a picture, and on each side of what moves."""
STREAM = "camera"


def picture(number: int) -> NDArray[np.uint8]:
    """The one of this number: a field that never changes, and a box of noise that moves over it."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    array: NDArray[np.uint8] = (rows * 7 + columns * 3).astype(np.uint8)
    x, y = number * 5 % (WIDTH - BOX), number * 3 % (HEIGHT - BOX)
    array[y : y + BOX, x : x + BOX] = np.random.default_rng(number).integers(0, 256, (BOX, BOX))
    return array


async def show(port: int, fps: float) -> None:
    """Serve them for ever."""
    async with Server(port=port) as server:
        stream = server.stream(STREAM, fps=1000)
        print(server.port, flush=True)
        loop = asyncio.get_running_loop()
        number, due = 0, loop.time()
        while True:
            number, due = number + 1, due + 1 / fps
            stream.publish(picture(number), meta={"number": number})
            await asyncio.sleep(due - loop.time())


if __name__ == "__main__":
    asyncio.run(show(int(sys.argv[1]), float(sys.argv[2])))
