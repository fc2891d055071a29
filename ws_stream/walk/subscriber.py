"""One viewer's side of the way of a picture: which it shows, and whether it may have another.

Its twin is core/subscriber.c.
"""

from math import floor, inf

from ..allowance import Allowance
from ..protocol.picture import HAS_CHECKSUM, NO_ACK, Header, serialize_header
from .outlet import Outlet
from .rate_limit import RateLimit
from .variant import Variant
from .window import Window

CHECKSUM_EVERY = 1.0
"""Seconds between two pictures that carry their checksum. Those after a whole second of the clock do, so that one
checksum of a picture serves all viewers."""


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
        self.sent = self.published = 0
        self._seen = 0
        self._checksum_due = now

    def announced(self, epoch: int, newest: int, now: float) -> None:
        """The viewer was told of this epoch and holds its blank picture."""
        self.forget(now)
        self.epoch, self._seen = epoch, max(0, newest - 1)

    def forget(self, now: float) -> None:
        """The viewer holds nothing any more."""
        self.base = 0
        self.window.clear(now)

    def flush(self, variant: Variant, wholes: Allowance, now: float) -> tuple[float, int]:
        """Send the newest picture, if the viewer may have it now; `wholes` are those that the stream packs.

        Returns when it may have it, infinity if time alone changes nothing, and how many bytes were sent.
        """
        rate = variant.turn.fps if self.fps < 0 else min(self.fps, variant.turn.fps)
        if not self._is_behind(variant) or rate <= 0:
            return inf, 0
        due = self.limit.due(rate)
        if self.base:  # who has none is not made to wait for a fresher one
            due = variant.pace.release(due, rate)
        if now < due:
            return due, 0
        if not self.window.allows(now):
            self.window.delayed()
            return inf, 0
        lack = variant.bases.lack(self.base)
        if variant.is_whole_to_make(lack):
            if now < (due := wholes.due()):
                return due, 0
            wholes.take(now)
        base = 0 if lack == "whole" else self.base
        body = variant.delta(lack)
        flags = self._book(variant, rate, now)
        checksum = variant.checksum() if flags & HAS_CHECKSUM else 0
        newest = variant.picture
        header = Header(
            *(newest.format, flags, newest.epoch, newest.number, base, newest.time),
            *(newest.width, newest.height, checksum, body.segments),
        )
        return inf, self.outlet.send(serialize_header(header, body.extensions), body.data)

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
        return bool(
            self.outlet.is_ours and is_told and newest.number and self.base != newest.number
        )

    def _book(self, variant: Variant, rate: float, now: float) -> int:
        """Count the newest picture as sent; the flags of its message."""
        number, flags = variant.picture.number, 0
        if now >= self._checksum_due:
            flags |= HAS_CHECKSUM
            self._checksum_due = (floor(now / CHECKSUM_EVERY) + 1) * CHECKSUM_EVERY
        if not self.window.sent(number, now):
            flags |= NO_ACK
        self.limit.sent(rate, now)
        self.base = number
        self.published += number - self._seen
        self._seen = number
        self.sent += 1
        return flags
