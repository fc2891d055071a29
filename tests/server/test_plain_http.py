"""Requests one after the other on one connection, and everything that ends it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import NoReturn

import pytest

from ws_stream import Server
from ws_stream.server import listener, pages, plain_http
from ws_stream.server.files import files
from ws_stream.server.plain_http import REQUEST_WITHIN, SLOWEST, HttpConnection

from .test_server import HANDSHAKE, picture

HOST = b"Host: localhost\r\n"
HEALTH = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"
OK = b'{"status": "ok"}'


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server(port=0) as server:
        yield server


class Browser:
    """One connection, read reply by reply."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def say(self, request: bytes) -> None:
        self.writer.write(request)

    async def hear(self, *, has_body: bool = True) -> tuple[int, dict[str, str], bytes]:
        async with asyncio.timeout(5):
            first, *lines = (await self.reader.readuntil(b"\r\n\r\n")).decode().splitlines()
            headers = dict(line.split(": ", 1) for line in lines if line)
            length = int(headers.get("Content-Length", 0)) if has_body else 0
            return int(first.split()[1]), headers, await self.reader.readexactly(length)

    async def ends(self) -> bytes:
        """What comes before the connection is closed."""
        async with asyncio.timeout(5):
            try:
                return await self.reader.read()
            except ConnectionError:
                return b""


@pytest.fixture
async def browser(server: Server) -> AsyncIterator[Browser]:
    browser = Browser(*await asyncio.open_connection("127.0.0.1", server.port))
    yield browser
    browser.writer.close()


def connection(server: Server) -> HttpConnection:
    (connection,) = server._listener._reception.connections
    return connection


async def test_requests_are_answered_one_after_the_other_whatever_they_are(
    server: Server, browser: Browser
) -> None:
    tag = files()["/wire.js"].plain.tag.encode()
    for _ in range(20):
        for line, status in (
            (b"GET /viewer.js HTTP/1.1", 200),
            (b"HEAD /viewer.js HTTP/1.1", 200),
            (b"GET /wire.js HTTP/1.1\r\nIf-None-Match: " + tag, 304),
            (b"GET /nothing HTTP/1.1", 404),
            (b"POST / HTTP/1.1\r\nContent-Length: 0", 405),
            (b"GET / HTTP/1.1\r\nOrigin: http://evil.example", 403),
            (b"GET /stream HTTP/1.1\r\nUpgrade: h2c", 404),
        ):
            browser.say(line + b"\r\n" + HOST + b"\r\n")
            told, headers, _ = await browser.hear(has_body=not line.startswith(b"HEAD"))
            assert told == status
            assert "Connection" not in headers
            assert int(headers["Keep-Alive"].removeprefix("timeout=")) < REQUEST_WITHIN
    assert connection(server).is_kept


async def test_a_websocket_opens_on_a_connection_that_had_replies(
    server: Server, browser: Browser
) -> None:
    server.stream("camera").publish(picture(1))
    for _ in range(3):
        browser.say(HEALTH)
        assert (await browser.hear())[2] == OK
    browser.say(HANDSHAKE)
    assert (await browser.hear())[0] == 101
    assert (await browser.reader.readexactly(2))[0] == 0x81, "the announcement"
    assert server.streams["camera"].watched
    assert not connection(server).is_kept


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /healthz HTTP/1.0\r\n" + HOST + b"\r\n",
        b"GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n" + HOST + b"\r\n",
        b"GET /healthz HTTP/1.1\r\nConnection: close\r\n" + HOST + b"\r\n",
        b"GET /healthz HTTP/1.1\r\nConnection: a\r\nconnection: keep-alive, Close\r\n"
        + HOST
        + b"\r\n",
        HEALTH + HEALTH,
        HEALTH + b"\r\n",
        HEALTH + HANDSHAKE,
        HEALTH + b"x" * 20000,
    ],
)
@pytest.mark.parametrize("before", [0, 2])
async def test_one_that_is_to_be_the_last_is_answered_and_nothing_behind_it(
    browser: Browser, request_: bytes, before: int
) -> None:
    for _ in range(before):
        browser.say(HEALTH)
        await browser.hear()
    browser.say(request_)
    status, headers, body = await browser.hear()
    assert (status, headers["Connection"], body) == (200, "close", OK)
    assert await browser.ends() == b""


