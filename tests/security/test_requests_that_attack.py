"""Attacks by one request: what must not be read, written, changed or said because of it."""

import asyncio
import itertools
import logging
import re
from collections.abc import AsyncIterator, Sequence
from http import HTTPStatus

import numpy as np
import pytest

from tests.log_lines import NASTY
from ws_stream import Server
from ws_stream.commands.logs import FORMATS
from ws_stream.hub.stream import Stream
from ws_stream.server import pages, peers
from ws_stream.server.access import AccessPolicy
from ws_stream.server.judgement import Judge
from ws_stream.server.proxy import Proxies
from ws_stream.server.request import HttpRequest
from ws_stream.server.tokens import new_token

TOKEN = new_token()
ROOT = "/camera1"
HOST = b"Host: localhost\r\n"
METHODS = (
    *("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT"),
    *("PROPFIND", "MKCOL", "MOVE", "LOCK", "PURGE", "get"),
)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """All attacks come from one address."""
    monkeypatch.setattr(peers, "ARRIVALS_AT_ONCE", 100_000)


@pytest.fixture(params=["", ROOT])
async def server(request: pytest.FixtureRequest) -> AsyncIterator[Server]:
    tokens = [f"view:{TOKEN}"]
    async with Server(
        port=0, tokens=tokens, root_path=request.param, trusted_proxies=["127.0.0.0/8"]
    ) as server:
        server.stream("camera", input=True).publish(np.zeros((4, 6), np.uint8))
        yield server


async def said(server: Server, request: bytes) -> tuple[int, list[str], bytes]:
    """The status, the lines of headers and the body that a request of exactly these bytes gets."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        writer.write(request)
        async with asyncio.timeout(10):
            head = await reader.readuntil(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
            length = next((line for line in lines if line.startswith("Content-Length: ")), ":0")
            is_head = request.startswith(b"HEAD ")
            body = b"" if is_head else await reader.readexactly(int(length.partition(":")[2]))
    finally:
        writer.transport.abort()
    return int(first.split()[1]), lines, body


def get(target: str | bytes, *headers: bytes, method: str = "GET") -> bytes:
    path = target.encode() if isinstance(target, str) else target
    lines = b"".join(header + b"\r\n" for header in headers)
    return method.encode() + b" " + path + b" HTTP/1.1\r\n" + HOST + lines + b"\r\n"


UP = ("..", "%2e%2e", "%2E.", ".%2e", "..%00", "%252e%252e", "..;", "%c0%ae%c0%ae", "%u002e%u002e")
SLASHES = ("/", "//", "%2f", "%5c", "\\", "/./", "%252f")
SECRETS = ("pyproject.toml", "ws_stream/__init__.py", "etc/passwd", "proc/self/environ")
HELD = re.compile(rb"\[project\]|Streams raw pictures|root:.*:0:0:|PATH=")


def climbing() -> Sequence[str]:
    found = [
        f"{begin}{slash.join((up,) * steps)}{slash}{secret}"
        for begin in ("/", "/page/", "/stream/", "/stream/camera/", "")
        for up in UP
        for slash in SLASHES
        for steps in (1, 6)
        for secret in SECRETS
    ]
    return [
        *found,
        *(f"{ROOT}{path}" for path in found),
        *("file:///etc/passwd", "/C:\\", "//etc/passwd"),
    ]


@pytest.mark.parametrize("root", ["", ROOT])
def test_path_traversal_finds_no_file(root: str) -> None:
    """Files are looked up by their whole path in a table: nothing is opened by what somebody asks for."""
    proxies, judge = Proxies(root_path=root), Judge(AccessPolicy())
    streams = {"camera": Stream("camera")}
    for target in climbing():
        asked = HttpRequest("GET", proxies.target(target), "HTTP/1.1", {"host": "localhost"})
        reply = pages.answer(asked, judge.judge(asked, "", 0.0), streams)
        assert isinstance(reply, pages.Reply)
        assert reply.status == HTTPStatus.NOT_FOUND, target
        assert not HELD.search(reply.body), target


async def test_path_traversal_over_a_socket(server: Server) -> None:
    for target in climbing()[::150]:
        status, _, body = await said(server, get(target))
        assert status in (HTTPStatus.NOT_FOUND, HTTPStatus.UNAUTHORIZED), target
        assert not HELD.search(body), target


SAID_BY_CLIENTS = (
    *(b"Host", b"Origin", b"X-Forwarded-For", b"X-Forwarded-Proto", b"X-Forwarded-Host", b"Cookie"),
    *(b"Authorization", b"Sec-WebSocket-Protocol", b"User-Agent", b"Referer", b"If-None-Match"),
    *(b"Accept-Encoding", b"Connection", b"Upgrade", b"Access-Control-Request-Headers"),
)
OURS = {
    *(
        "Access-Control-Allow-Headers",
        "Access-Control-Allow-Methods",
        "Access-Control-Allow-Origin",
    ),
    *("Allow", "Cache-Control"),
    *(
        "Connection",
        "Content-Encoding",
        "Content-Length",
        "Content-Security-Policy",
        "Content-Type",
    ),
    *("Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "Date", "ETag", "Keep-Alive"),
    *("Permissions-Policy", "Referrer-Policy", "Retry-After", "Vary", "WWW-Authenticate"),
    *("X-Content-Type-Options", "Upgrade"),
}
"""Headers that the server may send to who is no page; `Set-Cookie` is not among them, as nobody here has a token."""
RAW = [
    *(text.encode(errors="surrogatepass") for text in NASTY),
    *(b"localhost\r\nInjected: yes", b"localhost\nInjected: yes", b"localhost\rInjected: yes"),
    *(
        b"localhost%0d%0aInjected: yes",
        b"localhost\x85Injected: yes",
        b"localhost\x0bInjected: yes",
    ),
    *(b"http://localhost\r\n\r\n<script>", b"http://localhost; script-src *", b"x\xff\xfe\x00"),
    b"Bearer a; Domain=evil.example",
]


async def test_header_injection_and_log_injection(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever stands in a request, the reply has our headers only, and the log our lines only."""
    caplog.set_level(logging.DEBUG, "ws_stream")
    for name, text in itertools.product(SAID_BY_CLIENTS, RAW):
        host = b"" if name == b"Host" else HOST
        _, lines, _ = await said(
            server, b"GET /signin HTTP/1.1\r\n" + host + name + b": " + text + b"\r\n\r\n"
        )
        assert {line.partition(":")[0] for line in lines} <= OURS, (name, text)
        assert all(line.isprintable() for line in lines), (name, text)
        assert not any("evil" in line or "script-src *" in line for line in lines), (name, text)
    for text in RAW:
        for request in (b"GET /" + text + b" HTTP/1.1\r\n" + HOST + b"\r\n", text + b"\r\n\r\n"):
            _, lines, _ = await said(server, request)
            assert {line.partition(":")[0] for line in lines} <= OURS, text
    assert caplog.records
    for record, written in itertools.product(caplog.records, FORMATS.values()):
        line = written.format(record)
        assert line.isprintable(), ascii(line)


