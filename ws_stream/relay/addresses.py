"""Which addresses are those of other servers' streams, and the way to each. Knows nothing of what becomes of them."""

from os import PathLike
from urllib.parse import unquote, urlsplit

from ..client import Connection, connect
from ..sources.address import stream_name
from . import nats_address
from .nats_address import is_nats
from .nats_upstream import NatsUpstream
from .upstream import Upstream

ELSEWHERE = ("ws", "wss", "http", "https", *nats_address.SCHEMES)
"""Schemes of addresses behind which another server has the pictures."""


def is_elsewhere(address: object) -> bool:
    """Whether it is the address of a stream of another server."""
    return isinstance(address, str) and address.partition("://")[0] in ELSEWHERE


def open_upstream(
    offered: object, tls_ca: str | PathLike[str] | None = None
) -> Connection | NatsUpstream | None:
    """The stream at an address, not connected yet, or the one that was connected to; None for what is neither.

    Raises UsageError.
    """
    if isinstance(offered, str) and is_elsewhere(offered):
        to = NatsUpstream if is_nats(offered) else connect
        return to(offered, tls_ca=tls_ca)
    return offered if isinstance(offered, Connection | NatsUpstream) else None


def name_of(upstream: Upstream) -> str:
    """What its stream is called unless the user says otherwise: of a subject the last word."""
    place = urlsplit(upstream.url)
    last = unquote(place.path.rstrip("/").rpartition("/")[2])
    if is_nats(upstream.url):
        last = last.rpartition(".")[2]
    return stream_name(last if last != "stream" else place.hostname or "", "relay")
