"""A ring of pictures in shared memory, to be written: what `ws-stream serve ring:NAME` shows, as docs/ring.md says.

One thread of one process writes. Killed at any moment, it leaves the last whole picture. Its twin in C is
clients/c/ws_stream_ring.h; both leave the same bytes.
"""

import mmap
import os
import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from .arguments import TEXT, Kind, shown, whole, why
from .errors import SourceError, UsageError
from .pixels.damage import Damage, Rectangle, clipped, in_grid
from .pixels.described import FORMAT
from .pixels.formats import SIDE, PixelFormat, Pixels
from .pixels.kept import Sized
from .protocol.extension import SideData, write_side_data
from .sources import ring_layout as at
from .sources.layout import Layout
from .sources.ring_layout import HEADER, RingHeader, ring_path

_KINDS: Mapping[str, Kind[Any]] = {
    "name": TEXT,
    "width": SIDE,
    "height": SIDE,
    "format": FORMAT,
    "slots": whole(1, at.MAX_SLOTS),
    "mode": whole(0, 0o777),
}
_CLOSED = "the ring is closed; right would be to publish before"
File = tuple[Path, int, int]
"""Where it is, and which it is: device and inode."""
_FENCE = threading.Lock()


def _fence() -> None:
    """See that what is written from now on is seen after what was written so far.

    A lock that is let go of and taken again does so on every machine; nobody ever waits for this one.
    """
    with _FENCE:
        pass
    with _FENCE:
        pass


