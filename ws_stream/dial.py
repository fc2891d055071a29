"""A client's WebSocket: where it is, that it stays there, when its last byte came, and what its end means.

Knows nothing of what is said over it.
"""

import re
import ssl
import time
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit, urlunsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from .arguments import shown, why
from .errors import UsageError
from .limits import MAX_ADDRESS_LETTERS
from .protocol.offer import ALL
from .protocol.token import LETTERS
from .retry import is_final_close, is_final_status
from .trust import untrusted

SILENCE = 10.0
"""Seconds without a byte after which the connection counts as lost: the server speaks every second, and a picture that
is longer on its way arrives in parts."""

_TOKEN = re.compile(rf"(?:(?:view|control):)?({LETTERS})")
"""Of a server's tokens; the right it gives there is not presented."""


class Opening(connect):
    """Opens a WebSocket where it was asked to, and nowhere else."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        """Leave a server that points elsewhere: whoever asked has not chosen that place."""
        return exc


class Hearing(ClientConnection):
    """Knows when the last byte came, of whatever message."""

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - the library's
        super().__init__(*arguments, **options)
        self.heard_at = time.monotonic()
        self.protocol.debug = False  # it would log the token

    def data_received(self, data: bytes) -> None:
        """Note the time."""
        self.heard_at = time.monotonic()
        super().data_received(data)


def websocket_url(url: str) -> tuple[str, str | None]:
    """The WebSocket address for a stream's or a viewer page's address, and the token behind it. Raises UsageError."""
    right = "right would be ws://HOST:PORT/stream/NAME or http://HOST:PORT/?stream=NAME"
    token = ""
    if isinstance(url, str):
        url, _, token = url.partition("#token=")  # no sentence shows it
    if not isinstance(url, str) or not url.isprintable() or len(url) > MAX_ADDRESS_LETTERS:
        raise UsageError(f"{shown(url)} is no address of a stream; {right}")
    try:
        parts = urlsplit(url)
        known = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError as error:
        raise UsageError(f"{shown(url)} is no address ({shown(error)}); {right}") from None
    is_stream = parts.scheme in ("ws", "wss")
    if not known or not (parts.scheme in ("http", "https") or (is_stream and " " not in url)):
        raise UsageError(f"{shown(url)} is no address of a stream; {right}")
    names = [] if is_stream else parse_qs(parts.query).get("stream", [])
    page = parts.path.removesuffix("index.html")
    place = f"{parts.scheme.replace('http', 'ws')}://{parts.netloc}"
    if page.strip("/") and not page.endswith("/") and not names:
        return url if is_stream else f"{place}{page}", token or None
    whole = "/".join([f"{place}{page.rstrip('/')}/stream", *(quote(n, safe="") for n in names[:1])])
    return whole, token or None


def offering(url: str) -> str:
    """The address with all formats that are decoded here, unless it says which: raw ones go to whoever offers them."""
    parts = urlsplit(url)
    if "formats" in parse_qs(parts.query, keep_blank_values=True):
        return url
    offer = f"formats={','.join(ALL)}"
    return urlunsplit(parts._replace(query=f"{parts.query}&{offer}" if parts.query else offer))


def bearer(token: object) -> dict[str, str]:
    """The header that presents a token, alone or as in a --token-file. Raises UsageError, which does not show it."""
    if token is None:
        return {}
    found = _TOKEN.fullmatch(token.strip()) if isinstance(token, str) else None
    if not found:
        raise UsageError(
            "what was given as the token is none; right would be one as `ws-stream token` makes"
        )
    return {"Authorization": f"Bearer {found[1]}"}


def is_final(error: Exception) -> bool:
    """Whether the server would only say the same again."""
    if isinstance(error, InvalidStatus):
        return is_final_status(error.response.status_code)
    if isinstance(error, ConnectionClosed):
        return error.rcvd is not None and is_final_close(error.rcvd.code)
    return isinstance(error, ssl.SSLCertVerificationError)


def reason(error: Exception) -> str:
    """Why there is no connection, as the server said or as is known here."""
    if isinstance(error, InvalidStatus):
        elsewhere = error.response.headers.get_all("Location")
        if elsewhere:
            return f"it points to {elsewhere[0]}, which is not followed"
        body = bytes(error.response.body or b"").decode(errors="replace").strip()
        return body or f"HTTP status {error.response.status_code}"
    if isinstance(error, ConnectionClosed) and error.rcvd and error.rcvd.reason:
        return error.rcvd.reason
    if isinstance(error, TimeoutError):
        return f"nothing was heard for {SILENCE:.0f} s"
    return untrusted(error) or why(error)
