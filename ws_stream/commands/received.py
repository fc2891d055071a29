"""The messages that a connection receives, in their order, and when each came."""

from collections.abc import AsyncIterator
from typing import NamedTuple

from ..client import Connection
from ..dial import websocket_url
from ..hub.subscription import now_us
from ..pixels.frame import Frame


class Received(NamedTuple):
    """One message, or that the connection was lost."""

    at: int
    """By this device's clock, in microseconds since 1970-01-01 UTC."""
    message: str | bytes | None
    """None: another connection begins, as the one before was lost."""
    frame: Frame | None = None
    """The picture that it made; None if it is not one, or was refused."""
    lost: str = ""
    """Why the connection was lost."""


def patient(url: str) -> str:
    """The address for a viewer that need not acknowledge: it is sent all that its socket takes, also when it is late.

    Raises UsageError.
    """
    address = websocket_url(url)
    if "acknowledge=" in address:
        return address
    return f"{address}{'&' if '?' in address else '?'}acknowledge=no"


async def received(connection: Connection) -> AsyncIterator[Received]:
    """All that comes. Raises ConnectError."""
    async for message, frame in connection.messages():
        yield Received(now_us(), message, frame, connection.lost or "")
