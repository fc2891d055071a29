"""What is answered to whom: rules, for a reader to hold against docs/network.md, docs/proxy.md and docs/tls.md.

Of each table the first rule counts that fits. A rule fits a row whose classes are among those it names; a column
that it does not name may be anything. Nothing here is computed by the server.
"""

from collections.abc import Mapping
from typing import NamedTuple

from .classes import (
    ALLOWED_FRAME,
    ALLOWED_HOST,
    BELOW,
    CLAIMS,
    CLIENT,
    COLUMNS,
    COOKIE,
    DIRECT,
    FOR,
    GUESSER,
    HTTP,
    HTTPS,
    LACKS_TLS,
    MIXED,
    NEEDLESS,
    NO_TLS,
    NO_TOKENS,
    NONSENSE,
    PROXY,
    ROOT_PATH,
    STRANGER,
    TLS,
)


class Rule(NamedTuple):
    """One line of a table."""

    then: object
    """A status, or the value of a header; None where there is none."""
    when: Mapping[str, frozenset[str]]


def rule(then: object, **when: str) -> Rule:
    """Columns with the classes for which it fits, as "one | another"."""
    return Rule(then, {column: frozenset(classes.split(" | ")) for column, classes in when.items()})


class Told(NamedTuple):
    """Why there is nothing: by status to all, but to a viewer by close code, as browsers hide the other."""

    status: int
    close: int


OPENED = 101
FORBIDDEN, CLEAR, LACKING, SLOWED = (
    Told(403, 1008),
    Told(400, 1008),
    Told(401, 4401),
    Told(429, 1013),
)
NO_HOST = (
    "none | malformed | foreign name | foreign name that ends like an allowed one"
    " | foreign name that begins like an address"
)
NO_PAGE = (
    "framed only | null | malformed | foreign | foreign that ends like the host"
    " | foreign that begins like the host"
)
LAN = "address | own name | allowed name"
LOOPBACK = "loopback address | loopback name"
WRONG = f"none | wrong by header | wrong by cookie | wrong by subprotocol | {MIXED}"
READS = "GET | HEAD | GET 1.0"

ANSWERS = [
    # What a proxy says that is believed has to be possible.
    rule(400, proxy=NONSENSE),
    # A load balancer that names no host.
    rule(CLEAR, host="none", origin="none", method="OPTIONS 1.0", tls=LACKS_TLS),
    rule(204, host="none", origin="none", method="OPTIONS 1.0"),
    rule(CLEAR, host="none", origin="none", method="GET 1.0", path="healthz", tls=LACKS_TLS),
    rule(200, host="none", origin="none", method="GET 1.0", path="healthz"),
    # Which host, which page: before all else, so that no page can try tokens.
    rule(FORBIDDEN, host=NO_HOST),
    rule(FORBIDDEN, origin=NO_PAGE),
    rule(FORBIDDEN, origin="loopback", host=LAN),
    # A port that speaks https.
    rule(CLEAR, tls=LACKS_TLS),
    # No request changes anything.
    rule(204, method="OPTIONS | OPTIONS 1.0"),
    rule(405, method="POST"),
    # What tells nothing of this device.
    rule(200, path="page | file | healthz"),
    rule(404, path="nothing"),
    rule(Told(404, 4004), path="viewer of nothing"),
    # Who may see.
    rule(SLOWED, token=GUESSER),
    rule(LACKING, token=WRONG),
    # What is there.
    rule(200, path="streams | metrics | snapshot | mjpeg"),
    rule(204, path="signin", token="view by header | control by header"),
    rule(200, path="signin"),
    rule(Told(404, 4004), path="viewer of no stream"),
    rule(Told(400, 1008), path="viewer of what cannot be"),
    rule(426, path="stream"),
    rule(400, path="another protocol"),
    rule(OPENED, path="viewer"),
]  # fmt: skip

VIEWER_BY: Mapping[str, int] = {
    "HEAD": 405,
    "OPTIONS": 405,
    "POST": 405,
    "GET 1.0": 505,
    "OPTIONS 1.0": 405,
}
"""The library's answer to who asks for a WebSocket by something else than GET and HTTP/1.1."""