@pytest.mark.parametrize(
    "smuggling",
    [
        b"POST /healthz HTTP/1.1\r\nContent-Length: 60\r\n" + HOST + b"\r\n" + HEALTH,
        b"GET /healthz HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + HOST + b"\r\n0\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nContent-Length: 0\r\nContent-Length: 9\r\n" + HOST + b"\r\n",
        b"garbage\r\n\r\n" + HEALTH,
        b"\r\n" + HEALTH,
        b"GET /healthz HTTP/1.1\r\n" + b"A: b\r\n" * 1000 + b"\r\n" + HEALTH,
    ],
)
async def test_of_a_request_that_is_none_nothing_is_taken_for_the_next(
    browser: Browser, smuggling: bytes
) -> None:
    browser.say(HEALTH)
    await browser.hear()
    browser.say(smuggling)
    assert OK not in await browser.ends()


@pytest.mark.parametrize("cut", [1, 7, len(HEALTH) - 1])
async def test_however_requests_are_cut_each_is_answered(browser: Browser, cut: int) -> None:
    for _ in range(5):
        for part in (HEALTH[:cut], HEALTH[cut:]):
            browser.say(part)
            await asyncio.sleep(0.001)
        assert (await browser.hear())[2] == OK


async def test_who_asks_and_never_reads_has_two_replies_kept_for_it_and_no_more(
    server: Server, browser: Browser
) -> None:
    browser.say(HEALTH)
    await browser.hear()
    ours, body = connection(server), len(files()["/wire.js"].plain.content)
    ours.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    async with asyncio.timeout(20):
        while not ours.protocol.eof_sent:
            browser.say(b"GET /wire.js HTTP/1.1\r\n" + HOST + b"\r\n")
            await asyncio.sleep(0.001)
            assert ours.transport.get_write_buffer_size() < 2 * (body + 1000)
    browser.writer.transport.abort()


