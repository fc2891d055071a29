"""Asks a source for its next picture and takes it into a walk, whole and not torn. Its twin is core/poller.c.

Knows nothing of threads: it is told the time, and says when it is to be asked again.
"""

import time
from collections.abc import Callable

from ..codec.scroll import LEAST, SAMPLES
from ..errors import Failure, SourceError, UsageError
from ..hub.subscription import now_us
from ..pixels.arrays import as_picture, check_fits
from ..pixels.damage import in_grid, spans
from ..pixels.formats import PixelFormat
from ..pixels.kept import Sized
from ..protocol.extension import extension_of
from ..sources import Picture, Source
from ..walk import Walk
from ..walk.phase_lock import PhaseLock

TORN_TRIES = 3
"""Reads of one picture that its writer overwrites meanwhile, before this turn is given up."""
TORN_TURNS = 10
"""Turns given up one after the other, before viewers are told."""
STILL_POLLS = 30
"""Polls without a change after which only a sample of the rows is read, another one each time. Anything as high as
`SAMPLE_EVERY` rows, a line of text or a cursor, is still seen at the first poll; a single row at one of eight."""
SAMPLE_EVERY = 8
"""Of so many rows one is in the sample."""
LATE_TURNS = 3
"""Polls one after the other that ended when the next was due already: the device cannot keep up; viewers are told."""
SOON = 0.05
"""Seconds at most until viewers for whom there was no picture are looked after again."""
TORN = f"{Failure.TORN}; right would be more slots"

Spans = list[tuple[int, int]]
"""The first row and how many, of each."""
Resize = Callable[[PixelFormat, int, int], None]
"""Told of the format, width and height of each picture before it goes into the walk."""