RIGHTS = [
    rule("CONTROL", token=f"{NO_TOKENS} | {NEEDLESS} | control by header | control by cookie | control by subprotocol"),
    rule("VIEW", token="view by header | view by cookie | view by subprotocol"),
]  # fmt: skip
"""Of those whose WebSocket is open."""

VISITORS = [
    rule(STRANGER, proxy=f"{DIRECT} | {CLAIMS}"),
    rule(CLIENT, proxy=FOR),
    rule(PROXY),
]
"""The address for which a request counts."""


def _framed_by(*names: str) -> str:
    every = "".join(f" http://{name}:* https://{name}:*" for name in names)
    return f"'self'{every} {ALLOWED_FRAME}"


def _cookie(path: str = "", more: str = "") -> str:
    return f"{COOKIE}={{token}}; Path={path}/; Max-Age=34560000; HttpOnly; SameSite=Strict{more}"


_LOCAL = "*.localhost", "127.0.0.1", "localhost"
_OWN = (COLUMNS["host"]["own name"] or "").partition(":")[0]
_SIGNED_IN = {"path": "signin", "status": "204", "method": READS}
_SECURE = "; Secure"
_METHODS = "GET, HEAD, OPTIONS"

HEADERS: Mapping[str, list[Rule]] = {
    "Access-Control-Allow-Origin": [
        rule(None, by="library"),
        rule(None, host=NO_HOST),
        rule("{origin}", origin="same | same host, other port | allowed"),
        rule("{origin}", origin="loopback", host=LOOPBACK),
        rule(None),
    ],
    "Cross-Origin-Resource-Policy": [
        rule("same-origin", by="library"),
        rule("same-origin", host=NO_HOST),
        rule("cross-origin", origin="same | same host, other port | allowed"),
        rule("cross-origin", origin="loopback", host=LOOPBACK),
        rule("same-origin"),
    ],
    "Cross-Origin-Opener-Policy": [
        rule(None, by="library", tls=NO_TLS),
        rule("same-origin", by="library"),
        rule("same-origin", host=LOOPBACK),
        rule("same-origin", proxy=HTTPS),
        rule(None, proxy=HTTP),
        rule("same-origin", tls=TLS),
        rule(None),
    ],
    "frame-ancestors": [
        rule(_framed_by(), by="library"),
        rule(_framed_by("192.168.1.7"), host="address"),
        rule(_framed_by(*_LOCAL), host=LOOPBACK),
        rule(_framed_by(_OWN), host="own name"),
        rule(_framed_by(ALLOWED_HOST), host="allowed name"),
        rule(_framed_by()),
    ],
    "Set-Cookie": [
        rule(_cookie(more=_SECURE), proxy=HTTPS, **_SIGNED_IN),
        rule(_cookie(), proxy=HTTP, **_SIGNED_IN),
        rule(_cookie(ROOT_PATH, _SECURE), proxy=BELOW, tls=TLS, **_SIGNED_IN),
        rule(_cookie(more=_SECURE), tls=TLS, **_SIGNED_IN),
        rule(_cookie(ROOT_PATH), proxy=BELOW, **_SIGNED_IN),
        rule(_cookie(), **_SIGNED_IN),
        rule(None),
    ],
    "WWW-Authenticate": [rule('Bearer realm="ws-stream"', status="401"), rule(None)],
    "Retry-After": [rule("2", status="429"), rule(None)],
    "Cache-Control": [
        rule("no-store", path="snapshot | mjpeg", status="200"),
        rule("no-cache"),
    ],
    "Allow": [
        rule("GET", status="405", by="library"),
        rule(_METHODS, status="405"),
        rule(_METHODS, method="OPTIONS | OPTIONS 1.0", status="204"),
        rule(None),
    ],
    "Access-Control-Allow-Methods": [
        rule("GET, HEAD", method="OPTIONS | OPTIONS 1.0", status="204"),
        rule(None),
    ],
    "Access-Control-Allow-Headers": [
        rule("Authorization", method="OPTIONS | OPTIONS 1.0", status="204"),
        rule(None),
    ],
}
"""Of each reply; `status` is its status, and `by` is "library" where the request was no request of anybody."""

ALWAYS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), usb=()",
}
SCRIPTS = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; style-src 'self'; "
"""How each reply's Content-Security-Policy begins."""
