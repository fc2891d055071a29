"""One viewer's side of the way of a picture: which it shows, whether it may have another, and its socket.

A socket has one owner at a time. It is the walk's between messages: a picture is sent by one call, and what the socket
does not take is kept as the tail. From then on it is the transport's, which sends the tail first and whatever else is
to be said, and gives the socket back when all has gone. A socket taken for a control message goes the same way. Nothing
else ever writes to it, so no message begins within another. Its twin is core/subscriber.c.
"""

import os
import socket
import struct
from collections.abc import Callable
from math import floor, inf

from ..protocol.picture import HAS_CHECKSUM, QUIET, Header, serialize_header
from .rate_limit import RateLimit
from .variant import Variant
from .window import Window

CHECKSUM_EVERY = 1.0
"""Seconds between two pictures that carry their checksum. Those after a whole second of the clock do, so that one
checksum of a picture serves all viewers."""

_WHOLE_BINARY = 0x82
_SEND = socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL


class Subscriber:
    """A viewer of one variant. `now` is always seconds of the same clock, which only moves forward."""

    def __init__(self, outlet: "Outlet", *, acknowledges: bool, fps: float, now: float) -> None:
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

    def flush(self, variant: Variant, fps: float, now: float) -> tuple[float, int]:
        """Send the newest picture, if the viewer may have it now; `fps` is the most that the stream allows.

        Returns when it may have it, infinity if time alone changes nothing, and how many bytes were sent.
        """
        rate = fps if self.fps < 0 else min(self.fps, fps)
        if not self._is_behind(variant) or rate <= 0:
            return inf, 0
        if now < (turn := self.limit.turn(rate)):
            return turn, 0
        if not self.window.allows(now):
            self.window.hold()
            return inf, 0
        lack = variant.bases.lack(self.base)
        base = 0 if lack == "whole" else self.base
        body = variant.delta(lack)
        flags = self._book(variant, rate, now)
        checksum = variant.checksum() if flags & HAS_CHECKSUM else 0
        newest = variant.picture
        header = Header(
            *(newest.format, flags, newest.epoch, newest.number, base, newest.time),
            *(newest.width, newest.height, checksum, body.segments),
        )
        return inf, self.outlet.send(serialize_header(header), body.data)

    def _is_behind(self, variant: Variant) -> bool:
        newest = variant.picture
        is_told = self.epoch == newest.epoch and not variant.is_mixed
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
            flags |= QUIET
        self.limit.sent(rate, now)
        self.base = number
        self.published += number - self._seen
        self._seen = number
        self.sent += 1
        return flags


class Outlet:
    """Where a subscriber's messages go: its socket, or a function where there is none that can be written to."""

    def __init__(self, fd: int, keep: Callable[[bytes], None]) -> None:
        # One of our own: the transport's may be closed at any time, and its number used for another.
        self._socket = socket.socket(fileno=os.dup(fd)) if fd >= 0 else None
        self._keep = keep
        self.is_ours = True
        self.is_lost = False
        """The socket refused: the transport will find out why."""
        self.is_handed_over = False
        """The transport is still to be told."""
        self._tail = b""

    def send(self, head: bytes, body: bytes) -> int:
        """One message. What the socket does not take is kept, and it is the transport's then. How many bytes it was."""
        prefix = _frame_head(len(head) + len(body)) + head
        if self._socket is None:
            self._keep(head + body)
            return len(prefix) + len(body)
        try:
            taken = self._socket.sendmsg([prefix, body], [], _SEND)
        except (BlockingIOError, InterruptedError):
            taken = 0
        except OSError:
            self.is_lost, taken = True, 0
        if taken < len(prefix) + len(body):
            self.is_ours, self.is_handed_over = False, True
            self._tail = (prefix + body)[taken:]
        return len(prefix) + len(body)

    def take(self) -> bytes | None:
        """The socket is the transport's from now on: what it is to send first; None where the socket is lost."""
        self.is_ours = self.is_handed_over = False
        tail, self._tail = self._tail, b""
        return None if self.is_lost else tail

    def give(self) -> None:
        """All that the transport had has gone."""
        self.is_ours = not self.is_lost and not self._tail

    def close(self) -> None:
        """Let go of the socket."""
        if self._socket:
            self._socket.close()


def _frame_head(length: int) -> bytes:
    """What stands before an unmasked, whole binary message of this length: RFC 6455, section 5.2."""
    if length < 126:  # noqa: PLR2004 - the RFC's
        return bytes((_WHOLE_BINARY, length))
    if length < 1 << 16:
        return struct.pack(">BBH", _WHOLE_BINARY, 126, length)
    return struct.pack(">BBQ", _WHOLE_BINARY, 127, length)
