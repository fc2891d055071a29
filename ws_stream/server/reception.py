"""Who comes in: answers plain HTTP, opens WebSockets, says goodbye. Every number of peers has its bound here.

Knows nothing of pictures, of sockets that listen, nor of what is said to a viewer that is in.
"""

import logging
import time
from collections.abc import Mapping
from http import HTTPStatus

from websockets.asyncio.server import ServerConnection
from websockets.datastructures import Headers
from websockets.frames import CloseCode
from websockets.http11 import Request, Response

from ..errors import UnsuitedError
from ..hub.stream import Stream
from ..protocol.request import parse_request
from . import pages
from .access import AccessPolicy
from .certificate import Certificate
from .peers import Peers, origin
from .plain_http import HttpConnection
from .request_log import RequestLog
from .websocket import NO_STREAM, UNSUITED, ViewerConnection

_CLOSE_CODES = {
    HTTPStatus.BAD_REQUEST: CloseCode.POLICY_VIOLATION,
    HTTPStatus.FORBIDDEN: CloseCode.POLICY_VIOLATION,
    HTTPStatus.NOT_FOUND: NO_STREAM,
    HTTPStatus.SERVICE_UNAVAILABLE: CloseCode.TRY_AGAIN_LATER,
}
"""Browsers hide from pages why a handshake failed. So a viewer is let in and told by the close code and its reason."""


class Reception:
    """Lets requests and viewers in, and out again."""

    def __init__(
        self,
        streams: Mapping[str, Stream],
        policy: AccessPolicy,
        certificate: Certificate | None = None,
    ) -> None:
        self.connections: Peers[HttpConnection] = Peers()
        self.log = RequestLog(logging.getLogger(__name__))
        self._streams = streams
        self._policy = policy
        self.certificate = certificate
        """By which all is said; None: by plain http."""
        self.standing_headers = policy.headers(None, None, is_secure=certificate is not None)
        self.has_gate = False
        """Whether who comes too often was left outside already."""

    def on_open(self, connection: HttpConnection) -> None:
        """A connection is there."""
        one_too_many = self.connections.add(connection)
        if not (self.has_gate or self.connections.may_arrive(connection.address, time.monotonic())):
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
        plain = _plain(request, connection)
        reply = self._reply(connection, plain)
        if reply and reply.status == HTTPStatus.FORBIDDEN:
            self.log.warning(reply.body.decode().strip())
        if reply is None or (plain.is_viewer and reply.status in _CLOSE_CODES):
            return None
        headers = Headers(reply.headers)
        headers.update(self._policy.headers(plain.host, plain.origin, is_secure=plain.is_secure))
        headers["Vary"] = "Accept-Encoding, Origin"
        if reply.status not in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
            headers["Content-Type"] = reply.content_type
            headers["Content-Length"] = str(len(reply.body))
        body = b"" if request.method == "HEAD" else reply.body
        return Response(reply.status, reply.status.phrase, headers, body)

    def _reply(self, connection: HttpConnection, plain: pages.HttpRequest) -> pages.Reply | None:
        """The reply by HTTP; None to a viewer that may come in."""
        if self.certificate and not plain.is_secure:
            return pages.refuse_http(plain, self._policy)
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
        refusal = self._reply(connection, _plain(connection.request, connection))
        if refusal:
            await connection.say_goodbye(_CLOSE_CODES[refusal.status], refusal.body.decode())
            return
        stream = pages.stream_at(connection.request.path, self._streams)
        assert stream  # `_reply` has looked
        connection.bound_socket()
        self.connections.add_viewer(connection)
        try:
            request = parse_request(connection.request.path.partition("?")[2])
            verdict = await connection.attach(stream, request).ended
            if verdict:
                await connection.say_goodbye(*verdict)
        except UnsuitedError as error:
            await connection.say_goodbye(UNSUITED, str(error))
        finally:
            self.connections.remove_viewer(connection)
            connection.detach()

    def admits(self, address: str) -> bool:
        """Count a connection from this address; whether it may come in."""
        return self.connections.may_arrive(origin(address), time.monotonic())


def _plain(request: Request, connection: HttpConnection) -> pages.HttpRequest:
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
        is_secure=connection.is_secure,
    )
