"""A viewer that writes down what it saw: `spectator SIDE SECONDS LATE`. Runs inside the lab's viewer host.

Applies each picture, compares it with the true one, acknowledges LATE seconds later. At the end it prints one line of
JSON. Both hosts share this machine's clock, so an age is a difference of two of its readings.
"""

import asyncio
import json
import sys
import time
from typing import NamedTuple

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.network.content import Noise
from tests.network.lab import DEVICE
from ws_stream.codec import decode
from ws_stream.pixels.frame import Frame
from ws_stream.protocol import control, messages
from ws_stream.protocol.picture import SUBPROTOCOL, is_no_ack

URL = f"ws://{DEVICE}:8000/stream/camera"
SAMPLE_EVERY = 0.01


class Notes(NamedTuple):
    """What was seen; times in seconds since 1970, ages in seconds."""

    applied: list[tuple[float, float, int]]
    """When each picture was applied, its age at that moment, the bytes of its message."""
    shown: list[tuple[float, float]]
    """Every 10 ms: when, and the age of the picture on the screen."""
    wrong: list[int]
    """Numbers of the pictures that were not the true ones."""
    unacknowledged: list[int]
    """How many pictures that are not no-ack had not been acknowledged, as each arrived; this one included."""


class Spectator:
    """One viewer of one connection."""

    def __init__(self, side: int, late: float) -> None:
        self.notes = Notes([], [], [], [])
        self._noise = Noise(side)
        self._late = late
        self._held: Frame | None = None
        self._unacknowledged = 0

    async def watch(self, websocket: ClientConnection) -> None:
        """See pictures until cancelled; the connection must hold until then."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._sample())
            async for message in websocket:
                if isinstance(message, bytes):
                    number = self._apply(message)
                    if not is_no_ack(message):
                        tasks.create_task(self._acknowledge(websocket, number))
                elif isinstance(told := control.parse_from_server(message), messages.Announcement):
                    self._held = told.blank()
            raise ConnectionError("the server ended the connection")

    async def _sample(self) -> None:
        while True:
            await asyncio.sleep(SAMPLE_EVERY)
            if self._held and self._held.number:
                self.notes.shown.append((time.time(), time.time() - self._held.time / 1e6))

    def _apply(self, message: bytes) -> int:
        assert self._held, "a picture before the announcement"
        self._held = frame = decode(message, self._held)
        now = time.time()
        self._unacknowledged += not is_no_ack(message)
        self.notes.applied.append((now, now - frame.time / 1e6, len(message)))
        self.notes.unacknowledged.append(self._unacknowledged)
        if not self._noise.is_true(frame.pixels):
            self.notes.wrong.append(frame.number)
        return frame.number

    async def _acknowledge(self, websocket: ClientConnection, number: int) -> None:
        if self._late:
            await asyncio.sleep(self._late)
        self._unacknowledged -= 1
        await websocket.send(control.serialize(messages.Acknowledge(number)))


async def main() -> None:
    """Watch for so many seconds, then tell."""
    spectator = Spectator(int(sys.argv[1]), float(sys.argv[3]))
    protocols = [Subprotocol(SUBPROTOCOL)]
    async with connect(
        URL, subprotocols=protocols, compression=None, max_size=None, proxy=None
    ) as websocket:
        print("ready", flush=True)
        try:
            async with asyncio.timeout(float(sys.argv[2])):
                await spectator.watch(websocket)
        except TimeoutError:
            print(json.dumps(spectator.notes._asdict()), flush=True)
            websocket.transport.abort()


if __name__ == "__main__":
    asyncio.run(main())
