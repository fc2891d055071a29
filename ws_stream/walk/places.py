"""Who watches what: a stream's variants, its subscribers in their places, and who owns their sockets. Seldom calls.

Its twin is core/places.c. One lock holds the stream together: pictures come from one thread, and what viewers say from
another. Variants and subscribers are named by small numbers.
"""

from collections.abc import Iterable

from ..codec.pack import ALL
from ..fair_lock import FairLock
from ..pixels.formats import PixelFormat
from ..pixels.rendition import Rendition
from ..protocol.offer import Encoding
from .outlet import Outlet
from .subscriber import Subscriber
from .variant import Geometry, Variant


class Places:
    """What a walk knows of those it is for. Every method may be called from any thread."""

    def __init__(self, fps: float) -> None:
        self._fps = fps
        self._lock = FairLock()
        self._variants: dict[int, Variant] = {}
        self._subscribers: dict[int, tuple[Subscriber, int]] = {}
        """By place: who it is, and which variant it watches."""
        self._outbox: list[tuple[int, bytes]] = []

    def open(
        self,
        variant_id: int,
        pixel_format: PixelFormat,
        rendition: Rendition,
        size: tuple[int, int],
        epoch: int,
        encoding: Encoding = ALL,
    ) -> None:
        """Begin an epoch of a variant: a blank picture of this rendition of a source of this size (width, height).

        What viewers are sent is written down as the encoding says. It takes as many pictures a second as the stream
        has, until `limit` says otherwise.
        """
        opened = Variant(Geometry(pixel_format, rendition, size, encoding), epoch)
        opened.turn.fps = self._fps
        with self._lock:
            self._variants[variant_id] = opened

    def limit(self, variant_id: int, fps: float) -> None:
        """A variant takes no more pictures a second than this, once it is open."""
        with self._lock:
            self._variants[variant_id].turn.fps = fps

    def close_variant(self, variant_id: int) -> None:
        """Forget a variant."""
        with self._lock:
            self._variants.pop(variant_id, None)

    def state(self, variant_id: int) -> tuple[int, int, int]:
        """Epoch, number and time of a variant's newest picture."""
        with self._lock:
            newest = self._variants[variant_id].picture
            return newest.epoch, newest.number, newest.time

    def picture(self, variant_id: int) -> bytes:
        """The pixels a variant keeps."""
        with self._lock:
            return self._variants[variant_id].picture.pixels.tobytes()

    def taken(self, place: int, epoch: int, number: int) -> int:
        """When a picture that the subscriber sees was taken, the newest or a few before; 0: not known any more."""
        with self._lock:
            variant = self._variants.get(self._subscribers[place][1])
            return variant.taken(epoch, number) if variant else 0

    def join(self, fd: int, variant_id: int, acknowledges: bool, fps: float, now: float) -> int:
        """A new subscriber of a variant: its place. Its pictures go to the socket `fd`; -1: to `messages`.

        -2: to its transport, which is handed over all of each, as of a socket that takes nothing.
        `fps` is how many a second it wants at most; negative: as many as there are.
        """
        with self._lock:
            place = next(place for place in range(1 << 16) if place not in self._subscribers)
            outlet = Outlet(fd, lambda message: self._outbox.append((place, message)))
            subscriber = Subscriber(outlet, acknowledges=acknowledges, fps=fps, now=now)
            self._subscribers[place] = subscriber, variant_id
            return place

    def leave(self, place: int) -> None:
        """The subscriber is gone."""
        with self._lock:
            self._subscribers.pop(place)[0].outlet.close()

    def move(self, place: int, variant_id: int, now: float) -> None:
        """The subscriber sees another variant from now on, once that is announced to it."""
        with self._lock:
            subscriber = self._subscribers[place][0]
            subscriber.forget(now)
            subscriber.epoch = None
            self._subscribers[place] = subscriber, variant_id

    def announced(self, place: int, now: float) -> None:
        """The subscriber was told of its variant's epoch, and holds the blank picture."""
        with self._lock:
            subscriber, variant_id = self._subscribers[place]
            newest = self._variants[variant_id].picture
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

    def report(self, place: int) -> tuple[int, int, int, bool]:
        """How the subscriber fares.

        Returns the picture it was sent last, 0 for none; how many it was sent and how many there were since the last
        report; and whether the picture sent last is the variant's newest one (for none: whether there is none).
        """
        with self._lock:
            subscriber, variant_id = self._subscribers[place]
            tally = subscriber.tally
            sent, published = tally.sent, tally.published
            tally.sent = tally.published = 0
            is_newest = subscriber.has_newest(self._variants.get(variant_id))
            return subscriber.base, sent, published, is_newest

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

    def _has_handed_over(self) -> bool:
        return any(subscriber.outlet.is_handed_over for subscriber, _ in self._subscribers.values())

    def _bases(self, variant_id: int, variant: Variant) -> Iterable[int]:
        epoch = variant.picture.epoch
        subscribers = (s for s, v in self._subscribers.values() if v == variant_id)
        return [subscriber.base for subscriber in subscribers if subscriber.epoch == epoch]
