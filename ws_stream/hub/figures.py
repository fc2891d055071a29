"""What is counted of a stream on the event loop: its problems, and how old pictures are when viewers have drawn them.

What is counted for each picture is the walk's (`walk/counts`). Knows nothing of who asks for it.
"""

from bisect import bisect_left

AGES = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds up to which an age belongs to each of the histogram's parts; one more has all above. From a LAN's few
milliseconds to where nobody takes a stream for live."""


class Ages:
    """A histogram: how many ages of each part, and their sum in seconds."""

    def __init__(self) -> None:
        self.counts = [0] * (len(AGES) + 1)
        self.sum = 0.0

    def add(self, seconds: float) -> None:
        """A picture was this old; one from the future is new."""
        age = max(0.0, seconds)
        self.counts[bisect_left(AGES, age)] += 1
        self.sum += age


class Figures:
    """Those of one stream."""

    def __init__(self) -> None:
        self.problem: str | None = None
        """Why there are no pictures now, as viewers are told."""
        self.problems = 0
        """How often there began to be one."""
        self.ages = Ages()

    def set_problem(self, problem: str | None) -> None:
        """There are no pictures, or there are again."""
        self.problems += problem is not None and self.problem is None
        self.problem = problem