class Ring:
    """A ring under a name of shared memory, as "/screen", or under a path; whatever was there is replaced at once.

    `format` is a pixel format's name; `slots` is how many pictures it holds, 1 to 16. `mode` says who may read it.
    Raises UsageError for what cannot be, SourceError where the system refuses.
    """

    def __init__(
        self,
        name: str,
        width: int,
        height: int,
        *,
        format: str | PixelFormat = "rgb888",  # noqa: A002 - the word of the wire and of the command line
        slots: int = 3,
        mode: int = 0o600,
    ) -> None:
        given = (name, width, height, format, slots, mode)
        taken: list[Any] = [
            _KINDS[key].take(key, value) for key, value in zip(_KINDS, given, strict=True)
        ]
        header = self._header = RingHeader.of(
            taken[3], taken[1], taken[2], taken[4], time.time_ns()
        )
        self._memory, self._file = _made(ring_path(taken[0]), header, taken[5])
        self._words: NDArray[np.uint32] = np.frombuffer(self._memory, "<u4")
        self._layout = header.layout
        self._newest = 0
        self._slot = header.slots - 1
        self._held = [0] * header.slots  # the number of the picture in each; 0: none
        self._is_drawing = self._is_updated = False

    def begin(self) -> Pixels:
        """The memory of the next picture, to draw all of it: an array that holds anything.

        It is of shape `format.shape(width, height)`, and valid until `publish`.
        """
        if not self._is_drawing:
            self._check_open()
            self._slot = (self._slot + 1) % self._header.slots
            self._turn(self._header.head_at(self._slot))
            _fence()
            self._is_drawing, self._is_updated = True, False
        return self._layout.view(self._memory, self._slot)

    def update(self) -> Pixels:
        """The same memory, which holds the newest picture, to draw some of it; then `publish(damage=...)`."""
        pixels = self.begin()
        if not self._is_updated and self._newest:
            before = (self._slot or self._header.slots) - 1
            self._bring(self._layout.view(self._memory, before), pixels)
        self._is_updated = True
        return pixels

    def publish(
        self,
        array: Pixels | None = None,
        *,
        damage: Damage | None = None,
        meta: SideData | None = None,
    ) -> int:
        """Show this picture, or without one what was drawn since `begin` or `update`; returns its number.

        `array` is of shape `format.shape(width, height)` and holds a whole picture; only what changed is copied.
        `damage` are rectangles (x, y, width, height) outside which it is the picture before. `meta` is what there is
        to say of it: a dict that JSON can hold in 4096 bytes. Raises UsageError for what does not fit.
        """
        self._check_open()
        said = write_side_data(meta)
        rectangles = None if damage is None else self._clipped(damage)
        if array is not None:
            _check_fits(array, self._layout)
            pixels = self.begin()
            if rectangles is None or not self._newest:
                pixels[...] = array
            else:
                self._bring(array, pixels)
                self._copy(rectangles, array, pixels)
        self.begin()
        return self._show(rectangles, said)

    def close(self) -> None:
        """End the ring: viewers are told that there is no picture. Closing again is no fault."""
        if self._file is None:
            return
        path, *identity = self._file
        self._file = None
        with suppress(OSError):  # it is gone
            status = path.stat()
            if [status.st_dev, status.st_ino] == identity:  # no other writer has taken the name
                path.unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _clipped(self, damage: Damage) -> list[Rectangle]:
        return clipped(damage, self._layout.width, self._layout.height, at.RECTANGLES)

    def _check_open(self) -> None:
        if self._file is None:
            raise UsageError(_CLOSED)

    def _bring(self, newest: Pixels, pixels: Pixels) -> None:
        """Copy what the slot lacks of the newest picture."""
        held = self._held[self._slot]
        if held == self._newest:
            return
        records = self._records(held) if held else None
        if records is None:
            pixels[...] = newest
        else:
            self._copy(records, newest, pixels)

    def _copy(self, rectangles: list[Rectangle], newest: Pixels, pixels: Pixels) -> None:
        layout = self._layout
        shown = Sized(layout.format, layout.width, layout.height)
        for y, rows in in_grid([(y, rows) for _, y, _, rows in rectangles], shown):
            pixels[y : y + rows] = newest[y : y + rows]

    def _records(self, held: int) -> list[Rectangle] | None:
        """Where the newest picture differs from this one; None where nobody knows."""
        found: list[Rectangle] = []
        if self._newest - held >= at.RECORDS:
            return None
        for number in range(held + 1, self._newest + 1):
            start = self._header.record_at(number)
            _, count, _ = at.RECORD.unpack_from(self._memory, start)
            if count == at.NOTHING:
                return None
            end = start + at.RECORD.size + count * at.RECTANGLE.size
            found += at.RECTANGLE.iter_unpack(self._memory[start + at.RECORD.size : end])
        return found

    def _show(self, rectangles: list[Rectangle] | None, said: bytes) -> int:
        number = self._newest + 1
        head, record = self._header.head_at(self._slot), self._header.record_at(number)
        taken_us = time.monotonic_ns() // 1000
        self._put(head + 4, number, taken_us, taken_us >> 32, len(said))
        self._memory[head + at.META_AT : head + at.META_AT + len(said)] = said
        _fence()
        self._turn(head)
        count = at.NOTHING if rectangles is None else len(rectangles)
        self._put(record, self._slot, count, number)
        self._put(record + at.RECORD.size, *(side for each in rectangles or () for side in each))
        _fence()
        self._put(at.NEWEST_AT, number)
        self._newest = self._held[self._slot] = number
        self._is_drawing = False
        return number

    def _turn(self, head: int) -> None:
        """Its slot is drawn into from now on, or no longer."""
        self._put(head, int(self._words[head // 4]) + 1)

    def _put(self, start: int, *numbers: int) -> None:
        """Write numbers of 32 bits, each by one store."""
        for position, number in enumerate(numbers, start // 4):
            self._words[position] = number % at.NUMBERS


def _made(path: Path, header: RingHeader, mode: int) -> tuple[mmap.mmap, File | None]:
    """The memory of a new file under this path, and which file that is. Raises SourceError."""
    length = header.pixels_at + header.slots * header.slot_bytes
    fresh = path.with_name(f"{path.name}.new")
    try:
        fresh.unlink(missing_ok=True)  # of one that was killed here
        fd = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        with ExitStack() as undone:
            undone.callback(fresh.unlink)
            try:
                os.fchmod(fd, mode)
                os.posix_fallocate(fd, 0, length)  # so that no later write can lack room
                memory = undone.enter_context(mmap.mmap(fd, length))
                status = os.fstat(fd)
            finally:
                os.close(fd)
            memory[: HEADER.size] = HEADER.pack(*header)
            memory[header.records_at : header.records_at + 4] = at.NOTHING.to_bytes(4, "little")
            fresh.rename(path)
            undone.pop_all()
    except OSError as error:
        raise SourceError(f"{path} cannot be written: {why(error)}") from None
    return memory, (path, status.st_dev, status.st_ino)


def _check_fits(array: Pixels, layout: Layout) -> None:
    """Raises UsageError unless the array holds a picture of that size and format."""
    shape, dtype = layout.format.shape(layout.width, layout.height), layout.format.dtype
    if not isinstance(array, np.ndarray) or array.shape != shape or array.dtype != dtype:
        found = f"{array.shape} of {array.dtype}" if isinstance(array, np.ndarray) else array
        raise UsageError(
            f"{shown(found)} is no picture of this ring; right would be a numpy array of shape {shape} and {dtype}"
        )
