"""A file or device mapped read-only, and memory of it that is read without asking its source.

Knows nothing of who reads it, nor of what stands in the file.
"""

import mmap
import os
import stat
from pathlib import Path
from typing import NamedTuple

from ..errors import Failure, SourceError, UsageError
from .layout import Counter, Layout


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
            raise SourceError(
                f"{self._path} cannot be read: {error.strerror}", Failure.UNREADABLE
            ) from None
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
                f"bytes {start} to {end} of {self._path} cannot be mapped: {reason}",
                Failure.UNREADABLE,
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
