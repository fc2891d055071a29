"""From a stream to one viewer's WebSocket: one coroutine that sends, one that receives.

Knows nothing of pictures. With `client` the only room that knows the `websockets` library.
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.typing import Subprotocol

from . import control, http, wire
from .errors import ProtocolError, UsageError
from .hub import Stream
from .shrink import Rendition
from .viewer import Viewer
from .wish import parse_wish

MAX_VIEWERS = 256
"""Viewers at one time, on all streams together: each may hold a picture of its own as its base."""
UNSENT_BYTES = 16384
"""Bytes the kernel takes beyond what is on its way to the viewer. Without a bound Linux takes up to 4 MB for a reader
that never reads, all of it pictures that are old when they arrive."""
RETRANSMIT_WITHIN_MS = 1000
"""Milliseconds TCP waits at most before it sends again what was lost: after an outage of 2 s pictures are fresh within
0.9 s rather than 1.5. Linux 6.15 and later."""
_TCP_RTO_MAX_MS = 44
"""From Linux's tcp.h; Python has no name for it yet."""
CLOSE_TIMEOUT = 1
"""Seconds a viewer has for its goodbye when the server closes: a stuck one must not hold up a shutdown."""
SILENT = 4001
"""Close code for a viewer that gave no sign of life."""
OPEN_TIMEOUT = 5
"""Seconds for a whole HTTP exchange or opening handshake: the page's files are a few kB each."""
MAX_CONNECTIONS = MAX_VIEWERS + 64
"""TCP connections at one time: viewers, and requests for the page. One more is cut off."""
UNREAD_BYTES = 65536
"""Bytes that may wait for a peer beside the largest picture it was sent; over that it only asks and never reads."""

_REQUEST_END = b"\r\n\r\n"


