"""The file or device under a path, and its memory that pictures are read from without asking their source.

Knows nothing of who reads it, nor of what stands in the file.
"""

import logging
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from ..arguments import why
from ..errors import Failure, SourceError, UsageError
from ..printable import MAX_LINE, printable
from .layout import Counter, Front, Layout
from .memory import FileMemory, Mapped, open_memory
from .rights import may_open

CUT = (
    "is cut off and written anew while it is read; right would be to write it in place, or to a new file that is "
    "renamed over it"
)
HOLES = "has holes, and there is no room on its disk to fill them; right would be to make room"
"""What is wrong with a file whose memory was lost. To read a hole of a file in memory takes room."""

_log = logging.getLogger(__name__)


class TooShortError(UsageError):
    """A file does not reach as far as what is to be read from it; it may be whole in a moment."""

    failure = Failure.UNREADABLE


class MappedFile:
    """The file or device under a path. Mapped no further than it was asked for, and never beyond its end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._name = os.fspath(path)
        self._memory: FileMemory | None = None
        self._is_cut = False
        self._is_told = False
        self.fd = -1
        self.is_regular = False
        self.size = -1
        self.refresh()

    def refresh(self) -> bool:
        """See what is under the path now: True if it is another file than before, which is then opened.

        True also if its size is another. One system call as long as it is the same. Raises SourceError if there is no
        such file now, or if it was cut off while it was read.
        """
        try:
            status = os.stat(self._name)  # noqa: PTH116 - asked for each picture; pathlib's takes five calls
            if self.fd < 0 or (status.st_dev, status.st_ino) != self._identity:
                self.close()
                self._open(status.st_mode)
                return True
            resized = status.st_size != self.size
            self._is_cut |= status.st_size < self.size
            self.size = status.st_size
            self._mourn()
        except OSError as error:
            self.close()
            raise SourceError(
                f"{self._path} cannot be read: {why(error)}{self._right(error)}", Failure.UNREADABLE
            ) from None
        return resized

    def resized(self) -> bool:
        """Whether the open file is of another size than at the last refresh, or there is none."""
        return self.fd < 0 or os.lseek(self.fd, 0, os.SEEK_END) != self.size

    def memory(self, start: int, end: int) -> FileMemory:
        """Memory that holds bytes start to end of the file.

        Raises TooShortError when the file is too short for that, SourceError when it cannot be mapped.
        """
        if self.is_regular and end > self.size:
            raise TooShortError(
                f"{self._path} is {self.size} bytes long; what is to be read from it ends at byte {end}"
            )
        memory = self._memory
        if memory is None or not memory.holds(start, end):
            if isinstance(
                memory, Mapped
            ):  # it only grows, so a panning framebuffer is soon mapped for good
                start, end = min(start, memory.start), max(end, memory.end)
            memory = self._memory = self._open_memory(start, end)
        if self._is_cut and not self._is_told:
            _log.warning("%s %s", printable(str(self._path), MAX_LINE), CUT)
            self._is_told = True
        return memory

    def close(self) -> None:
        """Let go of the file; views of its memory stay readable as long as they live."""
        if self._memory:
            self._memory.close()
            self._memory = None
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def _open(self, mode: int) -> None:
        self._check(mode)
        # Should a pipe take its place at this moment, it is not waited for.
        self.fd = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
        status = os.fstat(self.fd)
        self._check(status.st_mode)
        self.is_regular = stat.S_ISREG(status.st_mode)
        self._identity = (status.st_dev, status.st_ino)
        self.size = status.st_size
        self._is_cut = False

    def _open_memory(self, start: int, end: int) -> FileMemory:
        try:
            return open_memory(self.fd, start, end, is_regular=self.is_regular)
        except OverflowError:
            reason = "this machine cannot address so many"
        except (OSError, ValueError) as error:
            reason = why(error)
        raise SourceError(
            f"bytes {start} to {end} of {self._path} cannot be mapped: {reason}", Failure.UNREADABLE
        )

    def _right(self, error: OSError) -> str:
        """What would be right where a device may not be read; of files that is their writer's affair."""
        with suppress(OSError):
            if isinstance(error, PermissionError) and not stat.S_ISREG(self._path.stat().st_mode):
                return f"; {may_open(self._path)}"
        return ""

    def _check(self, mode: int) -> None:
        if not (stat.S_ISREG(mode) or stat.S_ISCHR(mode) or stat.S_ISBLK(mode)):
            raise UsageError(f"{self._path} is neither a file nor a device")

    def _mourn(self) -> None:
        """Let go of memory that is lost. Raises SourceError."""
        if self._memory and self._memory.is_lost():
            self._memory = None
            disk = os.fstatvfs(self.fd)
            has_holes = not self._is_cut and not disk.f_bavail
            self._is_cut |= not has_holes
            raise SourceError(f"{self._path} {HOLES if has_holes else CUT}", Failure.UNREADABLE)


class Mapping(NamedTuple):
    """Memory that pictures can be read from without asking their source, for a second or so."""

    memory: Mapped
    layout: Layout
    number: Counter | Front | None
    zero_is_none: bool
    """A counter of 0 says that nothing was written yet."""
    fd: int
    """Of a regular file, which must be of `size` bytes when its memory is read; -1: of a device."""
    size: int
    ring: bytes = b""
    """The header of a ring, which then says all that a number would; empty: it is none."""

    def arguments(self) -> tuple[object, ...]:
        """Those of the compiled walk's `set_source`."""
        layout, number, start = self.layout, self.number, self.memory.start
        what = (0, 0, 0, False)
        if number:
            is_big_endian = number.dtype.newbyteorder(">") == number.dtype
            kept = 1 if isinstance(number, Counter) else 2
            what = (kept, number.offset - start, number.dtype.itemsize, is_big_endian)
        elif self.ring:
            what = (3, 0, 0, False)
        return (
            *(self.memory.buffer, layout.offset - start, layout.stride, layout.distance),
            *(*layout.shape[1::-1], layout.format.bytes_per_pixel, layout.slots),
            *(*what, self.zero_is_none, self.fd, self.size, self.ring),
        )
