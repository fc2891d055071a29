"""Whether the kernel hears what front ends say. Pure: it is told the time, in seconds that only move forward.

While a cell runs, most kernels hear nothing until it has ended. Newer ones hear comms meanwhile, in a thread of their
own, if the front end asks for that; and any does while an asynchronous cell waits.
"""

from math import inf

PATIENCE = 0.5
"""Seconds of a cell without a word from a front end after which it is taken for one in which none is heard."""
TRUST = 3.0
"""Seconds for which a word that came in the cell's own thread shows that others are heard."""

TRUST_APART = 7.0
"""The same of one that came in a thread apart. A page that is heard says something every 5 s; subshells can be switched
off, and another front end may have none."""


class Ear:
    """The kernel's. It is made while a cell runs, as a rule."""

    def __init__(self, now: float) -> None:
        self._begun = now
        """When the cell that runs began; infinite while none does."""
        self._trusted = -inf
        """Until when words are heard, whatever runs."""

    def begin(self, now: float) -> None:
        """A cell begins."""
        self._begun = now

    def end(self) -> None:
        """No cell runs."""
        self._begun = inf

    def hear(self, now: float, *, is_apart: bool) -> None:
        """A word came, in a thread apart from that of the cells or in theirs."""
        trust = TRUST_APART if is_apart else TRUST
        self._trusted = max(self._trusted, now + trust)

    def is_deaf(self, now: float) -> bool:
        """Whether words wait until the cell has ended."""
        return now >= self._begun + PATIENCE and now >= self._trusted
