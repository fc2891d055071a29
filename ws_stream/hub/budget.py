"""How much work may be done within a share of one core? Sans I/O: times go in, a level of work comes out.

Knows nothing of pictures or of who measures. Two sums of evidence (CUSUM; Page, 1954), one that the work is too much,
one that there is room for more, let a clear case decide within seconds and a doubtful one only if it lasts.
"""

from math import inf, log
from typing import NamedTuple

from ..arguments import above
from ..limits import MAX_CPU_BUDGET

RATE_STEP = 0.8
"""About how far the rate falls from one level to the next: a change that is hardly seen."""
RATE_FLOOR, LEAST_FPS = 1 / 4, 2.0
"""The rate falls to this share of what was asked, but not under this many pictures per second; then the step rises."""
COARSER = (2, 4)
"""Factors on the step, at the lowest rate: a quarter and a sixteenth of the pixels."""
HEADROOM = 0.85
"""A better level is tried when it would use less than this share of the budget."""
LOWER_AT, RAISE_AT = 0.4, 0.75
"""Evidence, in budgets times seconds, after which the level changes."""
DOUBLED_AT_MOST = 4
"""Each raise that had to be taken back doubles the evidence for the next to that level, up to so many times (48 s)."""
MOST_EVIDENCE = 0.25
"""Budgets that a second counts for at most: a single slow one decides nothing, down takes 2 s, up 3 s at least."""
LEARN_FOR = 5.0
"""Seconds after a change of level in which the work that does not depend on it is learnt."""


PERCENT = above(
    0, MAX_CPU_BUDGET, "a share of one core in percent above 0: 10 for a tenth of one core"
)


class Level(NamedTuple):
    """How much work is allowed."""

    fps: float
    """Pictures per second at most."""
    coarser: int
    """Factor on every step."""

    @property
    def work(self) -> float:
        """Work that pictures cost, in arbitrary units: it goes with the pixels per second."""
        return self.fps / self.coarser**2


class Budget:
    """Keeps the use of CPU time within `percent` of one core by choosing a level, from the best one downwards.

    `fps` is the rate at the best level. Raises UsageError for a budget that cannot be.
    """

    def __init__(self, percent: float, fps: float) -> None:
        self._budget = PERCENT.take("cpu_budget", percent) / 100
        self._ladder = ladder(fps)
        self._bottom = len(self._ladder) - 1
        self._rung = 0
        self._last: _Reading | None = None
        self._too_much = _Evidence(LOWER_AT)
        self._room = _Evidence(RAISE_AT)
        self._failures = _Failures()
        self._costs = _Costs()

    @property
    def level(self) -> Level:
        """What is allowed now."""
        return self._ladder[self._rung]

    @property
    def limiting(self) -> bool:
        """Whether less is allowed than was asked for."""
        return self._rung > 0

    def sample(self, now: float, cpu_seconds: float) -> Level:
        """What is allowed from now on; to be called about once a second.

        `now` is in seconds of any clock that only moves forward, `cpu_seconds` the CPU time used since any moment.
        """
        reading = _Reading(now, cpu_seconds)
        before, self._last = self._last, reading
        if before is None or now <= before.now:
            return self.level
        self._costs.learn(self.level, reading)
        use = reading.use_since(before)
        self._too_much.add(use / self._budget - 1, before, reading)
        self._room.add(HEADROOM - self._at_next_better(use) / self._budget, before, reading)
        if self._too_much.enough:
            use = reading.use_since(self._too_much.since)
            self._move(self._best_that_may_fit(use), use, reading)
        elif self._room.enough:
            self._move(self._rung - 1, reading.use_since(self._room.since), reading)
        return self.level

    def _best_that_may_fit(self, use: float) -> int:
        """A lower rung. The use falls no faster than the work, so those between would certainly not fit."""
        enough = self.level.work * self._budget / use
        lower = range(self._rung + 1, len(self._ladder))
        return next((rung for rung in lower if self._ladder[rung].work <= enough), self._bottom)

    def _move(self, rung: int, use: float, reading: "_Reading") -> None:
        if rung != self._rung:
            self._failures.note(self._rung, rung)
            self._costs.leave(self.level, use, reading)
            self._rung = rung
        self._room.enough_at = RAISE_AT * 2 ** self._failures.doublings(rung - 1)
        self._too_much.clear()
        self._room.clear()

    def _at_next_better(self, use: float) -> float:
        if self._rung == 0:
            return inf
        return self._costs.scaled(use, self._ladder[self._rung - 1].work / self.level.work)


