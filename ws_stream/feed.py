"""One rendition of a stream: its newest picture, and that picture encoded once for all viewers at the same base.

Knows nothing of time, threads or sockets. There is one slot, never a queue.
"""

import secrets
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from . import codec, wire
from .control import Announcement
from .frame import Frame
from .pixels import PixelFormat, Pixels
from .shrink import Rendition


class Feed:
    """The newest picture of one rendition, and who wants to know when there is another."""

    def __init__(self, name: str, rendition: Rendition, fps: float) -> None:
        self.rendition = rendition
        self.newest: Frame | None = None
        self.announcement: Announcement | None = None
        self.problem: str | None = None
        self.wakes: set[Callable[[], None]] = set()
        """Called whenever a viewer may have something new to take."""
        self._name = name
        self._fps = fps
        self._epoch = secrets.randbits(32)
        self._encodings: dict[int, bytes] = {}
        self._checksum: int | None = None
        self._previous: Frame | None = None
        self._changed: NDArray[np.bool_] | None = None
        self._spare: Pixels | None = None

    def take_spare(self) -> Pixels | None:
        """Memory for the next picture, left over from one that had not changed; its content is void."""
        spare, self._spare = self._spare, None
        return spare

    def put(self, pixels: Pixels, pixel_format: PixelFormat, time_us: int) -> None:
        """Make this the newest picture, if it differs from the one there is; that one is then forgotten.

        `pixels` is C-contiguous and the feed's own from now on: nobody changes it.
        """
        previous = self.newest
        number = previous.number + 1 if previous else 1
        if number > wire.MAX_NUMBER:
            number, self._epoch = 1, secrets.randbits(32)
        frame = Frame(self._epoch, number, time_us, pixel_format, pixels)
        if previous and frame.alike(previous):
            changed = codec.changed_rows(frame, previous)
            if not changed.any():
                self._spare = pixels
                return
            self._previous, self._changed = previous, changed
        else:
            self.announcement = self._announce(frame)
            self._previous = self._changed = None
        self.newest = frame
        self._encodings.clear()
        self._checksum = None
        self.wake()

    def tell(self, problem: str | None) -> None:
        """Let viewers know why there are no pictures, or that there are again."""
        if problem != self.problem:
            self.problem = problem
            self.wake()

    def wake(self) -> None:
        """Tell every viewer to look."""
        for wake in self.wakes:
            wake()

    def encoding(self, newest: Frame, base: Frame | None) -> bytes:
        """The newest picture as a difference from a base, made once for all viewers that stand there."""
        key = base.number if base else 0
        if key not in self._encodings:
            changed = self._changed if base and base is self._previous else None
            self._encodings[key] = codec.encode(newest, base, changed)
        return self._encodings[key]

    def checksum(self, newest: Frame) -> int:
        """The newest picture's checksum, computed once."""
        if self._checksum is None:
            self._checksum = newest.checksum()
        return self._checksum

    def _announce(self, frame: Frame) -> Announcement:
        step, crop, average = self.rendition.step, self.rendition.crop, self.rendition.average
        return Announcement(
            *(self._name, frame.epoch, frame.format, frame.width, frame.height),
            *(step, crop, average, self._fps),
        )
