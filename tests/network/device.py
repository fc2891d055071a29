"""A device that publishes pictures at an exact rate: `device SIDE RATE [count]`. Runs inside the lab's device host.

To each line on stdin it answers one line of JSON that says how it is doing. With `count` it counts encodings, which
only the walk in numpy can be asked for.
"""

import asyncio
import json
import logging
import os
import sys
import time
from pathlib import Path

from tests.network.content import Noise
from tests.network.lab import DEVICE
from ws_stream import Server, Stream
from ws_stream.pixels.formats import Pixels
from ws_stream.walk import NumpyWalk, new_walk
from ws_stream.walk.numpy_walk import Spans

PORT = 8000
logging.getLogger("ws_stream.server.listener").setLevel(
    logging.ERROR
)  # who needs no token is known
ESTABLISHED = "01"


class CountingWalk(NumpyWalk):
    """Counts how often each picture is encoded. The compiled walk encodes as often: tests/walk compares both."""

    most = 0

    def publish(
        self, view: Pixels, spans: Spans | None, time: int, now: float, said: bytes = b""
    ) -> tuple[bool, float, bool]:
        """As the walk has it; what the picture before was encoded as is complete."""
        made = (len(variant._deltas.bodies) for variant in self._variants.values())
        self.most = max(self.most, *made, 0)
        return super().publish(view, spans, time, now, said)


async def publish(camera: Stream, side: int, rate: float) -> None:
    """Publish for ever, each picture at its moment; one whose moment has passed is not made up for."""
    noise = Noise(side)
    loop = asyncio.get_running_loop()
    began, index = loop.time(), 0
    while True:
        camera.publish(noise.picture(index), time_us=time.time_ns() // 1000)
        index = max(index + 1, int((loop.time() - began) * rate))
        await asyncio.sleep(began + index / rate - loop.time())


def state(camera: Stream) -> dict[str, int]:
    """How the device is doing. `kernel_bytes` is what the kernel holds for its viewers."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    sockets = [line.split() for line in Path("/proc/self/net/tcp").read_text().splitlines()[1:]]
    queued = [int(words[4].partition(":")[0], 16) for words in sockets if words[3] == ESTABLISHED]
    return {
        "viewers": len(camera.audience.subscriptions),
        "memory": pages * os.sysconf("SC_PAGE_SIZE"),
        "kernel_bytes": sum(queued),
        "encodings": camera.walk.most if isinstance(camera.walk, CountingWalk) else 0,
    }


async def main() -> None:
    """Serve until killed."""
    rate = float(sys.argv[2])
    camera = Stream("camera", fps=rate, walk=CountingWalk if "count" in sys.argv else new_walk)
    async with Server(DEVICE, PORT) as server:
        server.add(camera)

        def answer() -> None:
            if sys.stdin.readline():
                print(json.dumps(state(camera)), flush=True)

        asyncio.get_running_loop().add_reader(sys.stdin.fileno(), answer)
        print("ready", flush=True)
        await publish(camera, int(sys.argv[1]), rate)


if __name__ == "__main__":
    asyncio.run(main())
