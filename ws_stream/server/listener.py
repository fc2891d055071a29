"""Who comes in: answers plain HTTP, opens WebSockets, says goodbye. Every number of peers has its bound here.

Knows nothing of pictures, nor of what is said to a viewer that is in.
"""

import asyncio
import contextlib
import logging
import os
import socket
import time
from collections.abc import Mapping
from functools import partial
from http import HTTPStatus

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.frames import CloseCode
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from ..arguments import why
from ..errors import UnsuitedError, UsageError
from ..hub.stream import Stream
from ..limits import MAX_VIEWER_MESSAGE
from ..protocol.picture import SUBPROTOCOL
from ..protocol.request import parse_request
from . import pages
from .access import AccessPolicy
from .files import files
from .gate import Gate, bind
from .hearing import RECEIVED_BYTES
from .peers import Peers, origin
from .plain_http import HttpConnection
from .request_log import RequestLog
from .websocket import NO_STREAM, UNSUITED, ViewerConnection

UNSENT_BYTES = 16384
"""Bytes the kernel takes beyond what is on its way to the viewer. Without a bound Linux takes up to 4 MB for a reader
that never reads, all of it pictures that are old when they arrive."""
RETRANSMIT_WITHIN_MS = 1000
"""Milliseconds TCP waits at most before it sends again what was lost: after an outage of 2 s pictures are fresh within
0.9 s rather than 1.5. Linux 6.15 and later."""
GONE_AFTER_MS = 20_000
"""Milliseconds after which a viewer is gone whose host does not acknowledge, or has no room for, what it is sent; it is
sent something each second. Linux."""
_TCP_RTO_MAX_MS = 44
"""From Linux's tcp.h; Python has no name for it yet."""
CLOSE_TIMEOUT = 1
"""Seconds a viewer has for its goodbye when the server closes: a stuck one must not hold up a shutdown."""
_CLOSE_CODES = {
    HTTPStatus.BAD_REQUEST: CloseCode.POLICY_VIOLATION,
    HTTPStatus.FORBIDDEN: CloseCode.POLICY_VIOLATION,
    HTTPStatus.NOT_FOUND: NO_STREAM,
    HTTPStatus.SERVICE_UNAVAILABLE: CloseCode.TRY_AGAIN_LATER,
}
"""Browsers hide from pages why a handshake failed. So a viewer is let in and told by the close code and its reason."""
_REASON_BYTES = 123
"""Bytes of the longest reason a WebSocket can be closed with."""


