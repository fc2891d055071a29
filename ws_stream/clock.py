"""The device's clock as a viewer knows it: within bounds, by questions and answers. Its twin is web/clock.js.

Pure: it is told the time, seconds of the viewer's clock that only moves forward.
"""

from math import inf
from typing import NamedTuple

DRIFT = 250e-6
"""Seconds in a second by which two clocks drift apart at most: crystals are within 100 millionths, poor ones twice."""
CERTAIN = 0.010
"""Seconds. While the device's time is known less well than this..."""
ASK_SOON, ASK_SELDOM = 1.0, 10.0
"""...the next question follows soon, else seldom."""


class Age(NamedTuple):
    """How old a picture is. It was taken between `seconds - uncertainty` and `seconds + uncertainty` ago."""

    seconds: float
    uncertainty: float
    """Seconds."""


class DeviceClock:
    """How far the device's clock is ahead of ours: at least, and at most."""

    def __init__(self) -> None:
        self.round_trip: float | None = None
        """The last question's, in seconds; None before the first answer."""
        self.ask_at = 0.0
        """When the next question is due."""
        self._least, self._most, self._at = -inf, inf, 0.0

    def answered(self, asked: float, device_us: int, now: float, uncertainty: float = 0.0) -> None:
        """Take note of an answer that has just come.

        The device looked at its clock at some time after it was asked. Whoever passes its time on knows it within so
        many seconds. What contradicts all that was known is of a clock that was set: only the new is true.
        """
        if asked > now:  # nobody asked that
            return
        self.round_trip = now - asked
        slack = DRIFT * self.round_trip + uncertainty
        least, most = device_us / 1e6 - now - slack, device_us / 1e6 - asked + slack
        known_least, known_most = self._ahead(now)
        if least <= known_most and known_least <= most:
            least, most = max(least, known_least), min(most, known_most)
        self._least, self._most, self._at = least, most, now

    def age(self, time_us: int, now: float) -> Age | None:
        """How old a picture of this time is; None until that is known, and for a time to come."""
        least, most = self._ahead(now)
        youngest, oldest = max(0.0, now + least - time_us / 1e6), now + most - time_us / 1e6
        if not 0 <= oldest < inf:
            return None
        return Age((youngest + oldest) / 2, (oldest - youngest) / 2)

    def asks(self, now: float) -> bool:
        """Whether a question is due; it is taken to be asked then."""
        if now < self.ask_at:
            return False
        least, most = self._ahead(now)
        self.ask_at = now + (ASK_SELDOM if most - least <= 2 * CERTAIN else ASK_SOON)
        return True

    def _ahead(self, now: float) -> tuple[float, float]:
        drift = DRIFT * (now - self._at)
        return self._least - drift, self._most + drift
