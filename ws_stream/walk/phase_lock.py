"""When to poll a source that counts its pictures, so that each is read soon after its writer completed it.

Its twin is core/phase_lock.c. Pure: it is told what each poll saw, says whether that picture is to be read and how long
to wait. At most so many pictures a second as are wanted are read; which of a quicker writer's they are follows from
the writer's clock. Its states:

    state      a poll finds what it waits for    a poll finds less
    ---------  --------------------------------  ---------------------------------------------------------
    searching  read; wait an interval; locked    wait an interval
               when so many were found
    locked     read; wait until just before the  look again soon; after so many looks searching,
               wanted one is due                 and what there is is read
"""

from math import ceil

from .rate_limit import RateLimit

PATIENCE, MOST_PATIENCE = 3, 96
"""Pictures found by searching before a lock is tried; twice as many after each one that did not hold, up to the most:
looks for a clock that a writer does not have are not to cost much."""
SHORTEST = 0.008
"""Seconds between a writer's pictures below which the newest is always fresh, and there is nothing to look for."""
EARLIER = 1 / 1024
"""Share of the time to the next picture by which a poll comes earlier than the writer's clock says: so some poll comes
too early before long, and tells the very moment. A picture is read when it is a millisecond old."""
BOLDER = 1.125
"""Factor on that with each poll that was not too early: a writer whose pictures come sooner is caught up with."""
TRIES = 2
"""Pictures that come unforeseen before the lock is given up: a poll that was late only has to find the moment again."""
LOOKS = 16
"""Looks for one picture after the poll that came too early, before the lock is given up; and moments met before the
lock counts as held."""
SOON = 0.001
"""Seconds from one such look to the next, at least..."""
FINER = 64
"""...or this part of the time from picture to picture: a writer at 5 a second may be off by more than 16 ms."""
SLOWER = 1.25
"""Intervals that a slower writer's picture is waited for in one go: longer, and polls in between see whether it has
become quicker."""


class WriterClock:
    """How long a writer takes for a picture, by moments at which it had just completed one."""

    ENOUGH = 64
    """Pictures between the two moments compared, after which it is measured anew: clocks drift."""

    def __init__(self) -> None:
        self.period = 0.0
        """Seconds."""
        self.moments = 0
        """Met since it began."""
        self._count, self._at, self._least = 0, 0.0, 1

    def begin(self, count: int, at: float) -> None:
        """Compare with this."""
        self._count, self._at = count, at
        self.moments, self._least = 0, 1

    def estimate(self, count: int, at: float) -> float:
        """Measure, by the first poll and this one, whose pictures were of any age."""
        self.period = (at - self._at) / (count - self._count)
        return self.period

    def met(self, count: int, at: float) -> None:
        """This picture has just been completed."""
        self.moments += 1
        if self.moments == 1:
            self._count, self._at = count, at
        elif count - self._count >= self._least:
            self.estimate(count, at)
            if count - self._count >= self.ENOUGH:
                self._count, self._at, self._least = count, at, self.ENOUGH // 2


class PhaseLock:
    """Finds the moments at which pictures are completed, and follows them."""

    def __init__(self) -> None:
        self.vain = 0
        """Looks since the last picture that came too early."""
        self._is_locked = False
        self._found = 0
        self._patience = PATIENCE
        self._count, self._at = 0, 0.0
        self._ahead, self._early = 1, 0.0
        self._clock = WriterClock()
        self._limit = RateLimit(0)

    def look(self, count: int, at: float, interval: float) -> tuple[bool, float]:
        """A poll saw that so many pictures are complete: whether the newest is to be read, and seconds to wait."""
        if count < self._count:  # the writer began anew
            self._lose()
            self._count = count - 1
        new = count - self._count
        if self._is_locked and new < self._ahead:
            return self._look_again(count, at, interval)
        if not new:
            return False, interval
        if self._is_locked:
            self._follow(count, at)
        else:
            self._search(count, at)
        self._take(count, at, interval)
        return True, self._aim(interval) if self._is_locked else interval

    def _search(self, count: int, at: float) -> None:
        if not self._found:
            self._clock.begin(count, at)
        self._found += 1
        if self._found > self._patience:
            self._is_locked = self._clock.estimate(count, at) >= SHORTEST
            self._found = 0
            self._early = self._clock.period  # its pictures were of any age

    def _follow(self, count: int, at: float) -> None:
        """What was waited for is there: measure, and be earlier or later the next time."""
        clock = self._clock
        if self.vain:
            clock.met(count, at)
            self._early = self._early / 2 if clock.moments < LOOKS else 0
            if clock.moments == LOOKS:
                self._patience, self._found = PATIENCE, 0
        elif clock.moments and count == self._count + self._ahead:
            self._early *= BOLDER
        elif self._found < TRIES:  # more came than was waited for, or none was ever too early
            self._found += 1
            self._early = clock.period
            clock.begin(count, at)
        else:
            self._lose()

    def _look_again(self, count: int, at: float, interval: float) -> tuple[bool, float]:
        """Less is there than was waited for."""
        span = self._ahead * self._clock.period
        left = self._at + span - self._early - at
        if left > SOON / 8:  # a slower writer's
            return False, min(left, SLOWER * interval)
        self.vain += 1
        if self.vain <= LOOKS:
            return False, max(SOON, self._early / 8, span / FINER)
        self._lose()
        is_new = count > self._count
        if is_new:
            self._take(count, at, interval)
        return is_new, interval

    def _take(self, count: int, at: float, interval: float) -> None:
        self._count, self._at, self.vain = count, at, 0
        self._limit.sent(1 / interval, at)

    def _aim(self, interval: float) -> float:
        """Choose the next picture to be read: the first that the rate allows. Seconds until just before it."""
        period = self._clock.period
        due = min(self._limit.due(1 / interval) - self._at, interval)
        self._ahead = max(1, ceil(due / period - 1 / 8))
        span = self._ahead * period
        self._early = max(self._early, EARLIER * span)
        wait = max(span - self._early, SOON)
        return wait if self._ahead > 1 else min(wait, SLOWER * interval)

    def _lose(self) -> None:
        if self._is_locked and self._clock.moments < LOOKS:
            self._patience = min(2 * self._patience, MOST_PATIENCE)
        self._is_locked, self._found, self.vain = False, 0, 0
