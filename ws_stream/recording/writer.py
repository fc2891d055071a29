"""Writes a recording: chunks one after the other, whole pictures where they are due, and the index at the end.

Knows nothing of where chunks come from.
"""

import os
from pathlib import Path
from typing import BinaryIO

from ..arguments import plain
from ..codec import encode
from ..errors import UsageError
from ..pixels.frame import Frame
from .chunk import (
    CHECK_LENGTH,
    END_LENGTH,
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
        raise UsageError(f"cannot write {named(path)}: {_reason(error)}") from None


def named(path: Path) -> str:
    """A path as it stands in a sentence."""
    return plain(str(path), MAX_SHOWN)


def check_free(path: Path) -> None:
    """Raises UsageError for a path at which there is something."""
    if os.path.lexists(path):
        raise UsageError(
            f"{named(path)} is there already, and nothing is overwritten; right would be another name"
        )


class Writer:
    """Appends to one file, which can be played up to the last chunk at any time."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.name = name
        self.size = 0
        """Bytes written."""
        self.pictures = 0
        self._file = file
        self._index = bytearray()
        """The places so far, as they are written: a week of recording has hundreds of thousands."""
        self._announced_at = 0
        self._spacing = Spacing()
        head, self._check = serialize_head()
        self._write(head)

    def add(self, chunk: Chunk, frame: Frame | None = None) -> None:
        """Append a chunk, with the picture that it shows. Raises UsageError when there is no room."""
        if chunk.kind == Kind.ANNOUNCEMENT:
            self._announced_at = self.size
        offset = self.size
        self._append(chunk)
        if frame is None:
            return
        self.pictures += 1
        if stands_alone(chunk.payload):
            self._note(chunk, offset)
        elif self._spacing.is_due(len(chunk.payload)):
            offset, whole = self.size, chunk._replace(kind=Kind.WHOLE, payload=encode(frame))
            self._append(whole)
            self._note(whole, offset)

    def size_with(self, length: int) -> int:
        """Bytes of the file, were it ended after one more payload of this length, and a whole picture."""
        chunks = (length, self._spacing.length, len(self._index) + PLACE_LENGTH)
        return self.size + sum(chunks) + len(chunks) * (HEADER_LENGTH + CHECK_LENGTH) + END_LENGTH

    def close(self, position: int, received: int) -> None:
        """Write the index and the end; the last picture was shown until this position. Raises UsageError."""
        index_at, index = self.size, bytes(self._index)
        try:
            self._append(Chunk(Kind.INDEX, position, received, index))
            end = serialize_end(index_at, self.pictures)
            self._append(Chunk(Kind.END, position, received, end))
        finally:
            self._file.close()

    def _note(self, chunk: Chunk, offset: int) -> None:
        """Playing may begin at this chunk."""
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
            raise UsageError(
                f"cannot write on {self.name}: {_reason(error)}; what was written before can be played"
            ) from None
        self.size += len(data)


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
