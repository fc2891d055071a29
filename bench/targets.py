"""What the project set out to reach, and whether a run did.

A table and its interpreter; knows nothing of how figures are come by and shown.
"""

from collections.abc import Callable, Sequence
from statistics import mean
from typing import NamedTuple

from .content import SCREENS
from .run import Cell
from .servers import TOLERANCE

OURS = "ws-stream"
GROUPS = {"screens": SCREENS, "film": ("film",), "noise": ("noise",), "1080p": ("dashboard-1080p",)}
FULL_RATE = 0.97
"""Share of the device's pictures that counts as all of them: a window's edges may cut one off."""


class Target(NamedTuple):
    """One figure to be reached."""

    group: str
    step: int
    what: str
    rival: str | None
    """The server compared with; None where the figure stands for itself."""
    limit: float
    measure: Callable[[Sequence[Cell], Sequence[Cell]], float | None]
    """Of our cells and the rival's; smaller is better, reached when at most the limit."""
    unit: str = ""


class Result(NamedTuple):
    """What became of a target."""

    target: Target
    reached: float | None
    """None when the run did not measure it."""
    contents: int = 0
    """How many of the group's contents that is the mean of."""

    @property
    def group(self) -> str:
        """The group's name, and how much of it was measured if that is not all of it."""
        name, whole = self.target.group, len(GROUPS[self.target.group])
        return name if self.contents == whole else f"{name} ({self.contents} of {whole})"

    @property
    def met(self) -> bool | None:
        """Whether it was reached."""
        return None if self.reached is None else self.reached <= self.target.limit


def cpu(ours: Sequence[Cell], theirs: Sequence[Cell]) -> float:
    """CPU against the rival's, means of the contents."""
    return mean(cell.cpu for cell in ours) / mean(cell.cpu for cell in theirs)


def sent(ours: Sequence[Cell], theirs: Sequence[Cell]) -> float:
    """Bytes per second against the rival's, means of the contents."""
    return mean(cell.bytes for cell in ours) / mean(cell.bytes for cell in theirs)


def core(ours: Sequence[Cell], _: Sequence[Cell]) -> float:
    """Percent of one core."""
    return mean(cell.cpu for cell in ours)


def wrong(ours: Sequence[Cell], _: Sequence[Cell]) -> float | None:
    """Percent of the compared pictures that were not exact."""
    shares = [cell.exact for cell in ours]
    return (
        None if None in shares else 100 * (1 - min(share for share in shares if share is not None))
    )


def over_tolerance(ours: Sequence[Cell], _: Sequence[Cell]) -> float | None:
    """By how much a channel was further off than was allowed."""
    errors = [(cell.max_error, TOLERANCE[cell.content]) for cell in ours]
    return max(
        (max(0, error - allowed) for error, allowed in errors if error is not None), default=None
    )


def late(ours: Sequence[Cell], _: Sequence[Cell]) -> float:
    """Percent of the device's new pictures that did not come."""
    came, offered = mean(cell.pictures for cell in ours), mean(cell.offered for cell in ours)
    return max(0.0, 100 * (1 - came / offered))


TARGETS = (
    Target("screens", 4, "CPU", "flask-pil", 0.22, cpu),
    Target("screens", 4, "CPU", "simplejpeg", 0.40, cpu),
    Target("screens", 4, "bytes", "simplejpeg", 1 / 2, sent),
    Target("screens", 4, "pictures not exact", None, 0, wrong, " %"),
    Target("screens", 1, "CPU", "flask-pil", 0.12, cpu),
    Target("screens", 1, "CPU", "simplejpeg", 0.42, cpu),
    Target("screens", 1, "CPU", "x11vnc-tight", 0.35, cpu),
    Target("screens", 1, "bytes", "simplejpeg", 0.25, sent),
    Target("screens", 1, "bytes", "x11vnc-zrle", 1.3, sent),
    Target("screens", 1, "pictures not exact", None, 0, wrong, " %"),
    Target("film", 4, "CPU", "simplejpeg", 0.55, cpu),
    Target("film", 4, "error above the tolerance", None, 0, over_tolerance),
    Target("film", 1, "CPU", "simplejpeg", 0.70, cpu),
    Target("film", 1, "pictures not sent", None, 100 * (1 - FULL_RATE), late, " %"),
    Target("film", 1, "error above the tolerance", None, 0, over_tolerance),
    Target("noise", 4, "CPU", "simplejpeg", 0.55, cpu),
    Target("noise", 4, "error above the tolerance", None, 0, over_tolerance),
    Target("noise", 1, "CPU", "simplejpeg", 0.70, cpu),
    Target("1080p", 1, "CPU at 60 pictures/s", None, 22, core, " %"),
    Target("1080p", 1, "pictures not sent", None, 100 * (1 - FULL_RATE), late, " %"),
)


def results(cells: Sequence[Cell]) -> list[Result]:
    """Every target, in the table's order."""
    return [_result(target, cells) for target in TARGETS]


def _result(target: Target, cells: Sequence[Cell]) -> Result:
    """From those contents of the group for which both servers were measured."""
    found = {(cell.content, cell.server): cell for cell in cells if cell.step == target.step}
    pairs = [
        (found[content, OURS], found[content, target.rival or OURS])
        for content in GROUPS[target.group]
        if (content, OURS) in found and (content, target.rival or OURS) in found
    ]
    if not pairs:
        return Result(target, None)
    ours, theirs = zip(*pairs, strict=True)
    return Result(target, target.measure(ours, theirs), len(pairs))
