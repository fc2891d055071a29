"""What is said between one viewer and a stream, other than pictures: those go from the walk to the socket.

Knows nothing of HTTP or WebSockets. Lives on the event loop.
"""

import asyncio
import time
from math import inf
from typing import Protocol

from ..limits import MAX_TIME
from ..protocol import control, messages
from ..protocol.request import Request
from ..walk import Walk
from .figures import Ages

REPORT_EVERY = 1.0
"""Seconds between two reports to each viewer, which counts its connection as lost after ten without a message."""
DEAD_AFTER = 15.0
"""Seconds without any message after which a viewer that acknowledges is gone: it speaks every 5."""
AHEAD_US = (time.time_ns() - time.monotonic_ns()) // 1000
"""Microseconds that the device's time is ahead of the clock that only moves forward: once and for all, as ages of
pictures would be wrong by as much as somebody sets the wall clock by."""
TRY_AGAIN = 1.0
"""Seconds after which there may be memory for what there was none."""
CLOCK_WAS_SET = 1000
"""Microseconds that the wall clock is off since, at least, if it was set: two clocks are not read at one moment."""


def now_us() -> int:
    """This device's time: microseconds since 1970-01-01 UTC by the wall clock as it was when the program began."""
    return time.monotonic_ns() // 1000 + AHEAD_US


def device_us(wall_us: int) -> int:
    """This device's time when its wall clock, as it is set now, showed this."""
    return min(max(0, wall_us - _set_by()), MAX_TIME - 1)


def wall_us(device_us: int) -> int:
    """What this device's wall clock, as it is set now, showed at this time of the device."""
    return device_us + _set_by()


def _set_by() -> int:
    """Microseconds that somebody has set the wall clock forward by since the program began."""
    off = time.time_ns() // 1000 - now_us()
    return off if abs(off) > CLOCK_WAS_SET else 0


class Peer(Protocol):
    """The viewer's connection."""

    def fileno(self) -> int:
        """The socket that pictures are written to, or what the walk takes in its place (`walk.outlet`)."""

    def write(self, message: str) -> None:
        """Send a control message, after whatever of a picture is still to be sent."""

    @property
    def may_operate(self) -> bool:
        """The device, where anybody may."""

    def finish_picture(self) -> None:
        """Send what is still to be sent of a picture: the socket did not take all of it."""

    def time_out(self) -> None:
        """Nothing was heard of the viewer for too long."""

    def fail(self) -> None:
        """What it asked for could not be done, by a fault that is being handled and is not its own."""

    def refuse(self, sentence: str) -> None:
        """There is nothing that the viewer can decode, as the sentence says."""


