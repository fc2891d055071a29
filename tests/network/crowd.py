"""Viewers that behave badly, from the lab's viewer host: `crowd ADDRESS KIND=COUNT...`, until killed.

The kinds stand in the table at the end. They speak WebSocket on plain sockets, so that each may stop reading.
"""

import asyncio
import socket
import struct
import sys
import time
from collections.abc import Awaitable, Callable

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from tests.network.lab import DEVICE
from tests.network.spectator import URL
from ws_stream.protocol import control, messages
from ws_stream.protocol.picture import SUBPROTOCOL

SMALL_BUFFER = 8192
"""Bytes the kernel may take in for a viewer that reads little: a small one fills soonest."""
SIGN_OF_LIFE_EVERY = 5.0
PUBLISHED = 60
"""Pictures a second that a liar takes for granted."""
NUMBER_AT = 8
"""Where a picture message has its number."""


class Bad:
    """A connection whose every read and write is the caller's."""

    def __init__(self, address: str, query: str = "") -> None:
        self._address = address
        self._protocol = ClientProtocol(
            parse_uri(URL + query), subprotocols=[Subprotocol(SUBPROTOCOL)], max_size=None
        )
        self._socket = socket.socket()
        self.newest = 0
        """Number of the last picture that was read."""

    async def open(self) -> None:
        """Connect and shake hands."""
        loop = asyncio.get_running_loop()
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
        self._socket.bind((self._address, 0))
        await loop.sock_connect(self._socket, (DEVICE, 8000))
        self._protocol.send_request(self._protocol.connect())
        await self._flush()
        self._protocol.receive_data(await loop.sock_recv(self._socket, 1024))
        assert self._protocol.handshake_exc is None, self._protocol.handshake_exc

    async def say(self, message: messages.ViewerMessage) -> None:
        """Send a control message."""
        self._protocol.send_text(control.serialize(message).encode())
        await self._flush()

    async def read(self, most: int) -> None:
        """Read so many bytes at most, and acknowledge the pictures that are complete."""
        data = await asyncio.get_running_loop().sock_recv(self._socket, most)
        if not data:
            raise ConnectionResetError
        self._protocol.receive_data(data)
        for event in self._protocol.events_received():
            if isinstance(event, Frame) and event.opcode is Opcode.BINARY:
                (self.newest,) = struct.unpack_from("<I", event.data, NUMBER_AT)
                await self.say(messages.Acknowledge(self.newest))
        await self._flush()

    def reset(self) -> None:
        """End the connection with a reset instead of a goodbye."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    async def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            await asyncio.get_running_loop().sock_sendall(self._socket, data)


async def never_reads(bad: Bad) -> None:
    """Shows signs of life, so that the server must keep it."""
    while True:
        await bad.say(messages.ClockQuestion(1))
        await asyncio.sleep(SIGN_OF_LIFE_EVERY)


async def reads_slowly(bad: Bad) -> None:
    """10 kB a second; acknowledges."""
    while True:
        await bad.read(1000)
        await asyncio.sleep(0.1)


async def lies(bad: Bad) -> None:
    """Reads one picture and then nothing, but acknowledges what must have been sent meanwhile."""
    while not bad.newest:
        await bad.read(65536)
    began = time.monotonic()
    while True:
        await asyncio.sleep(1 / PUBLISHED)
        published = int((time.monotonic() - began) * PUBLISHED)
        await bad.say(messages.Acknowledge(bad.newest + published - 1))


async def reads(bad: Bad) -> None:
    """A good one, until its host vanishes."""
    while True:
        await bad.read(65536)


async def resets(bad: Bad) -> None:
    """Goes without a goodbye after some pictures; another comes."""
    for _ in range(20):
        await bad.read(16384)
    bad.reset()


KINDS: dict[str, tuple[Callable[[Bad], Awaitable[None]], str]] = {
    "never-reads": (never_reads, ""),
    "never-acknowledges": (never_reads, "?acknowledge=no"),
    "reads-slowly": (reads_slowly, ""),
    "lies": (lies, ""),
    "reads": (reads, ""),
    "resets": (resets, ""),
}


async def live(address: str, kind: str, opened: asyncio.Semaphore) -> None:
    """Be that viewer; when the server ends the connection, come again."""
    behave, query = KINDS[kind]
    while True:
        bad = Bad(address, query)
        await bad.open()
        opened.release()
        try:
            await behave(bad)
        except OSError:
            await asyncio.sleep(0.5)


async def main() -> None:
    """Open all connections, say so, live on."""
    opened = asyncio.Semaphore(0)
    wanted = [word.partition("=") for word in sys.argv[2:]]
    kinds = [kind for kind, _, count in wanted for _ in range(int(count))]
    async with asyncio.TaskGroup() as tasks:
        for kind in kinds:
            tasks.create_task(live(sys.argv[1], kind, opened))
        for _ in kinds:
            await opened.acquire()
        print("ready", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
