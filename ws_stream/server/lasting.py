"""The reply to one request, where it takes time to come, or does not end: each part waits until there is room.

Knows nothing of what is asked for.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from websockets.datastructures import Headers
from websockets.http11 import Response

from .pages import Reply


def as_response(reply: Reply) -> Response:
    """As the library writes it."""
    return Response(reply.status, reply.status.phrase, Headers(reply.headers), reply.body)


class Lasting:
    """Writes one reply to a transport of which `drain` says when it has room. Raises OSError when nobody is there."""

    def __init__(
        self,
        transport: asyncio.Transport,
        drain: Callable[[], Awaitable[None]],
        send: Callable[[Response], None],
    ) -> None:
        self._transport = transport
        self._drain = drain
        self._send = send
        self.has_begun = False
        """Its reply has no length, and begins: the connection is to be closed behind it."""

    async def reply(self, reply: Reply) -> None:
        """Send all of it; another request may follow."""
        self._check()
        self._send(as_response(reply))

    async def begin(self, reply: Reply) -> None:
        """Send the beginning of one that has no length: it ends with the connection, as the oldest readers know it."""
        response = as_response(reply)
        response.headers["Connection"] = "close"
        self.has_begun = True
        await self.send(response.serialize())

    async def send(self, data: bytes) -> None:
        """Send what follows; returns when the socket has taken all."""
        self._check()
        self._transport.write(data)
        await self._drain()

    def _check(self) -> None:
        if self._transport.is_closing():
            raise ConnectionResetError


Write = Callable[[Lasting], Coroutine[Any, Any, None]]
"""Writes a reply; whoever does so bounds how long that takes."""