class Connection(ServerConnection):
    """A connection whose memory is bounded whatever its peer does: the library's own answers (pong) wait for nobody."""

    def __init__(self, door: "Door", *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - the library's
        super().__init__(*arguments, **options)
        self.unread_limit = UNREAD_BYTES
        """Bytes that may wait in user space for the peer to read them."""
        self._door = door
        self._asked = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """One more is there; it is cut off if that is one too many."""
        super().connection_made(transport)
        self._door.connections.add(self)
        if len(self._door.connections) > MAX_CONNECTIONS:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """One less."""
        self._door.connections.discard(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, unless the peer does not read itself; of plain HTTP nothing behind the first request."""
        if self.transport.get_write_buffer_size() > self.unread_limit:
            self.transport.abort()
        elif self.protocol.state is not State.CONNECTING:
            super().data_received(data)
        elif not self._asked.endswith(_REQUEST_END):  # nothing counts that comes before the answer
            begin = len(self._asked)
            end = (self._asked + data).find(_REQUEST_END)
            data = data if end < 0 else data[: end + len(_REQUEST_END) - begin]
            self._asked = (self._asked + data)[-len(_REQUEST_END) :]
            super().data_received(data)


class Door:
    """Lets requests and viewers in, and out again."""

    def __init__(self, streams: Mapping[str, Stream], gate: http.Gate) -> None:
        self.connections: set[Connection] = set()
        self._streams = streams
        self._gate = gate
        self._viewers = 0

    def answer(self, connection: ServerConnection, request: Request) -> Response | None:
        """The response to plain HTTP and to what is refused; None opens the WebSocket."""
        plain = _plain(request)
        reply = http.answer(plain, self._gate, self._streams)
        if reply is None and self._viewers >= MAX_VIEWERS:
            sentence = f"{MAX_VIEWERS} viewers are connected, and that is the limit\n"
            reply = http.Reply(HTTPStatus.SERVICE_UNAVAILABLE, "text/plain", sentence.encode())
        if reply is None:
            return None
        headers = Headers(self._gate.headers(plain.host))
        headers["Content-Type"] = reply.content_type
        headers["Content-Length"] = str(len(reply.body))
        headers["Connection"] = "close"
        body = b"" if request.method == "HEAD" else reply.body
        return Response(reply.status, reply.status.phrase, headers, body)

    async def follow(self, connection: ServerConnection) -> None:
        """Serve one viewer until the connection ends."""
        assert isinstance(connection, Connection)
        assert connection.request
        stream = http.stream_at(connection.request.path, self._streams)
        assert stream  # `answer` has looked
        _bound_socket(connection)
        wake = asyncio.Event()
        viewer = stream.join(wake.set, parse_wish(connection.request.path.partition("?")[2]))
        self._viewers += 1
        try:
            async with asyncio.TaskGroup() as tasks:
                sending = tasks.create_task(_send(connection, viewer, wake))
                watching = tasks.create_task(_end_when_dead(connection, viewer))
                await _receive(connection, stream, viewer, wake)
                sending.cancel()
                watching.cancel()
        finally:
            self._viewers -= 1
            stream.leave(wake.set)

    async def close(self, server: Server) -> None:
        """Say goodbye to all; who does not answer is left without one."""
        server.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_TIMEOUT):
                await server.wait_closed()
        for connection in tuple(self.connections):
            connection.transport.abort()
        await server.wait_closed()


async def listen(door: Door, host: str, port: int) -> Server:
    """Serve this door on host and port. Raises UsageError when that address cannot be had."""
    try:
        return await serve(
            door.follow,
            host,
            port,
            process_request=door.answer,
            create_connection=partial(Connection, door),  # type: ignore[arg-type]  # called like the class
            subprotocols=[Subprotocol(wire.SUBPROTOCOL)],
            compression=None,
            server_header=None,
            max_size=control.MAX_VIEWER_MESSAGE,
            open_timeout=OPEN_TIMEOUT,
            close_timeout=CLOSE_TIMEOUT,
        )
    except (OSError, OverflowError, UnicodeError) as error:
        number = getattr(error, "errno", None) or 0
        reason = os.strerror(number) if number > 0 else getattr(error, "strerror", None) or error
        raise UsageError(
            f"cannot listen on {host} port {port}: {reason}; "
            "right would be an address of this machine and a port that is free"
        ) from None


async def _send(connection: Connection, viewer: Viewer, wake: asyncio.Event) -> None:
    """Send what the viewer is to get. `send` waits while the socket is full: nothing piles up behind it."""
    loop = asyncio.get_running_loop()
    with contextlib.suppress(ConnectionClosed):
        while True:
            wake.clear()
            while (message := viewer.take(loop.time())) is not None:
                connection.unread_limit = max(connection.unread_limit, len(message) + UNREAD_BYTES)
                await connection.send(message)
            timer = loop.call_at(viewer.due(loop.time()), wake.set)
            await wake.wait()
            timer.cancel()


async def _end_when_dead(connection: Connection, viewer: Viewer) -> None:
    """Close the connection of a viewer that has gone silent, also while a full socket holds up what sends to it."""
    loop = asyncio.get_running_loop()
    while (left := viewer.pacing.life_left(loop.time())) > 0:  # noqa: ASYNC110 - a word heard moves the end
        await asyncio.sleep(left)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(CLOSE_TIMEOUT):
            await connection.close(SILENT, "nothing was heard")
    connection.transport.abort()


async def _receive(
    connection: ServerConnection, stream: Stream, viewer: Viewer, wake: asyncio.Event
) -> None:
    """Heed what the viewer says; close when it breaks the protocol."""
    try:
        async for text in connection:
            if isinstance(text, bytes):
                await connection.close(CloseCode.UNSUPPORTED_DATA, "viewers send text only")
                return
            _heed(control.parse_from_viewer(text), stream, viewer, wake)
    except (ProtocolError, UsageError) as error:
        await connection.close(CloseCode.POLICY_VIOLATION, str(error)[:100])
    except ConnectionClosed:
        pass


def _heed(
    message: control.ViewerMessage | None, stream: Stream, viewer: Viewer, wake: asyncio.Event
) -> None:
    now = asyncio.get_running_loop().time()
    viewer.pacing.heard(now)
    if message is None:
        return
    viewer.heed(message, now)
    if isinstance(message, control.Wanted):
        stream.want(wake.set, Rendition(message.crop, message.step, message.average).check())
    elif isinstance(message, control.Rate):
        stream.demand()
    wake.set()


def _bound_socket(connection: ServerConnection) -> None:
    """Let the kernel queue little, and look often whether a lost link is back.

    Where it cannot be told so, acknowledgements alone bound the queue, and TCP doubles its wait as it always did.
    """
    tcp = connection.transport.get_extra_info("socket")
    lowat = getattr(socket, "TCP_NOTSENT_LOWAT", None)
    for option, value in ((lowat, UNSENT_BYTES), (_TCP_RTO_MAX_MS, RETRANSMIT_WITHIN_MS)):
        with contextlib.suppress(OSError, TypeError):
            tcp.setsockopt(socket.IPPROTO_TCP, option, value)


def _plain(request: Request) -> http.Request:
    headers = request.headers
    return http.Request(
        method=request.method,
        target=request.path,
        host=_only(headers, "Host"),
        origin=_only(headers, "Origin"),
        upgrade=headers.get("Upgrade", "").lower() == "websocket",
        subprotocols=headers.get("Sec-WebSocket-Protocol", ""),
    )


def _only(headers: Headers, name: str) -> str | None:
    values = headers.get_all(name)
    return values[0] if len(values) == 1 else ("several" if values else None)
