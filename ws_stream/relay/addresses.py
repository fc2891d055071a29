"""Which addresses are those of other servers' streams, and the way to each. Knows nothing of what becomes of them."""

from urllib.parse import unquote, urlsplit

from ..client import Connection, connect
from ..sources.address import stream_name
from .upstream import Upstream

ELSEWHERE = ("ws", "wss", "http", "https")
"""Schemes of addresses behind which another server has the pictures."""


def is_elsewhere(address: object) -> bool:
    """Whether it is the address of a stream of another server."""
    return isinstance(address, str) and address.partition("://")[0] in ELSEWHERE


def open_upstream(offered: object) -> Upstream | None:
    """The stream at an address, not connected yet, or the one that a connection is to; None for what is neither.

    Raises UsageError.
    """
    if isinstance(offered, str) and is_elsewhere(offered):
        return connect(offered)
    return offered if isinstance(offered, Connection) else None


def name_of(upstream: Upstream) -> str:
    """What its stream is called unless the user says otherwise."""
    place = urlsplit(upstream.url)
    last = unquote(place.path.rstrip("/").rpartition("/")[2])
    return stream_name(last if last != "stream" else place.hostname or "", "relay")
