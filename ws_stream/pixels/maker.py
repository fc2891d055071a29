"""Makes one rendition of a source's pictures, in memory used again and again, and says which rows are new in each.

Knows nothing of viewers or of time. At 1024x600 a picture of new memory costs as much in page faults as in reading it.
"""

from typing import NamedTuple

import numpy as np

from .formats import PixelFormat, Pixels, reduced
from .rendition import Rendition
from .resample import shrink, take_rendition
from .rows import Rows, differing_rows

SETTLE_EVERY = 0.4
"""Seconds between two exact looks at a picture that is shown within a tolerance: rows that were the same at both stand
still, and are shown exactly. So a still picture is exact within a second."""


class Made(NamedTuple):
    """A picture made of a source's: how, and which of its rows differ from those of the picture before."""

    pixels: Pixels
    format: PixelFormat
    rendition: Rendition
    before: Pixels
    changed: Rows
    """All of them when there was no picture before."""
    changes: int
    """How many rows changed."""


class _Buffer:
    """Memory for a picture, and which of its rows are not those of the latest one."""

    def __init__(self, shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> None:
        self.pixels: Pixels = np.zeros(shape, dtype)
        self.stale = np.ones(shape[0], np.bool_)
        self.is_free = False


class Maker:
    """Makes pictures one after the other. All but `recycle` is called on one thread at a time."""

    def __init__(self) -> None:
        self._how: tuple[tuple[int, ...], PixelFormat, Rendition] | None = None
        self._buffers: list[_Buffer] = []
        self._latest: _Buffer | None = None
        self._target: _Buffer | None = None
        self._is_first = True
        self.is_settled = True
        """Whether the picture is as exact as its rendition allows once it stands still."""
        self._exact: Pixels | None = None
        self._settle_at = 0.0

    def make(
        self,
        array: Pixels,
        pixel_format: PixelFormat,
        rendition: Rendition,
        asked: Rows | None = None,
        now: float = 0,
    ) -> Made:
        """The rendition of this picture; all rows but those asked for, where given, are those of the picture before.

        What is made and not kept is as if it had not been. `now` is seconds of a clock that only moves forward.
        """
        if self._how != (array.shape, pixel_format, rendition):
            self._begin(array.shape, pixel_format, rendition)
        assert self._latest
        target, before = self._target or self._spare(), self._latest.pixels
        how = rendition
        if self._is_first:  # nothing is shown that it might be near to
            asked, how = None, rendition._replace(tolerance=0)
        changed, changes = take_rendition(
            array, pixel_format, how, before, target.pixels, target.stale, asked
        )
        if rendition.tolerance:
            self.is_settled = False
            if now >= self._settle_at:
                self._settle_at = now + SETTLE_EVERY
                exact = shrink(array, pixel_format, rendition)
                changes = self._settle(exact, target.pixels, before, changed)
        target.stale = changed
        self._target = target
        if self._is_first:
            changed = np.ones_like(changed)
            changes = len(changed)
        return Made(target.pixels, self._format, rendition, before, changed, changes)

    def keep(self, made: Made) -> None:
        """From now on this picture, the one made last, is the one before."""
        assert self._target
        assert self._target.pixels is made.pixels
        for buffer in self._buffers:
            if buffer is not self._target:
                buffer.stale = buffer.stale | made.changed
        self._target.stale = self._none
        self._latest, self._target, self._is_first = self._target, None, False

    def recycle(self, pixels: Pixels) -> None:
        """Nobody shows this picture any more; from any thread."""
        for buffer in self._buffers:
            if buffer.pixels is pixels:
                buffer.is_free = True

    def _begin(
        self, source: tuple[int, ...], pixel_format: PixelFormat, rendition: Rendition
    ) -> None:
        self._how = source, pixel_format, rendition
        self._format = reduced(pixel_format, rendition.depth)
        shape = self._format.shape(*rendition.size(source[1], source[0]))
        self._latest = _Buffer(shape, self._format.dtype)
        self._exact, self._settle_at, self.is_settled = None, 0.0, not rendition.tolerance
        self._none = np.zeros(shape[0], np.bool_)
        self._buffers, self._target, self._is_first = [], None, True

    def _settle(self, exact: Pixels, target: Pixels, before: Pixels, changed: Rows) -> int:
        """Put the exact rows in the place of those that stand still; how many rows then differ from before."""
        last, self._exact = self._exact, exact
        if last is not None:
            still = ~differing_rows(exact, last)
            target[still] = exact[still]
            changed[still] = differing_rows(exact, before)[still]
            self.is_settled = bool(still.all())
        return int(changed.sum())

    def _spare(self) -> _Buffer:
        """Memory for the next picture. The latest one is not spare even if nobody shows it: it is compared with."""
        assert self._latest
        for buffer in self._buffers:
            if buffer.is_free and buffer is not self._latest:
                buffer.is_free = False
                return buffer
        pixels = self._latest.pixels
        self._buffers.append(_Buffer(pixels.shape, pixels.dtype))
        return self._buffers[-1]
