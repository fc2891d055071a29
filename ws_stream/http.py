"""What the server answers to plain HTTP: the page, the list of streams, and who may ask at all.

Pure: a request goes in, a reply comes out, or None when the request is for a stream's WebSocket. Knows nothing of
sockets.
"""

import ipaddress
import json
import re
import socket
from collections.abc import Callable, Mapping
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from .errors import UsageError
from .hub import Stream
from .wire import SUBPROTOCOL
from .wish import parse_wish

_CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}

_HOST_LETTERS = re.compile(r"[a-z0-9._:-]*")
"""Of names and addresses; nothing else gets into a header or is compared."""

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


class Request(NamedTuple):
    """The parts of an HTTP request that matter here."""

    method: str
    target: str
    host: str | None
    origin: str | None
    upgrade: bool
    subprotocols: str


class Reply(NamedTuple):
    """An HTTP response without its standing headers."""

    status: HTTPStatus
    content_type: str
    body: bytes


class Gate:
    """Whose requests are answered.

    A page of the Internet can make the browser of somebody on this LAN send requests here, under a name that it points
    at this address. So the names asked for (`Host`) and the pages that ask (`Origin`) must be ones no attacker owns:
    IP literals, localhost, `*.local`, this machine's own name, or allowed by name. As an Origin an IP literal must also
    be of a private network, or the very address asked for.
    """

    def __init__(self, allowed: frozenset[str] = frozenset()) -> None:
        own = socket.gethostname().lower()
        self._allowed = {name.lower() for name in allowed}
        self._names = {"localhost", own, f"{own}.local"} | self._allowed

    def refusal(self, host: str | None, origin: str | None) -> str | None:
        """Why this request is not answered, in one sentence, or None."""
        asked = _hostname(f"//{host}")
        if not asked or not (self._is_own(asked) or _address(asked)):
            return f"the host '{host}' is not allowed here; start the server with --allow-host {asked or 'NAME'}"
        if origin is None:
            return None
        page = _hostname(origin)
        address = _address(page)
        if page == asked or self._is_own(page) or (address and not address.is_global):
            return None
        return f"the origin '{origin}' is not allowed here; start the server with --allow-host {page or 'NAME'}"

    def headers(self, host: str | None) -> dict[str, str]:
        """Go with every reply. Pages on this host, whatever their port, and on allowed ones may frame the viewer."""
        asked = _hostname(f"//{host}")
        may_frame = {asked, *self._allowed} if self._is_own(asked) or _address(asked) else set()
        hosts = (f"[{name}]" if ":" in name else name for name in sorted(may_frame))
        frames = "".join(f" http://{host}:* https://{host}:*" for host in hosts)
        return {
            "Content-Security-Policy": _POLICY + frames,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-cache",
        }

    def _is_own(self, name: str) -> bool:
        return name in self._names or name.endswith((".local", ".localhost"))


def answer(request: Request, gate: Gate, streams: Mapping[str, Stream]) -> Reply | None:
    """The reply to a request, or None when it asks for the WebSocket of a stream there is."""
    refusal = gate.refusal(request.host, request.origin)
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
    request: Request, path: str, query: str, streams: Mapping[str, Stream]
) -> Reply | None:
    try:
        parse_wish(query)
    except UsageError as error:
        return _sentence(HTTPStatus.BAD_REQUEST, str(error))
    if stream_at(path, streams) is None:
        known = ", ".join(streams) or "none yet"
        return _sentence(HTTPStatus.NOT_FOUND, f"there is no stream at {path}; there are: {known}")
    if not request.upgrade:
        return _sentence(HTTPStatus.UPGRADE_REQUIRED, f"{path} is a WebSocket; the viewer is at /")
    if SUBPROTOCOL not in (name.strip() for name in request.subprotocols.split(",")):
        return _sentence(
            HTTPStatus.BAD_REQUEST, f"a viewer must offer the WebSocket subprotocol {SUBPROTOCOL}"
        )
    return None


def _description(stream: Stream) -> dict[str, object]:
    feeds = tuple(stream.audience.feeds.values())
    newest = next((feed.announcement for feed in feeds), None)
    return {
        "name": stream.name,
        "format": newest.format.name if newest else None,
        "width": newest.width if newest else None,
        "height": newest.height if newest else None,
        "viewers": len(stream.audience.viewers),
    }


_FACTS: Mapping[str, Callable[[Mapping[str, Stream]], object]] = {
    "/streams": lambda streams: [_description(stream) for stream in tuple(streams.values())],
    "/healthz": lambda _: {"status": "ok"},
}


def _json(content: object) -> Reply:
    return Reply(HTTPStatus.OK, "application/json", json.dumps(content).encode())


def _sentence(status: HTTPStatus, sentence: str) -> Reply:
    return Reply(status, "text/plain; charset=utf-8", f"{sentence}\n".encode())


def _hostname(url: str) -> str:
    try:
        name = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return name if _HOST_LETTERS.fullmatch(name) else ""


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


@cache
def _page() -> dict[str, Reply]:
    """Every file of the page by its path; an editable install finds them beside the package."""
    inside, beside = (
        folder / "web" for folder in (Path(__file__).parent, Path(__file__).parents[1])
    )
    folder = inside if inside.is_dir() else beside
    files = {
        f"/{file.name}": Reply(HTTPStatus.OK, _CONTENT_TYPES[file.suffix], file.read_bytes())
        for file in folder.iterdir()
        if file.suffix in _CONTENT_TYPES
    }
    return {"/": files["/index.html"], **files}
