"""At most so many pictures a second, none of them kept waiting while a newer one is about to come.

Its twin is core/rate_limit.c. Pure: times go in, a time comes out.
"""

EARLY = 0.9
"""Share of an interval by which a picture may come early when a rate is kept (GCRA, ITU-T I.371): else each picture of
a source of just that rate would wait for what was due at another moment. Below 1, so that in no second there is more
than one picture above the rate."""
LONGEST = 1e9
"""Seconds, a lifetime: the interval of the lowest rates. One that is infinite makes times that are no numbers."""
LATE = 1.125
"""Shares of the longest time between two pictures after which the next one is not waited for any more."""
REMEMBERED = 16
"""Pictures for which that time is remembered: one of so many may be later, by jitter or as one was left out."""
TIMES = 256
"""Pictures of which it is known when they were taken, for users who see one of them: seconds."""
FAR = 2.25
"""Intervals of a rate within which the next picture is to be expected, if it is waited for: a source that is quicker
than the rate, but not twice as quick, leaves out a picture now and then."""


class RateLimit:
    """When the next picture may be sent. All times are seconds of one clock that only moves forward."""

    def __init__(self, now: float) -> None:
        self._due = now

    def due(self, rate: float) -> float:
        """When a picture may be sent at this rate, in pictures a second."""
        return self._due - EARLY * min(1 / rate, LONGEST)

    def sent(self, rate: float, now: float) -> None:
        """Count a picture that is sent now."""
        self._due = max(self._due, now) + min(1 / rate, LONGEST)

    def reset(self, now: float) -> None:
        """The rate is another one: what was due at the old one may be far off."""
        self._due = now


class Pace:
    """When the next picture of a source is to be expected, by the longest of the last gaps between its pictures."""

    def __init__(self) -> None:
        self.read = 0.0
        """When the source was read last."""
        self.times = [0] * TIMES
        """Of picture n, at n % TIMES: when it was taken, microseconds since 1970."""
        self._at = 0.0
        self._gap = LONGEST
        self._since = 0

    def came(self) -> None:
        """What was read last is another picture."""
        gap = self.read - self._at
        self._at = self.read
        self._since += 1
        if gap >= self._gap or self._since >= REMEMBERED:
            self._gap, self._since = gap, 0

    def release(self, due: float, rate: float) -> float:
        """When the newest picture is to be sent of which the limit says that it is due then.

        One that was there before waits for the next, which is fresher, unless that is far off or does not come.
        """
        if self._at >= due or self._gap * rate > FAR:
            return due
        return max(due, self._at + LATE * self._gap)
