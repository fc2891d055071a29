"""One rendition's newest picture, kept in one place. Its twin is core/variant.c.

The kept picture mirrors the source: an update makes it equal, whatever it held. What a viewer lacks is told by marks
alone. Knows nothing of sockets or of who watches.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from ..codec.marks import Copy, Marks, mark, update
from ..codec.pack import ALL, pack
from ..codec.scroll import Verdict, find_scroll
from ..limits import MAX_NUMBER
from ..pixels.arrays import cells
from ..pixels.formats import PixelFormat, Pixels
from ..pixels.frame import Frame, blank
from ..pixels.kept import kept, kept_format
from ..pixels.rendition import Rendition
from ..pixels.resample import Rows, differing_rows, resample_rows
from ..pixels.tolerance import keep_near
from ..protocol.offer import Encoding
from ..protocol.picture import serialize_segments
from .bases import Bases, Lack, Since
from .rate_limit import TIMES, Pace
from .turn import Turn

SETTLE_EVERY = 0.4
"""Seconds between two exact updates of a picture within a tolerance: rows that were the same at both stand still, and
are shown exactly. So a still picture is exact within a second."""
MOST_SCROLL_MISSES = 7
"""Updates that are not searched for scrolled rows, after so many searches in vain one after the other: film never
scrolls."""


class Geometry(NamedTuple):
    """What is kept of a source's pictures, and how it is written down."""

    format: PixelFormat
    """The source's."""
    rendition: Rendition
    size: tuple[int, int]
    """The source's width and height, pixels."""
    encoding: Encoding = ALL

    @property
    def kept(self) -> PixelFormat:
        """The format of the pixels kept."""
        return kept_format(self.rendition, self.format)


class Body(NamedTuple):
    """Extensions, segment table and payloads, as they follow the fixed part of a message's header."""

    data: bytes
    segments: int
    extensions: int
    """How many bytes of them."""


@dataclass(slots=True)
class _Settling:
    """Within a tolerance: the rows as they were at the last exact update, and when the next is due."""

    is_settled: bool
    exact: Pixels | None = None
    due: float = 0.0


@dataclass(slots=True)
class _ScrollSearch:
    """How many searches in a row were in vain, and how many updates are not searched because of it."""

    misses: int = 0
    wait: int = 0


@dataclass(slots=True)
class _Deltas:
    """What was made of the newest picture, each once for all viewers."""

    bodies: dict[int | str, Body] = field(default_factory=dict)
    checksum: int | None = None
    said: bytes = b""
    """Extensions of its messages' headers."""


