"""An open recording file: its chunks by where they begin, each checked before it is given out.

Knows nothing of pictures. A file that is cut anywhere, or still being written, is read as far as it goes.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from ..arguments import why
from ..errors import ProtocolError, UsageError
from .chunk import (
    CHECK_LENGTH,
    END_LENGTH,
    HEAD_LENGTH,
    HEADER_LENGTH,
    MAGIC,
    Chunk,
    Header,
    Kind,
    parse_check,
    parse_end,
    parse_head,
    parse_header,
    parse_payload,
)
from .writer import named


class Found(NamedTuple):
    """A chunk and where it was found."""

    chunk: Chunk
    offset: int
    end: int
    """Where the next one begins."""
    check: int
    """That at its end."""


class End(NamedTuple):
    """What the last chunk says, and where it was found."""

    offset: int
    position: int
    index_at: int
    """Where the index begins."""
    pictures: int


class RecordingFile:
    """Reads one file, as long as it was when it was opened."""

    def __init__(self, path: Path) -> None:
        self._fd = -1
        self.path = path
        self.name = named(path)
        """The path as it stands in a sentence."""
        try:
            self._fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except (OSError, ValueError) as error:
            raise UsageError(f"cannot read {self.name}: {why(error)}") from None
        try:
            self.size = os.fstat(self._fd).st_size
            self._check_head()
        except BaseException:
            self.close()
            raise

    def chunks(self, offset: int = HEAD_LENGTH) -> Iterator[Found]:
        """The chunks from there on, up to the last one that is whole. Raises UsageError for a damaged one."""
        while found := self.chunk(offset):
            yield found
            offset = found.end

    def chunk(self, offset: int) -> Found | None:
        """The chunk there; None if the file ends before its end. Raises UsageError for a damaged one."""
        try:
            return self._chunk(offset)
        except ProtocolError as error:
            raise self.refusal(offset, error) from None

    def headers(self, offset: int = HEAD_LENGTH) -> Iterator[tuple[Header, int]]:
        """Of each whole chunk from there on its header, and where it begins. Payloads are not read, nor checked.

        Raises UsageError at a damaged header.
        """
        while read := self._header(offset):
            header, _ = read
            yield header, offset
            offset = self.end_of(header, offset)

    def end(self) -> End | None:
        """What the last chunk says of a file that was ended in order; None of any other."""
        with suppress(ProtocolError, UsageError):
            found = self._chunk(self.size - END_LENGTH)
            if found and found.chunk.kind == Kind.END:
                return End(found.offset, found.chunk.position, *parse_end(found.chunk.payload))
        return None

    def end_of(self, header: Header, offset: int) -> int:
        """Where the chunk after this one begins."""
        return offset + HEADER_LENGTH + header.length + CHECK_LENGTH

    def read(self, offset: int, length: int) -> bytes:
        """So many bytes, fewer at the end of the file. Raises UsageError."""
        parts: list[bytes] = []
        length = max(0, min(length, self.size - offset))
        try:
            while length and (part := os.pread(self._fd, length, offset)):
                parts.append(part)
                offset, length = offset + len(part), length - len(part)
        except OSError as error:
            raise UsageError(f"cannot read {self.name}: {why(error)}") from None
        return b"".join(parts)

    def refusal(self, offset: int, error: Exception) -> UsageError:
        """What is said of a chunk that cannot be right."""
        return UsageError(
            f"{self.name} cannot be played from byte {offset} on: {error}; what is before it can be"
        )

    def close(self) -> None:
        """Let go of the file; closing again is no fault."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __del__(self) -> None:
        self.close()

    def _check_head(self) -> None:
        head = self.read(0, HEAD_LENGTH)
        if len(head) < HEAD_LENGTH and MAGIC.startswith(head[: len(MAGIC)]):
            raise UsageError(f"{self.name} has {len(head)} bytes, and a recording begins with 16")
        try:
            parse_head(head)
        except ProtocolError as error:
            raise UsageError(
                f"{self.name} is no recording: {error}; right would be a file of ws-stream record"
            ) from None

    def _header(self, offset: int) -> tuple[Header, int] | None:
        """The header there, and its check; None if the file ends before its chunk does."""
        before = self.read(offset - CHECK_LENGTH, CHECK_LENGTH + HEADER_LENGTH)
        if offset < HEAD_LENGTH or len(before) < CHECK_LENGTH + HEADER_LENGTH:
            return None
        try:
            header, check = parse_header(before[CHECK_LENGTH:], parse_check(before))
        except ProtocolError as error:
            raise self.refusal(offset, error) from None
        return (header, check) if self.end_of(header, offset) <= self.size else None

    def _chunk(self, offset: int) -> Found | None:
        read = self._header(offset)
        if read is None:
            return None
        header, check = read
        data = self.read(offset + HEADER_LENGTH, header.length + CHECK_LENGTH)
        if len(data) < header.length + CHECK_LENGTH:
            return None  # it was cut off after it was opened
        payload, last = parse_payload(data, check)
        chunk = Chunk(header.kind, header.position, header.received, payload)
        return Found(chunk, offset, self.end_of(header, offset), last)