class Polls:
    """The polls of one source. All times are seconds of one clock that only moves forward."""

    def __init__(self, source: Source, walk: Walk, resize: Resize) -> None:
        self._source = source
        self._walk = walk
        self._resize = resize
        self._seen: tuple[object, int | None] = None, None
        self._lock = PhaseLock()
        self._due = 0.0
        self._still = self._torn = self._late = 0
        self._has_waiting = False

    @property
    def is_torn(self) -> bool:
        """The last picture was given up: its writer overwrote it each time that it was read."""
        return self._torn > 0

    @property
    def is_behind(self) -> bool:
        """The device cannot keep up."""
        return self._late >= LATE_TURNS

    def due(self, interval: float, now: float) -> float:
        """When the next poll is due."""
        # Somebody may want more than when it was set. One picture in two intervals is read at least.
        self._due = min(self._due or now, now + 2 * interval)
        if self._has_waiting:
            return self._due
        return min(self._due, max(now, self._walk.first_turn()))

    def poll(self, interval: float, now: float) -> None:
        """Read the newest picture, if it is another one. Raises SourceError, and whatever else the source does."""
        lacks, settled = self._walk.next_turn() <= now, self._walk.is_settled()
        only_new, time_us = settled and not lacks, now_us()
        picture = self._ask(self._seen[0] if only_new else None)
        count = picture.completed if picture else self._seen[1]
        is_read = self._is_due(count, interval, now) or lacks or self._seen[0] is None
        if picture and (is_read or not (settled or self._lock.vain)):
            may_sample = only_new and picture.meta is None and picture.damage is None
            self._read(picture, time_us, now, may_sample=may_sample)
        self._has_waiting = self._walk.first_turn() <= now
        if self._has_waiting:
            self._due = min(self._due, now + SOON)

    def keep_up(self, now: float) -> None:
        """See whether the next poll is due already, again and again."""
        if not self._lock.vain and (now > self._due or self._late):
            self._late = self._late + 1 if now > self._due else 0
            self._due = max(self._due, now)

    def _is_due(self, count: int | None, interval: float, now: float) -> bool:
        """Whether the newest picture is to be read; the next poll is due after it."""
        if now < self._due:  # it is for newcomers
            return False
        if now > self._due + interval:  # nobody watched, or the device was busy
            self._due = now
        is_due, wait = True, interval
        if count is not None:
            is_due, wait = self._lock.look(count, self._due, interval)
        self._due += wait
        return is_due

    def _read(self, picture: Picture, time_us: int, now: float, *, may_sample: bool) -> None:
        """Take it into the walk. If it is torn, or no longer still, the source is polled again for the newest."""
        if may_sample and self._still > STILL_POLLS:
            if self._seems_still(picture, now):
                return
            newest = self._newest()
        else:
            newest = picture, time_us
        for torn in range(TORN_TRIES):
            if torn:
                newest = self._newest()
            if not newest:
                return
            picture, time_us = newest
            self._announce(picture)
            rows = _rows(picture, self._source.format)
            changed = self._walk.update(picture.pixels, rows, now)
            if picture.intact():
                taken_us = time_us if picture.taken is None else _wall_us(picture.taken)
                self._walk.commit(taken_us, extension_of(picture.meta))
                self._seen = picture.version, picture.completed
                self._still = 0 if changed else self._still + 1
                self._torn = 0
                return
            self._abandon()
        self._torn += 1
        if self._torn >= TORN_TURNS:
            raise SourceError(TORN, Failure.TORN)

    def _seems_still(self, picture: Picture, now: float) -> bool:
        """Whether a sample of a picture that has been still for long is what it was."""
        self._announce(picture)
        changed = self._walk.sample(picture.pixels, self._still % SAMPLE_EVERY, SAMPLE_EVERY, now)
        if not changed and self._walk.is_settled() and picture.intact():
            self._still += 1  # not seen: other rows may have changed
            self._torn = 0
            return True
        self._abandon()
        return False

    def _newest(self) -> tuple[Picture, int] | None:
        """The newest picture, whether it was read before or not, and the time; None if there is none any more."""
        time_us = now_us()
        picture = self._ask(None)
        return (picture, time_us) if picture else None

    def _ask(self, seen: object) -> Picture | None:
        """What the source returns. Raises UsageError for what cannot be: it may be anybody's code."""
        picture = self._source.poll(seen)
        if picture is None:
            return None
        if not isinstance(picture, Picture) or not callable(picture.intact):
            raise UsageError(
                f"poll() returned a {type(picture).__name__}; right would be a ws_stream.Picture"
            )
        pixels = as_picture(picture.pixels)
        check_fits(pixels, self._source.format)
        damage = None if seen is None else picture.damage
        if pixels is picture.pixels and damage is picture.damage:
            return picture
        return picture._replace(pixels=pixels, damage=damage)

    def _announce(self, picture: Picture) -> None:
        pixel_format = self._source.format
        width, height = pixel_format.size(picture.pixels)
        if (
            pixel_format.raw and pixel_format.raw.per_byte > 1
        ):  # how many of them are shown, it alone knows
            width = self._source.width
        self._resize(pixel_format, width, height)

    def _abandon(self) -> None:
        self._walk.abandon()
        self._seen = None, None


def _wall_us(taken: float) -> int:
    """This device's time at a moment of `time.monotonic`, which cannot be later than now."""
    return now_us() - max(0, round((time.monotonic() - taken) * 1e6))


def _rows(picture: Picture, pixel_format: PixelFormat) -> Spans | None:
    """The rows of its grid outside which nothing has changed; None where nobody knows, or it is no use."""
    if picture.damage is None:
        return None
    source = Sized(pixel_format, *pixel_format.size(picture.pixels))
    return _few(in_grid(spans(picture.damage), source), len(picture.pixels))


def _few(rows: Spans, height: int) -> Spans | None:
    """The rows of a picture; None where so many may be scrolled ones, which are only sought in all of it."""
    return rows if SAMPLES * sum(count for _, count in rows) < LEAST * height else None
