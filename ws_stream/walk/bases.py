"""What viewers lack: of each picture that one of them may show, which pixels were touched since.

Its twin is core/bases.c. Knows no colours. Marks may be too many and never too few, so that a picture read while its
writer was at work, or one that nobody was sent, spoils nothing. Older marks hold all newer ones: a viewer may always
be served by those of an older picture.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..codec.marks import Marks

MAX_BASES = 4
"""Pictures since which marks are kept; each costs one bit a pixel. Viewers that show others share those of an older
one, so scattered viewers are sent a little more, and the device never encodes more often."""


@dataclass(slots=True)
class Since:
    """Which pixels were touched since picture `number`: one bit a pixel, as in `Marks.masks`."""

    number: int
    masks: NDArray[np.uint8]


Lack = Since | Literal["marks", "whole"]
"""By which marks a viewer is served: those since some picture, those of the last update, or all pixels."""


class Bases:
    """The marks of one variant. `newest` is always the number of its newest picture."""

    def __init__(self, width: int) -> None:
        self.marks: Marks | None = None
        """Of the last update."""
        self._marks_since = 0
        self._since: list[Since] = []
        self._is_spoiled = False
        groups = -(-width // 8)
        self._full = np.full(groups, 255, np.uint8)
        self._full[-1] = 255 >> groups * 8 - width

    def hold(self, bases: Iterable[int], newest: int) -> None:
        """Keep marks for these pictures, and no others. Called before an update: it makes new marks."""
        used = [self.lack(base) for base in bases if base not in (0, newest)]
        self._since = [
            since
            for since in self._since
            if since.number == newest or any(s is since for s in used)
        ]
        if "marks" in used:
            self._push(self._marks_since)
        self._marks_since = 0

    def add(self, marks: Marks) -> None:
        """An update has marked these pixels."""
        self.marks = marks
        for since in self._since:
            self._add_to(since)

    def commit(self, newest: int) -> None:
        """Picture `newest` has a successor."""
        self._marks_since = 0 if self.is_abandoned(newest) else newest
        self._is_spoiled = False

    def abandon(self, newest: int) -> None:
        """What was marked is not shown as it is: it is part of what is marked next."""
        if newest and not self.is_abandoned(newest) and self.marks and self.marks.any:
            self._push(newest)

    def is_abandoned(self, newest: int) -> bool:
        """Whether marks were abandoned since the newest picture."""
        return self._is_spoiled or (bool(self._since) and self._since[-1].number == newest)

    def spoil(self) -> None:
        """An update was cut short, and nobody knows what it has touched: all who watch lack the whole picture."""
        self._since.clear()
        self._marks_since, self._is_spoiled = 0, True

    def lack(self, base: int) -> Lack:
        """What a viewer of picture `base` (0: blank) lacks."""
        if base and base == self._marks_since:
            return "marks"
        older = (since for since in reversed(self._since) if since.number <= base)
        return next(older, "whole") if base else "whole"

    def _push(self, number: int) -> None:
        assert self.marks
        del self._since[MAX_BASES - 1 :]  # its viewers share the older one's
        self._since.append(Since(number, np.zeros_like(self.marks.masks)))
        self._add_to(self._since[-1])

    def _add_to(self, since: Since) -> None:
        assert self.marks
        copy = self.marks.copy
        if copy:
            since.masks[copy.first : copy.first + copy.rows] = self._full
        since.masks |= self.marks.masks
