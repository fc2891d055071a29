"""The way to each stream of another server, by its address. Knows nothing of what becomes of it."""

import sys
from os import PathLike
from typing import TYPE_CHECKING, TypeGuard
from urllib.parse import unquote, urlsplit

from ..client import Connection, connect
from ..sources.address import stream_name
from .schemes import is_elsewhere, is_nats
from .upstream import Upstream

if TYPE_CHECKING:
    from .nats_upstream import NatsUpstream


def open_upstream(
    offered: object, tls_ca: str | PathLike[str] | None = None
) -> "Connection | NatsUpstream | None":
    """The stream at an address, not connected yet, or the one that was connected to; None for what is neither.

    Raises UsageError.
    """
    if isinstance(offered, str) and is_nats(offered):
        from .nats_upstream import NatsUpstream  # noqa: PLC0415 - whoever has none need not wait for it

        return NatsUpstream(offered, tls_ca)
    if isinstance(offered, str) and is_elsewhere(offered):
        return connect(offered, tls_ca=tls_ca)
    return offered if isinstance(offered, Connection) or _is_by_nats(offered) else None


def _is_by_nats(offered: object) -> "TypeGuard[NatsUpstream]":
    """Whoever has one has imported what it is."""
    module = sys.modules.get(f"{__package__}.nats_upstream")
    return module is not None and isinstance(offered, module.NatsUpstream)


def name_of(upstream: Upstream) -> str:
    """What its stream is called unless the user says otherwise: of a subject the last word."""
    place = urlsplit(upstream.url)
    last = unquote(place.path.rstrip("/").rpartition("/")[2])
    if is_nats(upstream.url):
        last = last.rpartition(".")[2]
    return stream_name(last if last != "stream" else place.hostname or "", "relay")
