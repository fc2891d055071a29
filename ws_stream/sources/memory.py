"""Bytes of an open file, to be read whatever its writer does meanwhile: what it cuts off is read as zeros, and is lost.

Where the core is compiled they are mapped, and guarded (core/guard.h). Elsewhere a file's are copied, as to read mapped
memory behind the end of its file would end the process; only devices are mapped there. Knows nothing of paths.
"""

import mmap
import os
from collections.abc import Callable
from contextlib import suppress

from .layout import Buffer

try:
    from .._core import Memory

    GUARDED: Callable[[int, int, int], Memory] | None = Memory
    """Maps bytes of an open file so that they are guarded."""
except ImportError:  # there was no compiler
    GUARDED = None

_NUMBER = 8
"""Bytes that a number may have."""


class Mapped:
    """The file's own memory. A numpy view of it holds it; it is never closed, only dropped."""

    def __init__(self, fd: int, start: int, end: int) -> None:
        self.start = start - start % mmap.ALLOCATIONGRANULARITY
        self.end = end
        length = end - self.start
        self._guarded = GUARDED(fd, self.start, length) if GUARDED else None
        self.buffer: Buffer = (
            memoryview(self._guarded)
            if self._guarded
            else mmap.mmap(fd, length, mmap.MAP_SHARED, mmap.PROT_READ, offset=self.start)
        )

    def at(self, start: int, end: int) -> tuple[Buffer, int]:
        """A buffer that holds bytes start to end of the file, and where in the file it begins."""
        return self.buffer, self.start

    def holds(self, start: int, end: int) -> bool:
        """Whether these bytes can be asked for."""
        return self.start <= start and end <= self.end

    def is_lost(self) -> bool:
        """Asked after reading: whether any of it was cut off. What is read next is read after what was read before."""
        return self._guarded is not None and self._guarded.is_lost()

    def stand_guard(self) -> None:
        """Asked before reading."""
        if self._guarded:
            self._guarded.stand_guard()

    def close(self) -> None:
        """The file is to be closed; what was mapped stays readable."""


class Copied:
    """Copies of what is asked for. That of a picture is valid until the next one is asked for."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._copy = bytearray()
        self._is_lost = False

    def at(self, start: int, end: int) -> tuple[Buffer, int]:
        """A buffer that holds bytes start to end of the file, and where in the file it begins."""
        length, got = end - start, 0
        if length <= _NUMBER:
            copy = bytearray(length)
        else:
            if len(self._copy) != length:
                self._copy = bytearray(length)
            copy = self._copy
        while got < length:
            count = self._read(memoryview(copy)[got:], start + got)
            if not count:
                self._is_lost = True
                copy[got:] = bytes(length - got)
                break
            got += count
        return copy, start

    def _read(self, into: memoryview, start: int) -> int:
        with suppress(OSError):
            return os.preadv(self._fd, [into], start)
        return 0

    def holds(self, start: int, end: int) -> bool:
        """Whether these bytes can be asked for."""
        return True

    def is_lost(self) -> bool:
        """Asked after reading: whether any of it was cut off."""
        return self._is_lost

    def stand_guard(self) -> None:
        """Asked before reading."""

    def close(self) -> None:
        """The file is to be closed; what was copied stays readable."""
        self._fd = -1


FileMemory = Mapped | Copied


def open_memory(fd: int, start: int, end: int, *, is_regular: bool) -> FileMemory:
    """Bytes start to end of an open file. Raises OSError, OverflowError and ValueError for what cannot be mapped."""
    return Copied(fd) if is_regular and not GUARDED else Mapped(fd, start, end)
