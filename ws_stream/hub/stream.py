"""A stream: pictures come in under one name, and go to each of its viewers as that one asked.

Knows nothing of sockets, HTTP or where pictures come from. The newest picture wins: nothing is queued.
"""

import re
import time
from collections.abc import Callable
from math import inf
from typing import Any

import numpy as np

from ..errors import UsageError
from ..fair_lock import FairLock
from ..limits import MAX_FPS
from ..pixels.formats import PixelFormat, Pixels, guess
from ..pixels.rendition import Rendition
from ..pixels.resample import check
from ..protocol.request import Request
from ..walk import Walk, new_walk
from ..walk.variant import SETTLE_EVERY
from .audience import Audience, Limits
from .damage import Damage, spans
from .errands import Errands
from .producer import Producer
from .subscription import Peer, Subscription, device_us, now_us

_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
REPORT_EVERY = 1.0
"""Seconds between two reports to each viewer; a viewer without a message for ten counts its connection as lost."""


class Stream:
    """Pictures under one name. `publish` puts them in, from one thread at a time; viewers join on the event loop."""

    def __init__(
        self,
        name: str,
        *,
        format: PixelFormat | None = None,  # noqa: A002 - the field's word for it
        rendition: Rendition | None = None,
        fps: float = 30,
        verify_damage: bool = False,
        producer: "Producer[Stream] | None" = None,
        walk: Callable[[float], Walk] = new_walk,
    ) -> None:
        if not _NAME.fullmatch(name):
            raise UsageError(
                f"'{name}' cannot name a stream; right would be 1 to 64 letters, digits, '.', '_', '-'"
            )
        if not 0 < fps <= MAX_FPS:
            raise UsageError(
                f"{fps:g} pictures per second cannot be; right would be up to {MAX_FPS}"
            )
        self.name = name
        self.format = format
        self.fps = fps
        self.audience = Audience(name, (rendition or Rendition()).check(), fps, walk(fps))
        self._verify_damage = verify_damage
        self._producer = producer
        self._newest: tuple[Pixels, int] | None = None
        self._accepted: tuple[tuple[int, ...], np.dtype[Any]] | None = None
        self._lock = FairLock()
        self._errands = Errands()

    @property
    def walk(self) -> Walk:
        """The way of each picture."""
        return self.audience.walk

    @property
    def problem(self) -> str | None:
        """Why there are no pictures now."""
        return self.audience.problem

    @property
    def watched(self) -> bool:
        """Whether anybody watches; if not, the work of making a picture can be saved."""
        return bool(self.audience.subscriptions)

    @property
    def wanted(self) -> float:
        """Pictures per second that somebody wants and may have."""
        return self.audience.fps()

    def publish(
        self, array: Pixels, *, time_us: int | None = None, damage: Damage | None = None
    ) -> None:
        """Show this picture to every viewer. Never waits for one.

        `array` is of shape `format.shape(width, height)` with any strides; without a format, one is taken from its
        shape and dtype. While there are viewers it is read before this returns. It is also remembered, not copied, and
        read when a viewer comes: until the next `publish` it should hold a whole picture, this one or a newer.
        `time_us` is when it was taken, in microseconds since 1970-01-01 UTC by the wall clock; now by default.
        `damage` are rectangles (x, y, width, height), in pixels of the array, outside which nothing has changed since
        the array published before: only their rows are read and compared. Raises UsageError when the array does not
        fit the stream.
        """
        stamp = now_us() if time_us is None else device_us(time_us)
        rows = None if damage is None else spans(damage)
        with self._lock:  # who joins meanwhile sees this picture afterwards, and no older one
            array = self._accept(array)
            self._newest = array, stamp
            if self.audience.shown:
                self._show(array, rows, stamp)

    def resize(self, pixel_format: PixelFormat, width: int, height: int) -> None:
        """Pictures are of this format and size from now on; from any thread."""
        with self._lock:
            self._resize(pixel_format, width, height)

    def join(self, peer: Peer, request: Request | None = None) -> Subscription:
        """A new viewer, on the event loop."""
        self._errands.open()
        if not self._errands.waits("report"):
            self._errands.run_at("report", time.monotonic() + REPORT_EVERY, self._report)
        with self._lock:
            return self.audience.join(peer, request or Request(), time.monotonic())

    def begin(self, subscription: Subscription) -> None:
        """Tell a viewer that has joined what it sees, and show it."""
        with self._lock:
            self.audience.greet(subscription)
            self._fill()
        self.demand()

    def leave(self, subscription: Subscription) -> None:
        """The viewer is gone."""
        subscription.close()
        with self._lock:
            self.audience.leave(subscription)
        self.demand()

    def move(self, subscription: Subscription, rendition: Rendition) -> None:
        """The viewer asks to see another rendition."""
        with self._lock:
            self.audience.move(subscription, rendition, time.monotonic())
            self._fill()
        self.demand()

    def limit(self, limits: Limits) -> None:
        """Do so much less than viewers ask for, and tell them."""
        with self._lock:
            self.audience.limit(limits)
        self._greet_all()
        self.demand()

    def set_behind(self, behind: bool) -> None:
        """The device cannot keep up, or can again; from any thread."""
        self._errands.run(
            "behind", lambda: self.limit(self.audience.limits._replace(behind=behind))
        )

    def set_problem(self, problem: str | None) -> None:
        """Let viewers know why there are no pictures, or that there are again; from any thread."""
        if problem != self.problem:
            self.audience.problem = problem  # at once, so that the next report is compared with it
            self._errands.run("greet", self._greet_all)

    def hand_over(self) -> None:
        """Tell transports whose sockets became theirs; from any thread."""
        self._errands.run("finish", self.audience.finish_pictures)

    def demand(self) -> None:
        """A viewer came, left or wants another rate: whoever has pictures is asked."""
        if self._producer:
            self._producer.demand(self)

    def close(self) -> None:
        """Stop producing, and let go of the event loop: a thread may go on publishing."""
        if self._producer:
            self._producer.close(self)
        self._errands.close()

    def _accept(self, array: Pixels) -> Pixels:
        """The array as the walk can read it, its format and size being the stream's from now on. Raises UsageError."""
        if not isinstance(array, np.ndarray):
            raise UsageError(f"{type(array).__name__} is no picture; right would be a numpy array")
        if (array.shape, array.dtype) != self._accepted:
            pixel_format = self.format or guess(array)
            check(array, pixel_format, self.audience.default)
            self.format = pixel_format
            self._resize(pixel_format, array.shape[1], array.shape[0])
            self._accepted = array.shape, array.dtype
        return array if array.strides[2:] in ((), (1,)) else np.ascontiguousarray(array)

    def _resize(self, pixel_format: PixelFormat, width: int, height: int) -> None:
        if self.audience.resize(pixel_format, width, height, time.monotonic()):
            self._newest = self._accepted = None  # they are of another size
            self._errands.run("greet", self._greet_all)

    def _show(self, array: Pixels, rows: list[tuple[int, int]] | None, stamp: int) -> None:
        walk, now = self.walk, time.monotonic()
        may_verify = self._verify_damage and rows is not None and walk.is_settled()
        _, due, is_handed_over = walk.publish(array, rows, stamp, now)
        if is_handed_over:
            self.hand_over()
        if due < inf:
            self._errands.run("flush", lambda: self._errands.run_at("flush", due, self._flush))
        if not walk.is_settled():
            self._errands.run("settle", lambda: self._settle_later(is_whole=rows is None))
        if may_verify:
            self._verify(array, rows)

    def _verify(self, array: Pixels, rows: list[tuple[int, int]] | None) -> None:
        """Raises UsageError when rows outside the damage have changed."""
        if self.walk.update(array, None, time.monotonic()):
            self.walk.commit(now_us())
            self._errands.run("flush", self._flush)
            raise UsageError(
                f"rows outside of the damage {rows} have changed; right would be rectangles that hold every change"
            )

    def _fill(self) -> None:
        """Give a variant that has no picture the newest one."""
        if self._newest and self.walk.has_newcomers():
            self._show(self._newest[0], None, self._newest[1])

    def _flush(self) -> None:
        due = self.walk.flush(time.monotonic())
        if due < inf:
            self._errands.run_at("flush", due, self._flush)
        self.audience.finish_pictures()

    def _settle_later(self, *, is_whole: bool) -> None:
        """An update of all rows is followed by another one; updates of parts do not put that off."""
        if is_whole or not self._errands.waits("settle"):
            self._errands.run_at("settle", time.monotonic() + SETTLE_EVERY, self._settle)

    def _settle(self) -> None:
        """Show once more what was published last: it may stand still, and be shown within a tolerance only."""
        with self._lock:
            if self._newest and self.watched and not self.walk.is_settled():
                self._show(self._newest[0], None, now_us())

    def _report(self) -> None:
        if self.watched:
            now = time.monotonic()
            self._errands.run_at("report", now + REPORT_EVERY, self._report)
            with self._lock:  # what is announced is what the walk shows
                self.audience.report(now)
            if self._producer:
                self._producer.check(self)

    def _greet_all(self) -> None:
        with self._lock:  # what is announced is what the walk shows
            self.audience.greet_all()
            self._fill()
