"""What one viewer has, and so what it is to be sent next. The rule of the whole project stands here.

A viewer gets the newest picture as a difference from the picture *it* was sent last; one that has nothing gets a
difference from blank. Knows nothing of sockets; the clock is passed in.
"""

import time

from ..protocol import control
from ..protocol.picture import quietly, repeats, with_checksum
from ..protocol.request import Request
from .feed import Feed
from .window import Window

CHECKSUM_EVERY = 1.0
"""Seconds between two pictures that carry their checksum, for each viewer: a CRC of 2.4 MB takes 0.7 ms."""
HEARTBEAT = 1.0
"""Seconds without a message after which a viewer is told that the stream is alive."""
EARLY = 0.9
"""Share of an interval by which a picture may come early when a rate is kept (GCRA, ITU-T I.371): else each picture of
a source of just that rate would wait for a turn that began at another moment."""
NEARLY = 0.95
"""Share of an interval after which a picture counts as on time: polls that follow the writer's clock come a little
early, one after the other, and must not run into the limit for ever."""
PACE_EVERY = 1.0
"""Seconds between two reports of how many pictures were sent and how many were not."""


def now_us() -> int:
    """This device's time in microseconds since 1970-01-01 UTC."""
    return time.time_ns() // 1000


class Viewer:
    """One viewer of one feed. `now` is always seconds of the same clock, which only moves forward."""

    def __init__(self, feed: Feed, now: float, request: Request | None = None) -> None:
        request = request or Request()
        self.feed = feed
        self.fps = request.fps
        """Pictures per second that the viewer wants at most; 0 is none, None as many as there are."""
        self.window = Window(now, acknowledges=request.acknowledge)
        self._quiet_since = now
        self._base = 0
        self._seen = 0
        self._announced: control.Announcement | None = None
        self._problem: str | None = None
        self._answer: control.ClockAnswer | None = None
        self._checksum_due = now
        self._due_at = self._sent_at = now
        self._pace_since = now
        self._pace_due = False
        self._sent = self._published = 0

    def take(self, now: float) -> str | bytes | None:
        """The message to send at this moment, or None; what is taken counts as sent."""
        feed = self.feed
        message: str | bytes | None = None
        if self._answer or self._problem != feed.problem:
            message = self._reply()
        elif self._announced is not feed.announcement:
            message = self._announcement(now)
        elif self.is_behind:
            message = self._picture(now)
        if message is None and self._pace_due:
            message = self._pace(now)
        elif message is None and now - self._quiet_since >= HEARTBEAT:
            message = self._sign(now)
        if message is not None:
            self._quiet_since = now
        return message

    @property
    def is_behind(self) -> bool:
        """Whether there is a picture that the viewer was not sent."""
        newest = self.feed.newest
        return newest is not None and newest.number != self._base

    def due(self, now: float) -> float:
        """When there may be something to take although nothing woke the viewer."""
        due = self._quiet_since + HEARTBEAT
        if self.is_behind and (rate := self._rate()) and self._turn_at(rate) > now:
            return min(due, self._turn_at(rate))
        return due

    def handle(self, message: control.ViewerMessage, now: float) -> None:
        """Take note of what the viewer says; afterwards there may be something to take."""
        match message:
            case control.Acknowledge(number):
                self.window.acknowledged(number, now)
            case control.Resync():
                self._forget(now)
            case control.ClockQuestion(viewer_time):
                self._answer = control.ClockAnswer(viewer_time, now_us())
            case control.Rate(fps):
                self.fps = fps
                self._due_at = now  # a turn of the old rate may be far off

    def move(self, feed: Feed, now: float) -> None:
        """See another rendition from now on."""
        self._forget(now)
        self.feed, self._announced = feed, None

    def _reply(self) -> str:
        answer, self._answer = self._answer, None
        if answer:
            return control.serialize(answer)
        self._problem = self.feed.problem
        return control.serialize(control.Problem(self._problem))

    def _announcement(self, now: float) -> str:
        announcement = self._announced = self.feed.announcement
        assert announcement
        self._forget(now)
        self._seen = self.feed.newest.number - 1 if self.feed.newest else 0
        return control.serialize(announcement)

    def _picture(self, now: float) -> bytes | None:
        newest, rate = self.feed.newest, self._rate()
        assert newest
        if not rate or now < self._turn_at(rate) or not self.window.may_send(now):
            return None
        message = self.feed.encoding(self._base)
        if repeats(message, self._base):
            return None
        if now >= self._checksum_due:
            message = with_checksum(message, self.feed.checksum())
            self._checksum_due = now + CHECKSUM_EVERY
        self._hold(newest.number)
        if not self.window.sent(newest.number, now):
            message = quietly(message)
        self._book(rate, now)
        self._published += newest.number - self._seen
        self._seen = newest.number
        self._sent += 1
        self._pace_due = now - self._pace_since >= PACE_EVERY
        return message

    def _book(self, rate: float, now: float) -> None:
        """Count a picture against the rate."""
        interval = 1 / rate
        ahead = max(self._due_at - self._sent_at, interval)
        self._due_at = max(self._due_at, now) + interval
        if now - self._sent_at >= NEARLY * interval:
            self._due_at = min(self._due_at, now + ahead)
        self._sent_at = now

    def _turn_at(self, rate: float) -> float:
        return self._due_at - EARLY / rate

    def _rate(self) -> float:
        return self.feed.fps if self.fps is None else min(self.feed.fps, self.fps)

    def _pace(self, now: float) -> str:
        """A report, right after a picture: a still one leaves nothing to report."""
        seconds = now - self._pace_since
        self._pace_due = False
        published = min(self._published / seconds, self._rate())
        skipped = max(0.0, published - self._sent / seconds)
        self._pace_since, self._sent, self._published = now, 0, 0
        rates = round(published, 1), round(skipped, 1), self._rate()
        return control.serialize(control.Pace(*rates, self.feed.saves_work))

    def _sign(self, now: float) -> str:
        is_current = self._rate() > 0 and self.window.may_send(now)
        sign = control.Unchanged if is_current else control.Waiting
        return control.serialize(sign(self._base, now_us()))

    def _hold(self, number: int) -> None:
        if self._base:
            self.feed.release(self._base)
        if number:
            self.feed.hold(number)
        self._base = number

    def _forget(self, now: float) -> None:
        self._hold(0)
        self.window.clear(now)

    def leave(self) -> None:
        """The viewer is gone: nothing is kept for it."""
        self._hold(0)
