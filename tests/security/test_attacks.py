"""Attacks by their names, each by one address with a healthy viewer beside it; docs/security.md lists all.

Here it holds what is refused, and that the viewer beside sees every picture exactly. What it costs in time is measured
by `python -m tests.load.beside`.
"""

import asyncio
import itertools
import ssl
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.pair import made_pair
from ws_stream import Server
from ws_stream.limits import MAX_ADDRESS_CONNECTIONS
from ws_stream.server import hearing, peers, plain_http
from ws_stream.server import viewer as viewer_module
from ws_stream.server.judgement import WRONG_A_SECOND, WRONG_AT_ONCE
from ws_stream.server.tokens import new_token

from .beside import ATTACKER, dial, healthy, heard_until_the_end

HOST = b"Host: 127.0.0.1\r\n"
HANDSHAKE = (
    b"GET /stream/camera?fps=0 HTTP/1.1\r\n"
    + HOST
    + b"Upgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    b"Sec-WebSocket-Protocol: ws-stream.v1\r\n\r\n"
)
BY_TLS = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"
"""How a handshake begins."""
TOKEN = new_token()
GUESSES = 300


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server(port=0) as server:
        yield server


def count(server: Server) -> int:
    """Connections of the attacker's."""
    return sum(one.peer == ATTACKER for one in server._listener._reception.connections)


async def newcomer(server: Server, token: str = "", tls: ssl.SSLContext | None = None) -> int:
    """The status that somebody else is told meanwhile."""
    reader, writer = await asyncio.open_connection(
        "127.0.0.1",
        server.port,
        ssl=tls,
        server_hostname="localhost" if tls else None,
        local_addr=("127.0.0.3", 0),
    )
    bearer = f"Authorization: Bearer {token}\r\n" if token else ""
    writer.write(b"GET /streams HTTP/1.1\r\n" + HOST + bearer.encode() + b"\r\n")
    try:
        return int((await reader.readline()).split()[1])
    finally:
        writer.transport.abort()


async def slowloris(server: Server, begin: bytes, tls: ssl.SSLContext | None = None) -> int:
    """300 sockets go on byte by byte until each is cut off, while others come; the most that were in at once."""
    most = 0

    async def drip() -> None:
        nonlocal most
        reader, writer = await dial(server.port)
        writer.write(begin)
        while not (reader.at_eof() or writer.transport.is_closing()):
            writer.write(b"x")
            await asyncio.sleep(0.01)
            most = max(most, count(server))
        writer.close()

    async def others() -> None:
        for _ in range(3):
            assert await newcomer(server, tls=tls) == 200

    await asyncio.gather(others(), *(drip() for _ in range(300)))
    return most


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits end in a fifth of their time."""
    for name in ("REQUEST_WITHIN", "REQUEST_LINE_WITHIN"):
        monkeypatch.setattr(plain_http, name, getattr(plain_http, name) / 5)


@pytest.mark.parametrize("begin", [b"", b"GET / HTTP/1.1\r\nHost: "], ids=["line", "header"])
@pytest.mark.usefixtures("hurried")
async def test_slowloris_with_300_sockets(server: Server, begin: bytes) -> None:
    async with healthy(server) as viewer:
        most = await viewer.beside(slowloris(server, begin))
        assert 0 < most <= MAX_ADDRESS_CONNECTIONS
        assert count(server) == 0


@pytest.mark.usefixtures("hurried")
async def test_slowloris_with_300_handshakes_of_tls(tmp_path: Path) -> None:
    cert, key = made_pair(tmp_path)
    tls = ssl.create_default_context(cafile=cert)
    async with (
        Server(port=0, tls_cert=cert, tls_key=key) as server,
        healthy(server, tls_ca=cert) as viewer,
    ):
        most = await viewer.beside(slowloris(server, BY_TLS, tls))
        assert 0 < most <= MAX_ADDRESS_CONNECTIONS
        assert count(server) == 0


async def test_500_connections_at_once(server: Server) -> None:
    """More than may come are closed before anything is made for them."""

    async def come() -> int:
        try:
            reader, writer = await dial(server.port)
            writer.write(b"GET /healthz HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
            said = await heard_until_the_end(reader)
            writer.close()
        except OSError:
            return 0
        assert not said or b" 200 OK\r\n" in said
        return len(said)

    async def flood() -> int:
        answers = await asyncio.gather(*(come() for _ in range(500)))
        assert await newcomer(server) == 200
        return sum(map(bool, answers))

    began = time.monotonic()
    async with healthy(server) as viewer:
        answered = await viewer.beside(flood())
    may_come = peers.ARRIVALS_AT_ONCE + peers.ARRIVALS_A_SECOND * (time.monotonic() - began)
    assert 0 < answered <= may_come


async def test_10_000_control_messages_at_once(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a viewer says beyond its share waits in its own kernel."""
    heard: list[int] = []
    on_message = viewer_module.Viewer.on_message

    def counted(viewer: viewer_module.Viewer, text: bytes) -> None:
        heard.append(len(text) if viewer.subscription is not first else 0)
        on_message(viewer, text)

    async def flood() -> None:
        reader, writer = await dial(server.port)
        writer.write(HANDSHAKE)
        await reader.readuntil(b"\r\n\r\n")
        words = itertools.cycle((b'{"type":"resync"}', b'{"type":"request","step":2}'))
        for text in itertools.islice(words, 10_000):
            writer.write(bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text)
        for _ in range(20):
            assert await newcomer(server) == 200
        writer.transport.abort()

    began = time.monotonic()
    async with healthy(server) as viewer:
        (first,) = server.streams["camera"].audience.subscriptions
        monkeypatch.setattr(viewer_module.Viewer, "on_message", counted)
        await viewer.beside(flood())
    elapsed = time.monotonic() - began
    assert 0 < sum(heard) <= hearing.BYTES_AT_ONCE + hearing.BYTES_A_SECOND * elapsed


async def test_guessing_tokens_at_speed() -> None:
    async def guess(server: Server) -> Counter[int]:
        """A right one now and then, which is not looked at where too many were wrong."""
        statuses = Counter[int]()
        reader, writer = await dial(server.port)
        for number in range(GUESSES):
            token = TOKEN if number % 50 == 49 else new_token()
            bearer = f"Authorization: Bearer {token}\r\n"
            writer.write(b"HEAD /streams HTTP/1.1\r\n" + HOST + bearer.encode() + b"\r\n")
            head = await reader.readuntil(b"\r\n\r\n")
            statuses[int(head.split()[1])] += 1
        writer.close()
        assert await newcomer(server, TOKEN) == 200
        return statuses

    began = time.monotonic()
    async with (
        Server(port=0, tokens=[f"view:{TOKEN}"]) as server,
        healthy(server, token=TOKEN) as viewer,
    ):
        statuses = await viewer.beside(guess(server))
    elapsed = time.monotonic() - began
    assert WRONG_AT_ONCE <= statuses[401] <= WRONG_AT_ONCE + WRONG_A_SECOND * elapsed
    assert statuses[401] + statuses[200] + statuses[429] == GUESSES
