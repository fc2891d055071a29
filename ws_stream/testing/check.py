"""A condition on a screen that remembers what it was asked about, and can say and draw why it did not hold.

Knows nothing of streams.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..pixels.frame import Frame
from ..waiting import Predicate
from .golden import Golden, difference, read, save, write


class Check:
    """A function of the frame."""

    def __init__(self, predicate: Predicate) -> None:
        self._predicate = predicate
        self.last: Frame | None = None

    def __call__(self, frame: Frame) -> bool:
        """Whether it holds for the frame."""
        self.last = frame
        return self._predicate(frame)

    def report(self, last: Frame, folder: Path) -> str:
        """Write pictures of why it did not hold into the folder, and say where. Raises UsageError."""
        return f"it is in {save(folder / 'screen.png', last.to_rgb())}"


class Comparison(Check):
    """Whether the frame is similar to a golden picture; a new one need not be there yet."""

    def __init__(self, golden: Golden, *, new: bool) -> None:
        super().__init__(self._is_similar)
        self._golden = golden
        missing = new and not golden.path.exists()
        self._picture: NDArray[np.uint8] | None = None if missing else read(golden.path)

    def _is_similar(self, frame: Frame) -> bool:
        if self._picture is None:
            return False
        found = difference(self._picture, frame.to_rgb(), self._golden.tolerance)
        return found is not None and found.pixels <= self._golden.max_different

    def report(self, last: Frame, folder: Path) -> str:
        """As of any check, and the difference."""
        path, rgb = self._golden.path, last.to_rgb()
        seen = save(folder / f"{path.stem}.seen.png", rgb)
        assert self._picture is not None  # else a new one is made
        found = difference(self._picture, rgb, self._golden.tolerance)
        if found is None:
            height, width = self._picture.shape[:2]
            return f"{path.name} is of {width}x{height}; what was seen is in {seen}"
        drawn = save(folder / f"{path.stem}.difference.png", found.picture)
        return f"from {path.name} {found.sentence}; what was seen is in {seen}, the difference in {drawn}"

    def update(self, last: Frame) -> Path:
        """Make the picture the golden one. Raises UsageError."""
        return write(self._golden.path, last.to_rgb(), self._picture)
