"""The way of a picture through one stream in numpy: into each variant, and from there to each subscriber's socket.

For whoever has no compiler. Its twin is core/walk.c; both do the same, to the byte.
"""

from collections.abc import Callable, Sequence
from math import inf

import numpy as np

from ..pixels.formats import Pixels, fits
from ..pixels.rendition import Crop
from ..pixels.resample import Rows
from .places import Places
from .variant import Variant

Spans = Sequence[tuple[int, int]]
"""Rows (first, how many) of a source outside of which nothing changed."""
Choice = Callable[[Variant], Rows | None]
"""Which rows of a variant are read; None: all."""


class NumpyWalk(Places):
    """Everything that happens to each picture of a stream, and for whom. Any thread may call every method."""

    def __init__(self, fps: float) -> None:
        super().__init__()
        self._fps = fps
        self._sent_bytes = 0

    def limit(self, fps: float) -> None:
        """Nobody is sent more pictures a second than this."""
        with self._lock:
            self._fps = fps

    def update(self, view: Pixels, spans: Spans | None, now: float) -> bool:
        """Make every variant's kept picture the view's; whether that made another picture of any.

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
        for variant_id, variant in sorted(self._variants.items()):
            geometry = variant.geometry
            if geometry.size != (view.shape[1], view.shape[0]) or not fits(view, geometry.format):
                raise ValueError("the array is of another size or format than the source")
            variant.bases.hold(self._bases(variant_id, variant), variant.picture.number)
            variant.update(view, rows(variant) if variant.picture.number else None, now)
        return any(variant.has_news for variant in self._variants.values())

    def _commit(self, time: int) -> None:
        for variant in self._variants.values():
            if variant.has_news:
                variant.commit(time)

    def _flush(self, now: float) -> float:
        return min(
            (self._flush_one(place, now) for place in sorted(self._subscribers)), default=inf
        )

    def _flush_one(self, place: int, now: float) -> float:
        subscriber, variant_id = self._subscribers[place]
        variant = self._variants.get(variant_id)
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
