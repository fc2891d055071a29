"""A device that publishes pictures at an exact rate: `device SIDE RATE`. Runs inside the lab's device host.

To each line on stdin it answers one line of JSON that says how it is doing.
"""

import asyncio
import json
import os
import sys
import time
from pathlib import Path

from tests.network.content import Noise
from tests.network.lab import DEVICE
from ws_stream import Server, codec
from ws_stream.pixels.frame import Frame

PORT = 8000
ESTABLISHED = "01"


class Encodings:
    """Counts how often each picture is encoded."""

    def __init__(self) -> None:
        self.most = 0
        self._number = self._count = 0
        self._encode = codec.encode
        codec.encode = self  # type: ignore[assignment] # a spy in the one place that encodes

    def __call__(self, frame: Frame, *arguments: object) -> bytes:
        self._count = self._count + 1 if frame.number == self._number else 1
        self._number = frame.number
        self.most = max(self.most, self._count)
        return self._encode(frame, *arguments)  # type: ignore[arg-type] # passed on as they came


async def publish(server: Server, side: int, rate: float) -> None:
    """Publish for ever, each picture at its moment; one whose moment has passed is not made up for."""
    camera = server.stream("camera", fps=rate)
    noise = Noise(side)
    loop = asyncio.get_running_loop()
    began, index = loop.time(), 0
    while True:
        camera.publish(noise.picture(index), time_us=time.time_ns() // 1000)
        index = max(index + 1, int((loop.time() - began) * rate))
        await asyncio.sleep(began + index / rate - loop.time())


def state(server: Server, encodings: Encodings) -> dict[str, int]:
    """How the device is doing. `kernel_bytes` is what the kernel holds for its viewers."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    sockets = [line.split() for line in Path("/proc/self/net/tcp").read_text().splitlines()[1:]]
    queued = [int(words[4].partition(":")[0], 16) for words in sockets if words[3] == ESTABLISHED]
    return {
        "viewers": sum(len(stream.audience.viewers) for stream in server.streams.values()),
        "memory": pages * os.sysconf("SC_PAGE_SIZE"),
        "kernel_bytes": sum(queued),
        "encodings": encodings.most,
    }


async def main() -> None:
    """Serve until killed."""
    encodings = Encodings()
    async with Server(DEVICE, PORT) as server:

        def answer() -> None:
            if sys.stdin.readline():
                print(json.dumps(state(server, encodings)), flush=True)

        asyncio.get_running_loop().add_reader(sys.stdin.fileno(), answer)
        print("ready", flush=True)
        await publish(server, int(sys.argv[1]), float(sys.argv[2]))


if __name__ == "__main__":
    asyncio.run(main())