class Listener:
    """Lets requests and viewers in, and out again."""

    def __init__(self, streams: Mapping[str, Stream], policy: AccessPolicy) -> None:
        self.connections: Peers[HttpConnection] = Peers()
        self.log = RequestLog(logging.getLogger(__name__))
        self._streams = streams
        self._policy = policy
        self.standing_headers = policy.headers(None, None)
        self._servers: list[Server] = []
        self._has_gate = False

    def on_open(self, connection: HttpConnection) -> None:
        """A connection is there."""
        one_too_many = self.connections.add(connection)
        if not (
            self._has_gate or self.connections.may_arrive(connection.address, time.monotonic())
        ):
            one_too_many = connection
        if one_too_many:
            one_too_many.transport.abort()

    def on_close(self, connection: HttpConnection) -> None:
        """A connection is gone."""
        self.connections.remove(connection)

    def turn(self, connection: HttpConnection) -> float:
        """In how many seconds one more request of this connection may be answered."""
        return self.connections.turn(connection.address, time.monotonic())

    def answer(self, connection: HttpConnection, request: Request) -> Response | None:
        """The response to plain HTTP; None opens the WebSocket, where `follow` says why if there is nothing to see."""
        plain = _plain(request)
        reply = self._reply(connection, plain)
        if reply and reply.status == HTTPStatus.FORBIDDEN:
            self.log.warning(reply.body.decode().strip())
        if reply is None or (plain.is_viewer and reply.status in _CLOSE_CODES):
            return None
        headers = Headers(reply.headers)
        headers.update(self._policy.headers(plain.host, plain.origin))
        headers["Vary"] = "Accept-Encoding, Origin"
        if reply.status not in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
            headers["Content-Type"] = reply.content_type
            headers["Content-Length"] = str(len(reply.body))
        body = b"" if request.method == "HEAD" else reply.body
        return Response(reply.status, reply.status.phrase, headers, body)

    def _reply(self, connection: HttpConnection, plain: pages.HttpRequest) -> pages.Reply | None:
        """The reply by HTTP; None to a viewer that may come in."""
        reply = pages.answer(plain, self._policy, self._streams)
        if reply is None and (sentence := self.connections.too_many(connection)):
            body = f"{sentence}\n".encode()
            reply = pages.Reply(HTTPStatus.SERVICE_UNAVAILABLE, "text/plain", body)
        return reply

    async def follow(self, connection: ServerConnection) -> None:
        """Serve one viewer until the connection ends."""
        assert isinstance(connection, ViewerConnection)
        assert connection.request
        if connection.transport.is_closing():
            return  # gone before it was in: its socket's number may be another's by now
        refusal = self._reply(connection, _plain(connection.request))
        if refusal:
            await _say_goodbye(connection, _CLOSE_CODES[refusal.status], refusal.body.decode())
            return
        stream = pages.stream_at(connection.request.path, self._streams)
        assert stream  # `_reply` has looked
        _bound_socket(connection)
        self.connections.add_viewer(connection)
        try:
            request = parse_request(connection.request.path.partition("?")[2])
            verdict = await connection.attach(stream, request).ended
            if verdict:
                await _say_goodbye(connection, *verdict)
        except UnsuitedError as error:
            await _say_goodbye(connection, UNSUITED, str(error))
        finally:
            self.connections.remove_viewer(connection)
            connection.detach()

    async def listen(self, host: str, port: int) -> None:
        """Serve on this host and port. Raises UsageError when that address cannot be had."""
        gates: list[Gate] = []
        files()  # packed before anybody waits for one
        try:
            gates = await bind(host, port, self._admits)
            self._has_gate = isinstance(asyncio.get_running_loop(), asyncio.SelectorEventLoop)
            for gate in gates:
                # What it accepts does as it does.
                gate.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVED_BYTES)
                self._servers.append(await _serve(self, gate))
        except (OSError, OverflowError, UnicodeError) as error:
            for server in self._servers:
                server.close()
            self._servers.clear()
            for gate in gates:
                gate.close()
            number = getattr(error, "errno", None) or 0
            known = os.strerror(number) if number > 0 else why(error)
            raise UsageError(
                f"cannot listen on {host} port {port}: {known}; "
                "right would be an address of this machine and a port that is free"
            ) from None

    @property
    def sockets(self) -> list[socket.socket]:
        """Those that listen."""
        return [listening for server in self._servers for listening in server.sockets]

    async def close(self) -> None:
        """Say goodbye to all; who does not answer is left without one."""
        for server in self._servers:
            server.close()
        for connection in self.connections:
            if connection.is_kept:
                connection.transport.abort()
        closed = asyncio.gather(*(server.wait_closed() for server in self._servers))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_TIMEOUT):
                await asyncio.shield(closed)
        for connection in self.connections:
            connection.transport.abort()
        await closed
        self._servers.clear()

    def _admits(self, address: str) -> bool:
        return self.connections.may_arrive(origin(address), time.monotonic())


async def _say_goodbye(connection: ViewerConnection, code: int, reason: str) -> None:
    """Close the connection; a peer that does not answer is left."""
    reason = reason.strip().encode()[:_REASON_BYTES].decode(errors="ignore")
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(CLOSE_TIMEOUT):
            await connection.close(code, reason)
    connection.transport.abort()


async def _serve(listener: Listener, gate: Gate) -> Server:
    return await serve(
        listener.follow,
        sock=gate,
        create_connection=partial(ViewerConnection, listener),  # type: ignore[arg-type]  # called like the class
        write_limit=0,  # paused as soon as the socket is full
        subprotocols=[Subprotocol(SUBPROTOCOL)],
        compression=None,
        logger=listener.log,
        server_header=None,
        max_size=MAX_VIEWER_MESSAGE,
        open_timeout=None,  # `HttpConnection` has a time for each request
        ping_interval=None,  # who is there is told something each second, and TCP knows whether it arrives
        close_timeout=CLOSE_TIMEOUT,
    )


def _bound_socket(connection: ViewerConnection) -> None:
    """Let the kernel queue little, and look often whether a lost link is back.

    Where it cannot be told so, acknowledgements alone bound the queue, and TCP doubles its wait as it always did.
    """
    tcp = connection.transport.get_extra_info("socket")
    lowat = getattr(socket, "TCP_NOTSENT_LOWAT", None)
    gone = getattr(socket, "TCP_USER_TIMEOUT", None)
    options = (lowat, UNSENT_BYTES), (_TCP_RTO_MAX_MS, RETRANSMIT_WITHIN_MS), (gone, GONE_AFTER_MS)
    for option, value in options:
        with contextlib.suppress(OSError, TypeError):
            tcp.setsockopt(socket.IPPROTO_TCP, option, value)


def _plain(request: Request) -> pages.HttpRequest:
    def read(name: str) -> str | None:
        """A header's values, in one; no reader takes several for one."""
        values = request.headers.get_all(name)
        return ", ".join(values) if values else None

    return pages.HttpRequest(
        method=request.method,
        target=request.path,
        host=read("Host"),
        origin=read("Origin"),
        upgrade=(read("Upgrade") or "").lower() == "websocket",
        subprotocols=read("Sec-WebSocket-Protocol") or "",
        version=request.protocol,
        encodings=read("Accept-Encoding") or "",
        known=read("If-None-Match") or "",
    )
