"""Pictures in a file or device that another program writes to, mapped read-only: what mmap:, shm:, xwd: and fb: share.

Knows nothing of addresses, nor of what else stands in the file.
"""

import mmap
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from ..errors import SourceError, UsageError, WsStreamError
from ..pixels.formats import Pixels
from .layout import Counter, Layout, torn

Locate = Callable[[int], Layout]
"""Says where the picture lies in an open file, given its descriptor; asked before every picture, so it must be quick.
Raises UsageError for a file that is of another kind."""


NOTHING_YET = "nothing written yet: the counter of pictures is 0"

TRUST = 30
"""Pictures read from a file whose counter moves before its path is looked at again: to walk a path costs more than to
ask the open file for its size, which has to be known before memory is read."""


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
        self.look()

    def look(self) -> bool:
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
        """Whether the open file is of another size than at the last look, or there is none."""
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
        self._captured = 0
        self._seen: int | None = None
        self._views: dict[int, Pixels] = {}
        self._number: Pixels | None = None
        self._looked = False
        self._trust = 0
        self._file = MappedFile(path)
        try:
            self._layout = locate(self._file.fd)
            self.format = self._layout.format
            self._find()
        except BaseException:
            self._file.close()
            raise

    @property
    def width(self) -> int:
        """Pixels in a row of the picture looked at last."""
        return self._layout.width

    @property
    def height(self) -> int:
        """Rows of the picture looked at last."""
        return self._layout.height

    def changed(self) -> bool:
        """Whether the counter has moved since the last intact picture; without a counter always.

        A file whose counter moves has its writer: that it is still the one under its path is seen now and then.
        """
        if self._trust and not self._file.resized() and self._count() != self._seen:
            self._trust -= 1
            self._looked = True
            return True
        self._trust = 0
        self._look()
        if self._counter and self._file.is_regular:  # a device may not know its size
            self._trust = TRUST
        self._looked = self._counter is None or self._count() != self._seen
        return self._looked

    def capture(self) -> Pixels:
        """The picture in the newest complete slot as a view of the mapped memory. Raises SourceError."""
        if not self._looked:
            self._look()
        self._looked = False
        count = self._count()
        if count == 0:
            raise SourceError(NOTHING_YET)
        self._captured = count
        return self._views[(count - 1) % self._layout.slots]

    def intact(self) -> bool:
        """Whether the writer cannot have come round to the picture captured last; without a counter True, a hope."""
        intact = not torn(self._captured, self._count(), self._layout.slots)
        self._seen = self._captured if intact else None
        return intact

    def mapping(self) -> Mapping | None:
        """The memory to be read for the next second; None where the pictures may lie elsewhere each time.

        Raises SourceError when there is no picture now.
        """
        if not self._steady:
            return None
        self._look()
        if self._count() == 0:
            raise SourceError(NOTHING_YET)
        layout, file = self._layout, self._file
        start = layout.offset if self._counter is None else min(layout.offset, self._counter.offset)
        memory, start = file.buffer(start, start)
        fd = file.fd if file.is_regular else -1
        return Mapping(memory, start, layout, self._counter, fd, file.size)

    def close(self) -> None:
        """Let go of the file; views of its memory stay readable as long as they live."""
        self._views, self._number = {}, None
        self._file.close()

    def _look(self) -> None:
        try:
            anew = self._file.look()
            layout = self._locate(self._file.fd)
            if anew or layout is not self._layout or not self._views:
                self._seen = None
                self._layout = layout
                self._find()
        except (
            WsStreamError
        ) as error:  # it was right when the source was opened: the file has changed
            self._views, self._number = (
                {},
                None,
            )  # a deleted file's memory is held as long as its views
            raise SourceError(str(error)) from None

    def _find(self) -> None:
        """Find the slots and the counter in the file's memory, which hold until it changes."""
        layout, counter = self._layout, self._counter
        if layout.format is not self.format:
            raise SourceError(f"the pixel format was {self.format} and is now {layout.format}")
        start, end = layout.offset, layout.end
        if counter is not None:
            start, end = min(start, counter.offset), max(end, counter.end)
        buffer, start = self._file.buffer(start, end)
        self._views = {slot: layout.view(buffer, slot, start) for slot in range(layout.slots)}
        self._number = None if counter is None else counter.view(buffer, start)

    def _count(self) -> int:
        return 1 if self._number is None else int(self._number)
