"""Who comes in: answers plain HTTP, opens WebSockets, says goodbye. Every number of peers has its bound here.

Knows nothing of pictures, of sockets that listen, nor of what is said to a viewer that is in.
"""

import logging
import time
from collections.abc import Iterator, Mapping
from functools import partial
from http import HTTPStatus
from socket import socket

from websockets.asyncio.server import ServerConnection
from websockets.datastructures import Headers
from websockets.frames import CloseCode
from websockets.http11 import Request, Response

from ..errors import UnsuitedError, UsageError
from ..hub.stream import Stream
from ..protocol.request import parse_request
from . import pages
from .certificate import Certificate
from .gate import NO_DESCRIPTORS, leaves_spare
from .judgement import Judge
from .peers import Peers, origin
from .plain_http import HttpConnection
from .proxy import Proxies
from .request import HttpRequest, header, parts
from .request_log import RequestLog
from .viewer import goodbye_after
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

    def __init__(
        self,
        streams: Mapping[str, Stream],
        judge: Judge,
        proxies: Proxies,
        certificate: Certificate | None,
    ) -> None:
        self.connections: Peers[HttpConnection] = Peers()
        self.log = RequestLog(logging.getLogger(__name__))
        self._streams = streams
        self.judge = judge
        self._proxies = proxies
        self.certificate = certificate
        """By which all is said; None: by plain http."""
        if pages.is_taken(proxies.root_path):
            raise UsageError(
                f"root_path='{proxies.root_path}' cannot be, as this server has something there itself; "
                "right would be another name, such as /camera1"
            )
        self.standing_headers = self._standing_headers()
        self.has_gate = False
        """Whether who comes too often was left outside already."""

    @property
    def root_path(self) -> str:
        """Under which path this server is seen."""
        return self._proxies.root_path

    def on_open(self, connection: HttpConnection) -> None:
        """A connection is there."""
        if not self._proxies.trusts(connection.peer):
            connection.address = origin(connection.peer)
        one_too_many = self.connections.add(connection)
        opened = connection.transport.get_extra_info("socket")
        if not (self.has_gate or self.admits(opened, connection.peer)):
            one_too_many = connection
        if one_too_many:
            one_too_many.transport.abort()

    def on_close(self, connection: HttpConnection) -> None:
        """A connection is gone."""
        self.connections.remove(connection)

    def receive(self, connection: HttpConnection, request: Request) -> None:
        """Make of a request what it was before it came through proxies, and count it for who sent it.

        Raises UsageError.
        """
        request.path = self._proxies.target(request.path)
        if not self._proxies.trusts(connection.peer):
            return
        said = self._proxies.forwarded(connection.peer, partial(header, request))
        connection.is_secure = said.is_secure
        if said.host is not None:
            if "Host" in request.headers:
                del request.headers["Host"]
            request.headers["Host"] = said.host
        one_too_many = self.connections.move(connection, origin(said.address))
        if one_too_many:
            one_too_many.transport.abort()

    def turn(self, connection: HttpConnection, is_further: bool) -> float:
        """In how many seconds this request may be answered. A proxy may open a connection for each."""
        if not (is_further or self._proxies.trusts(connection.peer)):
            return 0.0
        return self.connections.turn(connection.address, time.monotonic())

    def answer(self, connection: HttpConnection, request: Request) -> Response | None:
        """The response to plain HTTP; None opens the WebSocket, where `follow` says why if there is nothing to see."""
        asked = self._parts(connection, request)
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
        headers.update(
            self.judge.policy.headers(asked.host, asked.origin, is_secure=asked.is_secure)
        )
        headers["Vary"] = "Accept-Encoding, Origin"
        if reply.status not in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
            headers["Content-Type"] = reply.content_type
            headers["Content-Length"] = str(len(reply.body))
        body = b"" if request.method == "HEAD" else reply.body
        return Response(reply.status, reply.status.phrase, headers, body)

    def _parts(self, connection: HttpConnection, request: Request) -> HttpRequest:
        is_secure = connection.is_secure
        return parts(
            request,
            is_secure=connection.speaks_tls if is_secure is None else is_secure,
            lacks_tls=self.certificate is not None and not connection.speaks_tls,
            root_path=self.root_path,
        )

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
        if stream is None:  # removed since `answer` has looked
            await connection.say_goodbye(NO_STREAM, "the stream is not there any more")
            return
        connection.bound_socket()
        self.connections.add_viewer(connection)
        try:
            request = parse_request(connection.request.path.partition("?")[2])
            goodbye = await connection.attach(stream, request).ended
            if goodbye:
                await connection.say_goodbye(*goodbye)
        except UnsuitedError as error:
            await connection.say_goodbye(UNSUITED, str(error))
        except Exception as error:
            self.log.exception("a viewer could not be let in")
            await connection.say_goodbye(*goodbye_after(error))
        finally:
            self.connections.remove_viewer(connection)
            connection.detach()

    def reload(self) -> None:
        """Ask for the tokens that there are now. Raises UsageError, and then all is as it was."""
        self.judge.reload()
        self._judge_anew()

    def change(self, other: "Reception") -> None:
        """From now on answer whom another does, by its tokens."""
        self.judge.change(other.judge)
        self.standing_headers = self._standing_headers()
        self._judge_anew()

    def _standing_headers(self) -> dict[str, str]:
        return self.judge.policy.headers(None, None, is_secure=self.certificate is not None)

    def _judge_anew(self) -> None:
        """Who may not watch any more goes; who watches by another right than before comes again, or cannot."""
        for connection in self._viewers():
            assert connection.request
            asked = self._parts(connection, connection.request)
            refusal = self.judge.policy.refusal(asked.host, asked.origin)
            if refusal:
                connection.end((CloseCode.POLICY_VIOLATION, refusal))
            elif self.judge.right(asked) is not connection.right:
                connection.end((CloseCode.SERVICE_RESTART, "the server's tokens are others now"))

    def dismiss(self, stream: Stream) -> None:
        """Nobody watches it any more: it is served no longer, or another is in its place."""
        goodbye = (
            (CloseCode.SERVICE_RESTART, "the stream is another one now")
            if stream.name in self._streams
            else (NO_STREAM, "the stream is not there any more")
        )
        for connection in self._viewers():
            if connection.watches(stream):
                connection.end(goodbye)

    def _viewers(self) -> Iterator[ViewerConnection]:
        for connection in self.connections:
            if isinstance(connection, ViewerConnection) and connection.request:
                yield connection

    def admits(self, connection: socket, address: str) -> bool:
        """Count a connection from this address; whether it may come in. A proxy's are counted by its requests."""
        if not leaves_spare(connection.fileno()):
            self.log.warning(NO_DESCRIPTORS)
            return False
        return self._proxies.trusts(address) or self.connections.may_arrive(
            origin(address), time.monotonic()
        )
