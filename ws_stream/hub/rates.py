"""How many pictures a second each rendition may have: none is more work in a second than the default one. Pure.

With less to spend than all of that would be, the default rendition comes first: who asked for another pays for it.
"""

from collections.abc import Mapping
from typing import NamedTuple, TypeVar

Key = TypeVar("Key")

LEAST = 1 / 16
"""Share of its pictures that a rendition keeps, however little is to be spent."""


class Spending(NamedTuple):
    """What may be spent on all renditions together."""

    standard: float
    """The work on a picture of the default rendition."""
    full: float
    """Pictures a second of it, at best."""
    limit: float
    """The same within what is to be spent now: `limit / full` is the share of all work that may be done."""


def rates(works: Mapping[Key, float], default: Key, spending: Spending) -> dict[Key, float]:
    """Pictures a second of each rendition, by its key; `works` is the work on a picture of each."""
    standard, full, limit = spending
    best = {key: full * min(1.0, standard / work) for key, work in works.items()}
    costs = {key: best[key] * work for key, work in works.items()}
    left = sum(costs.values()) * min(1.0, limit / full)
    first = costs.pop(default, 0.0)
    share = {default: min(1.0, left / first) if first else 1.0}
    rest = max(0.0, left - first) / sum(costs.values()) if costs else 1.0
    return {key: fps * share.get(key, max(rest, LEAST)) for key, fps in best.items()}
