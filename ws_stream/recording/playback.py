"""What a player holds, and what each chunk makes of it. Pure.

Knows nothing of files.
"""

from collections.abc import Iterable, Iterator
from struct import Struct

from ..codec import decode
from ..errors import ProtocolError
from ..pixels.frame import Frame
from ..protocol import control, messages
from .chunk import Chunk, Kind

_BASE = Struct("<I")
_BASE_AT = 12
BASE_END = _BASE_AT + _BASE.size
"""Bytes of a picture message that hold what `stands_alone` asks for."""


class Playback:
    """The picture that is held, and what was announced of it."""

    def __init__(self) -> None:
        self.announcement: messages.Announcement | None = None
        self.held: Frame | None = None

    def apply(self, chunk: Chunk) -> Frame | None:
        """The picture that the chunk shows; None if it shows none anew. Raises ProtocolError."""
        if chunk.kind == Kind.ANNOUNCEMENT:
            self._announce(chunk.payload)
        elif chunk.kind == Kind.PICTURE or (chunk.kind == Kind.WHOLE and self._is_blank):
            if self.held is None:
                raise ProtocolError("a picture before the announcement")
            self.held = decode(chunk.payload, self.held)
            return self.held
        return None

    @property
    def _is_blank(self) -> bool:
        return self.held is not None and self.held.number == 0

    def _announce(self, text: bytes) -> None:
        told = control.parse_from_server(text)
        if not isinstance(told, messages.Announcement):
            raise ProtocolError("an announcement of something else than a stream")
        self.held = told.blank()
        self.announcement = told


def play(chunks: Iterable[Chunk]) -> Iterator[tuple[Chunk, Frame | None]]:
    """Each chunk, and the picture that it shows; a whole picture shows one only where playing begins.

    Raises ProtocolError.
    """
    playback = Playback()
    for chunk in chunks:
        yield chunk, playback.apply(chunk)


def stands_alone(message: bytes) -> bool:
    """Whether a picture message, or its first bytes, is one against blank."""
    return len(message) >= BASE_END and _BASE.unpack_from(message, _BASE_AT)[0] == 0
