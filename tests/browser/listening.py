"""The page, served by what is no ws-stream server: what its socket says is the test's."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from ws_stream.protocol.picture import SUBPROTOCOL
from ws_stream.server.files import files


def _answer(_: ServerConnection, request: Request) -> Response | None:
    path = request.path.partition("?")[0]
    if path == "/stream":
        return None
    file = files().get(path)
    if file:
        content, kind = file.plain.content, file.content_type
    else:
        content, kind = b'[{"name":"device","width":null,"height":null}]', "application/json"
    headers = Headers({"Content-Type": kind, "Content-Length": str(len(content))})
    return Response(HTTPStatus.OK, "OK", headers, content)


@asynccontextmanager
async def listening(talk: Callable[[ServerConnection], Awaitable[None]]) -> AsyncIterator[str]:
    """The page's address; `talk` is all that is said on each of its sockets."""
    protocols: Any = [SUBPROTOCOL]
    async with serve(
        talk,
        "127.0.0.1",
        0,
        subprotocols=protocols,
        process_request=_answer,
        compression=None,
        ping_interval=None,
    ) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
