"""Whatever comes on a connection, what goes back is whole replies, each with its headers and its length, or frames.

A real connection, its library and the server's answers, without a socket and without waiting. Nothing of a stream is
heard without a token, where tokens are asked for. Input: at which byte the data is cut in two, then the data. If the
cut is odd, tokens are asked for; if half of it is, a proxy speaks.
"""

import asyncio
import re
import socket
from asyncio import events
from collections.abc import Coroutine
from typing import Any

from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from ws_stream.hub.stream import Stream
from ws_stream.limits import MAX_VIEWER_MESSAGE
from ws_stream.protocol.picture import SUBPROTOCOL
from ws_stream.server.access import AccessPolicy
from ws_stream.server.judgement import Judge
from ws_stream.server.proxy import Proxies
from ws_stream.server.reception import Reception
from ws_stream.server.tokens import Right, known
from ws_stream.server.websocket import ViewerConnection

STANDING = ("content-security-policy", "x-content-type-options", "cross-origin-resource-policy")
NO_BODY = (b"204", b"304", b"101")
ANSWERED = (b"200", b"304", b"404")
"""Heard only by who asks for a host that no page of the Internet can point here. (Viewers are let in, and told.)"""
_HOSTS = re.compile(rb"^(?:x-forwarded-)?host:[ \t]*([^\r\n]*)", re.IGNORECASE | re.MULTILINE)
_OURS = re.compile(
    rb"(\d+(\.\d+){3}\.?|\[[0-9a-f.]*:[0-9a-f:.]*(%.*)?\]|(.*\.)?localhost\.?|kiosk\.example\.?)(:\d*)?[ \t]*",
    re.IGNORECASE,
)
_HEAD = re.compile(rb"HTTP/1\.1 ([1-5]\d\d) [ -~]*\r\n((?:[!-9;-~]+: [ -~]*\r\n)*)\r\n", re.DOTALL)
TOKEN = "fuzzing-0123456789abcdef"
TOKENS = known([f"view:{TOKEN}"], None)
STREAMS = {"camera": Stream("camera"), "screen": Stream("screen")}


class _Loop(asyncio.SelectorEventLoop):
    """Nothing runs later: what is asked for only then is not asked for."""

    def call_later(self, delay: float, callback: Any, *args: Any, **options: Any) -> Any:  # type: ignore[override]  # noqa: ANN401 - asyncio's
        return asyncio.TimerHandle(delay, callback, args, self)

    def call_soon(self, callback: Any, *args: Any, **options: Any) -> Any:  # type: ignore[override]  # noqa: ANN401 - asyncio's
        return asyncio.Handle(callback, args, self)

    def create_task(self, coro: Any, **options: Any) -> Any:  # noqa: ANN401 - asyncio's
        coro.close()


_SOCKET = socket.socket()


class _Transport(asyncio.Transport):
    """Keeps what is written, and takes all of it at once."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 1), "socket": _SOCKET})
        self.written: list[bytes] = []
        self._is_closing = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.append(bytes(data))

    def is_closing(self) -> bool:
        return self._is_closing

    def abort(self) -> None:
        self._is_closing = True

    close = write_eof = abort

    def can_write_eof(self) -> bool:
        return True

    def get_write_buffer_size(self) -> int:
        return 0

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        pass

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass

    def is_reading(self) -> bool:
        return True


class _Library:
    """What the library's server is asked by its connections."""

    def __init__(self) -> None:
        self.handler_tasks: set[object] = set()

    def handler(self, _connection: object) -> Coroutine[Any, Any, None]:
        return asyncio.sleep(0)


_LOOP = _Loop()


def check(data: bytes) -> None:
    events._set_running_loop(_LOOP)
    cut = data[0] if data else 0
    transport = _Transport()
    try:
        connection = _played(transport, data[1:], cut)
    finally:
        events._set_running_loop(None)
    if cut & 1 and TOKEN.encode() not in data:
        assert connection.right is Right.NOTHING
        assert connection.request is None or connection.refused
        assert b'"viewers"' not in b"".join(transport.written)
    may_ask = b"HTTP/1.0" in data or any(map(_OURS.fullmatch, _HOSTS.findall(data)))
    for written in transport.written:
        if written[:4] == b"HTTP":
            assert _check_reply(written) not in ANSWERED or may_ask
        else:
            assert len(written) <= 2 * MAX_VIEWER_MESSAGE  # a pong, or a goodbye


def _played(transport: _Transport, data: bytes, cut: int) -> ViewerConnection:
    policy = AccessPolicy(("kiosk.example",))
    proxies = Proxies(["127.0.0.0/8"], "/camera1") if cut & 2 else Proxies()
    judge = Judge(policy, lambda: TOKENS if cut & 1 else None)
    reception = Reception(STREAMS, judge, proxies, None)
    protocol = ServerProtocol(
        subprotocols=[Subprotocol(SUBPROTOCOL)], max_size=MAX_VIEWER_MESSAGE, logger=reception.log
    )
    connection = ViewerConnection(
        reception, protocol, _Library(), write_limit=0, ping_interval=None
    )
    connection.connection_made(transport)
    for part in (data[:cut], data[cut:]):
        if not transport.is_closing():
            connection.data_received(part)
        if connection.request and not connection.response:
            connection.response = connection.protocol.accept(connection.request)
            if connection.protocol.state is State.CONNECTING:
                connection.protocol.send_response(connection.response)
                connection.send_data()
    connection.connection_lost(None)
    return connection


def _check_reply(written: bytes) -> bytes:
    """Its status."""
    head = _HEAD.match(written)
    assert head
    lines = head[2].decode().splitlines()
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    body = written[head.end() :]
    assert head[1] != b"500"
    assert head[1] == b"101" or all(name in headers for name in STANDING)
    assert not body or len(body) == int(headers["content-length"])
    assert not (body and head[1] in NO_BODY)
    if headers.get("content-type", "").startswith("text/plain"):
        assert body.decode().strip().replace("\n", "").isprintable()
    return head[1]
