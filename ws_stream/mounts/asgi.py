"""A server as an ASGI application: for FastAPI, Starlette, Quart, and whatever else speaks ASGI 3.

Knows the ASGI specification and no framework: https://asgi.readthedocs.io/en/latest/specs/www.html
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from typing import Any
from urllib.parse import quote

from ..errors import UsageError
from ..protocol.picture import SUBPROTOCOL
from ..server.admission import Entry
from ..server.gate import UNIX
from ..server.mount import Mount
from ..server.pages import Reply
from ..server.readers import Look
from ..server.request import HttpRequest
from ..server.server import SERVER, Server
from .under import add, moved_to, under

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[None]]
"""As every framework takes it, whatever types it has for these three."""

_AS_SENT = "/:@!$&'()*+,;=~-._"
"""Of a path that was decoded, what is written as itself: RFC 3986, section 3.3."""
_CAN_REFUSE = "websocket.http.response"
"""The extension by which a WebSocket's handshake is answered with a reply."""


def asgi(server: Server) -> Application:
    """The server's page, streams and WebSockets as an ASGI application, to be mounted under any path of another.

        app.mount("/cam", ws_stream.asgi(server))

    The server needs no port of its own: do not start it. It runs from the first request on, in the event loop of the
    program, and answers whom it would answer on its own port (docs/mounting.md). Raises UsageError.
    """
    mount = SERVER.take("server", server).mounted()

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(server, mount, receive, send)
        elif scope["type"] == "http":
            await _answer(mount, scope, receive, send)
        elif scope["type"] == "websocket":
            await _open(mount, scope, receive, send)
        else:
            raise UsageError(f"ws-stream speaks HTTP and WebSocket, not {scope['type']!r}")

    return application


async def _live(server: Server, mount: Mount, receive: Receive, send: Send) -> None:
    """Where the program hands on its beginning and its end, as none does for what is mounted below a path."""
    while (await receive())["type"] == "lifespan.startup":
        try:
            mount.begin()
        except UsageError as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
    await server.close()
    await send({"type": "lifespan.shutdown.complete"})


async def _answer(mount: Mount, scope: Scope, receive: Receive, send: Send) -> None:
    asked = _asked(
        scope, scope["method"], {"upgrade": ""}
    )  # a host without WebSockets passes it on
    reply = moved_to(asked) or await mount.answer(asked, _peer(scope))
    if isinstance(reply, Look):
        await _show(mount, reply, receive, send)
        return
    assert isinstance(reply, Reply)  # so it is no viewer's
    await _reply(reply, "http.response", send)


async def _show(mount: Mount, look: Look, receive: Receive, send: Send) -> None:
    channel = _ReplyChannel(send)
    if await mount.show(look, channel, _gone(receive)) and channel.has_begun:
        await send({"type": "http.response.body", "body": b""})


async def _gone(receive: Receive) -> None:
    """Hosts need not say so in `send`."""
    while (await receive())["type"] != "http.disconnect":
        pass


class _ReplyChannel:
    """The reply to a request. Hosts wait in `send` for room."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.has_begun = False

    async def reply(self, reply: Reply) -> None:
        """Send all of it."""
        await _reply(reply, "http.response", self._send)

    async def begin(self, reply: Reply) -> None:
        """Send the beginning."""
        self.has_begun = True
        await self._send(_start(reply, "http.response"))

    async def send(self, data: bytes) -> None:
        """Send what follows."""
        await self._send({"type": "http.response.body", "body": data, "more_body": True})


def _start(reply: Reply, kind: str) -> Message:
    headers = [
        (name.lower().encode(), value.encode("latin-1")) for name, value in reply.headers.items()
    ]
    return {"type": f"{kind}.start", "status": int(reply.status), "headers": headers}


async def _reply(reply: Reply, kind: str, send: Send) -> None:
    await send(_start(reply, kind))
    await send({"type": f"{kind}.body", "body": reply.body})


async def _open(mount: Mount, scope: Scope, receive: Receive, send: Send) -> None:
    offered = ", ".join(scope.get("subprotocols", ()))
    headers = {"upgrade": "websocket", "sec-websocket-protocol": offered}  # HTTP/2 has no such
    entry = await mount.answer(_asked(scope, "GET", headers), _peer(scope))
    await receive()  # "websocket.connect", which is all that can be said by now
    if isinstance(entry, Entry):
        await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL})
        await mount.follow(entry, _Channel(send), _texts(receive))
    elif isinstance(entry, Reply) and _CAN_REFUSE in (scope.get("extensions") or ()):
        await _reply(entry, _CAN_REFUSE, send)
    else:
        await send({"type": "websocket.close"})  # its host replies with 403


class _Channel:
    """A WebSocket that is open. Hosts wait in `send` for room."""

    def __init__(self, send: Send) -> None:
        self._send = send

    async def send(self, message: str | bytes) -> None:
        """Send one message."""
        kind = "text" if isinstance(message, str) else "bytes"
        await self._send({"type": "websocket.send", kind: message})

    async def close(self, code: int, reason: str) -> None:
        """Say goodbye."""
        await self._send({"type": "websocket.close", "code": code, "reason": reason})


async def _texts(receive: Receive) -> AsyncIterator[str | bytes]:
    while (message := await receive())["type"] == "websocket.receive":
        text = message.get("text")
        yield message["bytes"] if text is None else text


def _asked(scope: Scope, method: str, more: Mapping[str, str] = {}) -> HttpRequest:
    root, path = under(scope["path"], scope.get("root_path", ""))
    query = scope.get("query_string", b"").decode("latin-1")
    headers: dict[str, str] = {}
    for raw, value in scope["headers"]:
        add(headers, raw.decode("latin-1"), value.decode("latin-1"))
    target = quote(path, safe=_AS_SENT) + (f"?{query}" if query else "")
    version = f"HTTP/{scope.get('http_version', '1.1')}"
    is_secure = scope.get("scheme") in ("https", "wss")
    return HttpRequest(
        method,
        target,
        version,
        {**headers, **more},
        is_secure,
        root_path=quote(root),
    )


def _peer(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client and client[0] else UNIX
