"""Who is connected, and from where: every number of peers has its bound here, in all and for one address.

Knows nothing of what they ask for.
"""

import ipaddress
from collections import Counter
from collections.abc import Hashable, Iterator
from typing import Generic, Protocol, TypeVar

from ..arguments import whole
from ..limits import (
    MAX_ADDRESS_CONNECTIONS,
    MAX_ADDRESS_VIEWERS,
    MAX_CONNECTIONS,
    MAX_VIEWERS,
    MOST_VIEWERS,
)
from .allowances import Allowances

ARRIVALS_A_SECOND, ARRIVALS_AT_ONCE = 25, 150
"""Connections from one address. The page takes seven; to answer so many a second takes some hundredths of a core."""
REQUESTS_A_SECOND, REQUESTS_AT_ONCE = 50, 500
"""Further requests on connections of one address: a page is under fifty, and frames of it come by the dozen."""


VIEWERS = whole(MAX_VIEWERS, MOST_VIEWERS)
"""As many a server may be told to bear. All bounds here grow with it, but for how often one address may come."""


def times(max_viewers: int) -> float:
    """By how much each bound is larger. Raises UsageError."""
    return VIEWERS.take("max_viewers", max_viewers) / MAX_VIEWERS


class Peer(Protocol):
    """A connection."""

    address: Hashable
    """Where it comes from, see `origin`; None until a proxy has said so."""

    @property
    def has_asked(self) -> bool:
        """Whether its request is complete."""

    @property
    def is_kept(self) -> bool:
        """Whether its requests were answered, and the next one is not complete."""


P = TypeVar("P", bound=Peer)


def origin(address: str) -> Hashable:
    """What counts as one address: of IPv6 its network of 64 bits, as a host has as many addresses there as it likes."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    return ip.ipv4_mapped or int(ip) >> 64


class Peers(Generic[P]):
    """The connections of one server, oldest first; `times` as many as on a device."""

    def __init__(self, times: float = 1.0) -> None:
        self._times = times
        self._peers: dict[P, None] = {}
        self._connections: Counter[Hashable] = Counter()
        self._arrivals = Allowances(ARRIVALS_A_SECOND, ARRIVALS_AT_ONCE)
        self._requests = Allowances(REQUESTS_A_SECOND, REQUESTS_AT_ONCE)

    def __len__(self) -> int:
        return len(self._peers)

    def __iter__(self) -> Iterator[P]:
        return iter(tuple(self._peers))

    def add(self, peer: P) -> P | None:
        """A connection is there; returns the one that is cut off if that is one too many.

        Who had a reply and asks nothing goes first, then whoever has been longest without asking for anything.
        """
        self._peers[peer] = None
        self._connections[peer.address] += 1
        one_too_many = self._one_too_many(peer)
        if one_too_many:
            self.remove(one_too_many)
        return one_too_many

    def remove(self, peer: P) -> None:
        """A connection is gone, if it was not cut off."""
        if peer in self._peers:
            del self._peers[peer]
            _less(self._connections, peer.address)

    def move(self, peer: P, address: Hashable) -> P | None:
        """A connection speaks for this address now; returns the one that is cut off, as `add` does."""
        if peer not in self._peers or peer.address == address:
            return None
        self.remove(peer)
        peer.address = address
        return self.add(peer)

    def _one_too_many(self, peer: P) -> P | None:
        if (
            peer.address is not None
            and self._connections[peer.address] > self._times * MAX_ADDRESS_CONNECTIONS
        ):
            idle = [p for p in self._peers if not p.has_asked and p.address == peer.address]
        elif len(self._peers) > self._times * MAX_CONNECTIONS:
            idle = [p for p in self._peers if not p.has_asked]
        else:
            return None
        kept = (p for p in idle if p.is_kept)
        return next(kept, idle[0] if idle else peer)

    def may_arrive(self, address: Hashable, now: float) -> bool:
        """Count a connection from this address; whether it may come in."""
        return self._arrivals.of(address, now).may_take(now)

    def turn(self, address: Hashable, now: float) -> float:
        """Count one more request on a connection from this address; in how many seconds it may be answered."""
        allowance = self._requests.of(address, now)
        wait = allowance.due() - now
        allowance.take(now)
        return max(0.0, wait)


class Watching(Protocol):
    """Whoever watches."""

    @property
    def address(self) -> Hashable:
        """Where it comes from, see `origin`."""


W = TypeVar("W", bound=Watching)


class Viewers(Generic[W]):
    """Those who watch, in the order in which they came, by whatever they are connected; `times` as many."""

    def __init__(self, times: float = 1.0) -> None:
        self._times = times
        self._viewers: dict[W, None] = {}
        self._of: Counter[Hashable] = Counter()

    def __iter__(self) -> Iterator[W]:
        return iter(tuple(self._viewers))

    def too_many(self, address: Hashable) -> str | None:
        """Why nobody of this address can be a viewer now, in one sentence, or None."""
        if len(self._viewers) >= (most := round(self._times * MAX_VIEWERS)):
            return f"{most} viewers are connected, and that is the limit"
        if self._of[address] >= (most := round(self._times * MAX_ADDRESS_VIEWERS)):
            return f"{most} viewers are connected from your address, and that is the limit"
        return None

    def add(self, viewer: W) -> None:
        """One more watches."""
        self._viewers[viewer] = None
        self._of[viewer.address] += 1

    def remove(self, viewer: W) -> None:
        """It watches no more."""
        del self._viewers[viewer]
        _less(self._of, viewer.address)


def _less(counter: Counter[Hashable], key: Hashable) -> None:
    counter[key] -= 1
    if not counter[key]:
        del counter[key]
