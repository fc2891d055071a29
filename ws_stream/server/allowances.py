"""How much each address may do: an allowance for each that did something of late.

Knows nothing of what they do.
"""

from collections.abc import Hashable

from ..allowance import Allowance

MOST_ADDRESSES = 1024
"""Addresses remembered because they came often of late."""


class Allowances:
    """One for each address; those of addresses that have rested are forgotten."""

    def __init__(self, rate: float, at_once: float) -> None:
        self._rate, self._at_once = rate, at_once
        self._all: dict[Hashable, Allowance] = {}

    def __len__(self) -> int:
        return len(self._all)

    def of(self, address: Hashable, now: float) -> Allowance:
        """That of an address."""
        if len(self._all) >= MOST_ADDRESSES:
            rested = [
                a for a, allowance in self._all.items() if allowance.due(self._at_once) <= now
            ]
            for other in rested:
                del self._all[other]
        return self._all.setdefault(address, Allowance(self._rate, self._at_once))
