"""What one address does to a server to hurt it: `python -m tests.load.attacks NAME PORT SECONDS`.

Traffic goes to loopback only, and ends by itself.
"""

import asyncio
import contextlib
import itertools
import os
import random
import secrets
import ssl
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_websocket
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from ws_stream.protocol import control, messages
from ws_stream.protocol.input import Key, Pointer
from ws_stream.protocol.picture import SUBPROTOCOL, parse

HOST = "127.0.0.1"
GONE = (OSError, WebSocketException, TimeoutError, EOFError)

Attack = Callable[[int], Awaitable[None]]
"""Goes on until it is cancelled."""
ATTACKS: dict[str, Attack] = {}
ON_TLS: set[str] = set()
"""Those on a server that speaks TLS and asks for a token."""
NAMED = (
    *("half requests", "headers drop by drop", "connections 500 a second"),
    *("messages 10000 a second", "handshakes that never end", "guessed tokens"),
)
"""Those that docs/security.md promises something of."""


def attack(function: Attack) -> Attack:
    ATTACKS[name_of(function)] = function
    return function


def attack_on_tls(function: Attack) -> Attack:
    ON_TLS.add(name_of(function))
    return attack(function)


def name_of(function: Attack) -> str:
    return getattr(function, "__name__", "").replace("_", " ")


