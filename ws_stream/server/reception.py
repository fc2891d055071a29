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
from .judgement import Judge
from .peers import Peers, origin
from .plain_http import HttpConnection
from .request import parts
from .request_log import RequestLog
from .websocket import NO_RIGHT, NO_STREAM, UNSUITED, ViewerConnection

_CLOSE_CODES = {
    HTTPStatus.BAD_REQUEST: CloseCode.POLICY_VIOLATION,
    HTTPStatus.UNAUTHORIZED: NO_RIGHT,
    HTTPStatus.FORBIDDEN: CloseCode.POLICY_VIOLATION,
    HTTPStatus.NOT_FOUND: NO_STREAM,
    HTTPStatus.TOO_MANY_REQUESTS: CloseCode.TRY_AGAIN_LATER,
}
"""Browsers hide from pages why a handshake failed. So a viewer is let in and told by the close code and its reason."""


class Reception:
    """Lets requests and viewers in, and out again."""

    def __init__(self, streams: Mapping[str, Stream], judge: Judge) -> None:
        self.connections: Peers[HttpConnection] = Peers()
        self.log = RequestLog(logging.getLogger(__name__))
        self._streams = streams
        self.judge = judge
        self.standing_headers = judge.policy.headers(None, None)
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
        asked = parts(request)
        verdict = self.judge.judge(asked, connection.address, time.monotonic())
        reply = pages.answer(asked, verdict, self._streams)
        if verdict.refused is HTTPStatus.FORBIDDEN:
            self.log.warning(verdict.sentence)
        if reply is None or (asked.is_viewer and reply.status in _CLOSE_CODES):
            assert isinstance(connection, ViewerConnection)
            connection.right = verdict.right
            connection.refused = (
                (_CLOSE_CODES[reply.status], reply.body.decode()) if reply else None
            )
            return None
        headers = Headers(reply.headers)
        headers.update(self.judge.policy.headers(asked.host, asked.origin))
        headers["Vary"] = "Accept-Encoding, Origin"
        if reply.status not in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
            headers["Content-Type"] = reply.content_type
            headers["Content-Length"] = str(len(reply.body))
        body = b"" if request.method == "HEAD" else reply.body
        return Response(reply.status, reply.status.phrase, headers, body)

    async def follow(self, connection: ServerConnection) -> None:
        """Serve one viewer until the connection ends."""
        assert isinstance(connection, ViewerConnection)
        assert connection.request
        if connection.transport.is_closing():
            return  # gone before it was in: its socket's number may be another's by now
        full = self.connections.too_many(connection)
        refused = connection.refused or (full and (CloseCode.TRY_AGAIN_LATER, full))
        if refused:
            await connection.say_goodbye(*refused)
            return
        stream = pages.stream_at(connection.request.path, self._streams)
        assert stream  # `answer` has looked
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
