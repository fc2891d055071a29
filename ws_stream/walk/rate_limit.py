"""At most so many pictures a second for one viewer.

Its twin is core/rate_limit.c. Pure: times go in, a time comes out.
"""

EARLY = 0.9
"""Share of an interval by which a picture may come early when a rate is kept (GCRA, ITU-T I.371): else each picture of
a source of just that rate would wait for what was due at another moment."""
NEARLY = 0.95
"""Share of an interval after which a picture counts as on time: polls that follow the writer's clock come a little
early, one after the other, and must not run into the limit for ever."""


class RateLimit:
    """When the next picture may be sent. All times are seconds of one clock that only moves forward."""

    def __init__(self, now: float) -> None:
        self._due = self._sent = now

    def due(self, rate: float) -> float:
        """When a picture may be sent at this rate, in pictures a second."""
        return self._due - EARLY / rate

    def sent(self, rate: float, now: float) -> None:
        """Count a picture that is sent now."""
        interval = 1 / rate
        ahead = max(self._due - self._sent, interval)
        self._due = max(self._due, now) + interval
        if now - self._sent >= NEARLY * interval:
            self._due = min(self._due, now + ahead)
        self._sent = now

    def reset(self, now: float) -> None:
        """The rate is another one: what was due at the old one may be far off."""
        self._due = now
