"""Plain HTTP on one connection: requests one after the other, until one of them opens a WebSocket.

Browsers so load a page over a few connections; without that each file takes two round trips more. Every wait has its
end here, and every reply its bound in memory. Knows nothing of what is asked for.
"""

import asyncio
from collections.abc import Hashable, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any, Protocol

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import InvalidMessage
from websockets.http11 import Request, Response
from websockets.protocol import Event, State
from websockets.server import ServerProtocol

from ..errors import UsageError
from ..printable import MAX_PRINTED, printable
from .gate import peer_of
from .hearing import RequestHead
from .lasting import Lasting, Write
from .request import HttpRequest
from .tls import HANDSHAKE

REQUEST_LINE_WITHIN = 2.0
"""Seconds until a connection must have said what it wants; a browser says so at once."""
REQUEST_WITHIN = 5.0
"""Seconds for a request, and for a WebSocket's handshake, from the connection's begin or from the reply before."""
SLOWEST = 2048
"""Bytes a second: whoever takes a reply slower than this is not waited for."""
HANG_UP_WITHIN = 1.0
"""Seconds a peer has to hang up after its last reply."""
_NO_TLS = "right would be http:// and ws://, or --tls-cert and --tls-key"
_KEPT = f"timeout={REQUEST_WITHIN - 1:.0f}"
"""What clients hear of it: less, so that no request is under way when the connection is closed."""


class Host(Protocol):
    """Whoever answers the requests of all connections."""

    def on_open(self, connection: "HttpConnection") -> None:
        """A connection is there."""

    def on_close(self, connection: "HttpConnection") -> None:
        """A connection is gone."""

    def receive(self, connection: "HttpConnection", request: Request) -> None:
        """Make of the request what was sent, and of the connection that of who sent it. Raises UsageError."""

    def turn(self, connection: "HttpConnection", is_further: bool) -> float:
        """In how many seconds this request may be answered; `is_further` if it is not the connection's first."""

    @property
    def standing_headers(self) -> Mapping[str, str]:
        """Go with a reply to what is no request of anybody."""

    def answer(self, connection: "HttpConnection", request: Request) -> Response | Write | None:
        """The reply, or what writes it when there is one; None opens the WebSocket."""


class _Protocol(ServerProtocol):
    """The library's. What it refuses itself has the standing headers, too, and what is no request gets a reply."""

    def __init__(self, used: ServerProtocol, standing: Mapping[str, str]) -> None:
        super().__init__(
            subprotocols=used.available_subprotocols,
            state=used.state,
            max_size=used.max_message_size,
            logger=used.logger,
        )
        self._standing = standing
        self.debug = False  # it would log tokens

    def reject(self, status: int, text: str) -> Response:
        quoted = printable(text, 2 * MAX_PRINTED)  # of headers
        response = super().reject(status, f"{quoted}\n")
        response.headers.update(self._standing)
        return response

    def send_eof(self) -> None:
        fault = self.handshake_exc
        if isinstance(fault, InvalidMessage) and not self.reader.eof:
            reason = getattr(fault.__cause__, "__cause__", None) or fault.__cause__
            sentence = (
                f"{printable(str(reason))}; right would be GET or HEAD, by HTTP/1.1, without a body"
            )
            self.writes.append(self.reject(HTTPStatus.BAD_REQUEST, sentence).serialize())
        super().send_eof()


