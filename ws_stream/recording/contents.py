"""What a recording file holds and where playing may begin, by its index or, where there is none, by all headers.

Decodes nothing.
"""

from contextlib import suppress
from typing import NamedTuple

from ..errors import ProtocolError, UsageError
from .chunk import (
    CHECK_LENGTH,
    HEADER_LENGTH,
    MICROSECONDS,
    Header,
    Kind,
    Place,
    parse_check,
    parse_index,
)
from .file import End, RecordingFile
from .playback import BASE_END, stands_alone


class Contents(NamedTuple):
    """What a file holds."""

    places: list[Place]
    pictures: int
    seconds: float
    """How long it lasts."""
    is_complete: bool
    """Whether it was ended in order, and all pictures are there."""


def contents(file: RecordingFile) -> Contents:
    """What this file holds. Raises UsageError if all of it is damaged."""
    end = file.end()
    if end and end.pictures * HEADER_LENGTH > end.offset:
        end = None  # so many have no room before it
    places = _indexed(file, end) if end else None
    if end and places is not None:
        return Contents(places, end.pictures, end.position / MICROSECONDS, is_complete=True)
    found = _scanned(file)
    if end and end.pictures == found.pictures:
        return found._replace(seconds=end.position / MICROSECONDS, is_complete=True)
    return found


def _indexed(file: RecordingFile, end: End) -> list[Place] | None:
    """The places of the index; None if there is none that can be right."""
    with suppress(ProtocolError, UsageError):
        index = file.chunk(end.index_at)
        if index and index.chunk.kind == Kind.INDEX and index.end == end.offset:
            return parse_index(index.chunk.payload)
    return None


def _scanned(file: RecordingFile) -> Contents:
    """What the headers of all chunks tell, up to damage: playing will come to it, and say so."""
    places: list[Place] = []
    pictures = position = announced_at = 0
    try:
        for header, offset in file.headers():
            position = header.position
            if header.kind == Kind.ANNOUNCEMENT:
                announced_at = offset
            elif header.kind in (Kind.PICTURE, Kind.WHOLE):
                pictures += header.kind == Kind.PICTURE
                if stands_alone(file.read(offset + HEADER_LENGTH, BASE_END)):
                    check = _check_of(file, header, offset)
                    places.append(Place(announced_at, offset, position, pictures - 1, check))
    except UsageError:
        if not places:
            raise
    return Contents(places, pictures, position / MICROSECONDS, is_complete=False)


def _check_of(file: RecordingFile, header: Header, offset: int) -> int:
    """The check at the end of a chunk, as it stands in the file."""
    return parse_check(file.read(file.end_of(header, offset) - CHECK_LENGTH, CHECK_LENGTH))
