"""What a run showed, in figures. Pure; knows nothing of how the run was made."""

from typing import NamedTuple

from tests.network.spectator import Notes

TCP_SHARE = 1448 / 1514
"""What Ethernet, IP and TCP headers leave of a link's rate for what is sent."""


class Ages(NamedTuple):
    """Ages in milliseconds."""

    p50: float
    p95: float
    worst: float

    def __str__(self) -> str:
        return f"{self.p50:.0f} / {self.p95:.0f} / {self.worst:.0f}"


class Figures(NamedTuple):
    """One viewer over some seconds."""

    rate: float
    """Pictures per second."""
    bytes_per_second: float
    applied: Ages
    """Of each picture, at the moment it was applied."""
    shown: Ages
    """Of what was on the screen, looked at every 10 ms."""

    def share(self, mbit: float) -> float:
        """How much of what TCP can carry over a link of that rate was used."""
        return self.bytes_per_second * 8 / (mbit * 1e6 * TCP_SHARE)


def figures(notes: Notes, since: float, until: float) -> Figures:
    """The figures of the time between two moments."""
    applied = [note for note in notes.applied if since <= note[0] < until]
    shown = [age for at, age in notes.shown if since <= at < until]
    assert applied, "no picture was applied in that time"
    seconds = until - since
    return Figures(
        len(applied) / seconds,
        sum(size for _, _, size in applied) / seconds,
        _ages([age for _, age, _ in applied]),
        _ages(shown),
    )


def fresh_again(notes: Notes, since: float, limit: float) -> float:
    """Seconds from that moment until a picture came that was younger than the limit."""
    return next(at for at, age, _ in notes.applied if at >= since and age < limit) - since


def _ages(seconds: list[float]) -> Ages:
    ordered = sorted(1000 * age for age in seconds)
    return Ages(
        ordered[len(ordered) // 2],
        ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)],
        ordered[-1],
    )
