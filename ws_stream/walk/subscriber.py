"""One viewer's side of the way of a picture: which it shows, and whether it may have another.

Its twin is core/subscriber.c.
"""

from dataclasses import dataclass
from math import floor, inf

from ..allowance import Allowance
from ..protocol.picture import HAS_CHECKSUM, NO_ACK, Header, serialize_header
from .counts import Counts, Reason
from .outlet import Outlet
from .rate_limit import RateLimit
from .variant import Variant
from .window import Window

CHECKSUM_EVERY = 1.0
"""Seconds between two pictures that carry their checksum. Those after a whole second of the clock do, so that one
checksum of a picture serves all viewers."""


@dataclass(slots=True)
class Tally:
    """What is told of a subscriber."""

    seen: int = 0
    """The newest picture that was counted as published."""
    sent: int = 0
    """Pictures since the last report."""
    published: int = 0
    """Those there were meanwhile."""
    held: Reason = Reason.RATE
    """Why it had to wait last."""


class Subscriber:
    """A viewer of one variant. `now` is always seconds of the same clock, which only moves forward."""

    def __init__(self, outlet: Outlet, *, acknowledges: bool, fps: float, now: float) -> None:
        self.outlet = outlet
        self.fps = fps
        """Pictures a second that the viewer wants at most; negative: as many as there are."""
        self.base = 0
        """The picture it was sent last; 0: none."""
        self.epoch: int | None = None
        """The one announced to the viewer."""
        self.limit = RateLimit(now)
        self.window = Window(now, acknowledges=acknowledges)
        self.tally = Tally()
        self._checksum_due = now

    def announced(self, epoch: int, newest: int, now: float) -> None:
        """The viewer was told of this epoch and holds its blank picture."""
        self.forget(now)
        self.epoch, self.tally.seen = epoch, max(0, newest - 1)

    def forget(self, now: float) -> None:
        """The viewer holds nothing any more."""
        self.base = 0
        self.window.clear(now)

    def flush(self, variant: Variant, wholes: Allowance, counts: Counts, now: float) -> float:
        """Send the newest picture, if the viewer may have it now; `wholes` are those that the stream packs.

        Returns when it may have it, infinity if time alone changes nothing.
        """
        rate = variant.turn.fps if self.fps < 0 else min(self.fps, variant.turn.fps)
        if not self._is_behind(variant):
            return inf
        if not self.outlet.is_ours or rate <= 0:
            return self._hold(Reason.RATE if self.outlet.is_ours else Reason.SOCKET, inf)
        due = self.limit.due(rate)
        if self.base:  # who has none is not made to wait for a fresher one
            due = variant.pace.release(due, rate)
        if now < due:
            return self._hold(Reason.RATE, due)
        if not self.window.allows(now):
            self.window.delayed()
            return self._hold(Reason.WINDOW, inf)
        lack = variant.bases.lack(self.base)
        is_made = variant.is_made(lack)
        if lack == "whole" and not is_made:
            if now < (due := wholes.due()):
                return self._hold(Reason.WHOLES, due)
            wholes.take(now)
        base = 0 if lack == "whole" else self.base
        body = variant.delta(lack)
        counts.encodings += not is_made
        flags = self._book(variant, counts, rate, now)
        checksum = variant.checksum() if flags & HAS_CHECKSUM else 0
        newest = variant.picture
        header = Header(
            *(newest.format, flags, newest.epoch, newest.number, base, newest.time),
            *(newest.width, newest.height, checksum, body.segments),
        )
        head = serialize_header(header, body.extensions)
        counts.sent_bytes += self.outlet.send(head, body.data)
        return inf

    def has_newest(self, variant: Variant | None) -> bool:
        """Whether the picture it was sent last is the variant's newest one; without any, whether there is none."""
        if variant is None:
            return not self.base
        newest = variant.picture
        is_up_to_date = self.base == newest.number and not variant.turn.is_missed
        return is_up_to_date and (self.epoch == newest.epoch or not self.base)

    def _is_behind(self, variant: Variant) -> bool:
        newest = variant.picture
        is_told = self.epoch == newest.epoch and not variant.is_uncommitted
        return bool(is_told and newest.number and self.base != newest.number)

    def _hold(self, reason: Reason, due: float) -> float:
        """It has to wait until then, and by then there may be a newer picture."""
        self.tally.held = reason
        return due

    def _book(self, variant: Variant, counts: Counts, rate: float, now: float) -> int:
        """Count the newest picture as sent; the flags of its message."""
        number, flags = variant.picture.number, 0
        if now >= self._checksum_due:
            flags |= HAS_CHECKSUM
            self._checksum_due = (floor(now / CHECKSUM_EVERY) + 1) * CHECKSUM_EVERY
        if not self.window.sent(number, now):
            flags |= NO_ACK
        self.limit.sent(rate, now)
        self.base = number
        tally = self.tally
        tally.published += number - tally.seen
        if number > tally.seen:  # else it is sent once more: the viewer has lost it
            counts.skipped[tally.held] += number - tally.seen - 1
        tally.seen = number
        tally.sent += 1
        counts.sent += 1
        return flags
