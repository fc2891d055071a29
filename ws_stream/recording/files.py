"""Where recordings go: one file, or one after the other, each of which plays alone.

Knows nothing of where chunks come from.
"""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple

from ..errors import UsageError
from ..pixels.frame import Frame
from .chunk import MICROSECONDS, Chunk, Kind
from .excerpt import Excerpt, whole
from .writer import Addition, Writer, begun, check_free, size_of

NOTHING_CAME = "no picture came, so there is nothing to keep"


class Names:
    """FILE.wss, FILE-2.wss, FILE-3.wss, ...: the first must be free; of the others the next that is free is taken."""

    def __init__(self, first: Path) -> None:
        self._made: list[Path] = []
        self._first = first
        self._others: Iterator[Path] = (
            first.with_name(f"{first.stem}-{number}{first.suffix}") for number in count(2)
        )
        check_free(first)

    @property
    def made(self) -> list[Path]:
        """Those that are there."""
        return [path for path in self._made if path.exists()]

    def open(self) -> Writer:
        """A writer on the next file. Raises UsageError."""
        path = self._first
        if self._made:
            path = next(other for other in self._others if not other.exists())
        writer = begun(path)
        self._made.append(path)
        return writer

    def drop(self) -> None:
        """Remove the file that was made last, as no picture is in it."""
        self._made.pop().unlink()


class Limits(NamedTuple):
    """How long or large files may be; None: without a limit."""

    seconds: float | None = None
    """Of one file; the next picture begins another one."""
    size: int | None = None
    """The same in bytes."""
    in_all: int | None = None
    """Bytes of all files together; then nothing more is written."""


NO_LIMITS = Limits()


class Files:
    """Writes a recording, from the beginning or a limit on into the next file; a sink of a recorder."""

    def __init__(self, names: Names, limits: Limits = NO_LIMITS) -> None:
        self.is_full = False
        """Whether what comes is no longer written."""
        self._names = names
        self._limits = limits
        self._excerpt: Excerpt | None = None
        self._began = 0
        self._has_left_out = False
        """Whether something that is no picture found no room in this file."""
        self._announcement: Chunk | None = None
        self._finished = 0

    @property
    def size(self) -> int:
        """Bytes written into all files."""
        return self._finished + (self._excerpt.writer.size if self._excerpt else 0)

    def add(self, chunk: Chunk, frame: Frame | None = None) -> None:
        """Write a chunk, with the picture that it shows. Raises UsageError when there is no room."""
        if self.is_full:
            return
        if chunk.kind == Kind.ANNOUNCEMENT:
            self._announcement = chunk
        if self._excerpt is None:
            self._excerpt = Excerpt(self._names.open())
        excerpt = self._excerpt
        addition = excerpt.prepare(chunk, frame)
        if frame and self._announcement and self._is_due(chunk, addition):
            self._begin(self._announcement, whole(chunk, frame), frame)
        elif not frame and self._is_over(addition):
            self._has_left_out = True
        elif self._has_room(addition.size):
            excerpt.writer.write(addition)
        else:
            self._stop(excerpt, chunk)

    def _begin(self, announcement: Chunk, picture: Chunk, frame: Frame) -> None:
        """Let the next file begin with this picture, which stands alone."""
        assert self._excerpt
        ended = self._excerpt.writer.ended_size
        if not self._has_room(ended + size_of([announcement, picture])):
            self._stop(self._excerpt, picture)
            return
        self._excerpt.close(picture.position, picture.received)
        self._finished += ended
        self._began, self._has_left_out = picture.position, False
        self._excerpt = Excerpt(self._names.open(), picture.position)
        self._excerpt.begin(announcement, picture, frame)

    def _stop(self, excerpt: Excerpt, chunk: Chunk) -> None:
        """Write nothing more. Raises UsageError where not even one picture has room."""
        self.is_full = True
        if not self._finished and not excerpt.writer.pictures:
            excerpt.close(chunk.position, chunk.received)
            self._names.drop()
            raise UsageError(f"{excerpt.writer.name} may not be so small; right would be more")

    def close(self, position: int, received: int) -> None:
        """End the last file in order. Raises UsageError when there is no room, or nothing came."""
        if self._excerpt is None:
            raise UsageError(NOTHING_CAME)
        self._excerpt.close(position, received)

    def _has_room(self, size: int) -> bool:
        """Whether so many bytes may follow the finished files."""
        most = self._limits.in_all
        return most is None or self._finished + size <= most

    def _is_due(self, picture: Chunk, addition: Addition) -> bool:
        """Whether the next file begins with this picture."""
        assert self._excerpt
        seconds = self._limits.seconds
        is_long = seconds is not None and picture.position - self._began >= seconds * MICROSECONDS
        has_pictures = self._excerpt.writer.pictures > 0
        return has_pictures and (is_long or self._has_left_out or self._is_over(addition))

    def _is_over(self, addition: Addition) -> bool:
        """Whether the file would be too large; its first picture it takes, however large that is."""
        assert self._excerpt
        size = self._limits.size
        return size is not None and self._excerpt.writer.pictures > 0 and addition.size > size
