"""Who wants pictures now, and how many: nodes say so again and again; who stops wants none. Pure; told the time."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..errors import ProtocolError
from ..limits import MAX_VIEWER_MESSAGE
from ..protocol import control
from ..protocol.messages import Requested

NODE = "Ws-Node"
"""The header of a request: a random number, in 16 digits of `0-9a-f`, of the node."""
EVERY = 1.0
"""Seconds between two requests of a node: so soon a publisher that was started again knows of it."""
LASTS = 3.0
"""Seconds for which one counts: of three in a row two may be lost."""
MAX_LEASES = 4096
"""At one time, whatever is said: each takes a hundred bytes."""

Members = Mapping[str, Any]


class Leases:
    """What each node wants, and until when."""

    def __init__(self) -> None:
        self._leases: dict[str, tuple[Members, float]] = {}

    def take(self, node: str, members: Members, now: float) -> None:
        """A node wants this from now on. Of more nodes than there may be, nothing is heard."""
        if node in self._leases or len(self._leases) < MAX_LEASES:
            self._leases[node] = members, now + LASTS

    def count(self, now: float) -> int:
        """How many nodes want pictures."""
        self._leases = {node: lease for node, lease in self._leases.items() if lease[1] > now}
        return len(self._leases)

    def wanted(self, now: float) -> dict[str, Any] | None:
        """What all of them together want, as members of a `request`; None when there is none."""
        if not self.count(now):
            return None
        each = [members for members, _ in self._leases.values()]
        return {
            name: together([members.get(name) for members in each])
            for name, together in _HEEDED.items()
        }


def parse_request(data: bytes) -> Members:
    """What a node's `request` says of what is heeded here. Raises ProtocolError."""
    said = control.parse_from_viewer(data) if len(data) <= MAX_VIEWER_MESSAGE else None
    if not isinstance(said, Requested):
        raise ProtocolError("a request that cannot be")
    return {
        name: value for name, value in said.members.items() if name in _HEEDED and value is not None
    }


def _fastest(rates: Sequence[float | None]) -> float | None:
    """None has no bound."""
    known = [rate for rate in rates if rate is not None]
    return max(known) if len(known) == len(rates) else None


def _most(counts: Sequence[int | None]) -> int | None:
    return max((count for count in counts if count is not None), default=None)


_HEEDED: Mapping[str, Callable[[Sequence[Any]], Any]] = {"fps": _fastest, "relays": _most}
"""By member: what is asked of the device for all. The rendition is not the nodes' to choose."""
