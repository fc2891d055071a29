"""The way of a picture through one stream in numpy: into each variant, and from there to each subscriber's socket.

For whoever has no compiler. Its twin is core/walk.c; both do the same, to the byte.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import inf

import numpy as np

from ..allowance import Allowance
from ..pixels.damage import kept_rows
from ..pixels.formats import Pixels
from ..pixels.kept import kept
from ..pixels.regroup import is_cell_by_cell
from ..pixels.rendition import Crop, Rendition
from ..pixels.resample import Rows
from .counts import Counts
from .places import Places
from .variant import Geometry, Variant

Spans = Sequence[tuple[int, int]]
"""Rows (first, how many) of a source's grid outside of which nothing changed."""
Choice = Callable[[Variant], Rows | None]
"""Which rows of a variant are read; None: all."""

WHOLES = 8
"""So many pictures are packed whole at once, and then one in so many, for viewers that come, move to another rendition
or ask anew: that is as much work as dozens of others, and whoever asks again and again is not to hold up those who
only watch. All that wait for the same picture share one."""


class NumpyWalk(Places):
    """Everything that happens to each picture of a stream, and for whom. Any thread may call every method."""

    def __init__(self, fps: float) -> None:
        super().__init__(fps)
        self._wholes = Allowance(fps / WHOLES, WHOLES)
        self._counts = Counts()

    def update(self, view: Pixels, spans: Spans | None, now: float) -> bool:
        """Make the kept picture of each variant that has its turn the view's; whether that made another one of any.

        Only rows made of those in the spans are read, where there are spans; all where a variant has missed a picture.
        What is updated is shown to nobody before `commit`.
        """
        with self._lock:
            return self._update(view, lambda variant: _touched(variant, spans), now)

    def turns(self, now: float) -> list[tuple[int, bool]]:
        """Which variants may take a picture that is made for each of them, and whether they lack all of it.

        Each has missed that picture until `update_made`, with the same `now`, brings it.
        """
        with self._lock:
            due = []
            for variant_id, variant in sorted(self._variants.items()):
                lacks_all = variant.turn.is_missed or not variant.picture.number
                if variant.turn.miss(self._fps, now):
                    due.append((variant_id, lacks_all))
            return due

    def update_made(self, variant_id: int, made: Pixels, spans: Spans | None, now: float) -> bool:
        """As `update`, of one variant, by a picture that was made what it keeps; the spans are rows of it.

        A variant that keeps raw pixels knows none.
        """
        with self._lock:
            variant = self._variants[variant_id]
            source = variant.geometry
            variant.geometry = _as_made(source)
            try:
                _fit(variant, made)
                is_whole = spans is None or not variant.picture.number
                self._take(variant_id, made, None if is_whole else _touched(variant, spans), now)
            finally:
                variant.geometry = source
            return variant.turn.is_taken and variant.has_news

    def sample(self, view: Pixels, first: int, every: int, now: float) -> bool:
        """The same, but of each variant only rows `first`, `first + every`, ... are read."""
        with self._lock:
            return self._update(view, lambda variant: _sampled(variant, first, every), now)

    def commit(self, time: int, said: bytes = b"") -> None:
        """Every picture kept by the last update is to be shown, as one of which something new is said.

        `time` is when it was taken, microseconds since 1970, `said` are extensions of its messages' headers. Raises
        ValueError for a time before that.
        """
        if time < 0:
            raise ValueError(f"time {time} cannot be; right would be microseconds since 1970")
        with self._lock:
            self._commit(time, said)

    def abandon(self) -> None:
        """No picture kept by the last update is to be shown as it is."""
        with self._lock:
            for variant in self._variants.values():
                if variant.turn.is_taken:
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
        self, view: Pixels, spans: Spans | None, time: int, now: float, said: bytes = b""
    ) -> tuple[bool, float, bool]:
        """Update, commit and flush in one.

        Returns whether any picture changed, when the next subscriber or variant may have its picture, or infinity, and
        whether a socket was handed over.
        """
        with self._lock:
            changed = self._update(view, lambda variant: _touched(variant, spans), now)
            self._commit(time, said)
            due = min(self._flush(now), self._next_turn())
            return changed, due, self._has_handed_over()

    def counts(self) -> Counts:
        """What was done so far."""
        with self._lock:
            return replace(self._counts, skipped=[*self._counts.skipped])

    def is_settled(self) -> bool:
        """Whether every variant that is wanted is as exact as it becomes while nothing moves."""
        with self._lock:
            wanted = (variant for variant in self._variants.values() if variant.turn.fps > 0)
            return all(variant.is_settled for variant in wanted)

    def first_turn(self) -> float:
        """When the source is to be read for a variant that has no picture, or infinity."""
        with self._lock:
            return self._first_turn()

    def next_turn(self) -> float:
        """The same; also for one that missed the newest: not before that may have been followed by another."""
        with self._lock:
            return self._next_turn()

    def _first_turn(self) -> float:
        new = (v for v in self._variants.values() if not v.picture.number)
        return min((variant.turn.due(self._fps) for variant in new), default=inf)

    def _next_turn(self) -> float:
        missed = (v for v in self._variants.values() if v.turn.is_missed)
        due = min((variant.turn.due(self._fps) + 1 / self._fps for variant in missed), default=inf)
        return min(due, self._first_turn())

    def _update(self, view: Pixels, rows: Choice, now: float) -> bool:
        for variant_id, variant in sorted(self._variants.items()):
            _fit(variant, view)
            is_whole = variant.turn.is_missed or not variant.picture.number
            self._take(variant_id, view, None if is_whole else rows(variant), now)
        return any(v.turn.is_taken and v.has_news for v in self._variants.values())

    def _take(self, variant_id: int, view: Pixels, rows: Rows | None, now: float) -> None:
        variant = self._variants[variant_id]
        if variant.turn.take(self._fps, now):
            variant.bases.hold(self._bases(variant_id, variant), variant.picture.number)
            variant.update(view, rows, now)

    def _commit(self, time: int, said: bytes) -> None:
        others = [v for v in self._variants.values() if v.turn.is_taken and v.is_other(said)]
        for variant in others:
            variant.commit(time, said)
        self._counts.pictures += bool(others)

    def _flush(self, now: float) -> float:
        return min(
            (self._flush_one(place, now) for place in sorted(self._subscribers)), default=inf
        )

    def _flush_one(self, place: int, now: float) -> float:
        subscriber, variant_id = self._subscribers[place]
        variant = self._variants.get(variant_id)
        if variant is None:
            return inf
        return subscriber.flush(variant, self._wholes, self._counts, now)


