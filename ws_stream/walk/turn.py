"""Which of a stream's pictures one variant takes: no more a second than its quickest subscriber may have.

Its twin is core/turn.c. Pure: times go in, a time or a verdict comes out.
"""

from math import inf

from .rate_limit import RateLimit


class Turn:
    """The turns of one variant. All times are seconds of one clock that only moves forward."""

    def __init__(self) -> None:
        self.fps = inf
        """Pictures a second that its quickest subscriber may have; 0: none."""
        self.is_taken = False
        """The stream's newest picture is one that it took."""
        self.is_missed = False
        """There was a newer picture than the last one it took."""
        self._limit = RateLimit(0.0)
        self._taken_at = 0.0

    def due(self, full: float) -> float:
        """When its next turn is, or infinity; `full` is how many pictures a second the stream has at most."""
        if self.fps <= 0:
            return inf
        return self._limit.due(self.fps) if self.fps < full else 0.0

    def miss(self, full: float, now: float) -> bool:
        """There is a picture that it has missed until it takes it. Whether it may, now."""
        self.is_taken, self.is_missed = False, True
        return now >= self.due(full)

    def take(self, full: float, now: float) -> bool:
        """Whether it takes the picture there is now. The same `now` as before: the same picture is read once more."""
        if self.is_taken and now <= self._taken_at:
            return True
        self.is_taken = now >= self.due(full)
        self.is_missed = not self.is_taken
        if not self.is_taken:
            return False
        self._taken_at = now
        if self.fps < full:
            self._limit.sent(self.fps, now)
        else:
            self._limit = RateLimit(now)
        return True
