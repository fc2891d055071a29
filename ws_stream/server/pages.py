"""What the server answers to plain HTTP: the page, the list of streams, and why a request is refused.

Pure: a request goes in, a reply comes out, or None when the request is for a stream's WebSocket. Knows nothing of
sockets.
"""

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import NamedTuple

from ..errors import UsageError
from ..hub.stream import Stream
from ..pixels.formats import reduced
from ..printable import printable
from ..protocol.picture import SUBPROTOCOL
from ..protocol.request import parse_request
from .access import AccessPolicy
from .files import File, files


class HttpRequest(NamedTuple):
    """The parts of an HTTP request that matter here."""

    method: str
    target: str
    host: str | None
    origin: str | None
    upgrade: bool
    subprotocols: str
    version: str = "HTTP/1.1"
    encodings: str = ""
    """Accept-Encoding."""
    known: str = ""
    """If-None-Match."""

    @property
    def is_viewer(self) -> bool:
        """Whether a viewer asks to be let in: it can be told why not behind the handshake."""
        return self.upgrade and SUBPROTOCOL in map(str.strip, self.subprotocols.split(","))

    @property
    def is_health_check(self) -> bool:
        """Whether a load balancer asks, which knows no name: no browser speaks so, whatever page has sent it."""
        asks = self.method == "OPTIONS" or self.target.partition("?")[0] == "/healthz"
        return self.version == "HTTP/1.0" and self.host is None and self.origin is None and asks


class Reply(NamedTuple):
    """An HTTP response without its standing headers."""

    status: HTTPStatus
    content_type: str
    body: bytes
    headers: Mapping[str, str] = {}


def answer(
    request: HttpRequest, policy: AccessPolicy, streams: Mapping[str, Stream]
) -> Reply | None:
    """The reply to a request, or None when it asks for the WebSocket of a stream there is."""
    refusal = policy.refusal(request.host, request.origin)
    if refusal and not request.is_health_check:
        return _sentence(HTTPStatus.FORBIDDEN, refusal)
    if request.method not in ("GET", "HEAD"):
        return _methods(request.method)
    path, _, query = request.target.partition("?")
    if path == "/stream" or path.startswith("/stream/"):
        return _refuse_stream(request, path, query, streams)
    if file := files().get(path):
        return _file(request, file)
    if path in _FACTS:
        return _json(_FACTS[path](streams))
    return _sentence(
        HTTPStatus.NOT_FOUND, f"there is nothing at {printable(path)}; the viewer is at /"
    )


def _methods(asked: str) -> Reply:
    allowed = {"Allow": "GET, HEAD, OPTIONS"}
    if asked == "OPTIONS":
        headers = {**allowed, "Access-Control-Allow-Methods": "GET, HEAD"}
        return Reply(HTTPStatus.NO_CONTENT, "", b"", headers)
    refused = _sentence(HTTPStatus.METHOD_NOT_ALLOWED, f"{printable(asked)} is not served; GET is")
    return refused._replace(headers=allowed)


def _file(request: HttpRequest, file: File) -> Reply:
    body = file.body(request.encodings)
    headers = {"ETag": body.tag}
    if body.is_known(request.known):
        return Reply(HTTPStatus.NOT_MODIFIED, file.content_type, b"", headers)
    if body.coding:
        headers["Content-Encoding"] = body.coding
    return Reply(HTTPStatus.OK, file.content_type, body.content, headers)


def stream_at(target: str, streams: Mapping[str, Stream]) -> Stream | None:
    """The stream whose WebSocket address this is: `/stream/NAME`, or `/stream` for the first."""
    name = target.partition("?")[0].removeprefix("/stream").removeprefix("/")
    return streams.get(name) if name else next(iter(streams.values()), None)


def _refuse_stream(
    request: HttpRequest, path: str, query: str, streams: Mapping[str, Stream]
) -> Reply | None:
    try:
        parse_request(query)
    except UsageError as error:
        return _sentence(HTTPStatus.BAD_REQUEST, str(error))
    if stream_at(path, streams) is None:
        known = ", ".join(streams) or "none yet"
        return _sentence(
            HTTPStatus.NOT_FOUND, f"there is no stream at {printable(path)}; there are: {known}"
        )
    if not request.upgrade:
        return _sentence(
            HTTPStatus.UPGRADE_REQUIRED, f"{printable(path)} is a WebSocket; the viewer is at /"
        )
    if not request.is_viewer:
        return _sentence(
            HTTPStatus.BAD_REQUEST, f"a viewer must offer the WebSocket subprotocol {SUBPROTOCOL}"
        )
    return None


def _description(stream: Stream) -> dict[str, object]:
    default, source = stream.audience.default, stream.audience.source
    width, height = default.size(source.width, source.height) if source else (None, None)
    return {
        "name": stream.name,
        "format": reduced(source.format, default.depth).name if source else None,
        "width": width,
        "height": height,
        "viewers": len(stream.audience.subscriptions),
    }


_FACTS: Mapping[str, Callable[[Mapping[str, Stream]], object]] = {
    "/streams": lambda streams: [_description(stream) for stream in tuple(streams.values())],
    "/healthz": lambda _: {"status": "ok"},
}


def _json(content: object) -> Reply:
    return Reply(HTTPStatus.OK, "application/json", json.dumps(content).encode())


def _sentence(status: HTTPStatus, sentence: str) -> Reply:
    return Reply(status, "text/plain; charset=utf-8", f"{sentence}\n".encode())