@pytest.mark.parametrize("said", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: "])
async def test_one_that_asks_nothing_more_is_closed_after_a_while(
    server: Server, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr(plain_http, "REQUEST_WITHIN", 0.3)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    browser = Browser(reader, writer)
    browser.say(HEALTH)
    await browser.hear()
    browser.say(said)
    assert await browser.ends() == b""
    writer.close()


async def test_a_slow_link_has_time_for_a_large_reply(server: Server, browser: Browser) -> None:
    browser.say(b"GET /wire.js HTTP/1.1\r\n" + HOST + b"\r\n")
    _, _, body = await browser.hear()
    deadline = connection(server)._deadline
    assert deadline
    left = deadline.when() - asyncio.get_running_loop().time()
    assert left > REQUEST_WITHIN + len(body) / SLOWEST - 1


async def test_a_request_waits_for_its_turn_and_is_answered(
    server: Server, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = iter([0.05, 0.0, 0.05])
    monkeypatch.setattr(server._listener._reception.connections, "turn", lambda *_: next(waits))
    for _ in range(4):
        browser.say(HEALTH)
        assert (await browser.hear())[2] == OK
    assert next(waits, None) is None, "the first has had its turn by arriving"


async def test_one_that_is_gone_when_its_turn_comes_is_forgotten(
    server: Server, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server._listener._reception.connections, "turn", lambda *_: 0.02)
    browser.say(HEALTH)
    await browser.hear()
    browser.say(HEALTH)
    await asyncio.sleep(0.01)
    browser.writer.transport.abort()
    await asyncio.sleep(0.03)
    assert not len(server._listener._reception.connections)


async def test_a_closing_server_does_not_wait_for_those_that_ask_nothing(
    server: Server, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "CLOSE_TIMEOUT", 1000)
    browser.say(HEALTH)
    await browser.hear()
    async with asyncio.timeout(5):
        await server.close()


@pytest.mark.parametrize("header", [b"Connection: \x9b31m", b"Upgrade: \x85\x9d0;title\x9c"])
async def test_what_the_library_repeats_of_a_request_can_be_printed(
    browser: Browser, header: bytes
) -> None:
    others = (
        b"Connection: Upgrade",
        b"Upgrade: websocket",
        b"Sec-WebSocket-Protocol: ws-stream.v1",
    )
    lines = [header, *(line for line in others if line.split()[0] != header.split()[0])]
    browser.say(b"GET /stream HTTP/1.1\r\n" + HOST + b"\r\n".join([*lines, b"", b""]))
    status, _, body = await browser.hear()
    assert status in (400, 426, 404)
    assert body.decode().removesuffix("\n").isprintable()


async def test_a_fault_of_ours_is_told_by_http_and_once_in_the_log(
    server: Server,
    browser: Browser,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fails(*_: object) -> NoReturn:
        raise ZeroDivisionError("of ours")

    monkeypatch.setattr(pages, "answer", fails)
    for _ in range(3):
        browser.say(HEALTH)
        assert (await browser.hear())[0] == 500
        browser.say(HEALTH.replace(b"GET", b"HEAD"))
        assert (await browser.hear(has_body=False))[0] == 500
    (record,) = caplog.records
    assert "a request could not be answered: ZeroDivisionError" in record.getMessage()
    assert not record.exc_info


STANDING = {
    "Content-Security-Policy",
    "Permissions-Policy",
    "X-Content-Type-Options",
    "Referrer-Policy",
    "Cross-Origin-Resource-Policy",
    "Cache-Control",
}
UPGRADE = (
    b"GET /stream/a HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Protocol: ws-stream.v1\r\n"
)


@pytest.mark.parametrize(
    ("request_", "status", "sentence"),
    [
        (b"GARBAGE\r\n\r\n", 400, b"right would be GET or HEAD"),
        (b"PRI * HTTP/2.0\r\n\r\n", 400, b"unsupported protocol"),
        (b"GET /\xff HTTP/1.1\r\n\r\n", 400, b"right would be GET or HEAD"),
        (b"\x1b[2J / HTTP/3\r\n\r\n", 400, b"right would be GET or HEAD"),
        (b"GET / HTTP/1.1\r\nHost localhost\r\n\r\n", 400, b"right would be GET or HEAD"),
        (b"GET / HTTP/1.1\nHost: localhost\n\n", 400, b"line without CRLF; right would be GET"),
        (b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", 400, b"without a body"),
        (b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 400, b"without a body"),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n", 414, b"8192 bytes"),
        (b"GET / HTTP/1.1\r\nA: " + b"a" * 9000 + b"\r\n", 431, b"8192 bytes"),
        (UPGRADE + b"\r\n", 400, b"Sec-WebSocket-Key"),
        (UPGRADE + b"Sec-WebSocket-Version: 8\r\n\r\n", 400, b"Sec-WebSocket-"),
    ],
)
async def test_what_is_no_request_gets_a_sentence_with_the_headers_of_every_reply(
    server: Server, browser: Browser, request_: bytes, status: int, sentence: bytes
) -> None:
    server.stream("a").publish(picture(1))
    browser.say(HEALTH)  # the same on a connection that is kept
    assert (await browser.hear())[0] == 200
    browser.say(request_)
    answered, headers, body = await browser.hear()
    assert answered == status
    assert sentence in body
    assert body.decode().rstrip("\n").isprintable()
    assert headers.keys() >= STANDING
    assert headers["Connection"] == "close"
    assert await browser.ends() == b""


async def test_half_a_request_gets_no_reply(server: Server) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"GET / HT")
    writer.write_eof()
    async with asyncio.timeout(5):
        assert await reader.read() == b""
    writer.close()


async def test_a_reply_without_a_body_says_no_length(browser: Browser) -> None:
    browser.say(b"OPTIONS / HTTP/1.1\r\n" + HOST + b"\r\n")
    status, headers, _ = await browser.hear()
    assert status == 204
    assert not {"Content-Length", "Content-Type"} & headers.keys()
    assert headers.keys() >= STANDING
    browser.say(HEALTH)
    assert (await browser.hear())[2] == OK
