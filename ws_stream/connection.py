"""From a stream to one viewer's WebSocket: one coroutine that sends, one that receives.

Knows nothing of pictures. With `client` the only room that knows the `websockets` library.
"""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from . import control, http, wire
from .errors import ProtocolError, UsageError
from .hub import Stream
from .viewer import HEARTBEAT, Viewer

MAX_VIEWERS = 256
"""Viewers at one time, on all streams together: each may hold a picture of its own as its base."""
OPEN_TIMEOUT = 10
"""Seconds for a whole HTTP exchange or opening handshake: the page's files are a few kB each."""


class Door:
    """Lets requests and viewers in."""

    def __init__(self, streams: Mapping[str, Stream], gate: http.Gate) -> None:
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
        assert connection.request
        stream = http.stream_at(connection.request.path, self._streams)
        assert stream  # `answer` has looked
        wake = asyncio.Event()
        feed, viewer = stream.join(wake.set)
        self._viewers += 1
        try:
            async with asyncio.TaskGroup() as tasks:
                sending = tasks.create_task(_send(connection, viewer, wake))
                await _receive(connection, viewer, wake)
                sending.cancel()
        finally:
            self._viewers -= 1
            stream.leave(feed, wake.set)


async def listen(door: Door, host: str, port: int) -> Server:
    """Serve this door on host and port. Raises UsageError when that address cannot be had."""
    try:
        return await serve(
            door.follow,
            host,
            port,
            process_request=door.answer,
            subprotocols=[Subprotocol(wire.SUBPROTOCOL)],
            compression=None,
            server_header=None,
            max_size=control.MAX_VIEWER_MESSAGE,
            open_timeout=OPEN_TIMEOUT,
        )
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(
            f"cannot listen on {host} port {port}: {reason}; "
            "right would be an address of this machine and a port that is free"
        ) from None


async def _send(connection: ServerConnection, viewer: Viewer, wake: asyncio.Event) -> None:
    """Send what the viewer is to get. `send` waits while the socket is full: nothing piles up behind it."""
    loop = asyncio.get_running_loop()
    timer: asyncio.TimerHandle

    def beat() -> None:
        nonlocal timer
        due = viewer.quiet_since + HEARTBEAT
        if due <= loop.time():
            wake.set()
            due = loop.time() + HEARTBEAT
        timer = loop.call_at(due, beat)

    timer = loop.call_later(HEARTBEAT, beat)
    try:
        while True:
            wake.clear()
            while (message := viewer.take(loop.time())) is not None:
                await connection.send(message)
            await wake.wait()
    except ConnectionClosed:
        pass
    finally:
        timer.cancel()


async def _receive(connection: ServerConnection, viewer: Viewer, wake: asyncio.Event) -> None:
    """Heed what the viewer says; close when it breaks the protocol."""
    try:
        async for text in connection:
            if isinstance(text, bytes):
                await connection.close(CloseCode.UNSUPPORTED_DATA, "viewers send text only")
                return
            message = control.parse_from_viewer(text)
            if message is not None:
                viewer.heed(message)
                wake.set()
    except ProtocolError as error:
        await connection.close(CloseCode.POLICY_VIOLATION, str(error)[:100])
    except ConnectionClosed:
        pass


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
