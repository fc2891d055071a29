"""Whom a server meets: of each thing that matters the classes that there are, and rows of one of each, as requests.

Says nothing of what is answered.
"""

import itertools
import math
import socket
from collections.abc import Iterator
from typing import NamedTuple

from websockets.datastructures import Headers
from websockets.http11 import Request

VIEW, CONTROL, WRONG = "v" * 43, "c" * 43, "w" * 43
LINES = [f"view:{VIEW}", f"control:{CONTROL}"]
ALLOWED_HOST, ALLOWED_PAGE, ALLOWED_FRAME = (
    "kiosk.example",
    "http://panel.example:3000",
    "https://wall.example",
)
ROOT_PATH = "/camera1"
COOKIE = "ws-stream-8000"
"""By the port that all examples of hosts have."""
PROXY, STRANGER, CLIENT = "10.0.0.5", "198.51.100.7", "203.0.113.9"
"""The proxy that is believed, one that is not, and whom each of them says to speak for."""

NO_TOKENS, NEEDLESS = "the server has none", "view by header, and the server has none"
MIXED, GUESSER = "wrong by header, right by cookie", "right, from where too many were wrong"
NO_TLS, TLS, LACKS_TLS = "a port of http", "by TLS", "in the clear at a port of TLS"
DIRECT, CLAIMS = "none", "one that is not trusted and says all"
SILENT, FOR, HTTPS, HTTP, HOST, BELOW, NONSENSE = (
    "trusted, says nothing",
    "trusted, X-Forwarded-For",
    "trusted, X-Forwarded-Proto https",
    "trusted, X-Forwarded-Proto http",
    "trusted, X-Forwarded-Host",
    "trusted, under a path",
    "trusted, X-Forwarded-Proto that cannot be",
)

COLUMNS: dict[str, dict[str, str | None]] = {
    "host": {
        "address": "192.168.1.7:8000",
        "loopback address": "127.0.0.1:8000",
        "loopback name": "localhost:8000",
        "own name": f"{socket.gethostname().lower()}:8000",
        "allowed name": f"{ALLOWED_HOST}:8000",
        "foreign name": "evil.example:8000",
        "foreign name that ends like an allowed one": f"evil{ALLOWED_HOST}:8000",
        "foreign name that begins like an address": "127.0.0.1.evil.example:8000",
        "none": None,
        "malformed": "a b",
    },
    "origin": {
        "none": None,
        "same": "http://{host}",
        "same host, other port": "https://{name}:5000",
        "loopback": "http://localhost:3000",
        "allowed": ALLOWED_PAGE,
        "framed only": ALLOWED_FRAME,
        "foreign": "http://evil.example",
        "foreign that ends like the host": "http://evil{name}:8000",
        "foreign that begins like the host": "http://{name}.evil.example",
        "null": "null",
        "malformed": "http://a, http://b",
    },
    "token": {
        NO_TOKENS: None,
        NEEDLESS: VIEW,
        "none": None,
        **{
            f"{kind} by {way}": token
            for kind, token in (("wrong", WRONG), ("view", VIEW), ("control", CONTROL))
            for way in ("header", "cookie", "subprotocol")
        },
        MIXED: WRONG,
        GUESSER: VIEW,
    },
    "tls": dict.fromkeys((NO_TLS, TLS, LACKS_TLS)),
    "proxy": dict.fromkeys(
        (DIRECT, CLAIMS, SILENT, FOR, HTTPS, HTTP, HOST, BELOW, NONSENSE),
    ),
    "path": {
        "page": "/?stream=camera",
        "file": "/viewer.js",
        "streams": "/streams",
        "metrics": "/metrics",
        "healthz": "/healthz",
        "signin": "/signin",
        "snapshot": "/snapshot/camera.raw",
        "mjpeg": "/mjpeg/camera?step=2",
        "nothing": "/nothing",
        "stream": "/stream/camera",
        "another protocol": "/stream/camera",
        "viewer": "/stream/camera?step=2",
        "viewer of no stream": "/stream/kamera",
        "viewer of nothing": "/nothing",
        "viewer of what cannot be": "/stream/camera?step=99",
    },
    "method": dict.fromkeys(("GET", "HEAD", "OPTIONS", "POST", "GET 1.0", "OPTIONS 1.0")),
}
"""Each class of each column, with an example where it has one."""


class Row(NamedTuple):
    """One class of each column."""

    host: str
    origin: str
    token: str
    tls: str
    proxy: str
    path: str
    method: str

    @property
    def is_viewer(self) -> bool:
        return self.path.startswith("viewer")

    def example(self, column: str) -> str | None:
        """What stands for the class of this column."""
        text = COLUMNS[column][getattr(self, column)]
        host = COLUMNS["host"][self.host] or "192.168.1.7:8000"
        return text and text.format(host=host, name=host.removesuffix(":8000"))


COUNT = math.prod(map(len, COLUMNS.values()))


def rows(each: int = 1, begin: int = 0) -> Iterator[Row]:
    """Every row, or every so manyth."""
    return itertools.starmap(
        Row, itertools.islice(itertools.product(*COLUMNS.values()), begin, None, each)
    )


def as_request(row: Row) -> Request:
    """What the server reads of its socket."""
    method, _, version = row.method.partition(" ")
    root = ROOT_PATH if row.proxy == BELOW else ""
    headers = Headers(_named(row))
    return Request(f"{root}{row.example('path')}", headers, method, f"HTTP/{version or '1.1'}")


def _named(row: Row) -> Iterator[tuple[str, str]]:
    host, origin = row.example("host"), row.example("origin")
    if host is not None:
        yield "Host", "upstream.example" if row.proxy == HOST else host
    if origin is not None:
        yield "Origin", origin
    yield from _of_proxy(row, host)
    yield from _of_token(row)
    if row.is_viewer or row.path == "another protocol":
        yield "Upgrade", "websocket"
        yield "Connection", "Upgrade"
        yield "Sec-WebSocket-Version", "13"
        yield "Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="
        yield "Sec-WebSocket-Protocol", "ws-stream.v1" if row.is_viewer else "chat"


def _of_proxy(row: Row, host: str | None) -> Iterator[tuple[str, str]]:
    said: dict[str, dict[str, str | None]] = {
        CLAIMS: {"For": CLIENT, "Proto": "https", "Host": "localhost"},
        FOR: {"For": CLIENT},
        HTTPS: {"Proto": "https"},
        HTTP: {"Proto": "http"},
        HOST: {"Host": host},
        NONSENSE: {"Proto": "gopher"},
    }
    for name, value in said.get(row.proxy, {}).items():
        if value is not None:
            yield f"X-Forwarded-{name}", value


def _of_token(row: Row) -> Iterator[tuple[str, str]]:
    token = row.example("token")
    if token is None:
        return
    if row.token == MIXED:
        yield "Authorization", f"Bearer {token}"
        yield "Cookie", f"{COOKIE}={VIEW}"
    elif row.token.endswith("cookie"):
        yield "Cookie", f"a=b; {COOKIE}={token}"
    elif row.token.endswith("subprotocol"):
        yield "Sec-WebSocket-Protocol", f"ws-stream.token.{token}"
    else:
        yield "Authorization", f"Bearer {token}"
