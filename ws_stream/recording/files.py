"""Where recordings go: one file, or one after the other, each of which plays alone.

Knows nothing of where chunks come from.
"""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple

from ..errors import UsageError
from ..pixels.frame import Frame
from .chunk import Chunk, Kind
from .excerpt import Excerpt
from .writer import Writer, check_free, create, named

NOTHING_CAME = "no picture came, so there is nothing to keep"


class Names:
    """FILE.wss, FILE-2.wss, FILE-3.wss, ...: the first must be free; of the others the next that is free is taken."""

    def __init__(self, first: Path) -> None:
        self.made: list[Path] = []
        self._first = first
        self._others: Iterator[Path] = (
            first.with_name(f"{first.stem}-{number}{first.suffix}") for number in count(2)
        )
        check_free(first)

    def open(self) -> Writer:
        """A writer on the next file. Raises UsageError."""
        path = self._first
        if self.made:
            path = next(other for other in self._others if not other.exists())
        writer = Writer(create(path), named(path))
        self.made.append(path)
        return writer


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
        self._announcement: Chunk | None = None
        self._finished = 0

    @property
    def size(self) -> int:
        """Bytes written into all files."""
        return self._finished + (self._excerpt.writer.size if self._excerpt else 0)

    def add(self, chunk: Chunk, frame: Frame | None = None) -> None:
        """Write a chunk, with the picture that it shows. Raises UsageError when there is no room."""
        if chunk.kind == Kind.ANNOUNCEMENT:
            self._announcement = chunk
        if self._excerpt is None:
            self._excerpt = Excerpt(self._names.open())
        excerpt, length = self._excerpt, len(chunk.payload)
        most = self._limits.in_all
        if most is not None and self._finished + excerpt.writer.size_with(length) > most:
            self.is_full = True
            if not self._finished and not excerpt.writer.pictures:
                excerpt.close(chunk.position, chunk.received)
                raise UsageError(f"{excerpt.writer.name} may not be so small; right would be more")
        if self.is_full:
            return
        if frame and self._announcement and self._is_due(chunk, excerpt.writer):
            excerpt.close(chunk.position, chunk.received)
            self._finished = self.size
            self._began = chunk.position
            self._excerpt = Excerpt(self._names.open(), chunk.position)
            self._excerpt.begin(self._announcement, chunk, frame)
        else:
            excerpt.add(chunk, frame)

    def close(self, position: int, received: int) -> None:
        """End the last file in order. Raises UsageError when there is no room, or nothing came."""
        if self._excerpt is None:
            raise UsageError(NOTHING_CAME)
        self._excerpt.close(position, received)

    def _is_due(self, picture: Chunk, writer: Writer) -> bool:
        """Whether the next file begins with this picture."""
        seconds, size, _ = self._limits
        is_long = seconds is not None and picture.position - self._began >= seconds * 1e6
        is_large = size is not None and writer.size_with(len(picture.payload)) > size
        return writer.pictures > 0 and (is_long or is_large)
