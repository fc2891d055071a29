"""Whatever a file holds, it is a recording, one up to some byte, or none, whatever is then asked of it.

Input: a file. If its first byte is not that of a recording, it is put right, and with it all checks: else nothing would
be read behind a change.
"""

import itertools
import struct
import zlib

from tests.fuzz.laws.memory_file import memory_file
from tests.fuzz.laws.sentence import check_sentence
from tests.fuzz.laws.session import is_played
from ws_stream.errors import ProtocolError, UsageError
from ws_stream.protocol import control, messages
from ws_stream.recording import Recording
from ws_stream.recording.chunk import CHECK_LENGTH, HEAD_LENGTH, HEADER_LENGTH, MAGIC, Kind

MOST_PICTURES = 64
"""Looked at, of one recording."""


def check(data: bytes) -> None:
    content = data if data[:1] == MAGIC[:1] else mended(data)
    with memory_file(content) as path:
        try:
            with Recording(path) as recording:
                _check(recording)
        except UsageError as error:
            check_sentence(error)


def mended(data: bytes) -> bytes:
    """The same with right checks, and the beginning of a recording."""
    content = bytearray(MAGIC + data[len(MAGIC) :])
    check = _put(content, 0, HEAD_LENGTH - CHECK_LENGTH, 0)
    at = HEAD_LENGTH
    while at + HEADER_LENGTH <= len(content):
        (length,) = struct.unpack_from("<I", content, at + 4)
        payload = at + HEADER_LENGTH
        check = _put(content, at, payload - CHECK_LENGTH, check)
        if payload + length + CHECK_LENGTH > len(content):
            break
        check = _put(content, payload, payload + length, check)
        at = payload + length + CHECK_LENGTH
    return bytes(content)


def _put(content: bytearray, start: int, end: int, before: int) -> int:
    """Writes the check of these bytes behind them."""
    check = zlib.crc32(content[start:end], before)
    if end + CHECK_LENGTH <= len(content):
        struct.pack_into("<I", content, end, check)
    return check


def _check(recording: Recording) -> None:
    assert 0 <= recording.places <= recording.size
    assert recording.seconds >= 0
    if not _is_small(recording):
        return
    recording.times()
    whole = list(itertools.islice(recording, MOST_PICTURES))
    numbers = [moment.number for moment in whole]
    assert numbers == [number + numbers[0] for number in range(len(numbers))]
    for number in numbers[:: max(1, len(numbers) // 4)]:
        again = next(recording.seek(number=number), None)
        assert again is None or again.number >= number
    next(recording.seek(seconds=recording.seconds / 2), None)
    for _ in itertools.islice(recording.played(), MOST_PICTURES):
        pass


def _is_small(recording: Recording) -> bool:
    """Whether all of its pictures are, or it ends before one that is not."""
    try:
        for chunk in recording.chunks():
            if chunk.kind == Kind.ANNOUNCEMENT:
                told = control.parse_from_server(chunk.payload)
                if isinstance(told, messages.Announcement) and not is_played(told):
                    return False
    except (UsageError, ProtocolError):
        pass
    return True
