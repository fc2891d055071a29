"""How long a source that fails is left alone, and when viewers are told.

Pure: it is told the time. Many writers leave a file that is no picture for a moment each time that they write one.
"""

RETRY_MOST = 1.0
"""Seconds at most until a source that failed is asked again."""
RETRY_FIRST = 1 / 8
"""Of the interval between two pictures, after which that is done first; each time it takes twice as long. So the next
whole picture is shown within the interval, and no writer of the same rate is met at the same moment again and again."""
GRACE = 1.0
"""Seconds that a source may fail, once there were pictures, before viewers are told that there are none."""


class Patience:
    """With one source."""

    def __init__(self) -> None:
        self._had_pictures = False
        self._failures = 0
        self._since = 0.0

    def failed(self, interval: float, now: float) -> tuple[float, bool]:
        """It failed: seconds until it is to be asked again, and whether viewers are to be told."""
        if not self._failures:
            self._since = now
        wait = min(RETRY_FIRST * interval * 2.0 ** min(self._failures, 99), RETRY_MOST)
        self._failures += 1
        return wait, not self._had_pictures or now - self._since >= GRACE

    def succeeded(self) -> None:
        """It has a picture."""
        self._had_pictures = True
        self._failures = 0
