"""What the server answers to plain HTTP: the page, the list of streams, and why a request is refused.

Pure: a request goes in, a reply comes out, or None when the request is for a stream's WebSocket. Knows nothing of
sockets.
"""

import json
from collections.abc import Callable, Mapping
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple

from ..errors import UsageError
from ..hub.stream import Stream
from ..protocol.picture import SUBPROTOCOL
from ..protocol.request import parse_request
from .access import AccessPolicy

_CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}


class HttpRequest(NamedTuple):
    """The parts of an HTTP request that matter here."""

    method: str
    target: str
    host: str | None
    origin: str | None
    upgrade: bool
    subprotocols: str

    @property
    def is_viewer(self) -> bool:
        """Whether a viewer asks to be let in: it can be told why not behind the handshake."""
        return self.upgrade and SUBPROTOCOL in map(str.strip, self.subprotocols.split(","))


class Reply(NamedTuple):
    """An HTTP response without its standing headers."""

    status: HTTPStatus
    content_type: str
    body: bytes


def answer(
    request: HttpRequest, policy: AccessPolicy, streams: Mapping[str, Stream]
) -> Reply | None:
    """The reply to a request, or None when it asks for the WebSocket of a stream there is."""
    refusal = policy.refusal(request.host, request.origin)
    if refusal:
        return _sentence(HTTPStatus.FORBIDDEN, refusal)
    if request.method not in ("GET", "HEAD"):
        return _sentence(HTTPStatus.METHOD_NOT_ALLOWED, f"{request.method} is not served; GET is")
    path, _, query = request.target.partition("?")
    if path == "/stream" or path.startswith("/stream/"):
        return _refuse_stream(request, path, query, streams)
    if path in _page():
        return _page()[path]
    if path in _FACTS:
        return _json(_FACTS[path](streams))
    return _sentence(HTTPStatus.NOT_FOUND, f"there is nothing at {path}; the viewer is at /")


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
        return _sentence(HTTPStatus.NOT_FOUND, f"there is no stream at {path}; there are: {known}")
    if not request.upgrade:
        return _sentence(HTTPStatus.UPGRADE_REQUIRED, f"{path} is a WebSocket; the viewer is at /")
    if not request.is_viewer:
        return _sentence(
            HTTPStatus.BAD_REQUEST, f"a viewer must offer the WebSocket subprotocol {SUBPROTOCOL}"
        )
    return None


def _description(stream: Stream) -> dict[str, object]:
    shown = tuple(stream.audience.shown.values())
    newest = next((variant.announcement for variant in shown), None)
    return {
        "name": stream.name,
        "format": newest.format.name if newest else None,
        "width": newest.width if newest else None,
        "height": newest.height if newest else None,
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


@cache
def _page() -> dict[str, Reply]:
    """Every file of the page by its path; an editable install finds them beside the package."""
    inside, beside = (
        folder / "web" for folder in (Path(__file__).parents[1], Path(__file__).parents[2])
    )
    folder = inside if inside.is_dir() else beside
    files = {
        f"/{file.name}": Reply(HTTPStatus.OK, _CONTENT_TYPES[file.suffix], file.read_bytes())
        for file in folder.iterdir()
        if file.suffix in _CONTENT_TYPES
    }
    return {"/": files["/index.html"], **files}
