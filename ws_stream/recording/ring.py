"""The last so many seconds of a stream, kept in memory until somebody wants them in a file.

Knows nothing of where chunks come from.
"""

from collections import deque
from typing import NamedTuple

from ..codec import encode
from ..errors import UsageError
from ..pixels.frame import Frame
from .chunk import MICROSECONDS, Chunk, Kind
from .excerpt import cut
from .files import NOTHING_CAME, Names
from .playback import play, stands_alone
from .spacing import Spacing

MAX_RING_BYTES = 256 * 2**20
"""Bytes of memory unless more is allowed: a minute of a screen takes a tenth of it, noise five seconds."""


class _Run(NamedTuple):
    """Chunks that are dropped together: the first stands alone."""

    announcement: Chunk
    chunks: list[Chunk]


class Ring:
    """Keeps what was shown in the last seconds; a sink of a recorder."""

    def __init__(self, names: Names, seconds: float, most_bytes: int = MAX_RING_BYTES) -> None:
        self.size = 0
        """Bytes kept."""
        self._names = names
        self._length = round(seconds * MICROSECONDS)
        self._most = most_bytes
        self._runs: deque[_Run] = deque()
        self._spacing = Spacing()
        self._announcement: Chunk | None = None

    def add(self, chunk: Chunk, frame: Frame | None = None) -> None:
        """Keep a chunk, with the picture that it shows."""
        if chunk.kind == Kind.ANNOUNCEMENT:
            self._announcement = chunk
        if frame and stands_alone(chunk.payload):
            self._begin(chunk)
        elif self._runs and (frame or self.size <= self._most):
            self._runs[-1].chunks.append(chunk)
            self.size += len(chunk.payload)
            if frame and not self._spacing.is_due(len(chunk.payload)):
                self._spacing.message(len(chunk.payload))
            elif frame:
                self._begin(chunk._replace(kind=Kind.WHOLE, payload=encode(frame)))
        self._trim(chunk.position)

    def close(self, position: int, received: int) -> None:
        """Write what is kept, up to now. Raises UsageError."""
        self.dump(position)

    def dump(self, position: int) -> None:
        """Write what was shown in the seconds before this position into the next file. Raises UsageError."""
        if not self._runs:
            raise UsageError(NOTHING_CAME)
        chunks = [self._runs[0].announcement]
        for run in self._runs:
            chunks += run.chunks
        cut(play(chunks), self._names.open, max(0, position - self._length), position)

    def _begin(self, chunk: Chunk) -> None:
        assert self._announcement
        self._runs.append(_Run(self._announcement, [chunk]))
        self.size += len(chunk.payload)
        self._spacing.whole(len(chunk.payload))

    def _trim(self, position: int) -> None:
        while len(self._runs) > 1 and (
            self._runs[1].chunks[0].position <= position - self._length or self.size > self._most
        ):
            self.size -= sum(len(chunk.payload) for chunk in self._runs.popleft().chunks)
