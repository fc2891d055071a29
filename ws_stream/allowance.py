"""So much a second, and so much at once: what may be done for somebody who can ask for more than is good.

A token bucket, kept as one time (GCRA, ITU-T I.371). Its twin is core/allowance.h. Pure: times go in, times come out.
"""


class Allowance:
    """At most `rate` a second, and `at_once` after a rest. Seconds are of one clock that only moves forward."""

    def __init__(self, rate: float, at_once: float) -> None:
        self._rate = rate
        self._at_once = at_once
        self._spent = 0.0

    def due(self, amount: float = 1.0) -> float:
        """When so much more may be taken; never more than `at_once`."""
        return self._spent + (amount - self._at_once) / self._rate

    def take(self, now: float, amount: float = 1.0) -> None:
        """Count so much as taken now."""
        self._spent = max(self._spent, now) + amount / self._rate

    def may_take(self, now: float) -> bool:
        """Take one, if it may be taken now."""
        if now < self.due():
            return False
        self.take(now)
        return True

    def left(self, now: float) -> float:
        """How much may be taken now."""
        return self._at_once - max(0.0, self._spent - now) * self._rate
