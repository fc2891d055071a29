"""A part of a recording as a recording of its own. Knows nothing of where the part comes from."""

from collections.abc import Callable, Iterator

from ..codec import encode
from ..errors import UsageError
from ..pixels.frame import Frame
from .chunk import Chunk, Kind
from .playback import stands_alone
from .writer import Addition, Writer

_OF_THE_WHOLE = (Kind.WHOLE, Kind.INDEX, Kind.END)
"""Kinds that each recording has its own of."""


def whole(picture: Chunk, frame: Frame) -> Chunk:
    """The chunk of a picture as one that stands alone."""
    is_alone = picture.kind == Kind.PICTURE and stands_alone(picture.payload)
    return picture if is_alone else picture._replace(kind=Kind.PICTURE, payload=encode(frame))


class Excerpt:
    """Writes chunks so that they play alone, however they began; its first picture is at position 0."""

    def __init__(self, writer: Writer, origin: int = 0) -> None:
        self.writer = writer
        self._origin = origin

    def begin(self, announcement: Chunk, picture: Chunk, frame: Frame) -> None:
        """Let this picture be the first one."""
        self.add(announcement._replace(position=self._origin))
        self.add(whole(picture, frame)._replace(position=self._origin), frame)

    def prepare(self, chunk: Chunk, frame: Frame | None = None) -> Addition:
        """What is to be written of a chunk, with the picture that it shows."""
        return self.writer.prepare(chunk._replace(position=self._since(chunk.position)), frame)

    def add(self, chunk: Chunk, frame: Frame | None = None) -> None:
        """Append a chunk, with the picture that it shows. Raises UsageError."""
        self.writer.write(self.prepare(chunk, frame))

    def close(self, position: int, received: int) -> None:
        """The last picture was shown until then. Raises UsageError."""
        self.writer.close(self._since(position), received)

    def _since(self, position: int) -> int:
        return max(0, position - self._origin)


def cut(
    played: Iterator[tuple[Chunk, Frame | None]],
    open_writer: Callable[[], Writer],
    begin: int,
    end: int,
) -> None:
    """Write what was shown from `begin` to `end`; where it is damaged, what is before the damage.

    Raises UsageError for that, and when there is no picture or no room.
    """
    damage: list[UsageError] = []
    part = _Part(open_writer, begin)
    for chunk, frame in _sound(played, damage):
        if chunk.position > end:
            break
        part.take(chunk, frame)
    if part.is_empty:
        raise damage[0] if damage else UsageError("there is no picture in this part")
    part.close(part.position if damage else end)
    if damage:
        raise damage[0]


def _sound(
    played: Iterator[tuple[Chunk, Frame | None]], damage: list[UsageError]
) -> Iterator[tuple[Chunk, Frame | None]]:
    """What comes before the damage, if there is any."""
    try:
        yield from played
    except UsageError as error:
        damage.append(error)


class _Part:
    """What is shown from one moment on."""

    def __init__(self, open_writer: Callable[[], Writer], begin: int) -> None:
        self.position = 0
        """Of the last chunk."""
        self._open = open_writer
        self._begin = begin
        self._received = 0
        self._announcement: Chunk | None = None
        self._shown: tuple[Chunk, Chunk, Frame] | None = None
        """What may be the first picture: its announcement, its message, and itself."""
        self._since: list[Chunk] = []
        """What came after it and is no picture."""
        self._excerpt: Excerpt | None = None

    def take(self, chunk: Chunk, frame: Frame | None) -> None:
        """Write a chunk, with the picture that it shows, if it is in the part."""
        self.position, self._received = chunk.position, chunk.received
        if chunk.position > self._begin:
            self._start()
        if chunk.kind == Kind.ANNOUNCEMENT:
            self._announcement = chunk
        if chunk.kind in _OF_THE_WHOLE and not frame:
            return
        if self._excerpt:
            self._excerpt.add(chunk, frame)
        elif frame and self._announcement:
            self._shown, self._since = (self._announcement, chunk, frame), []
        else:
            self._since.append(chunk)

    @property
    def is_empty(self) -> bool:
        """Whether no picture is shown in it."""
        return self._shown is None

    def close(self, position: int) -> None:
        """It ends here. Raises UsageError when there is no room."""
        self._start()
        assert self._excerpt
        self._excerpt.close(position, self._received)

    def _start(self) -> None:
        """Begin with the picture that is shown, if there is one."""
        if self._shown and self._excerpt is None:
            origin = max(self._begin, self._shown[1].position)
            self._excerpt = Excerpt(self._open(), origin)
            self._excerpt.begin(*self._shown)
            for chunk in self._since:
                self._excerpt.add(chunk)
