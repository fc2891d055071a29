"""An HTTP request as it matters here: what of its headers is read, and how.

Knows nothing of what they bring about.
"""

from collections.abc import Mapping
from typing import NamedTuple

from websockets.http11 import Request

from ..protocol.picture import SUBPROTOCOL


class HttpRequest(NamedTuple):
    """A request without a body."""

    method: str
    target: str
    version: str
    headers: Mapping[str, str]
    """By name in small letters; the values of one that came several times are joined."""
    is_secure: bool = False
    """Whether it came by https, as far as this server knows."""
    lacks_tls: bool = False
    """It came without TLS where that is spoken."""
    root_path: str = ""
    """Under which path its client sees this server."""

    @property
    def path(self) -> str:
        """What is asked for, without its query."""
        return self.target.partition("?")[0]

    @property
    def host(self) -> str | None:
        """The name asked for."""
        return self.headers.get("host")

    @property
    def origin(self) -> str | None:
        """The page that asks."""
        return self.headers.get("origin")

    def header(self, name: str) -> str:
        """A header's value; empty where there is none."""
        return self.headers.get(name, "")

    @property
    def upgrades(self) -> bool:
        """Whether a WebSocket is asked for."""
        return self.header("upgrade").lower() == "websocket"

    @property
    def is_viewer(self) -> bool:
        """Whether a viewer asks to be let in: it can be told why not behind the handshake."""
        offered = self.header("sec-websocket-protocol").split(",")
        return self.upgrades and SUBPROTOCOL in map(str.strip, offered)

    @property
    def is_health_check(self) -> bool:
        """Whether a load balancer asks, which knows no name: no browser speaks so, whatever page has sent it."""
        asks = self.method == "OPTIONS" or self.path == "/healthz"
        return self.version == "HTTP/1.0" and self.host is None and self.origin is None and asks


def header(request: Request, name: str) -> str | None:
    """A header's values, in one; no reader takes several for one."""
    values = request.headers.get_all(name)
    return ("; " if name.lower() == "cookie" else ", ").join(values) if values else None


def parts(request: Request, *, is_secure: bool, lacks_tls: bool, root_path: str) -> HttpRequest:
    """What matters of the library's request, and of how it came."""
    names = {name.lower() for name, _ in request.headers.raw_items()}
    headers = {name: header(request, name) or "" for name in names}
    line = request.method, request.path, request.protocol
    return HttpRequest(*line, headers, is_secure, lacks_tls, root_path)
