"""What the server answers to plain HTTP: the page, the list of streams, and why there is nothing to see.

A request goes in, a reply comes out, or None when the request is for a stream's WebSocket. Knows nothing of sockets.
"""

import json
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import NamedTuple

from ..errors import UsageError
from ..hub.stream import Stream
from ..pixels.kept import kept
from ..printable import printable
from ..protocol.picture import SUBPROTOCOL
from ..protocol.request import parse_request
from . import health, metrics
from .files import File, files
from .judgement import Verdict, cookie_name
from .request import HttpRequest
from .tokens import Right

_KEPT = 34_560_000
"""Seconds that a browser stays signed in: 400 days, the most that browsers keep a cookie (RFC 6265bis, section 5.5)."""


class Reply(NamedTuple):
    """An HTTP response without its standing headers."""

    status: HTTPStatus
    content_type: str
    body: bytes
    headers: Mapping[str, str] = {}


def answer(request: HttpRequest, verdict: Verdict, streams: Mapping[str, Stream]) -> Reply | None:
    """The reply to a request, or None when it asks for the WebSocket of a stream there is, and may have it."""
    if verdict.refused:
        return _sentence(verdict.refused, verdict.sentence)._replace(headers=verdict.headers)
    if request.method not in ("GET", "HEAD"):
        return _methods(request.method)
    path = request.path
    if path == "/stream" or path.startswith("/stream/"):
        return _refuse_stream(request, path, streams)
    if file := files().get(path):
        return _file(request, file)
    if path in _ANSWERS:
        return _ANSWERS[path](request, verdict, streams)
    return _sentence(
        HTTPStatus.NOT_FOUND, f"there is nothing at {printable(path)}; the viewer is at /"
    )


def is_taken(path: str) -> bool:
    """Whether something here lies beside or below this path; "" is none."""
    paths = ("/stream", *_ANSWERS, *files()) if path else ()
    return path.split("/")[1:2] in (taken.split("/")[1:2] for taken in paths)


def _methods(asked: str) -> Reply:
    allowed = {"Allow": "GET, HEAD, OPTIONS"}
    if asked == "OPTIONS":
        headers = {**allowed, "Access-Control-Allow-Methods": "GET, HEAD"}
        headers["Access-Control-Allow-Headers"] = "Authorization"
        return Reply(HTTPStatus.NO_CONTENT, "", b"", headers)
    refused = _sentence(HTTPStatus.METHOD_NOT_ALLOWED, f"{printable(asked)} is not served; GET is")
    return refused._replace(headers=allowed)


def _signed_in(request: HttpRequest, verdict: Verdict) -> Reply:
    """Its browser presents the token it came with from now on, where no script can read it.

    No page of another origin can have that done: such a header it may not set, and a token it has not.
    """
    if not verdict.token:
        return _sentence(HTTPStatus.OK, "signed in")
    kept = (
        f"{cookie_name(request.host)}={verdict.token}; Path={request.root_path}/; Max-Age={_KEPT}"
    )
    kept += "; HttpOnly; SameSite=Strict" + ("; Secure" if request.is_secure else "")
    return Reply(HTTPStatus.NO_CONTENT, "", b"", {"Set-Cookie": kept})


def _file(request: HttpRequest, file: File) -> Reply:
    body = file.body(request.header("accept-encoding"))
    headers = {"ETag": body.tag}
    if body.is_known(request.header("if-none-match")):
        return Reply(HTTPStatus.NOT_MODIFIED, file.content_type, b"", headers)
    if body.coding:
        headers["Content-Encoding"] = body.coding
    return Reply(HTTPStatus.OK, file.content_type, body.content, headers)


def stream_at(target: str, streams: Mapping[str, Stream]) -> Stream | None:
    """The stream whose WebSocket address this is: `/stream/NAME`, or `/stream` for the first."""
    name = target.partition("?")[0].removeprefix("/stream").removeprefix("/")
    return streams.get(name) if name else next(iter(streams.values()), None)


def _refuse_stream(request: HttpRequest, path: str, streams: Mapping[str, Stream]) -> Reply | None:
    try:
        parse_request(request.target.partition("?")[2])
    except UsageError as error:
        return _sentence(HTTPStatus.BAD_REQUEST, str(error))
    if stream_at(path, streams) is None:
        known = ", ".join(streams) or "none yet"
        return _sentence(
            HTTPStatus.NOT_FOUND, f"there is no stream at {printable(path)}; there are: {known}"
        )
    if not request.upgrades:
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
    made = kept(default, *source) if source else None
    return {
        "name": stream.name,
        "format": made.format.name if made else None,
        "width": made.width if made else None,
        "height": made.height if made else None,
        "viewers": len(stream.audience.subscriptions),
    }


def _streams(streams: Mapping[str, Stream]) -> Reply:
    return _json([_description(stream) for stream in tuple(streams.values())])


def _health(verdict: Verdict, streams: Mapping[str, Stream]) -> Reply:
    """Whoever may not see the streams is told how they are, not what they are called."""
    ill = [illness._asdict() for illness in health.ill(tuple(streams.values()), time.monotonic())]
    if verdict.right is Right.NOTHING:
        ill = [{"reason": illness["reason"]} for illness in ill]
    if ill:
        return _json({"status": "ill", "streams": ill}, HTTPStatus.SERVICE_UNAVAILABLE)
    return _json({"status": "ok"})


def _metrics(streams: Mapping[str, Stream]) -> Reply:
    try:
        text = metrics.exposition(streams, time.monotonic())
    except UsageError as error:
        return _sentence(HTTPStatus.NOT_IMPLEMENTED, str(error))
    return Reply(HTTPStatus.OK, metrics.CONTENT_TYPE, text)


_ANSWERS: Mapping[str, Callable[[HttpRequest, Verdict, Mapping[str, Stream]], Reply]] = {
    "/healthz": lambda _, verdict, streams: _health(verdict, streams),
    "/metrics": lambda _request, _verdict, streams: _metrics(streams),
    "/signin": lambda request, verdict, _: _signed_in(request, verdict),
    "/streams": lambda _request, _verdict, streams: _streams(streams),
}


def _json(content: object, status: HTTPStatus = HTTPStatus.OK) -> Reply:
    return Reply(status, "application/json", json.dumps(content).encode())


def _sentence(status: HTTPStatus, sentence: str) -> Reply:
    return Reply(status, "text/plain; charset=utf-8", f"{sentence}\n".encode())