def ladder(fps: float) -> list[Level]:
    """All levels, best first: the rate falls in equal steps to its floor, then the step of the pictures rises."""
    floor = max(RATE_FLOOR, min(1.0, LEAST_FPS / fps))
    falls = round(log(floor, RATE_STEP))
    rates = [fps, *(fps * floor ** (fall / falls) for fall in range(1, falls + 1))]
    return [
        *(Level(rate, 1) for rate in rates),
        *(Level(rates[-1], coarser) for coarser in COARSER),
    ]


class _Reading(NamedTuple):
    now: float
    cpu_seconds: float

    def use_since(self, before: "_Reading") -> float:
        """Cores used in between."""
        return max(0.0, self.cpu_seconds - before.cpu_seconds) / (self.now - before.now)


class _Evidence:
    """A sum that never falls below zero, and since when it has not stood there."""

    def __init__(self, enough_at: float) -> None:
        self.since = _Reading(0.0, 0.0)
        self.enough_at = enough_at
        self._sum = 0.0

    @property
    def enough(self) -> bool:
        return self._sum >= self.enough_at

    def add(self, budgets: float, before: _Reading, now: _Reading) -> None:
        if self._sum == 0:
            self.since = before
        self._sum = max(0.0, self._sum + min(budgets, MOST_EVIDENCE) * (now.now - before.now))

    def clear(self) -> None:
        self._sum = 0.0


class _Failures:
    """Raises that had to be taken back. They are failures of their level, until a better one is reached."""

    def __init__(self) -> None:
        self._rung = self._count = 0
        self._raised = False
        """Whether the last move was a raise."""

    def note(self, before: int, rung: int) -> None:
        """Take note of a move between two rungs."""
        was_raised, self._raised = self._raised, rung < before
        if was_raised and not self._raised:
            self._rung, self._count = before, self._count + 1
        elif rung < self._rung:
            self._count = 0

    def doublings(self, rung: int) -> int:
        """How many times the evidence for a raise to this rung is doubled."""
        return min(self._count, DOUBLED_AT_MOST) if rung <= self._rung else 0


class _Left(NamedTuple):
    """A level that was left: what was used there, in cores, and when that was."""

    level: Level
    use: float
    reading: _Reading


class _Costs:
    """Which part of the use goes with the work, and which does not. All in cores."""

    def __init__(self) -> None:
        self._fixed = 0.0
        self._left: _Left | None = None

    def leave(self, level: Level, use: float, reading: _Reading) -> None:
        """Another level begins: what was used at this one will be compared with it."""
        self._left = _Left(level, use, reading)

    def learn(self, level: Level, reading: _Reading) -> None:
        """The use at two levels tells the use at none."""
        left = self._left
        if left is None or reading.now - left.reading.now > LEARN_FOR:
            return
        use_here = reading.use_since(left.reading)
        per_work = (left.use - use_here) / (left.level.work - level.work)
        fixed = use_here - per_work * level.work
        self._fixed = min(max(0.0, fixed), use_here, left.use)

    def scaled(self, use: float, ratio: float) -> float:
        """What a use becomes when the work is multiplied by `ratio`."""
        fixed = min(self._fixed, use)
        return fixed + (use - fixed) * ratio
