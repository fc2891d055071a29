"""A recording as programs read it: its pictures in their order, from any of them on.

Knows nothing of how the bytes lie (chunk, file) nor of what a message makes of a picture (playback).
"""

from bisect import bisect_right
from collections.abc import Iterator
from itertools import islice
from math import inf
from os import PathLike
from pathlib import Path
from typing import NamedTuple, Self

from ..arguments import PATH, above, optional, whole
from ..errors import ProtocolError, UsageError
from ..limits import MAX_TIME
from ..pixels.frame import Frame
from ..protocol.messages import Announcement
from .chunk import MICROSECONDS, Chunk, Kind, Place
from .contents import contents
from .file import Found, RecordingFile
from .playback import Playback, stands_alone

_SECONDS = above(-1e-9, MAX_TIME / MICROSECONDS, "seconds from the beginning, 0 or more")
_NUMBER = whole(0, 2**53)


class Moment(NamedTuple):
    """A picture of a recording."""

    seconds: float
    """When it was taken, from the first picture on."""
    number: int
    """Which picture of the recording it is, counted from 0."""
    frame: Frame


def open_recording(path: str | PathLike[str]) -> "Recording":
    """The recording in a file.

        with open_recording("boot.wss") as recording:
            for seconds, number, frame in recording:
                ...

    A file that was cut off, or is being written, is a recording of what is whole. Raises UsageError for any other.
    """
    return Recording(path)


class Recording:
    """The pictures of a recording, first to last; `seek` begins at any other. Raises UsageError where it is damaged."""

    def __init__(self, path: str | PathLike[str]) -> None:
        self._file = RecordingFile(Path(PATH.take("path", path)))
        try:
            self._contents = contents(self._file)
        except BaseException:
            self.close()
            raise

    @property
    def path(self) -> Path:
        """Its file."""
        return self._file.path

    @property
    def name(self) -> str:
        """Its file, as it stands in a sentence."""
        return self._file.name

    @property
    def announcement(self) -> Announcement | None:
        """What was said of the stream before its first picture; None where there is no picture."""
        if not self._contents.places:
            return None
        playback = Playback()
        self._apply(playback, next(self._chunks(self._contents.places[0])))
        return playback.announcement

    def __len__(self) -> int:
        return self._contents.pictures

    def __iter__(self) -> Iterator[Moment]:
        return self.seek(number=0)

    def seek(self, *, seconds: float | None = None, number: int | None = None) -> Iterator[Moment]:
        """The pictures from one on: the one shown after so many seconds, or that of this number, counted from 0.

        Past the end, the last picture is shown, and there is none of a higher number. Raises UsageError.
        """
        seconds = optional(_SECONDS).take("seconds", seconds)
        number = optional(_NUMBER).take("number", number)
        if (seconds is None) == (number is None):
            raise UsageError("seek takes either seconds or a number; right would be one of them")
        if seconds is None:
            return self._from_number(number or 0)
        return self._from_position(round(seconds * MICROSECONDS))

    def times(self) -> list[float]:
        """When each picture was taken, in seconds from the first one on; none is decoded. Raises UsageError."""
        headers = (header for header, _ in self._file.headers())
        times = (head.position / MICROSECONDS for head in headers if head.kind == Kind.PICTURE)
        return list(islice(times, len(self) if self.is_complete else None))

    def chunks(self) -> Iterator[Chunk]:
        """All that was kept, first to last, each checked. Raises UsageError where it is damaged."""
        return (found.chunk for found in self._file.chunks())

    def played(self, seconds: float = 0) -> Iterator[tuple[Chunk, Frame | None]]:
        """The chunks from a place before this moment on, and the picture that each shows. Raises UsageError.

        The first is the announcement that holds there. What is damaged behind the last picture, as the index may be,
        is the end.
        """
        if self._contents.places:
            place = self._contents.places[max(0, self._at(round(seconds * MICROSECONDS)))]
            yield from ((found.chunk, frame) for found, frame in self._played(place))

    def has_place_between(self, begin: float, end: float) -> bool:
        """Whether, to go on from one moment to another, it is quicker to seek; in seconds."""
        return self._at(round(begin * MICROSECONDS)) < self._at(round(end * MICROSECONDS))

    @property
    def seconds(self) -> float:
        """How long it lasts: until its end, or the last picture of one without an end."""
        return self._contents.seconds

    @property
    def is_complete(self) -> bool:
        """Whether it was ended in order; else it was cut off, or is being written."""
        return self._contents.is_complete

    @property
    def places(self) -> int:
        """At how many pictures playing may begin."""
        return len(self._contents.places)

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self._file.size

    def close(self) -> None:
        """Let go of the file; closing again is no fault."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _at(self, position: int) -> int:
        return bisect_right(self._contents.places, position, key=lambda place: place.position) - 1

    def _from_number(self, number: int) -> Iterator[Moment]:
        if not self._contents.places or number >= self._contents.pictures:
            return
        at = bisect_right(self._contents.places, number, key=lambda place: place.picture) - 1
        for _, moment in self._play(self._contents.places[max(0, at)]):
            if moment.number >= number:
                yield moment

    def _from_position(self, position: int) -> Iterator[Moment]:
        if not self._contents.places:
            return
        for found, moment in self._play(self._contents.places[max(0, self._at(position))]):
            if found.chunk.position > position or self._until(found, moment) > position:
                yield moment

    def _until(self, found: Found, moment: Moment) -> float:
        """The position of the next picture; behind damage, of which nothing is known, the next there is."""
        if self._is_last(moment.number):
            return inf
        try:
            headers = self._file.headers(found.end)
            return next((head.position for head, _ in headers if head.kind == Kind.PICTURE), inf)
        except UsageError:
            return found.chunk.position + 1

    def _is_last(self, number: int) -> bool:
        return self.is_complete and number == self._contents.pictures - 1

    def _play(self, place: Place) -> Iterator[tuple[Found, Moment]]:
        """The pictures from a place on, each after its chunk."""
        number = place.picture
        for found, frame in self._played(place):
            if frame:
                yield found, Moment(found.chunk.position / MICROSECONDS, number, frame)
                number += 1

    def _played(self, place: Place) -> Iterator[tuple[Found, Frame | None]]:
        playback, number = Playback(), place.picture - 1
        try:
            for found in self._chunks(place):
                frame = self._apply(playback, found)
                number += frame is not None
                yield found, frame
        except UsageError:
            if not self._is_last(number):
                raise

    def _chunks(self, place: Place) -> Iterator[Found]:
        """The announcement that holds at a place, and the chunks from there on.

        Raises UsageError if the file is not as indexed.
        """
        announced, first = self._file.chunk(place.announcement), self._file.chunk(place.offset)
        if not (
            announced
            and first
            and announced.chunk.kind == Kind.ANNOUNCEMENT
            and first.check == place.check
            and stands_alone(first.chunk.payload)
        ):
            raise self._file.refusal(place.offset, ProtocolError("it is not what the index says"))
        yield announced
        yield first
        yield from self._file.chunks(first.end)

    def _apply(self, playback: Playback, found: Found) -> Frame | None:
        try:
            return playback.apply(found.chunk)
        except ProtocolError as error:
            raise self._file.refusal(found.offset, error) from None
