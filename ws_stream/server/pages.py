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
from ..protocol.offer import EVERYTHING, Offer
from ..protocol.picture import SUBPROTOCOL
from ..protocol.request import parse_request
from . import health, metrics, stills
from .files import File, files
from .judgement import Verdict, cookie_name
from .request import HttpRequest
from .stills import Wanted
from .tokens import Right

_KEPT = 34_560_000
"""Seconds that a browser stays signed in: 400 days, the most that browsers keep a cookie (RFC 6265bis, section 5.5)."""


class Reply(NamedTuple):
    """An HTTP response without its standing headers."""

    status: HTTPStatus
    content_type: str
    body: bytes
    headers: Mapping[str, str] = {}
    has_length: bool = True
    """False: of the body nobody knows how long it is."""


def answer(
    request: HttpRequest, verdict: Verdict, streams: Mapping[str, Stream]
) -> Reply | Wanted | None:
    """The reply to a request; what is to be seen by plain HTTP, which takes time; None for a stream's WebSocket."""
    if verdict.refused:
        return sentence(verdict.refused, verdict.sentence)._replace(headers=verdict.headers)
    if request.method not in ("GET", "HEAD"):
        return _methods(request.method)
    path = request.path
    below = path.split("/")[1:2]
    if below and below[0] in _STREAMS:
        return _STREAMS[below[0]](request, path, streams)
    if file := files().get(path):
        return _file(request, file)
    if path in _ANSWERS:
        return _ANSWERS[path](request, verdict, streams)
    return sentence(
        HTTPStatus.NOT_FOUND, f"there is nothing at {printable(path)}; the viewer is at /"
    )


def is_taken(path: str) -> bool:
    """Whether something here lies beside or below this path; "" is none."""
    paths = (*(f"/{name}" for name in _STREAMS), *_ANSWERS, *files()) if path else ()
    return path.split("/")[1:2] in (taken.split("/")[1:2] for taken in paths)


def _methods(asked: str) -> Reply:
    allowed = {"Allow": "GET, HEAD, OPTIONS"}
    if asked == "OPTIONS":
        headers = {**allowed, "Access-Control-Allow-Methods": "GET, HEAD"}
        headers["Access-Control-Allow-Headers"] = "Authorization"
        return Reply(HTTPStatus.NO_CONTENT, "", b"", headers)
    refused = sentence(HTTPStatus.METHOD_NOT_ALLOWED, f"{printable(asked)} is not served; GET is")
    return refused._replace(headers=allowed)


def _signed_in(request: HttpRequest, verdict: Verdict) -> Reply:
    """Its browser presents the token it came with from now on, where no script can read it.

    No page of another origin can have that done: such a header it may not set, and a token it has not.
    """
    if not verdict.token:
        return sentence(HTTPStatus.OK, "signed in")
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
    """The stream of this address: `/stream/NAME`, or `/stream` for the first."""
    name = target.partition("?")[0].removeprefix("/").partition("/")[2]
    return streams.get(name) if name else next(iter(streams.values()), None)


def _refuse_stream(request: HttpRequest, path: str, streams: Mapping[str, Stream]) -> Reply | None:
    try:
        parse_request(request.target.partition("?")[2])
    except UsageError as error:
        return sentence(HTTPStatus.BAD_REQUEST, str(error))
    if stream_at(path, streams) is None:
        return _no_stream(path, streams)
    if not request.upgrades:
        return sentence(
            HTTPStatus.UPGRADE_REQUIRED, f"{printable(path)} is a WebSocket; the viewer is at /"
        )
    if not request.is_viewer:
        return sentence(
            HTTPStatus.BAD_REQUEST, f"a viewer must offer the WebSocket subprotocol {SUBPROTOCOL}"
        )
    return None


def _no_stream(path: str, streams: Mapping[str, Stream]) -> Reply:
    known = ", ".join(streams) or "none yet"
    return sentence(
        HTTPStatus.NOT_FOUND, f"there is no stream at {printable(path)}; there are: {known}"
    )


def _pictures(request: HttpRequest, path: str, streams: Mapping[str, Stream]) -> Reply | Wanted:
    """What is wanted at `/mjpeg/NAME` or `/snapshot/NAME.KIND`. HEAD has no picture taken."""
    is_film = path.split("/")[1] == "mjpeg"
    place, _, kind = (path, "", "jpg") if is_film else path.rpartition(".")
    if kind not in stills.KINDS:
        right = ", ".join(stills.KINDS)
        return sentence(
            HTTPStatus.NOT_FOUND,
            f"there is no snapshot at {printable(path)}; right would be a name with one of: .{right}",
        )
    stream = stream_at(place, streams)
    if stream is None:
        return _no_stream(path, streams)
    wanted = _wanted(request, stream, kind, is_film)
    if isinstance(wanted, Wanted) and request.method == "HEAD":
        content_type = stills.MULTIPART if is_film else stills.KINDS[kind].content_type
        return Reply(HTTPStatus.OK, content_type, b"", stills.FRESH, has_length=False)
    return wanted


def _wanted(request: HttpRequest, stream: Stream, kind: str, is_film: bool) -> Reply | Wanted:
    if request.upgrades:
        where = f"/stream/{stream.name}"
        return sentence(HTTPStatus.BAD_REQUEST, f"this is no WebSocket; right would be {where}")
    try:
        asked = parse_request(request.target.partition("?")[2])
        asked.rendition(stream.audience.default)
        if is_film and asked.fps == 0:
            raise UsageError(
                "fps=0 cannot be; right would be more: nobody could ask for another later"
            )
    except UsageError as error:
        return sentence(HTTPStatus.BAD_REQUEST, str(error))
    if missing := stills.lacking(kind):
        return sentence(HTTPStatus.NOT_IMPLEMENTED, missing)
    offer = EVERYTHING if asked.offer == Offer() else asked.offer
    fps = asked.fps if is_film else None
    seen_as = asked._replace(acknowledge=True, fps=fps, offer=offer)
    return Wanted(stream, seen_as, kind, is_film)


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
        return sentence(HTTPStatus.NOT_IMPLEMENTED, str(error))
    return Reply(HTTPStatus.OK, metrics.CONTENT_TYPE, text)


_STREAMS: Mapping[
    str, Callable[[HttpRequest, str, Mapping[str, Stream]], Reply | Wanted | None]
] = {"stream": _refuse_stream, "mjpeg": _pictures, "snapshot": _pictures}
"""By the first part of a path, behind which the name of a stream stands."""
_ANSWERS: Mapping[str, Callable[[HttpRequest, Verdict, Mapping[str, Stream]], Reply]] = {
    "/healthz": lambda _, verdict, streams: _health(verdict, streams),
    "/metrics": lambda _request, _verdict, streams: _metrics(streams),
    "/signin": lambda request, verdict, _: _signed_in(request, verdict),
    "/streams": lambda _request, _verdict, streams: _streams(streams),
}


def _json(content: object, status: HTTPStatus = HTTPStatus.OK) -> Reply:
    return Reply(status, "application/json", json.dumps(content).encode())


def sentence(status: HTTPStatus, text: str) -> Reply:
    """A reply for people."""
    return Reply(status, "text/plain; charset=utf-8", f"{text}\n".encode())
