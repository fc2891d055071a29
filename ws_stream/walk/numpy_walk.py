"""The way of a picture through one stream in numpy: into each variant, and from there to each subscriber's socket.

For whoever has no compiler. Its twin is core/walk.c; both do the same, to the byte.

One lock holds the stream together: pictures come from one thread, and what viewers say from another. Variants and
subscribers are named by small numbers, as in the twin.
"""

from collections.abc import Callable, Iterable, Sequence
from math import inf

import numpy as np

from ..fair_lock import FairLock
from ..pixels.formats import PixelFormat, Pixels, fits
from ..pixels.rendition import Crop, Rendition
from ..pixels.resample import Rows
from .subscriber import Outlet, Subscriber
from .variant import Geometry, Variant

Spans = Sequence[tuple[int, int]]
"""Rows (first, how many) of a source outside of which nothing changed."""
Choice = Callable[[Variant], Rows | None]
"""Which rows of a variant are read; None: all."""


class NumpyWalk:
    """Everything that happens to each picture of a stream. Every method may be called from any thread."""

    def __init__(self, fps: float) -> None:
        self._lock = FairLock()
        self._fps = fps
        self._variants: dict[int, Variant] = {}
        self._subscribers: dict[int, tuple[Subscriber, int]] = {}
        self._outbox: list[tuple[int, bytes]] = []
        self._sent_bytes = 0

    # Who watches what: seldom.

    def open(
        self,
        variant: int,
        pixel_format: PixelFormat,
        rendition: Rendition,
        size: tuple[int, int],
        epoch: int,
    ) -> None:
        """Begin an epoch of a variant: a blank picture of this rendition of a source of this size (width, height)."""
        opened = Variant(Geometry(pixel_format, rendition, size), epoch)
        with self._lock:
            self._variants[variant] = opened

    def close_variant(self, variant: int) -> None:
        """Forget a variant."""
        with self._lock:
            self._variants.pop(variant, None)

    def state(self, variant: int) -> tuple[int, int, int]:
        """Epoch, number and time of a variant's newest picture."""
        with self._lock:
            newest = self._variants[variant].picture
            return newest.epoch, newest.number, newest.time

    def picture(self, variant: int) -> bytes:
        """The pixels a variant keeps."""
        with self._lock:
            return self._variants[variant].picture.pixels.tobytes()

    def join(self, fd: int, variant: int, acknowledges: bool, fps: float, now: float) -> int:
        """A new subscriber of a variant: its place. Its pictures go to the socket `fd`; -1: to `messages`.

        `fps` is how many a second it wants at most; negative: as many as there are.
        """
        with self._lock:
            place = next(place for place in range(1 << 16) if place not in self._subscribers)
            outlet = Outlet(fd, lambda message: self._outbox.append((place, message)))
            subscriber = Subscriber(outlet, acknowledges=acknowledges, fps=fps, now=now)
            self._subscribers[place] = subscriber, variant
            return place

    def leave(self, place: int) -> None:
        """The subscriber is gone."""
        with self._lock:
            self._subscribers.pop(place)[0].outlet.close()

    def move(self, place: int, variant: int, now: float) -> None:
        """The subscriber sees another variant from now on, once that is announced to it."""
        with self._lock:
            subscriber = self._subscribers[place][0]
            subscriber.forget(now)
            subscriber.epoch = None
            self._subscribers[place] = subscriber, variant

    def announced(self, place: int, now: float) -> None:
        """The subscriber was told of its variant's epoch, and holds the blank picture."""
        with self._lock:
            subscriber, variant = self._subscribers[place]
            newest = self._variants[variant].picture
            subscriber.announced(newest.epoch, newest.number, now)

    def forget(self, place: int, now: float) -> None:
        """The subscriber holds nothing any more: its next picture is a delta against blank."""
        with self._lock:
            self._subscribers[place][0].forget(now)

    def set_rate(self, place: int, fps: float, now: float) -> None:
        """The subscriber wants so many pictures a second at most; negative: as many as there are."""
        with self._lock:
            subscriber = self._subscribers[place][0]
            subscriber.fps = fps
            subscriber.limit.reset(now)

    def limit(self, fps: float) -> None:
        """Nobody is sent more pictures a second than this."""
        with self._lock:
            self._fps = fps

    def acknowledge(self, place: int, number: int, now: float) -> None:
        """The subscriber shows this picture."""
        with self._lock:
            self._subscribers[place][0].window.acknowledged(number, now)

    def take(self, place: int) -> bytes | None:
        """A subscriber's socket is its transport's from now on: what that is to send first; None where it is lost."""
        with self._lock:
            return self._subscribers[place][0].outlet.take()

    def give(self, place: int) -> None:
        """A subscriber's transport has sent all it had: its socket is the walk's again."""
        with self._lock:
            self._subscribers[place][0].outlet.give()

    def report(self, place: int, now: float) -> tuple[int, int, int, bool]:
        """How the subscriber fares.

        Returns the picture it was sent last, how many it was sent and how many there were since the last report, and
        whether it may be sent one now.
        """
        with self._lock:
            subscriber = self._subscribers[place][0]
            sent, published = subscriber.sent, subscriber.published
            subscriber.sent = subscriber.published = 0
            return subscriber.base, sent, published, subscriber.window.allows(now)

    # The way of a picture.

    def update(self, view: Pixels, spans: Spans | None, now: float) -> bool:
        """Make every variant's kept picture the view's; whether any is another than its newest one now.

        Only rows made of those in the spans are read, where there are spans. What is updated is shown to nobody before
        `commit`.
        """
        with self._lock:
            return self._update(view, lambda variant: _touched(variant, spans), now)

    def sample(self, view: Pixels, first: int, every: int, now: float) -> bool:
        """The same, but of each variant only rows `first`, `first + every`, ... are read."""
        with self._lock:
            return self._update(view, lambda variant: _sampled(variant, first, every), now)

    def commit(self, time: int) -> None:
        """Every kept picture is to be shown; `time` is when it was taken, microseconds since 1970.

        Raises ValueError for a time before that.
        """
        if time < 0:
            raise ValueError(f"time {time} cannot be; right would be microseconds since 1970")
        with self._lock:
            self._commit(time)

    def abandon(self) -> None:
        """No kept picture is to be shown as it is."""
        with self._lock:
            for variant in self._variants.values():
                variant.abandon()

    def flush(self, now: float) -> float:
        """Send each subscriber the newest picture, if it may have it; when the next may have its, or infinity."""
        with self._lock:
            return self._flush(now)

    def flush_one(self, place: int, now: float) -> tuple[float, bool]:
        """The same for one subscriber; also whether its socket was handed over."""
        with self._lock:
            due = self._flush_one(place, now)
            return due, self._subscribers[place][0].outlet.is_handed_over

    def publish(
        self, view: Pixels, spans: Spans | None, time: int, now: float
    ) -> tuple[bool, float, bool]:
        """Update, commit and flush in one.

        Returns whether any picture changed, what flush said, and whether a socket was handed over.
        """
        with self._lock:
            changed = self._update(view, lambda variant: _touched(variant, spans), now)
            self._commit(time)
            due = self._flush(now)
            return changed, due, self._has_handed_over()

    def messages(self) -> list[tuple[int, bytes]]:
        """The messages to subscribers without a socket, since this was asked last."""
        with self._lock:
            outbox, self._outbox[:] = self._outbox[:], []
            return outbox

    def handed_over(self) -> list[int]:
        """The subscribers whose sockets became their transports' since this was asked last."""
        with self._lock:
            places = [p for p, (s, _) in self._subscribers.items() if s.outlet.is_handed_over]
            for place in places:
                self._subscribers[place][0].outlet.is_handed_over = False
            return places

    def has_handed_over(self) -> bool:
        """Whether `handed_over` has any to tell of."""
        with self._lock:
            return self._has_handed_over()

    def sent_bytes(self) -> int:
        """Bytes of pictures handed to sockets, and to `messages`, so far."""
        with self._lock:
            return self._sent_bytes

    def is_settled(self) -> bool:
        """Whether every variant is as exact as it becomes while nothing moves."""
        with self._lock:
            return all(variant.is_settled for variant in self._variants.values())

    def has_newcomers(self) -> bool:
        """Whether a variant waits for a first picture."""
        with self._lock:
            return any(not variant.picture.number for variant in self._variants.values())

    def _update(self, view: Pixels, rows: Choice, now: float) -> bool:
        for number, variant in sorted(self._variants.items()):
            geometry = variant.geometry
            if geometry.size != (view.shape[1], view.shape[0]) or not fits(view, geometry.format):
                raise ValueError("the array is of another size or format than the source")
            variant.bases.hold(self._bases(number, variant), variant.picture.number)
            variant.update(view, rows(variant) if variant.picture.number else None, now)
        return any(variant.is_dirty for variant in self._variants.values())

    def _has_handed_over(self) -> bool:
        return any(subscriber.outlet.is_handed_over for subscriber, _ in self._subscribers.values())

    def _bases(self, number: int, variant: Variant) -> Iterable[int]:
        epoch = variant.picture.epoch
        subscribers = (s for s, v in self._subscribers.values() if v == number)
        return [subscriber.base for subscriber in subscribers if subscriber.epoch == epoch]

    def _commit(self, time: int) -> None:
        for variant in self._variants.values():
            if variant.is_dirty:
                variant.commit(time)

    def _flush(self, now: float) -> float:
        return min(
            (self._flush_one(place, now) for place in sorted(self._subscribers)), default=inf
        )

    def _flush_one(self, place: int, now: float) -> float:
        subscriber, number = self._subscribers[place]
        variant = self._variants.get(number)
        if variant is None:
            return inf
        due, size = subscriber.flush(variant, self._fps, now)
        self._sent_bytes += size
        return due


def _touched(variant: Variant, spans: Spans | None) -> Rows | None:
    """Which rows of a variant are made of source rows in the spans."""
    if spans is None:
        return None
    rendition, (width, height) = variant.geometry.rendition, variant.geometry.size
    crop, step = rendition.crop or Crop(0, 0, width, height), rendition.step
    touched = np.zeros(variant.picture.height, np.bool_)
    for y, rows in spans:
        first, end = max(y - crop.y, 0), min(y + rows - crop.y, crop.height)
        if end > first:
            touched[first // step : -(-end // step)] = True
    return touched


def _sampled(variant: Variant, first: int, every: int) -> Rows:
    sampled = np.zeros(variant.picture.height, np.bool_)
    sampled[first::every] = True
    return sampled
