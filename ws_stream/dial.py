"""A client's WebSocket: where it is, that it stays there, and when its last byte came.

Knows nothing of what is said over it.
"""

import time
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from websockets.asyncio.client import ClientConnection, connect

from .arguments import shown
from .errors import UsageError
from .limits import MAX_ADDRESS_LETTERS


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

    def data_received(self, data: bytes) -> None:
        """Note the time."""
        self.heard_at = time.monotonic()
        super().data_received(data)


def websocket_url(url: str) -> str:
    """The WebSocket address for a stream's or a viewer page's address. Raises UsageError."""
    right = "right would be ws://HOST:PORT/stream/NAME or http://HOST:PORT/?stream=NAME"
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
    if is_stream:
        return f"{url}" if parts.path.strip("/") else f"{parts.scheme}://{parts.netloc}/stream"
    names = parse_qs(parts.query).get("stream")
    scheme = parts.scheme.replace("http", "ws")
    return f"{scheme}://{parts.netloc}/stream" + (f"/{quote(names[0], safe='')}" if names else "")
