"""What one viewer has, and so what it is to be sent next. The rule of the whole project stands here.

A viewer gets the newest picture as a difference from the picture *it* was sent last; one that has nothing gets a
difference from blank. Knows nothing of sockets; the clock is passed in.
"""

import time

from . import control, wire
from .feed import Feed
from .frame import Frame
from .pacing import Window

CHECKSUM_EVERY = 1.0
"""Seconds between two pictures that carry their checksum, for each viewer: a CRC of 2.4 MB takes 0.7 ms."""
HEARTBEAT = 1.0
"""Seconds without a message after which a viewer is told that the stream is alive."""


def now_us() -> int:
    """This device's time in microseconds since 1970-01-01 UTC."""
    return time.time_ns() // 1000


class Viewer:
    """One viewer of one feed."""

    def __init__(self, feed: Feed, now: float) -> None:
        self.quiet_since = now
        self._feed = feed
        self._base: Frame | None = None
        self._window = Window()
        self._announced: control.Announcement | None = None
        self._problem: str | None = None
        self._checksum_due = now
        self._answer: control.ClockAnswer | None = None

    def take(self, now: float) -> str | bytes | None:
        """The message to send at this moment, or None; what is taken counts as sent.

        `now` is in seconds of any clock that only moves forward, the same at every call.
        """
        message = self._reply() or self._announcement() or self._picture(now) or self._sign(now)
        if message is not None:
            self.quiet_since = now
        return message

    def heed(self, message: control.ViewerMessage) -> None:
        """Take note of what the viewer says; afterwards there may be something to take."""
        match message:
            case control.Acknowledge(number):
                self._window.acknowledged(number)
            case control.Resync():
                self._forget()
            case control.ClockQuestion(viewer_time):
                self._answer = control.ClockAnswer(viewer_time, now_us())

    def _reply(self) -> str | None:
        answer, self._answer = self._answer, None
        if answer:
            return control.serialize(answer)
        if self._problem != self._feed.problem:
            self._problem = self._feed.problem
            return control.serialize(control.Problem(self._problem))
        return None

    def _announcement(self) -> str | None:
        announcement = self._feed.announcement
        if announcement is None or announcement is self._announced:
            return None
        self._announced = announcement
        self._forget()
        return control.serialize(announcement)

    def _picture(self, now: float) -> bytes | None:
        frame, base = self._feed.newest, self._base
        if frame is None or frame is base or not self._window.is_open():
            return None
        message = self._feed.encoding(frame, base)
        if base and not wire.shows_change(message):
            return None
        if now >= self._checksum_due:
            message = wire.with_checksum(message, self._feed.checksum(frame))
            self._checksum_due = now + CHECKSUM_EVERY
        self._base = frame
        self._window.sent(frame.number)
        return message

    def _sign(self, now: float) -> str | None:
        if now - self.quiet_since < HEARTBEAT:
            return None
        number = self._base.number if self._base else 0
        sign = control.Unchanged if self._window.is_open() else control.Waiting
        return control.serialize(sign(number, now_us()))

    def _forget(self) -> None:
        self._base = None
        self._window.clear()