class Subscription:
    """One viewer of a stream; `place` is its number in the walk."""

    def __init__(
        self, walk: Walk, place: int, peer: Peer, request: Request, ages: Ages, now: float
    ) -> None:
        self.place = place
        self.request = request
        self._walk = walk
        self._peer = peer
        self._ages = ages
        self._shown: tuple[int | None, int] = None, 0
        self._heard = self._reported = now
        self._told: tuple[messages.Announcement | None, str | None] = None, None
        self._timer: asyncio.TimerHandle | None = None

    def announce(self, announcement: messages.Announcement) -> None:
        """The viewer holds this epoch's blank picture from now on, if it was not told of it before."""
        if announcement is self._told[0]:
            return
        self._told = announcement, self._told[1]
        self.say(announcement if self.may_operate else announcement._replace(input=False))
        self._walk.announced(self.place, time.monotonic())
        self.flush()

    def set_problem(self, problem: str | None) -> None:
        """Let the viewer know why there are no pictures, or that there are again."""
        if problem == self._told[1]:
            return
        self._told = self._told[0], problem
        self.say(messages.Problem(problem))

    def say(self, message: messages.ServerMessage) -> None:
        """Send a control message."""
        self._peer.write(control.serialize(message))

    def heard(self, now: float) -> None:
        """The viewer said something, whatever it was."""
        self._heard = now

    @property
    def may_operate(self) -> bool:
        """The device, where anybody may."""
        return self._peer.may_operate

    @property
    def source(self) -> tuple[int, int] | None:
        """Width and height of the device's picture, as announced; None before."""
        announced = self._told[0]
        return announced.source if announced else None

    def taken(self, epoch: int, number: int) -> int | None:
        """When a picture that it was sent was taken; None where that is too long ago, or never was."""
        return self._walk.taken(self.place, epoch, number) or None

    def acknowledge(self, number: int, epoch: int | None, now: float) -> None:
        """The viewer shows this picture. What it shows of another epoch says nothing of this one."""
        announced = self._told[0]
        if epoch is not None and (announced is None or announced.epoch != epoch):
            return
        if announced:
            self._note_age(announced.epoch, number)
        self._walk.acknowledge(self.place, number, now)
        self.flush()

    def _note_age(self, epoch: int, number: int) -> None:
        """Each picture's once, whatever viewers say; by the device's clock alone, so with the acknowledgement's way."""
        is_new = epoch != self._shown[0] or number > self._shown[1]
        if is_new and (taken := self.taken(epoch, number)):
            self._shown = epoch, number
            self._ages.add((now_us() - taken) / 1e6)

    def resync(self, now: float) -> None:
        """The viewer holds nothing any more."""
        self._walk.forget(self.place, now)
        self.flush()

    def answer_clock(self, viewer_time: int) -> None:
        """Say what time it is."""
        self.say(messages.ClockAnswer(viewer_time, now_us()))

    def set_request(self, request: Request, now: float) -> None:
        """The viewer wants this from now on; its rate is kept here."""
        before, self.request = self.request, request
        if request.fps != before.fps:
            self._walk.set_rate(self.place, -1.0 if request.fps is None else request.fps, now)
            self.flush()

    def flush(self) -> None:
        """Send the newest picture, now or when it may be."""
        try:
            due, is_handed_over = self._walk.flush_one(self.place, time.monotonic())
        except MemoryError:  # whoever has the pictures says so
            due, is_handed_over = time.monotonic() + TRY_AGAIN, False
        if is_handed_over:
            self._peer.finish_picture()
        if due < inf:
            self.close()
            self._timer = asyncio.get_running_loop().call_at(due, self.flush)

    def take(self) -> bytes | None:
        """The socket is its transport's from now on: what that is to send first; None where the socket is lost."""
        return self._walk.take(self.place)

    def give(self) -> None:
        """The transport has sent all it had: the socket is the walk's again."""
        self._walk.give(self.place)
        self.flush()

    def finish_picture(self) -> None:
        """The socket did not take all of a picture: its transport sends the rest."""
        self._peer.finish_picture()

    def report(self, fps: float, less: bool, now: float) -> None:
        """Tell the viewer of its pictures since the last report, or that the stream is alive. About once a second.

        `fps` is the most it is sent a second, `less` that this is less than was asked for.
        """
        if self.request.acknowledge and now - self._heard > DEAD_AFTER:
            self._peer.time_out()
            return
        base, sent, published, is_newest = self._walk.report(self.place)
        seconds, self._reported = now - self._reported, now
        if sent and seconds > 0:
            offered = min(published / seconds, fps)
            skipped = max(0.0, offered - sent / seconds)
            self.say(messages.Pace(round(offered, 1), round(skipped, 1), fps, less))
        elif self._told[1] is not None:  # nobody knows what the device shows now
            self.say(messages.Problem(self._told[1]))
        else:
            kind = messages.Unchanged if fps > 0 and is_newest else messages.Waiting
            self.say(kind(base, now_us()))

    def refuse(self, sentence: str) -> None:
        """There is nothing that it can decode."""
        self._peer.refuse(sentence)

    def fail(self) -> None:
        """What it asked for could not be done, by a fault that is being handled and is not its own."""
        self._peer.fail()

    def close(self) -> None:
        """Nothing is flushed later."""
        if self._timer:
            self._timer.cancel()
