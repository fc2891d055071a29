"""Pictures in a file or device that another program writes to, mapped read-only: what mmap:, shm:, xwd: and fb: share.

Knows nothing of addresses, nor of what else stands in the file.
"""

import mmap
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from ..errors import SourceError, UsageError, WsStreamError
from ..pixels.formats import Pixels
from .layout import Counter, Layout, torn
from .source import Picture

Locate = Callable[[int], Layout]
"""Says where the picture lies in an open file, given its descriptor; asked before every picture, so it must be quick.
Raises UsageError for a file that is of another kind."""

NOTHING_YET = "nothing written yet: the counter of pictures is 0"

TRUST = 30
"""Polls of a file whose counter moves before its path is walked again. That costs more than to ask the open file for
its size, which has to be known before memory is read."""


class MappedFile:
    """The file or device under a path. Mapped no further than it was asked for, and never beyond its end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._name = os.fspath(path)
        # Never closed, only dropped: numpy keeps a view's map alive but does not stop mmap.close() from unmapping it.
        self._map: mmap.mmap | None = None
        self._start = 0
        self.fd = -1
        self.is_regular = False
        self.size = -1
        self.refresh()

    def refresh(self) -> bool:
        """See what is under the path now: True if it is another file than before, which is then opened.

        True also if its size is another. One system call as long as it is the same. Called before memory is read:
        reading behind the end of a file that its writer has cut off would kill the process. Raises SourceError if there
        is no such file now.
        """
        try:
            status = os.stat(self._name)  # noqa: PTH116 - asked for each picture; pathlib's takes five calls
            if self.fd >= 0 and (status.st_dev, status.st_ino) == self._identity:
                resized = status.st_size != self.size
                self.size = status.st_size
                return resized
            self.close()
            self._open(status.st_mode)
        except OSError as error:
            self.close()
            raise SourceError(f"{self._path} cannot be read: {error.strerror}") from None
        return True

    def resized(self) -> bool:
        """Whether the open file is of another size than at the last refresh, or there is none."""
        return self.fd < 0 or os.lseek(self.fd, 0, os.SEEK_END) != self.size

    def buffer(self, start: int, end: int) -> tuple[mmap.mmap, int]:
        """Memory that holds bytes start to end of the file, and where in the file its first byte lies.

        Raises UsageError when the file is too short for that, SourceError when it cannot be mapped.
        """
        if self.is_regular and end > self.size:
            raise UsageError(
                f"{self._path} is {self.size} bytes long; what is to be read from it ends at byte {end}"
            )
        if self._map is None or start < self._start or end > self._start + len(self._map):
            self._cover(start, end)
        assert self._map is not None
        return self._map, self._start

    def close(self) -> None:
        """Let go of the file; views of its memory stay readable as long as they live."""
        self._map = None
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def _open(self, mode: int) -> None:
        if not (stat.S_ISREG(mode) or stat.S_ISCHR(mode) or stat.S_ISBLK(mode)):
            raise UsageError(f"{self._path} is neither a file nor a device")
        self.fd = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        status = os.fstat(self.fd)
        self.is_regular = stat.S_ISREG(status.st_mode)
        self._identity = (status.st_dev, status.st_ino)
        self.size = status.st_size

    def _cover(self, start: int, end: int) -> None:
        """Map these bytes as well. A map only grows, so a panning framebuffer is soon mapped for good."""
        if self._map is not None:
            start, end = min(start, self._start), max(end, self._start + len(self._map))
        start -= start % mmap.ALLOCATIONGRANULARITY
        try:
            grown = mmap.mmap(self.fd, end - start, mmap.MAP_SHARED, mmap.PROT_READ, offset=start)
        except (OSError, OverflowError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise SourceError(
                f"bytes {start} to {end} of {self._path} cannot be mapped: {reason}"
            ) from None
        self._map, self._start = grown, start


class Mapping(NamedTuple):
    """Memory that pictures can be read from without asking their source, for a second or so."""

    memory: mmap.mmap
    start: int
    """Where in the file the memory's first byte lies."""
    layout: Layout
    counter: Counter | None
    fd: int
    """Of a regular file, which must be of `size` bytes when its memory is read; -1: of a device."""
    size: int

    def arguments(self) -> tuple[object, ...]:
        """Those of the compiled walk's `set_source`."""
        layout, counter = self.layout, self.counter
        number = (-1, 0, False)
        if counter:
            is_big_endian = counter.dtype.newbyteorder(">") == counter.dtype
            number = (counter.offset - self.start, counter.dtype.itemsize, is_big_endian)
        return (
            *(self.memory, layout.offset - self.start, layout.stride, layout.width, layout.height),
            *(layout.format.bytes_per_pixel, layout.slots, *number, self.fd, self.size),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Memory:
    """What is read of a file, as long as it is that file and of that size."""

    life: int
    """Another one each time: the same count is then another picture."""
    layout: Layout
    slots: tuple[Pixels, ...] = ()
    """Empty when there is no file."""
    number: Pixels | None = None
    """Of the pictures completed so far; None where nobody counts."""

    def count(self) -> int:
        """Pictures completed so far; without a counter always 1."""
        return 1 if self.number is None else int(self.number)

    def is_intact(self, count: int) -> bool:
        """Whether the writer cannot have come round to picture `count`; without a counter True, a hope."""
        return not torn(count, self.count(), len(self.slots))


class MappedSource:
    """Pictures in a file. With a counter it is known when there is a new one and when one was torn."""

    def __init__(
        self,
        name: str,
        path: Path,
        locate: Locate,
        counter: Counter | None = None,
        *,
        steady: bool = True,
    ) -> None:
        self.name = name
        self._steady = steady
        self._locate = locate
        self._counter = counter
        self._polled = 0
        self._trust = 0
        self._file = MappedFile(path)
        try:
            self._memory = _Memory(0, locate(self._file.fd))
            self.format = self._memory.layout.format
            self._map(self._memory.layout)
        except BaseException:
            self._file.close()
            raise

    @property
    def width(self) -> int:
        """Pixels in a row of the picture polled last."""
        return self._memory.layout.width

    @property
    def height(self) -> int:
        """Rows of the picture polled last."""
        return self._memory.layout.height

    def poll(self, seen: object = None) -> Picture | None:
        """The picture in the newest complete slot; None if its count, in this life of the file, is the one seen.

        Without a counter never None. Raises SourceError when there is no picture now.
        """
        if self._is_trusted():
            self._trust -= 1
        else:
            self._refresh()
        memory = self._memory
        count = self._polled = memory.count()
        if count == 0:
            raise SourceError(NOTHING_YET)
        version = None if self._counter is None else (memory.life, count)
        if version is not None and version == seen:
            return None
        pixels = memory.slots[(count - 1) % len(memory.slots)]
        return Picture(pixels, version, partial(memory.is_intact, count))

    def mapping(self) -> Mapping | None:
        """The memory to be read for the next second; None where the pictures may lie elsewhere each time.

        Raises SourceError when there is no picture now.
        """
        if not self._steady:
            return None
        self._refresh()
        if self._memory.count() == 0:
            raise SourceError(NOTHING_YET)
        layout, file = self._memory.layout, self._file
        start = layout.offset if self._counter is None else min(layout.offset, self._counter.offset)
        memory, start = file.buffer(start, start)
        fd = file.fd if file.is_regular else -1
        return Mapping(memory, start, layout, self._counter, fd, file.size)

    def close(self) -> None:
        """Let go of the file; views of its memory stay readable as long as they live."""
        self._forget()
        self._file.close()

    def _is_trusted(self) -> bool:
        """Whether the file has a writer, as its counter moves: that its path still leads to it is seen now and then."""
        # The size comes first: the counter is memory, too.
        return self._trust > 0 and not self._file.resized() and self._memory.count() != self._polled

    def _refresh(self) -> None:
        """See what is under the path now. Raises SourceError."""
        self._trust = 0
        try:
            anew = self._file.refresh()
            layout = self._locate(self._file.fd)
            if anew or layout is not self._memory.layout or not self._memory.slots:
                self._map(layout)
        except WsStreamError as error:
            # It was right when the source was opened: the file has changed.
            self._forget()
            raise SourceError(str(error)) from None
        if self._counter and self._file.is_regular:  # a device may not know its size
            self._trust = TRUST

    def _map(self, layout: Layout) -> None:
        """Find the slots and the counter in the file's memory: a new life."""
        if layout.format is not self.format:
            raise SourceError(f"the pixel format was {self.format} and is now {layout.format}")
        counter = self._counter
        start, end = layout.offset, layout.end
        if counter is not None:
            start, end = min(start, counter.offset), max(end, counter.end)
        buffer, start = self._file.buffer(start, end)
        slots = tuple(layout.view(buffer, slot, start) for slot in range(layout.slots))
        number = None if counter is None else counter.view(buffer, start)
        self._memory = _Memory(self._memory.life + 1, layout, slots, number)

    def _forget(self) -> None:
        """Let go of the memory: a deleted file's is held as long as there are views of it."""
        self._memory = _Memory(self._memory.life, self._memory.layout)
