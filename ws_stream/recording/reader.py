"""A recording as programs read it: its pictures in their order, from any of them on.

Knows nothing of how the bytes lie (chunk, file) nor of what a message makes of a picture (playback).
"""

from bisect import bisect_right
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from os import PathLike
from pathlib import Path
from typing import NamedTuple, Self

from ..arguments import PATH, above, optional, whole
from ..errors import ProtocolError, UsageError
from ..limits import MAX_TIME
from ..pixels.frame import Frame
from ..protocol.messages import Announcement
from .chunk import (
    CHECK_LENGTH,
    HEADER_LENGTH,
    Chunk,
    Header,
    Kind,
    Place,
    parse_check,
    parse_end,
    parse_index,
)
from .file import Found, RecordingFile
from .playback import BASE_END, Playback, stands_alone

MICROSECONDS = 1_000_000
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
        self.is_complete = False
        """Whether it was ended in order; else it was cut off, or is being written."""
        self.seconds = 0.0
        """How long it lasts: until its end, or the last picture of one without an end."""
        self._places: list[Place] = []
        self._pictures = 0
        try:
            self._load()
            if not self._places:
                self._scan()
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
        return self._begin(self._places[0]).announcement if self._places else None

    def __len__(self) -> int:
        return self._pictures

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
        at = None if seconds is None else round(seconds * MICROSECONDS)
        return self._from_number(number or 0) if at is None else self._from_position(at)

    def times(self) -> list[float]:
        """When each picture was taken, in seconds from the first one on; none is decoded. Raises UsageError."""
        headers = (header for header, _ in self._file.headers())
        return [head.position / MICROSECONDS for head in headers if head.kind == Kind.PICTURE]

    def chunks(self) -> Iterator[Chunk]:
        """All that was kept, first to last, each checked. Raises UsageError where it is damaged."""
        return (found.chunk for found in self._file.chunks())

    def played(self, seconds: float = 0) -> Iterator[tuple[Chunk, Frame | None]]:
        """The chunks from a place before this moment on, and the picture that each shows. Raises UsageError."""
        if not self._places:
            return
        place = self._places[max(0, self._at(round(seconds * MICROSECONDS)))]
        playback = self._begin(place)
        announcement = self._file.chunk(place.announcement)
        assert announcement
        yield announcement.chunk, None
        for found in self._file.chunks(place.offset):
            yield found.chunk, self._apply(playback, found)

    def has_place_between(self, begin: float, end: float) -> bool:
        """Whether, to go on from one moment to another, it is quicker to seek; in seconds."""
        return self._at(round(begin * MICROSECONDS)) < self._at(round(end * MICROSECONDS))

    @property
    def places(self) -> int:
        """At how many pictures playing may begin."""
        return len(self._places)

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
        return bisect_right(self._places, position, key=lambda place: place.position) - 1

    def _from_number(self, number: int) -> Iterator[Moment]:
        if not self._places or number >= self._pictures:
            return
        at = bisect_right(self._places, number, key=lambda place: place.picture) - 1
        for _, moment in self._play(self._places[max(0, at)]):
            if moment.number >= number:
                yield moment

    def _from_position(self, position: int) -> Iterator[Moment]:
        if not self._places:
            return
        played = self._play(self._places[max(0, self._at(position))])
        shown = damage = None
        try:
            for at, moment in played:
                if shown and at > position:
                    played = chain([(at, moment)], played)
                    break
                shown = moment
        except UsageError as error:
            damage = error
        if shown and (not damage or round(shown.seconds * MICROSECONDS) >= position):
            yield shown
        if damage:
            raise damage
        for _, moment in played:
            yield moment

    def _play(self, place: Place) -> Iterator[tuple[int, Moment]]:
        """The pictures from a place on, each after its position."""
        playback, number = self._begin(place), place.picture
        for found in self._file.chunks(place.offset):
            if frame := self._apply(playback, found):
                at = found.chunk.position
                yield at, Moment(at / MICROSECONDS, number, frame)
                number += 1
                if self.is_complete and number == self._pictures:
                    return

    def _begin(self, place: Place) -> Playback:
        """A player to which the announcement of a place was made. Raises UsageError if the file is not as indexed."""
        playback = Playback()
        announced = self._file.chunk(place.announcement)
        first = self._file.chunk(place.offset)
        if announced and announced.chunk.kind == Kind.ANNOUNCEMENT:
            self._apply(playback, announced)
            if first and first.check == place.check and stands_alone(first.chunk.payload):
                return playback
        raise self._file.refusal(place.offset, ProtocolError("it is not what the index says"))

    def _apply(self, playback: Playback, found: Found) -> Frame | None:
        try:
            return playback.apply(found.chunk)
        except ProtocolError as error:
            raise self._file.refusal(found.offset, error) from None

    def _load(self) -> None:
        """Read the end and the index, as far as there are any that can be right."""
        end = self._file.end()
        if end is None:
            return
        with suppress(ProtocolError, UsageError):
            index_at, self._pictures = parse_end(end.chunk.payload)
            self.seconds = end.chunk.position / MICROSECONDS
            self.is_complete = True
            index = self._file.chunk(index_at)
            if index and index.chunk.kind == Kind.INDEX and index.end == end.offset:
                self._places = parse_index(index.chunk.payload)

    def _scan(self) -> None:
        """Find out by the headers of all chunks what an index would say. Raises UsageError if all is damaged."""
        announced_at = pictures = 0
        try:
            for header, offset in self._file.headers():
                if header.kind == Kind.ANNOUNCEMENT:
                    announced_at = offset
                elif header.kind in (Kind.PICTURE, Kind.WHOLE):
                    pictures += header.kind == Kind.PICTURE
                    self._scan_picture(header, offset, announced_at, pictures - 1)
                if not self.is_complete:
                    self._pictures, self.seconds = pictures, header.position / MICROSECONDS
        except UsageError:
            if not self._places:  # else what is before is played, then this is raised again
                raise

    def _scan_picture(self, header: Header, offset: int, announced_at: int, number: int) -> None:
        """Note the picture as a place if playing may begin there."""
        if stands_alone(self._file.read(offset + HEADER_LENGTH, BASE_END)):
            check_at = self._file.end_of(header, offset) - CHECK_LENGTH
            check = parse_check(self._file.read(check_at, CHECK_LENGTH))
            self._places.append(Place(announced_at, offset, header.position, number, check))