def _fit(variant: Variant, view: Pixels) -> None:
    geometry = variant.geometry
    shape = geometry.format.shape(*geometry.size)
    if view.shape != shape or view.dtype != geometry.format.dtype:
        raise ValueError("the array is of another size or format than the source")


def _as_made(source: Geometry) -> Geometry:
    """Of pictures that are what is kept of the source's."""
    pixel_format, width, height = kept(source.rendition, source.format, *source.size)
    if pixel_format.raw:
        raise ValueError("raw pictures are made nowhere else")
    same = Rendition(tolerance=source.rendition.tolerance)
    return source._replace(format=pixel_format, rendition=same, size=(width, height))


def _touched(variant: Variant, spans: Spans | None) -> Rows | None:
    """Which rows of a variant are made of source rows in the spans; None: of any, or they lie apart."""
    rendition, pixel_format = variant.geometry.rendition, variant.geometry.format
    is_apart = rendition.plain or not (
        pixel_format.raw and is_cell_by_cell(pixel_format, rendition)
    )
    if spans is None or (pixel_format.group[1] > 1 and is_apart):
        return None
    width, height = pixel_format.grid(*variant.geometry.size)
    crop, step = rendition.crop or Crop(0, 0, width, height), rendition.step
    touched = np.zeros(len(variant.picture.pixels), np.bool_)
    for span in spans:
        first, end = kept_rows(span, crop, step)
        touched[first:end] = True
    return touched


def _sampled(variant: Variant, first: int, every: int) -> Rows:
    sampled = np.zeros(len(variant.picture.pixels), np.bool_)
    sampled[first::every] = True
    return sampled
