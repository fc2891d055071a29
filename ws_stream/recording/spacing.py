"""Where whole pictures are due, so that every picture is reached with bounded work. Pure.

Work is counted in whole pictures, not in seconds: what a device, a size and a content take for one, they take for all.
"""

MOST_WORK = 8.0
"""Whole pictures' worth of work to reach a picture from the whole one before it. To a file of large messages they then
add an eighth at most."""
PASS = 0.125
"""The work of a message without a byte, as a share of a whole picture's: it passes over the picture once (measured)."""


class Spacing:
    """The work since the last whole picture."""

    def __init__(self) -> None:
        self.length = 1
        """Bytes of the last whole picture."""
        self._work = 0.0

    def is_due(self, length: int) -> bool:
        """Whether a whole picture is due after a message of so many bytes."""
        return self._work_with(length) >= MOST_WORK

    def message(self, length: int) -> None:
        """A message of so many bytes is written."""
        self._work = self._work_with(length)

    def whole(self, length: int) -> None:
        """A whole picture of so many bytes is written."""
        self.length = max(length, 1)
        self._work = 0.0

    def _work_with(self, length: int) -> float:
        return self._work + PASS + length / self.length