class HttpConnection(ServerConnection):
    """A connection that answers plain HTTP itself; the library sees the request that opens a WebSocket."""

    def __init__(self, host: Host, protocol: ServerProtocol, *rest: Any, **options: Any) -> None:  # noqa: ANN401 - the library's
        super().__init__(_Protocol(protocol, host.standing_headers), *rest, **options)
        self._host = host
        self.peer = ""
        """The address at the other end."""
        self.address: Hashable = None
        """Of whoever asks, as `peers.origin` says; None until a proxy has said so."""
        self.asked: HttpRequest
        """What its newest request is, as it was sent."""
        self._head = RequestHead()
        self._was_answered = False
        self._deadline: asyncio.TimerHandle | None = None
        self._writing: asyncio.Task[None] | None = None

    @property
    def speaks_tls(self) -> bool:
        """Whether it is by TLS; until its first byte, whether it may be."""
        return self.transport.get_extra_info("ssl_object") is not None

    @property
    def has_asked(self) -> bool:
        """Whether its request is complete."""
        return self._head.is_complete

    @property
    def is_kept(self) -> bool:
        """Whether its requests were answered, and the next one is not complete."""
        return self._was_answered and not self.has_asked

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """One more is there."""
        super().connection_made(transport)
        socket, name = map(transport.get_extra_info, ("socket", "peername"))
        self.peer = peer_of(socket, name)
        self._host.on_open(self)
        if not self.speaks_tls:  # a handshake takes a slow peer seconds
            asyncio.get_running_loop().call_later(REQUEST_LINE_WITHIN, self._hurry)
        self._wait(REQUEST_WITHIN)

    def connection_lost(self, exc: Exception | None) -> None:
        """One less."""
        self._host.on_close(self)
        self._stop_waiting()
        if self._writing:
            self._writing.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Before a WebSocket is open nothing counts behind a request."""
        if self.protocol.state is State.CONNECTING:
            if data[:1] == HANDSHAKE and not self._head.has_begun:
                self._refuse_tls()
                return
            data = self._head.cut(data)
        super().data_received(data)

    def _refuse_tls(self) -> None:
        sentence = f"TLS was spoken to this port, which speaks http; {_NO_TLS}"
        self.logger.warning(sentence)
        self.transport.write(self.protocol.reject(HTTPStatus.BAD_REQUEST, sentence).serialize())
        self.transport.close()

    def process_event(self, event: Event) -> None:
        """Handle a request here, and leave frames to the library."""
        if not isinstance(event, Request):
            super().process_event(event)
            return
        try:
            self._host.receive(self, event)
        except UsageError as error:
            self.logger.warning(str(error))
            self._reject(event, HTTPStatus.BAD_REQUEST, str(error))
            return
        wait = self._host.turn(self, self._was_answered)
        if wait > 0:
            self._stop_waiting()
            asyncio.get_running_loop().call_later(wait, self._reply, event)
        else:
            self._reply(event)

    def _reply(self, request: Request) -> None:
        if self.transport.is_closing():
            return
        try:
            response = self._host.answer(self, request)
        except Exception:
            self.logger.exception("a request could not be answered")
            self._reject(request, HTTPStatus.INTERNAL_SERVER_ERROR, "the log says why")
            return
        if response is None:
            self._wait(REQUEST_WITHIN)
            super().process_event(request)
        elif isinstance(response, Response):
            self._send(request, response)
        else:
            self._stop_waiting()
            self._writing = asyncio.create_task(self._write(request, response))

    async def _write(self, request: Request, write: Write) -> None:
        """Have a reply written that takes time."""
        lasting = Lasting(self.transport, self.drain, partial(self._send, request))
        await write(lasting)
        if lasting.has_begun:
            self.transport.close()
            self._wait(HANG_UP_WITHIN)

    def _reject(self, request: Request, status: HTTPStatus, text: str) -> None:
        response = self.protocol.reject(status, text)
        del response.headers["Connection"]  # `_send` knows
        if request.method == "HEAD":
            response.body = b""
        self._send(request, response)

    def _send(self, request: Request, response: Response) -> None:
        if self._may_be_kept(request):
            response.headers["Keep-Alive"] = _KEPT
            self._begin_again()
            self.transport.write(response.serialize())
            self._wait(REQUEST_WITHIN + len(response.body) / SLOWEST)
        else:
            response.headers["Connection"] = "close"
            self.protocol.send_response(response)
            self.send_data()
            self._wait(HANG_UP_WITHIN + len(response.body) / SLOWEST)

    def _may_be_kept(self, request: Request) -> bool:
        """Whether there may be another request: not of one that asked for more before it had its reply."""
        words = ",".join(request.headers.get_all("Connection")).lower().split(",")
        has_read = not self._head.has_more and not self.transport.get_write_buffer_size()
        return request.protocol == "HTTP/1.1" and "close" not in map(str.strip, words) and has_read

    def _begin_again(self) -> None:
        """Be as a new connection is."""
        self.protocol = _Protocol(self.protocol, self._host.standing_headers)
        self._head = RequestHead()
        self._was_answered = True

    def _wait(self, seconds: float) -> None:
        """From now on, wait so long for the peer."""
        self._stop_waiting()
        self._deadline = asyncio.get_running_loop().call_later(seconds, self._give_up)

    def _stop_waiting(self) -> None:
        if self._deadline:
            self._deadline.cancel()

    def _give_up(self) -> None:
        if self.protocol.state is State.CONNECTING:
            self.transport.abort()

    def _hurry(self) -> None:
        if not self._head.has_line and not self._was_answered:
            self.transport.abort()
