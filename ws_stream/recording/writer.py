"""Writes a recording: chunks one after the other, whole pictures where they are due, and the index at the end.

Knows nothing of where chunks come from.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

from ..arguments import plain, why
from ..codec import encode
from ..errors import UsageError
from ..pixels.frame import Frame
from .chunk import (
    CHECK_LENGTH,
    END_LENGTH,
    HEAD_LENGTH,
    HEADER_LENGTH,
    PLACE_LENGTH,
    Chunk,
    Kind,
    Place,
    serialize,
    serialize_end,
    serialize_head,
    serialize_index,
)
from .playback import stands_alone
from .spacing import Spacing

MAX_SHOWN = 200
"""Letters of a path in a sentence."""


def create(path: Path) -> BinaryIO:
    """A new file; each write goes to the system at once. Raises UsageError, also for one that is there."""
    check_free(path)
    try:
        return path.open("xb", buffering=0)
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot write {named(path)}: {why(error)}") from None


def named(path: Path) -> str:
    """A path as it stands in a sentence."""
    return plain(str(path), MAX_SHOWN)


def check_free(path: Path) -> None:
    """Raises UsageError for a path at which there is something."""
    if os.path.lexists(path):
        raise UsageError(
            f"{named(path)} is there already, and nothing is overwritten; right would be another name"
        )


def begun(path: Path) -> "Writer":
    """A writer on a new file, which goes again where not even one picture has room. Raises UsageError."""
    return Writer(create(path), named(path), lambda: path.unlink(missing_ok=True))


class Addition(NamedTuple):
    """What is to be appended to a file."""

    chunks: list[Chunk]
    size: int
    """Bytes of the file, were it ended after them."""


def size_of(chunks: Sequence[Chunk]) -> int:
    """Bytes of a file that holds these, and one place to begin."""
    return HEAD_LENGTH + _length(chunks) + _end_length(1)


class Writer:
    """Appends to one file, which can be played up to the last chunk at any time."""

    def __init__(
        self, file: BinaryIO, name: str, remove: Callable[[], None] = lambda: None
    ) -> None:
        self.name = name
        self.size = 0
        """Bytes written."""
        self.pictures = 0
        self._file = file
        self._remove = remove
        self._index = bytearray()
        """The places so far, as they are written: a week of recording has hundreds of thousands."""
        self._announced_at = 0
        self._spacing = Spacing()
        head, self._check = serialize_head()
        self._write(head)

    def prepare(self, chunk: Chunk, frame: Frame | None = None) -> Addition:
        """What is to be appended of a chunk, with the picture that it shows."""
        chunks, places = [chunk], len(self._index) // PLACE_LENGTH
        if frame is not None:
            is_alone = stands_alone(chunk.payload)
            if not is_alone and self._spacing.is_due(len(chunk.payload)):
                chunks.append(chunk._replace(kind=Kind.WHOLE, payload=encode(frame)))
            places += is_alone or len(chunks) > 1
        return Addition(chunks, self.size + _length(chunks) + _end_length(places))

    def write(self, addition: Addition) -> None:
        """Append what is prepared. Raises UsageError when there is no room."""
        for chunk in addition.chunks:
            offset = self.size
            self._append(chunk)
            if chunk.kind == Kind.ANNOUNCEMENT:
                self._announced_at = offset
            self.pictures += chunk.kind == Kind.PICTURE
            if chunk.kind in (Kind.PICTURE, Kind.WHOLE):
                self._count(chunk, offset)

    def add(self, chunk: Chunk, frame: Frame | None = None) -> None:
        """Append a chunk, with the picture that it shows. Raises UsageError when there is no room."""
        self.write(self.prepare(chunk, frame))

    @property
    def ended_size(self) -> int:
        """Bytes of the file, were it ended now."""
        return self.size + _end_length(len(self._index) // PLACE_LENGTH)

    def close(self, position: int, received: int) -> None:
        """Write the index and the end; the last picture was shown until this position. Raises UsageError."""
        index_at, index = self.size, bytes(self._index)
        try:
            self._append(Chunk(Kind.INDEX, position, received, index))
            end = serialize_end(index_at, self.pictures)
            self._append(Chunk(Kind.END, position, received, end))
        finally:
            self._file.close()

    def _count(self, chunk: Chunk, offset: int) -> None:
        """A picture is written; where it stands alone, playing may begin at it."""
        if not stands_alone(chunk.payload):
            self._spacing.message(len(chunk.payload))
            return
        self._spacing.whole(len(chunk.payload))
        place = (self._announced_at, offset, chunk.position, self.pictures - 1, self._check)
        self._index += serialize_index([Place(*place)])

    def _append(self, chunk: Chunk) -> None:
        data, self._check = serialize(chunk, self._check)
        self._write(data)

    def _write(self, data: bytes) -> None:
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            self._file.close()
            kept = "what was written before can be played"
            if not self.pictures:
                kept = "there is nothing to keep of it"
                self._remove()
            raise UsageError(f"cannot write on {self.name}: {why(error)}; {kept}") from None
        self.size += len(data)


def _length(chunks: Sequence[Chunk]) -> int:
    return sum(HEADER_LENGTH + len(chunk.payload) + CHECK_LENGTH for chunk in chunks)


def _end_length(places: int) -> int:
    """Bytes of the index and the end."""
    return HEADER_LENGTH + places * PLACE_LENGTH + CHECK_LENGTH + END_LENGTH
