"""Who watches a stream, and so which variants of its pictures are kept, and how many pictures a second are wanted.

Knows nothing of sockets, threads or where pictures come from. Requests are clamped here to the device's limits.
"""

import secrets
from typing import NamedTuple

from ..errors import UnsuitedError
from ..limits import MAX_STEP
from ..pixels.formats import PixelFormat
from ..pixels.kept import Sized, check_rendition, suited
from ..pixels.rendition import Rendition
from ..pixels.work import work
from ..protocol.messages import Announcement, Granted
from ..protocol.offer import EVERYTHING
from ..protocol.request import Request
from ..walk import Walk
from .figures import Figures
from .grants import Grant, announcement, grant, nearest, unsuited
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
    """What is kept: the one granted, as far as the limits allow it."""
    announcement: Announcement | None
    """None while the pictures' size is not known."""
    fps: float
    """Pictures a second that a viewer of it is sent at most."""


class Audience:
    """The subscriptions of one stream, and its variants by what was granted."""

    def __init__(self, name: str, default: Rendition, fps: float, walk: Walk) -> None:
        self.name = name
        self.default = default
        self.walk = walk
        self.hears_input = False
        self.shown: dict[Grant, Shown] = {}
        self.subscriptions: dict[Subscription, Grant | None] = {}
        """None: the viewer can decode none of them, and is on its way out."""
        self.figures = Figures()
        self._fps, self.limits = fps, Limits(fps)
        self.source: Sized | None = None  # None while it is not known

    def join(self, peer: Peer, request: Request, now: float) -> Subscription:
        """A new viewer, and the variant it sees; `greet` tells it. Raises UnsuitedError when it can decode none."""
        key = self._grant(request)
        if key is None:
            raise UnsuitedError(unsuited(self.source))
        fps = -1.0 if request.fps is None else request.fps
        variant_id = self.shown[key].variant_id
        try:
            place = self.walk.join(peer.fileno(), variant_id, request.acknowledge, fps, now)
        except BaseException:
            self._part(key)
            raise
        subscription = Subscription(self.walk, place, peer, request, self.figures.ages, now)
        self.subscriptions[subscription] = key
        self.share()
        return subscription

    def greet(self, subscription: Subscription) -> None:
        """Tell a viewer that has joined, or sees another variant, what it sees."""
        key = self.subscriptions[subscription]
        if key is None:
            subscription.refuse(unsuited(self.source))
            return
        shown = self.shown.get(key)
        if shown and shown.announcement:
            subscription.announce(shown.announcement)
        subscription.set_problem(self.figures.problem)

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
        self.walk.leave(subscription.place)
        self._part(key)
        self.share()

    def grant(self, subscription: Subscription, wish: Wish, now: float) -> None:
        """The viewer asks for this from now on; `share` and `confirm` follow."""
        subscription.set_request(wish.request, now)
        before, granted = self.subscriptions[subscription], self._clamp(wish.request)
        if granted == before:
            return
        self.subscriptions[subscription] = granted
        self._part(before)  # first: there may be no other place for the new one
        after = self.subscriptions[subscription] = self._grant(wish.request)
        if after != before:
            self._place(subscription, after, now)
            self.greet(subscription)

    def confirm(self, subscription: Subscription, wish: Wish) -> None:
        """Tell the viewer that all is decided that it asked for up to this wish."""
        subscription.say(Granted(wish.id, self._sent_at_most(subscription)))

    def fps(self) -> float:
        """Pictures per second that somebody wants and may have; 0 when nobody does."""
        return max((self._wanted(key) for key in self.shown), default=0)

    def limit(self, limits: Limits) -> None:
        """Do so much less than was asked for."""
        before, self.limits = self.limits, limits._replace(fps=min(limits.fps, self._fps))
        if limits.extra_step != before.extra_step and self.source:
            for key, shown in tuple(self.shown.items()):
                if self._kept(key) != shown.rendition:
                    self.shown[key] = self._open(key, shown.variant_id)
        self.share()

    def resize(self, pixel_format: PixelFormat, width: int, height: int, now: float) -> bool:
        """The source's pictures are of this format and size from now on; whether they were of another.

        What is granted of a request depends on it, so each viewer is granted its own anew. Raises UsageError, and
        changes nothing, when the default rendition cannot be made of them.
        """
        if (pixel_format, width, height) == self.source:
            return False
        check_rendition(self.default, pixel_format, width, height)
        self.source = Sized(pixel_format, width, height)
        while self.shown:
            self.walk.close_variant(self.shown.popitem()[1].variant_id)
        try:
            for subscription in self.subscriptions:
                self._place(subscription, self._grant(subscription.request), now)
        except BaseException:
            self.source = None  # the next to say so tries again
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
        for subscription in tuple(self.subscriptions):
            wanted, fps = subscription.request.fps, self._sent_at_most(subscription)
            is_less = fps < (self._fps if wanted is None else wanted)
            less = self.limits.throttled or self.limits.behind or is_less
            subscription.report(fps, less, now)

    def _sent_at_most(self, subscription: Subscription) -> float:
        """Pictures a second; 0 where there was no memory for its variant."""
        key, wanted = self.subscriptions[subscription], subscription.request.fps
        fps = self.shown[key].fps if key in self.shown else 0.0
        return fps if wanted is None else min(fps, wanted)

    def _place(self, subscription: Subscription, key: Grant | None, now: float) -> None:
        """Have the viewer see another variant, or none; `greet` tells it."""
        self.subscriptions[subscription] = key
        if key:
            self.walk.move(subscription.place, self.shown[key].variant_id, now)

    def _grant(self, request: Request) -> Grant | None:
        """What the viewer may have of its request, or the nearest there is; there is a variant of it afterwards."""
        key = self._clamp(request)
        if key and key not in self.shown:
            if len(self.shown) >= MAX_RENDITIONS:
                return nearest(key, request, self.source, self.shown)
            taken = {shown.variant_id for shown in self.shown.values()}
            free = next(number for number in range(MAX_RENDITIONS) if number not in taken)
            self.shown[key] = self._open(key, free)
        return key

    def share(self) -> None:
        """Give each rendition its rate, by the work it is and by who watches it."""
        fps = dict.fromkeys(self.shown, self.limits.fps)
        if self.source:
            works = {key: work(key.rendition, *self.source) for key in self.shown}
            standard = self._clamp(Request(offer=EVERYTHING))
            assert standard  # whatever can be sent can be sent to one that decodes all
            standard_work = work(standard.rendition, *self.source)
            budget = Spending(standard_work, self._fps, self.limits.fps)
            fps = rates(works, standard, budget)
        for key, shown in self.shown.items():
            if fps[key] != shown.fps:
                self.shown[key] = shown._replace(fps=fps[key])
            if self.source:
                self.walk.limit(shown.variant_id, self._wanted(key))

    def _wanted(self, key: Grant) -> float:
        """Pictures per second of a rendition that somebody wants and may have."""
        wanted = (s.request.fps for s, watched in self.subscriptions.items() if watched == key)
        most = max((self._fps if fps is None else fps for fps in wanted), default=0)
        return min(self.shown[key].fps, most)

    def _clamp(self, request: Request) -> Grant | None:
        if self.source:
            return grant(request, self.default, self.source)
        return Grant(request.rendition(self.default), request.offer.encoding)

    def _kept(self, key: Grant) -> Rendition:
        """What is kept of a rendition under the limits."""
        step = min(MAX_STEP, key.rendition.step * self.limits.extra_step)
        coarser = key.rendition._replace(step=step)
        return suited(coarser, *self.source) if self.source else coarser

    def _part(self, key: Grant | None) -> None:
        if key in self.shown and key not in self.subscriptions.values():
            self.walk.close_variant(self.shown.pop(key).variant_id)

    def _open(self, key: Grant, variant_id: int) -> Shown:
        """Begin an epoch of a variant, if the pictures' size is known."""
        if not self.source:
            return Shown(variant_id, key.rendition, None, self.limits.fps)
        size = self.source.width, self.source.height
        what, epoch = self._kept(key), secrets.randbits(32)
        self.walk.open(variant_id, self.source.format, what, size, epoch, key.encoding)
        told = announcement(what, self.source, (self.name, epoch, self._fps, self.hears_input))
        return Shown(variant_id, what, told, self.limits.fps)
