"""Who watches a stream, and so which variants of its pictures are kept, and how many pictures a second are wanted.

Knows nothing of sockets, threads or where pictures come from. Requests are clamped here to the device's limits.
"""

import secrets
from typing import NamedTuple

from ..limits import MAX_STEP
from ..pixels.formats import PixelFormat, reduced
from ..pixels.rendition import Rendition, check_size, clamp
from ..pixels.work import work
from ..protocol.control import Announcement
from ..protocol.request import Request
from ..walk import Walk
from .rates import Spending, rates
from .subscription import Peer, Subscription
from .wishes import Wish

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

    variant_id: int
    """Its number in the walk."""
    rendition: Rendition
    """What is kept: the one asked for as far as the pictures and the limits allow it."""
    announcement: Announcement | None
    """None while the pictures' size is not known."""
    fps: float
    """Pictures a second that a viewer of it is sent at most."""


class Audience:
    """The subscriptions of one stream, and its variants by the renditions granted."""

    def __init__(self, name: str, default: Rendition, fps: float, walk: Walk) -> None:
        self.name = name
        self.default = default
        self.walk = walk
        self.shown: dict[Rendition, Shown] = {}
        self.subscriptions: dict[Subscription, Rendition] = {}
        self._requested: dict[Subscription, Rendition] = {}
        self.problem: str | None = None
        self.limits = Limits(fps)
        self._fps = fps
        self._source: tuple[PixelFormat, int, int] | None = None

    def join(self, peer: Peer, request: Request, now: float) -> Subscription:
        """A new viewer, and the variant it sees; `greet` tells it."""
        requested = request.rendition(self.default)
        key = self._grant(requested)
        fps = -1.0 if request.fps is None else request.fps
        variant_id = self.shown[key].variant_id
        try:
            place = self.walk.join(peer.fileno(), variant_id, request.acknowledge, fps, now)
        except BaseException:
            self._part(key)
            raise
        subscription = Subscription(self.walk, place, peer, request, now)
        self.subscriptions[subscription] = key
        self._requested[subscription] = requested
        self.share()
        return subscription

    def greet(self, subscription: Subscription) -> None:
        """Tell a viewer that has joined, or sees another variant, what it sees."""
        shown = self.shown.get(self.subscriptions[subscription])
        if shown and shown.announcement:
            subscription.announce(shown.announcement)
        subscription.set_problem(self.problem)

    def greet_all(self) -> None:
        """Tell every viewer what it sees, as far as it does not know."""
        for subscription in tuple(self.subscriptions):
            self.greet(subscription)

    def finish_pictures(self) -> None:
        """Have transports finish the pictures that their sockets took a part of."""
        places = self.walk.handed_over()
        for subscription in tuple(self.subscriptions) if places else ():
            if subscription.place in places:
                subscription.finish_picture()

    def leave(self, subscription: Subscription) -> None:
        """The viewer is gone. A variant that nobody watches is forgotten."""
        key = self.subscriptions.pop(subscription)
        del self._requested[subscription]
        self.walk.leave(subscription.place)
        self._part(key)
        self.share()

    def wish(self, subscription: Subscription) -> Wish:
        """What the viewer asked for."""
        return Wish(self._requested[subscription], subscription.request.fps)

    def grant(self, subscription: Subscription, wish: Wish, now: float) -> None:
        """The viewer asks for this from now on; `share` follows."""
        if wish.fps != subscription.request.fps:
            subscription.set_rate(wish.fps, now)
        self.move(subscription, wish.rendition, now)

    def move(self, subscription: Subscription, rendition: Rendition, now: float) -> None:
        """The viewer asks to see another rendition."""
        before, granted = self.subscriptions[subscription], self._clamp(rendition)
        self._requested[subscription] = rendition
        if granted == before:
            return
        self.subscriptions[subscription] = granted
        self._part(before)  # first: there may be no other place for the new one
        after = self.subscriptions[subscription] = self._grant(rendition)
        if after != before:
            self.walk.move(subscription.place, self.shown[after].variant_id, now)
            self.greet(subscription)

    def fps(self) -> float:
        """Pictures per second that somebody wants and may have; 0 when nobody does."""
        return max((self._wanted(key) for key in self.shown), default=0)

    def limit(self, limits: Limits) -> None:
        """Do so much less than was asked for."""
        before, self.limits = self.limits, limits._replace(fps=min(limits.fps, self._fps))
        if limits.extra_step != before.extra_step and self._source:
            for key, shown in tuple(self.shown.items()):
                if self._kept(key) != shown.rendition:
                    self.shown[key] = self._open(key, shown.variant_id)
        self.share()

    def resize(self, pixel_format: PixelFormat, width: int, height: int, now: float) -> bool:
        """The source's pictures are of this format and size from now on; whether they were of another.

        What is granted of a request depends on it, so each viewer is granted its own anew. Raises UsageError, and
        changes nothing, when the default rendition cannot be made of them.
        """
        if (pixel_format, width, height) == self._source:
            return False
        check_size(pixel_format, *self.default.size(width, height))
        self._source = pixel_format, width, height
        while self.shown:
            self.walk.close_variant(self.shown.popitem()[1].variant_id)
        try:
            for subscription, requested in self._requested.items():
                key = self.subscriptions[subscription] = self._grant(requested)
                self.walk.move(subscription.place, self.shown[key].variant_id, now)
        except BaseException:
            self._source = None  # the next to say so tries again
            raise
        self.share()
        return True

    def report(self, now: float) -> None:
        """Tell every viewer how it fares, and of an epoch that has begun because picture numbers were used up."""
        for key, shown in self.shown.items():
            told = shown.announcement
            if told and told.epoch != (epoch := self.walk.state(shown.variant_id)[0]):
                self.shown[key] = shown._replace(announcement=told._replace(epoch=epoch))
        self.greet_all()
        for subscription, key in tuple(self.subscriptions.items()):
            wanted = subscription.request.fps
            fps = self.shown[key].fps if key in self.shown else 0.0  # there was no memory for it
            is_less = fps < (self._fps if wanted is None else wanted)
            less = self.limits.throttled or self.limits.behind or is_less
            subscription.report(fps, less, now)

    def _grant(self, requested: Rendition) -> Rendition:
        """The rendition requested, or the nearest there is; there is a variant of it afterwards."""
        rendition = self._clamp(requested)
        if rendition not in self.shown and len(self.shown) >= MAX_RENDITIONS:
            return min(self.shown, key=lambda other: _distance(other, rendition))
        if rendition not in self.shown:
            taken = {shown.variant_id for shown in self.shown.values()}
            free = next(number for number in range(MAX_RENDITIONS) if number not in taken)
            self.shown[rendition] = self._open(rendition, free)
        return rendition

    def share(self) -> None:
        """Give each rendition its rate, by the work it is and by who watches it."""
        fps = dict.fromkeys(self.shown, self.limits.fps)
        if self._source:
            works = {key: work(key, *self._source) for key in self.shown}
            standard = self._clamp(self.default)
            budget = Spending(work(standard, *self._source), self._fps, self.limits.fps)
            fps = rates(works, standard, budget)
        for key, shown in self.shown.items():
            if fps[key] != shown.fps:
                self.shown[key] = shown._replace(fps=fps[key])
            if self._source:
                self.walk.limit(shown.variant_id, self._wanted(key))

    def _wanted(self, key: Rendition) -> float:
        """Pictures per second of a rendition that somebody wants and may have."""
        wanted = (s.request.fps for s, watched in self.subscriptions.items() if watched == key)
        most = max((self._fps if fps is None else fps for fps in wanted), default=0)
        return min(self.shown[key].fps, most)

    def _clamp(self, requested: Rendition) -> Rendition:
        return clamp(requested, self.default, *self._source[1:]) if self._source else requested

    def _kept(self, granted: Rendition) -> Rendition:
        """What is kept of a rendition under the limits."""
        return granted._replace(step=min(MAX_STEP, granted.step * self.limits.extra_step))

    def _part(self, key: Rendition) -> None:
        if key in self.shown and key not in self.subscriptions.values():
            self.walk.close_variant(self.shown.pop(key).variant_id)

    def _open(self, granted: Rendition, variant_id: int) -> Shown:
        """Begin an epoch of a variant, if the pictures' size is known."""
        if not self._source:
            return Shown(variant_id, granted, None, self.limits.fps)
        pixel_format, *sides = self._source
        size = sides[0], sides[1]
        kept, epoch = self._kept(granted), secrets.randbits(32)
        self.walk.open(variant_id, pixel_format, kept, size, epoch)
        announcement = Announcement(
            *(self.name, epoch, reduced(pixel_format, kept.depth), *kept.size(*size)),
            *(kept.step, kept.crop, kept.average, self._fps, kept.tolerance),
        )
        return Shown(variant_id, kept, announcement, self.limits.fps)


def _distance(one: Rendition, other: Rendition) -> tuple[bool, int, bool]:
    """Another part of the picture is farther than another step, that farther than another way to average."""
    return one.crop != other.crop, abs(one.step - other.step), one.average != other.average