def trusting() -> ssl.SSLContext:
    """An attacker asks for nobody's certificate."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def viewer(port: int, query: str = "", origin: str | None = None) -> open_websocket:
    return open_websocket(
        f"ws://{HOST}:{port}/stream/camera{query}",
        subprotocols=[Subprotocol(SUBPROTOCOL)],
        compression=None,
        proxy=None,
        max_size=None,
        ping_interval=None,
        additional_headers={"Origin": origin} if origin else None,
    )


async def stay(port: int, query: str) -> None:
    """Be a viewer that reads all and says only what keeps it alive."""
    async with viewer(port, query) as websocket:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(3):
                    await websocket.recv()
            await websocket.send('{"type":"clock","viewer_time":1}')


async def flood(port: int, messages: Iterator[str | bytes], query: str = "?fps=0") -> None:
    """Say these as quickly as the socket takes them; what is heard is thrown away."""
    async with viewer(port, query) as websocket:
        reading = asyncio.create_task(read_all(websocket))
        with contextlib.suppress(*GONE):
            for number, message in enumerate(messages):
                await websocket.send(message)
                if number % 16 == 0:
                    await asyncio.sleep(0)
        reading.cancel()


async def read_all(websocket: ClientConnection) -> None:
    with contextlib.suppress(*GONE):
        while True:
            await websocket.recv()


async def write(port: int, data: bytes, seconds: float = 0) -> None:
    """Open a connection, say this, and wait."""
    with contextlib.suppress(*GONE):
        reader, writer = await asyncio.open_connection(HOST, port)
        writer.write(data)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds or 1):
                await reader.read(1 << 20) if not seconds else await asyncio.sleep(seconds)
        writer.transport.abort()


async def many(count: int, task: Callable[[], Awaitable[None]]) -> None:
    """So many at one time, again and again."""

    async def again() -> None:
        while True:
            with contextlib.suppress(*GONE):
                await task()
            await asyncio.sleep(0.001)

    await asyncio.gather(*(again() for _ in range(count)))


@attack
async def costly_rendition_that_asks_for_no_pictures(port: int) -> None:
    await stay(port, "?average=1&step=2&fps=0&acknowledge=0")


@attack
async def costly_rendition(port: int) -> None:
    await stay(port, "?average=1&step=2&tolerance=20&depth=8&acknowledge=0")


@attack
async def four_costly_renditions(port: int) -> None:
    queries = (f"?average=1&step={step}&depth=16&acknowledge=0" for step in (2, 3, 4, 5))
    await asyncio.gather(*(stay(port, query) for query in queries))


@attack
async def renditions(port: int) -> None:
    steps = itertools.cycle(range(1, 17))
    wanted = (control.serialize(messages.Requested(None, {"step": step})) for step in steps)
    await flood(port, wanted, "")


@attack
async def acknowledge(port: int) -> None:
    numbers = itertools.count()
    await flood(port, (control.serialize(messages.Acknowledge(n)) for n in numbers))


@attack
async def clock(port: int) -> None:
    await flood(port, itertools.repeat('{"type":"clock","viewer_time":1}'))


@attack
async def resync(port: int) -> None:
    await flood(port, itertools.repeat('{"type":"resync"}'), "?acknowledge=0")


@attack
async def rate(port: int) -> None:
    words = ('{"type":"request","fps":0}', '{"type":"request","fps":null}')
    await flood(port, itertools.cycle(words), "?average=1&step=2&acknowledge=0")


@attack
async def long_words(port: int) -> None:
    await flood(port, itertools.repeat('{"type":"' + "x" * 4000 + '"}'))


@attack
async def input_flood(port: int) -> None:
    keys = (Key("a", f"Key{n % 500}", n % 3 > 0) for n in itertools.count())
    places = (Pointer(n % 999, n % 599, n % 32, (1e9, -1e9)) for n in itertools.count())
    events = (event for both in zip(keys, places, strict=True) for event in both)
    said = (messages.Input(1, 1, tuple(itertools.islice(events, 32))) for _ in itertools.repeat(0))
    await flood(port, map(control.serialize, said))


@attack
async def ping(port: int) -> None:
    async with viewer(port, "?fps=0") as websocket:
        reading = asyncio.create_task(read_all(websocket))
        frame = b"\x89\x80" + bytes(4)
        with contextlib.suppress(*GONE):
            while not websocket.transport.is_closing():
                websocket.transport.write(frame * 500)
                await asyncio.sleep(0.001)
        reading.cancel()


@attack
async def empty_fragments(port: int) -> None:
    async with viewer(port, "?fps=0") as websocket:
        reading = asyncio.create_task(read_all(websocket))
        websocket.transport.write(b"\x01\x80" + bytes(4))
        with contextlib.suppress(*GONE):
            while not websocket.transport.is_closing():
                websocket.transport.write((b"\x00\x80" + bytes(4)) * 500)
                await asyncio.sleep(0.001)
        reading.cancel()


@attack
async def all_places(port: int) -> None:
    await many(256, lambda: stay(port, "?fps=0&acknowledge=0"))


@attack
async def half_requests(port: int) -> None:
    await many(320, lambda: write(port, b"GET / HTTP/1.1\r\nHost: ", 5))


@attack
async def silent_connections(port: int) -> None:
    await many(320, lambda: write(port, b"", 5))


@attack
async def headers_drop_by_drop(port: int) -> None:
    async def drip() -> None:
        _, writer = await asyncio.open_connection(HOST, port)
        for byte in itertools.chain(b"GET / HTTP/1.1\r\n", itertools.repeat(ord("x"))):
            writer.write(bytes([byte]))
            await asyncio.sleep(0.05)

    await many(100, drip)


@attack
async def queries_of_many_fields(port: int) -> None:
    query = "&".join(["step=1"] * 200)
    request = f"GET /stream/camera?{query} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()
    await many(8, lambda: write(port, request))


@attack
async def requests_for_the_page(port: int) -> None:
    await many(8, lambda: write(port, f"GET /viewer.js HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()))


@attack
async def requests_on_kept_connections(port: int) -> None:
    """As quickly as they are answered."""

    async def ask() -> None:
        reader, writer = await asyncio.open_connection(HOST, port)
        while True:
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            await reader.readuntil(b'"ok"}')

    await many(32, ask)


@attack
async def kept_connections_that_ask_no_more(port: int) -> None:
    request = b"GET /viewer.js HTTP/1.1\r\nHost: localhost\r\n\r\n"
    await many(320, lambda: write(port, request, 5))


@attack
async def garbage(port: int) -> None:
    await many(8, lambda: write(port, b"\x16\x03\x01" + os.urandom(500)))


@attack
async def refused_hosts(port: int) -> None:
    names = (f"a{number}.example" for number in itertools.count())
    await many(8, lambda: write(port, f"GET / HTTP/1.1\r\nHost: {next(names)}\r\n\r\n".encode()))


@attack
async def foreign_pages(port: int) -> None:
    async def come() -> None:
        async with viewer(port, origin=f"http://a{random.random()}.example") as websocket:
            await read_all(websocket)

    await many(4, come)


@attack
async def come_and_go(port: int) -> None:
    async def come() -> None:
        async with viewer(port, f"?step={random.randint(1, 16)}") as websocket:
            for _ in range(3):
                await websocket.recv()
            websocket.transport.abort()

    await many(4, come)


@attack
async def binary_words(port: int) -> None:
    async def come() -> None:
        async with viewer(port) as websocket:
            await websocket.send(b"x")
            await read_all(websocket)

    await many(4, come)


@attack
async def viewers_that_never_read(port: int) -> None:
    async def come() -> None:
        async with viewer(port, "?acknowledge=0") as websocket:
            websocket.transport.pause_reading()
            await asyncio.sleep(3600)

    await many(20, come)


@attack
async def viewers_that_never_acknowledge(port: int) -> None:
    await many(20, lambda: stay(port, f"?step={random.randint(1, 3)}"))


@attack
async def acknowledged_late(port: int) -> None:
    """Bases as scattered as can be: each picture is encoded for several of them."""

    async def lag() -> None:
        async with viewer(port) as websocket:
            while True:
                message = await websocket.recv()
                if isinstance(message, bytes):
                    await asyncio.sleep(random.random() / 3)
                    number = parse(message).number
                    await websocket.send(control.serialize(messages.Acknowledge(number)))

    await many(20, lag)


@attack
async def a_crop_of_its_own_each_time(port: int) -> None:
    async def come() -> None:
        crop = f"{random.randint(0, 900)},{random.randint(0, 500)},100,80"
        async with viewer(port, f"?crop={crop}&step=1&acknowledge=0") as websocket:
            for _ in range(10):
                await websocket.recv()

    await many(6, come)


@attack
async def connections_500_a_second(port: int) -> None:
    request = f"GET /healthz HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode()
    async with asyncio.TaskGroup() as group:
        async for _ in paced(500):
            group.create_task(write(port, request))


@attack
async def messages_10000_a_second(port: int) -> None:
    async with viewer(port, "?fps=0") as websocket:
        reading = asyncio.create_task(read_all(websocket))
        text = b'{"type":"resync"}'
        frame = bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text
        async for _ in paced(100):
            if websocket.transport.get_write_buffer_size() < 1 << 20:
                websocket.transport.write(frame * 100)
        reading.cancel()


async def paced(rate: int) -> AsyncIterator[None]:
    """So often a second; what was missed is made up for."""
    began = asyncio.get_running_loop().time()
    for number in itertools.count(1):
        yield
        await asyncio.sleep(max(0, began + number / rate - asyncio.get_running_loop().time()))


@attack_on_tls
async def handshakes_that_never_end(port: int) -> None:
    """300 that begin a handshake, go on byte by byte, and come again a second after they are cut off."""

    async def drip() -> None:
        _, writer = await asyncio.open_connection(HOST, port)
        writer.write(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
        with contextlib.suppress(*GONE):
            while True:
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.05)
        await asyncio.sleep(1)

    await many(300, drip)


@attack_on_tls
async def guessed_tokens(port: int) -> None:
    """As quickly as they are answered, on connections that are kept."""

    async def guess() -> None:
        reader, writer = await asyncio.open_connection(HOST, port, ssl=trusting())
        while True:
            bearer = f"Authorization: Bearer {secrets.token_urlsafe(32)}"
            writer.write(f"HEAD /streams HTTP/1.1\r\nHost: {HOST}\r\n{bearer}\r\n\r\n".encode())
            await reader.readuntil(b"\r\n\r\n")

    await many(32, guess)


async def run(name: str, port: int, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while True:
                with contextlib.suppress(*GONE):
                    await ATTACKS[name](port)
                await asyncio.sleep(0.01)


if __name__ == "__main__":
    os.nice(10)  # it is the server that is to be hurt, not the machine
    asyncio.run(run(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
