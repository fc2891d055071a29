"""A server as a part of an aiohttp application.

Knows aiohttp, which the program brings; it is imported when it is used.
"""

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote

from ..errors import UsageError
from ..limits import MAX_VIEWER_MESSAGE
from ..protocol.picture import SUBPROTOCOL
from ..server.admission import Entry
from ..server.gate import UNIX
from ..server.mount import Mount
from ..server.pages import Reply
from ..server.readers import Look
from ..server.request import HttpRequest
from ..server.server import SERVER, Server
from ..server.viewer import CLOSE_TIMEOUT
from ..server.websocket import bound_socket
from .under import add, moved_to, under

if TYPE_CHECKING:
    from aiohttp import web

LOOK_EVERY = 1.0
"""Seconds between two looks at whether a reader is still there that is sent nothing."""


def aiohttp_app(server: Server) -> "web.Application":
    """The server's page, streams and WebSockets as an aiohttp application, to be added under any path of another.

        app.add_subapp("/cam/", ws_stream.aiohttp_app(server))

    The server needs no port of its own: do not start it. It is closed when the program shuts down. Raises UsageError.
    """
    mount = SERVER.take("server", server).mounted()
    try:
        from aiohttp import web  # noqa: PLC0415 - only here
    except ImportError:
        raise UsageError("there is no aiohttp; right would be: pip install aiohttp") from None

    async def answer(request: web.Request) -> web.StreamResponse:
        asked = _asked(request)
        reply = moved_to(asked) or await mount.answer(asked, request.remote or UNIX)
        if isinstance(reply, Entry):
            return await _follow(mount, reply, request)
        if isinstance(reply, Look):
            return await _show(mount, reply, request)
        return _response(reply)

    async def begin(_: web.Application) -> None:
        mount.begin()

    async def end(_: web.Application) -> None:
        await server.close()

    app = web.Application()
    for path in ("", "/{path:.*}"):
        app.router.add_route("*", path, answer)
    app.on_startup.append(begin)
    app.on_shutdown.append(end)
    return app


def _asked(request: "web.Request") -> HttpRequest:
    resource = request.match_info.route.resource
    assert resource
    root, path = under(request.rel_url.raw_path, resource.canonical.removesuffix("/{path}"))
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        add(headers, name, value)
    query = request.rel_url.raw_query_string
    target = f"{path}?{query}" if query else path
    version = f"HTTP/{request.version.major}.{request.version.minor}"
    return HttpRequest(
        request.method, target, version, headers, request.secure, root_path=quote(root, safe="/%")
    )


def _response(reply: Reply) -> "web.Response":
    from aiohttp import web  # noqa: PLC0415 - as above

    return web.Response(status=int(reply.status), headers=reply.headers, body=reply.body)


async def _follow(mount: Mount, entry: Entry, request: "web.Request") -> "web.WebSocketResponse":
    from aiohttp import web  # noqa: PLC0415 - as above

    opened = web.WebSocketResponse(
        timeout=CLOSE_TIMEOUT,
        protocols=[SUBPROTOCOL],
        compress=False,
        max_msg_size=MAX_VIEWER_MESSAGE + 1,
        writer_limit=0,  # `send` waits until the transport has room, which is
    )
    await opened.prepare(request)
    transport = request.transport
    if transport:
        transport.set_write_buffer_limits(0)  # when the socket has taken all
        bound_socket(transport.get_extra_info("socket"))
        await mount.follow(entry, _Channel(opened), _said(opened))
    return opened


async def _show(mount: Mount, look: Look, request: "web.Request") -> "web.StreamResponse":
    channel = _ReplyChannel(request)
    await mount.show(look, channel, _gone(request))
    return channel.response


async def _gone(request: "web.Request") -> None:
    """Nothing tells that to whoever sends nothing."""
    while request.transport and not request.transport.is_closing():  # noqa: ASYNC110 - aiohttp has no such event
        await asyncio.sleep(LOOK_EVERY)


class _ReplyChannel:
    """The reply to a request."""

    def __init__(self, request: "web.Request") -> None:
        from aiohttp import web  # noqa: PLC0415 - as above

        self._request = request
        self.response: web.StreamResponse = web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)

    @property
    def has_begun(self) -> bool:
        """Whether its reply has no length, and begins."""
        return self.response.prepared

    async def reply(self, reply: Reply) -> None:
        """Send all of it, by returning it."""
        self.response = _response(reply)

    async def begin(self, reply: Reply) -> None:
        """Send the beginning."""
        from aiohttp import web  # noqa: PLC0415 - as above

        self.response = web.StreamResponse(status=int(reply.status), headers=reply.headers)
        self.response.force_close()
        await self.response.prepare(self._request)
        if transport := self._request.transport:
            transport.set_write_buffer_limits(0)
            bound_socket(transport.get_extra_info("socket"))

    async def send(self, data: bytes) -> None:
        """Send what follows."""
        await self.response.write(data)


class _Channel:
    """A WebSocket that is open."""

    def __init__(self, opened: "web.WebSocketResponse") -> None:
        self._opened = opened

    async def send(self, message: str | bytes) -> None:
        """Send one message."""
        if isinstance(message, str):
            await self._opened.send_str(message)
        else:
            await self._opened.send_bytes(message)

    async def close(self, code: int, reason: str) -> None:
        """Say goodbye."""
        await self._opened.close(code=code, message=reason.encode())


async def _said(opened: "web.WebSocketResponse") -> AsyncIterator[str | bytes]:
    async for message in opened:
        if isinstance(message.data, str | bytes):  # else it is a fault of the connection's
            yield message.data