def state(server: Server) -> object:
    """What anybody could want to change."""
    reception = server._listener._reception
    return [
        reception.judge.tokens,
        reception.root_path,
        [
            (name, stream, stream.watched, stream.audience.hears_input)
            for name, stream in server.streams.items()
        ],
        [(gate.getsockname(), gate.fileno()) for gate in server._listener.sockets],
    ]


async def test_cross_site_request_forgery() -> None:
    """No request changes the server, by any method, at any path; what does is said on a WebSocket.

    The one that changes a browser makes a cookie, of the token that it was sent in a header that no form has.
    """
    async with Server(port=0, tokens=[f"control:{TOKEN}"]) as server:
        server.stream("camera", input=True).publish(np.zeros((4, 6), np.uint8))
        before = state(server)
        cookie = f"Cookie: ws-stream-{server.port}={TOKEN}; ws-stream={TOKEN}".encode()
        for path, method, origin in itertools.product(
            ("/", "/viewer.js", "/stream", "/stream/camera", "/nothing", *pages._ANSWERS),
            METHODS,
            (b"X: y", b"Origin: http://evil.example", b"Origin: null", b"Origin: http://localhost"),
        ):
            status, lines, _ = await said(server, get(path, cookie, origin, method=method))
            assert not [line for line in lines if line.startswith("Set-Cookie")]
            if b"evil" in origin or b"null" in origin:
                assert status == HTTPStatus.FORBIDDEN
            elif method not in ("GET", "HEAD", "OPTIONS"):
                assert status == HTTPStatus.METHOD_NOT_ALLOWED
        form = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 7"
        for path in pages._ANSWERS:
            status, _, _ = await said(server, get(path, cookie, form, method="POST") + b"token=x")
            assert status == HTTPStatus.BAD_REQUEST
        assert state(server) == before