class Variant:
    """A mirror of a source's pictures as one rendition, numbered within an epoch."""

    def __init__(self, geometry: Geometry, epoch: int) -> None:
        self.turn = Turn()
        self.geometry = geometry
        self.picture = blank(epoch, *kept(geometry.rendition, geometry.format, *geometry.size))
        """The newest one; its pixels are the kept ones, so they may be of a later one while `is_uncommitted`."""
        self.is_uncommitted = False
        """The kept picture is not the newest one: no delta may be made of it."""
        self.bases = Bases(self.picture.columns)
        self.pace = Pace()
        self._new = np.empty_like(self.picture.pixels)
        self._settling = _Settling(not geometry.rendition.tolerance)
        self._search = _ScrollSearch()
        self._deltas = _Deltas()

    @property
    def is_settled(self) -> bool:
        """Whether the picture is as exact as its rendition allows once it stands still."""
        return self._settling.is_settled

    @property
    def has_news(self) -> bool:
        """Valid between an update and its commit: whether the update made another picture."""
        marks = self.bases.marks
        return not self.picture.number or bool(marks and marks.any) or self._is_abandoned

    def update(self, view: Pixels, asked: Rows | None, now: float) -> None:
        """Make the kept picture the view's, which is of the source's size; only rows asked for are read, if given."""
        if self.is_uncommitted:  # by an update before that was neither committed nor abandoned
            self.abandon()
        self.pace.read = now
        try:
            self._take(view, asked, now)
        except MemoryError:
            self.bases.spoil()
            self.is_uncommitted = True
            raise
        self.is_uncommitted = self.has_news

    def _take(self, view: Pixels, asked: Rows | None, now: float) -> None:
        kept, new = self.picture.pixels, self._new
        format_, rendition, *_ = self.geometry
        resample_rows(view, format_, rendition, new, asked)
        read = np.ones(len(new), np.bool_) if asked is None else asked
        if rendition.tolerance:
            self._approximate(read, asked is None, now)
        may_copy = self.geometry.encoding.copy and not rendition.tolerance
        copy = self._scroll() if asked is None and may_copy else None
        changed = read & differing_rows(new, kept)
        for key in self._deltas.bodies.keys() - {"whole"}:  # marks may be kept since others now
            del self._deltas.bodies[key]
        self.bases.add(update(kept, new, changed, self.geometry.kept, copy))

    def is_other(self, said: bytes) -> bool:
        """Whether this update made another picture, or one of which something else is said."""
        return self.has_news or said != self._deltas.said

    def commit(self, time: int, said: bytes = b"") -> None:
        """The kept picture is the newest one from now on.

        `time` is when it was taken, microseconds since 1970, `said` are the extensions of its messages.
        """
        epoch, number = self.picture.epoch, self.picture.number
        self.bases.commit(number)
        self.pace.came()
        if number == MAX_NUMBER:  # numbers are used up: viewers begin anew
            epoch, number, self.bases = epoch + 1 & MAX_NUMBER, 0, Bases(self.picture.columns)
        self.pace.times[(number + 1) % TIMES] = time
        kept, spare = self.picture.pixels, self.picture.spare
        self.picture = Frame(epoch, number + 1, time, self.geometry.kept, kept, spare=spare)
        self.is_uncommitted, self._deltas = False, _Deltas(said=said)

    def taken(self, epoch: int, number: int) -> int:
        """When this picture was taken, the newest one or a few before; 0 where that is not known."""
        newest = self.picture
        is_known = epoch == newest.epoch and number and 0 <= newest.number - number < TIMES
        return self.pace.times[number % TIMES] if is_known else 0

    def abandon(self) -> None:
        """The kept picture is not to be shown as it is."""
        self.bases.abandon(self.picture.number)

    def is_made(self, lack: Lack) -> bool:
        """Whether `delta` has been made for viewers that lack this."""
        return _key(lack) in self._deltas.bodies

    def delta(self, lack: Lack) -> Body:
        """What turns the picture of viewers that lack this into the newest one, made once for all of them."""
        key = _key(lack)
        if key not in self._deltas.bodies:
            geometry, columns = self.geometry, self.picture.columns
            segments = pack(self._marks(lack), columns, geometry.kept, geometry.encoding)
            said = self._deltas.said
            body = Body(said + serialize_segments(segments), len(segments), len(said))
            self._deltas.bodies[key] = body
        return self._deltas.bodies[key]

    def checksum(self) -> int:
        """The newest picture's, computed once."""
        if self._deltas.checksum is None:
            self._deltas.checksum = self.picture.checksum()
        return self._deltas.checksum

    @property
    def _is_abandoned(self) -> bool:
        return self.bases.is_abandoned(self.picture.number)

    def _marks(self, lack: Lack) -> Marks:
        if lack == "marks":
            assert self.bases.marks
            return self.bases.marks
        columns = self.picture.columns
        differs = np.ones((len(self.picture.pixels), columns), np.bool_)
        if isinstance(lack, Since):
            bits = np.unpackbits(lack.masks, axis=1, count=columns, bitorder="little")
            differs = bits.view(np.bool_)
        return mark(differs, self.picture.pixels, self.geometry.kept)

    def _approximate(self, read: Rows, is_whole: bool, now: float) -> None:
        """Put kept pixels in the place of near ones, but in rows that stand still."""
        settling, new, kept = self._settling, self._new, self.picture.pixels
        moving = read.copy()
        if is_whole:
            settling.is_settled = False
        elif settling.is_settled and settling.exact is not None:
            # A small change of some rows is to be shown exactly as well, once it stands still.
            settling.is_settled = not (read & differing_rows(new, settling.exact)).any()
        if is_whole and now >= settling.due:
            settling.due = now + SETTLE_EVERY
            if settling.exact is not None:
                moving = differing_rows(new, settling.exact)
                settling.is_settled = not moving.any()
            settling.exact = new.copy()
        if self.picture.number and moving.any():  # a first picture is near to nothing that is shown
            part = new[moving]
            keep_near(part, kept[moving], self.geometry.kept, self.geometry.rendition.tolerance)
            new[moving] = part

    def _scroll(self) -> Copy | None:
        """Move what scrolled, as viewers will; marks then tell the rest."""
        search, kept = self._search, self.picture.pixels
        if not self.picture.number:
            return None
        if search.wait:
            search.wait -= 1
            return None
        found = find_scroll(*(cells(one, self.geometry.kept) for one in (self._new, kept)))
        if found.copy:
            search.misses = 0
            first, rows, shift = found.copy
            kept[first : first + rows] = kept[first + shift : first + shift + rows].copy()
        if found.verdict is Verdict.NONE:
            search.misses = min(search.misses + 1, MOST_SCROLL_MISSES)
            search.wait = search.misses
        return found.copy


def _key(lack: Lack) -> int | str:
    return lack.number if isinstance(lack, Since) else lack
