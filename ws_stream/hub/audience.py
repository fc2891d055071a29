"""Who watches a stream, and so which variants of its pictures are kept, and how many pictures a second are wanted.

Knows nothing of sockets, threads or where pictures come from. Requests are clamped here to the device's limits.
"""

import secrets
from typing import NamedTuple

from ..limits import MAX_STEP
from ..pixels.formats import PixelFormat, reduced
from ..pixels.rendition import Rendition, clamp
from ..protocol.control import Announcement
from ..protocol.request import Request
from ..walk import Walk
from .subscription import Peer, Subscription

MAX_RENDITIONS = 4
"""Renditions of one stream at a time: each is resampled and encoded for itself; none has more pixels than the default.
The compiled walk has room for as many."""


class Limits(NamedTuple):
    """What the device does less than was asked of it."""

    fps: float
    """Pictures per second that a viewer is sent at most."""
    extra_step: int = 1
    """Factor on every step."""
    throttled: bool = False
    """Less is done to stay within a budget."""
    behind: bool = False
    """Less is done because the device cannot keep up."""


class Shown(NamedTuple):
    """One variant of the pictures."""

    slot: int
    """Its number in the walk."""
    rendition: Rendition
    """What is kept: the one asked for as far as the pictures and the limits allow it."""
    announcement: Announcement | None
    """None while the pictures' size is not known."""


class Audience:
    """The subscriptions of one stream, and its variants by the renditions asked for."""

    def __init__(self, name: str, default: Rendition, fps: float, walk: Walk) -> None:
        self.name = name
        self.default = default
        self.walk = walk
        self.shown: dict[Rendition, Shown] = {}
        self.subscriptions: dict[Subscription, Rendition] = {}
        self.problem: str | None = None
        self.limits = Limits(fps)
        self._fps = fps
        self._source: tuple[PixelFormat, tuple[int, int]] | None = None

    def join(self, peer: Peer, request: Request, now: float) -> Subscription:
        """A new viewer: it is told of its variant, and of a problem there is."""
        key = self._grant(request.rendition(self.default))
        fps = -1.0 if request.fps is None else request.fps
        place = self.walk.join(peer.fileno(), self.shown[key].slot, request.acknowledge, fps, now)
        subscription = Subscription(self.walk, place, peer, request, now)
        self.subscriptions[subscription] = key
        return subscription

    def greet(self, subscription: Subscription) -> None:
        """Tell a viewer that has joined, or sees another variant, what it sees."""
        announcement = self.shown[self.subscriptions[subscription]].announcement
        if announcement:
            subscription.announce(announcement)
        subscription.set_problem(self.problem)

    def leave(self, subscription: Subscription) -> None:
        """The viewer is gone. A variant that nobody watches is forgotten."""
        key = self.subscriptions.pop(subscription)
        self.walk.leave(subscription.place)
        self._part(key)

    def move(self, subscription: Subscription, rendition: Rendition, now: float) -> None:
        """The viewer asks to see another rendition."""
        before = self.subscriptions[subscription]
        if self._clamp(rendition) == before:
            return
        del self.subscriptions[subscription]
        self._part(before)  # first: there may be no other place for the new one
        after = self.subscriptions[subscription] = self._grant(rendition)
        if after != before:
            self.walk.move(subscription.place, self.shown[after].slot, now)
            self.greet(subscription)

    def fps(self) -> float:
        """Pictures per second that somebody wants and may have; 0 when nobody does."""
        wanted = (s.request.fps for s in self.subscriptions)
        return min(self.limits.fps, max((self._fps if w is None else w for w in wanted), default=0))

    def limit(self, limits: Limits) -> None:
        """Do so much less than was asked for."""
        before, self.limits = self.limits, limits._replace(fps=min(limits.fps, self._fps))
        self.walk.limit(self.limits.fps)
        if limits.extra_step != before.extra_step:
            self._configure_all(is_new_source=False)

    def resize(self, pixel_format: PixelFormat, width: int, height: int) -> bool:
        """The source's pictures are of this format and size from now on; whether they were of another."""
        is_new = (pixel_format, (width, height)) != self._source
        if is_new:
            self._source = pixel_format, (width, height)
            self._configure_all(is_new_source=True)
        return is_new

    def report(self, now: float) -> None:
        """Tell every viewer how it fares, and of an epoch that has begun because picture numbers were used up."""
        for key, shown in self.shown.items():
            epoch, *_ = self.walk.state(shown.slot)
            if shown.announcement and shown.announcement.epoch != epoch:
                announcement = shown.announcement._replace(epoch=epoch)
                self.shown[key] = shown._replace(announcement=announcement)
        for subscription in tuple(self.subscriptions):
            self.greet(subscription)
        for subscription in tuple(self.subscriptions):
            subscription.report(self.limits.fps, self.limits.throttled or self.limits.behind, now)

    def _grant(self, asked: Rendition) -> Rendition:
        """The rendition asked for, or the nearest there is; there is a variant of it afterwards."""
        rendition = self._clamp(asked)
        if rendition not in self.shown and len(self.shown) >= MAX_RENDITIONS:
            return min(self.shown, key=lambda other: _distance(other, rendition))
        if rendition not in self.shown:
            taken = {shown.slot for shown in self.shown.values()}
            slot = next(slot for slot in range(MAX_RENDITIONS) if slot not in taken)
            self.shown[rendition] = Shown(slot, rendition, None)
            self._configure(rendition, is_new_source=True)
        return rendition

    def _clamp(self, asked: Rendition) -> Rendition:
        return clamp(asked, self.default, *self._source[1]) if self._source else asked

    def _part(self, key: Rendition) -> None:
        if key not in self.subscriptions.values():
            self.walk.close_variant(self.shown.pop(key).slot)

    def _configure_all(self, *, is_new_source: bool) -> None:
        for key in tuple(self.shown):
            self._configure(key, is_new_source=is_new_source)

    def _configure(self, key: Rendition, *, is_new_source: bool) -> None:
        """Begin an epoch of a variant: what it keeps depends on the pictures' size and on the limits."""
        if not self._source:
            return
        pixel_format, size = self._source
        clamped = clamp(key, self.default, *size)
        kept = clamped._replace(step=min(MAX_STEP, clamped.step * self.limits.extra_step))
        if kept == self.shown[key].rendition and not is_new_source:
            return
        epoch = secrets.randbits(32)
        slot = self.shown[key].slot
        self.walk.open(slot, pixel_format, kept, size, epoch)
        announcement = Announcement(
            *(self.name, epoch, reduced(pixel_format, kept.depth), *kept.size(*size)),
            *(kept.step, kept.crop, kept.average, self._fps, kept.tolerance),
        )
        self.shown[key] = Shown(slot, kept, announcement)


def _distance(one: Rendition, other: Rendition) -> tuple[bool, int, bool]:
    """Another part of the picture is farther than another step, that farther than another way to average."""
    return one.crop != other.crop, abs(one.step - other.step), one.average != other.average
