"""A recording as programs read it: whatever was done to its file, never a wrong picture."""

import os
import resource
import struct
import zlib
from bisect import bisect_right
from collections.abc import Callable
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given

from tests.recording.recorded import (
    Message,
    all_same,
    frames,
    frames_of,
    histories,
    received,
    recording_of,
    same,
    saved,
    shown,
)
from ws_stream import Frame, UsageError, codec, open_recording
from ws_stream.recording import chunk as c
from ws_stream.recording import playback
from ws_stream.recording.chunk import Chunk, Kind
from ws_stream.recording.file import RecordingFile

FRAMES = frames(range(100))
SMALL = frames([1, 2, 3, 4])
OTHER = frames(range(20), epoch=9)


def small() -> bytes:
    """A recording of a few hundred bytes."""
    return resynced(SMALL)


def resynced(shown: list[Frame]) -> bytes:
    """A recording whose third picture answers a resync."""
    first, again = list(received(shown[:2])), list(received(shown[2:]))
    return recording_of([*first, *again[1:]], after=10**6)


@given(histories())
def test_every_picture_is_found_by_its_number_and_by_its_time(history: list[Message]) -> None:
    expected = frames_of(history)
    with TemporaryDirectory() as folder:
        path = saved(Path(folder, "a.wss"), history, after=10**6)
        with open_recording(path) as recording:
            assert len(recording) == len(expected)
            times = recording.times()
            assert [moment.seconds for moment in recording] == times
            for number in {0, len(expected) // 3, len(expected) // 2, len(expected) - 1}:
                assert same(next(recording.seek(number=number)).frame, expected[number])
                last = bisect_right(times, times[number]) - 1
                assert next(recording.seek(seconds=times[number])).number == last
                after = [moment.number for moment in recording.seek(seconds=times[number])]
                assert after == list(range(last, len(expected)))


def test_it_says_what_it_holds(tmp_path: Path) -> None:
    with open_recording(saved(tmp_path / "a.wss", received(FRAMES), after=500_000)) as recording:
        assert (len(recording), recording.seconds, recording.is_complete) == (100, 10.4, True)
        assert recording.announcement
        assert recording.announcement.name == "camera"
        assert recording.path == tmp_path / "a.wss"


def test_past_its_end_it_shows_the_last_picture_and_none_of_a_higher_number(
    tmp_path: Path,
) -> None:
    with open_recording(saved(tmp_path / "a.wss", received(FRAMES))) as recording:
        assert [moment.number for moment in recording.seek(seconds=1e6)] == [99]
        assert list(recording.seek(number=100)) == []


@pytest.mark.parametrize(
    "arguments", [{}, {"seconds": 1, "number": 1}, {"seconds": -1}, {"number": -1}, {"number": 1.5}]
)
def test_a_place_that_cannot_be_is_refused(tmp_path: Path, arguments: dict[str, float]) -> None:
    path = saved(tmp_path / "a.wss", received(FRAMES))
    with open_recording(path) as recording, pytest.raises(UsageError):
        recording.seek(**arguments)  # type: ignore[arg-type] # wrong on purpose


def test_a_recording_without_a_picture_shows_none(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.wss", list(received(FRAMES))[:1])
    with open_recording(path) as recording:
        assert (len(recording), list(recording), recording.announcement) == (0, [], None)
        assert list(recording.seek(seconds=1)) == []
        assert list(recording.played()) == []


def test_a_file_cut_anywhere_plays_up_to_the_cut(tmp_path: Path) -> None:
    data, path = small(), tmp_path / "a.wss"
    lengths = []
    for end in range(c.HEAD_LENGTH, len(data)):
        path.write_bytes(data[:end])
        played = shown(path)
        assert all_same(played, SMALL[: len(played)])
        lengths.append(len(played))
        with open_recording(path) as recording:
            assert (len(recording), recording.is_complete) == (len(played), False)
    assert lengths == sorted(lengths)
    assert set(lengths) == set(range(5))


@pytest.mark.parametrize("end", range(c.HEAD_LENGTH))
def test_a_file_without_the_first_bytes_is_refused_in_a_sentence(tmp_path: Path, end: int) -> None:
    (tmp_path / "a.wss").write_bytes(small()[:end])
    with pytest.raises(UsageError, match=f"has {end} bytes, and a recording begins with 16"):
        open_recording(tmp_path / "a.wss")


def outcome(path: Path) -> tuple[list[Frame], bool]:
    """What can be played of a file, and whether it then says that it is damaged."""
    played: list[Frame] = []
    try:
        with open_recording(path) as recording:
            played += (moment.frame for moment in recording)
    except UsageError as error:
        assert str(error).isprintable()
        return played, True
    return played, False


def each_seek(path: Path) -> None:
    """Each picture that is sought is the right one, or refused."""
    try:
        with open_recording(path) as recording:
            for number, frame in enumerate(SMALL):
                try:
                    found = next(recording.seek(number=number), None)
                except UsageError:
                    continue
                assert found is None or (found.number == number and same(found.frame, frame))
    except UsageError:
        pass


def test_no_flipped_bit_shows_a_wrong_picture(tmp_path: Path) -> None:
    data, path = small(), tmp_path / "a.wss"
    path.write_bytes(data)
    index = len(data) - c.END_LENGTH - 2 * c.PLACE_LENGTH - c.HEADER_LENGTH - c.CHECK_LENGTH
    with path.open("r+b", buffering=0) as file:
        for at, bit in product(range(len(data)), range(8)):
            os.pwrite(file.fileno(), bytes([data[at] ^ 1 << bit]), at)
            played, told = outcome(path)
            assert all_same(played, SMALL[: len(played)])
            assert told or (len(played) == len(SMALL) and at >= index)
            if bit == at % 8:
                each_seek(path)
            os.pwrite(file.fileno(), data[at : at + 1], at)


def damaged_at(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def test_what_is_damaged_behind_the_last_picture_takes_no_picture_away(tmp_path: Path) -> None:
    said = Message('{"type":"problem","reason":"no signal"}', None, SMALL[-1].time)
    data, path = recording_of([*received(SMALL), said], after=10**6), tmp_path / "a.wss"
    *_, text, index, end = pieces(data)
    first = len(data) - len(text + index + end)
    with open_recording(saved(path, [*received(SMALL), said], after=10**6)) as recording:
        seconds = recording.seconds
    for at in range(first, len(data) - len(end) - c.CHECK_LENGTH):
        path.write_bytes(damaged_at(data, at))
        assert all_same(shown(path), SMALL)
        with open_recording(path) as recording:
            assert (len(recording), recording.is_complete) == (4, True)
            assert (recording.seconds, recording.times()) == (seconds, [0, 0.1, 0.2, 0.3])
            assert all_same([frame for _, frame in recording.played() if frame], SMALL)
            assert same(next(recording.seek(seconds=99)).frame, SMALL[-1])
            with pytest.raises(UsageError, match="cannot be played from byte"):
                list(recording.chunks())


def test_the_last_picture_before_the_damage_is_sought_by_its_time_and_nothing_after_it(
    tmp_path: Path,
) -> None:
    data, path = small(), tmp_path / "a.wss"
    damaged = length_of(data, 5) - 10
    path.write_bytes(data[:damaged] + b"?" + data[damaged + 1 :])
    with open_recording(path) as recording:
        found = recording.seek(seconds=0.1)
        assert [next(found).number, next(found).number] == [1, 2]
        with pytest.raises(UsageError, match="cannot be played from byte"):
            next(found)
        for known in (0.2, 0.25, 0.299):  # the header says when the next one came
            assert next(recording.seek(seconds=known)).number == 2
        for unknown in (0.3, 9):
            with pytest.raises(UsageError, match="cannot be played from byte"):
                next(recording.seek(seconds=unknown))


def test_where_a_header_is_damaged_nobody_knows_how_long_the_picture_before_was_shown(
    tmp_path: Path,
) -> None:
    data, path = small(), tmp_path / "a.wss"
    path.write_bytes(damaged_at(data, length_of(data, 4)))
    with open_recording(path) as recording:
        assert next(recording.seek(seconds=0.2)).number == 2
        with pytest.raises(UsageError, match="cannot be played from byte"):
            next(recording.seek(seconds=0.25))


def pieces(data: bytes) -> list[bytes]:
    """The chunks of a recording."""
    with TemporaryDirectory() as folder:
        Path(folder, "a").write_bytes(data)
        file = RecordingFile(Path(folder, "a"))
        found = [data[chunk.offset : chunk.end] for chunk in file.chunks()]
        file.close()
    return found


def length_of(data: bytes, count: int) -> int:
    """Bytes of the head and so many chunks."""
    return c.HEAD_LENGTH + sum(map(len, pieces(data)[:count]))


def removed(all_: list[bytes], n: int) -> list[bytes]:
    return [*all_[:n], *all_[n + 1 :]]


def doubled(all_: list[bytes], n: int) -> list[bytes]:
    return [*all_[: n + 1], *all_[n:]]


def after_the_next(all_: list[bytes], n: int) -> list[bytes]:
    return [*all_[:n], *all_[n : n + 2][::-1], *all_[n + 2 :]]


def of_another(all_: list[bytes], n: int) -> list[bytes]:
    return [*all_[:n], *pieces(recording_of(received(OTHER)))[n:]]


def ended_by_another(all_: list[bytes], n: int) -> list[bytes]:
    return [*all_[:n], *pieces(recording_of(received(OTHER)))[-2:]]


def zeros(all_: list[bytes], n: int) -> list[bytes]:
    return [*all_[:n], bytes(5000)]


DAMAGES = (removed, doubled, after_the_next, of_another, ended_by_another, zeros)


@pytest.mark.parametrize("at", range(7))
@pytest.mark.parametrize("damage", DAMAGES)
def test_no_chunk_that_was_moved_shows_a_wrong_picture(
    tmp_path: Path, damage: Callable[[list[bytes], int], list[bytes]], at: int
) -> None:
    data, path = small(), tmp_path / "a.wss"
    assert len(pieces(data)) == 7
    path.write_bytes(data[: c.HEAD_LENGTH] + b"".join(damage(pieces(data), at)))
    played, told = outcome(path)
    all_there = len(played) == len(SMALL) and at >= 4  # only what follows the last one is another
    if damage is of_another and at == 0:
        assert all_same(played, OTHER)
    else:
        assert all_same(played, SMALL[: len(played)])
        assert told or all_there
        each_seek(path)


def test_pictures_that_only_the_end_of_another_recording_counts_are_not_counted(
    tmp_path: Path,
) -> None:
    data, path = small(), tmp_path / "a.wss"
    path.write_bytes(data[: c.HEAD_LENGTH] + b"".join(ended_by_another(pieces(data), 3)))
    with open_recording(path) as recording:
        assert (len(recording), recording.is_complete) == (2, False)


@pytest.mark.parametrize("pictures", [2**64 - 1, 2**63, 2**40, 10_000])
def test_pictures_that_have_no_room_in_the_file_are_not_counted(
    tmp_path: Path, pictures: int
) -> None:
    path, data = tmp_path / "a.wss", bytearray(small())
    (index, _), at = c.parse_end(bytes(data[-20:-4])), len(data) - 20
    data[at:-4] = c.serialize_end(index, pictures)
    (before,) = struct.unpack_from("<I", data, at - 4)
    data[-4:] = struct.pack("<I", zlib.crc32(data[at:-4], before))
    path.write_bytes(data)
    with open_recording(path) as recording:
        assert RecordingFile(path).end() is not None, "its checks are right"
        assert (len(recording), recording.is_complete) == (len(SMALL), False)
        assert len(recording.times()) == len(SMALL)
    each_seek(path)


def test_a_place_whose_chunk_is_of_another_recording_is_refused(tmp_path: Path) -> None:
    one, other = (resynced(frames(values)) for values in ([1, 2, 3, 4], [5, 6, 7, 8]))
    third, fourth = length_of(one, 3), length_of(one, 4)
    begin = (
        third - c.CHECK_LENGTH
    )  # what the third picture goes on from is of the other recording too
    path = tmp_path / "a.wss"
    path.write_bytes(one[:begin] + other[begin:fourth] + one[fourth:])
    with open_recording(path) as recording:
        assert recording.is_complete
        assert next(recording.seek(number=0)).frame.pixels[0, 0] == 1
        with pytest.raises(UsageError, match="it is not what the index says"):
            next(recording.seek(number=2))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "has 0 bytes, and a recording begins with 16"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "is no recording: it does not begin as a recording"),
        (b"\0" * 4096, "is no recording"),
        (small().replace(b"\r\n", b"\n"), "is no recording"),
        (b"GIF89a", "is no recording"),
    ],
)
def test_any_other_file_is_refused_in_a_sentence(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    (tmp_path / "a.wss").write_bytes(content)
    with pytest.raises(UsageError, match=sentence):
        open_recording(tmp_path / "a.wss")


@pytest.mark.parametrize("name", ["nothing", ".", "a\0b"])
def test_what_is_no_file_is_refused_in_a_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        open_recording(tmp_path / name)


def test_a_file_that_is_being_written_is_played_as_far_as_it_is(tmp_path: Path) -> None:
    data, path = recording_of(received(FRAMES)), tmp_path / "a.wss"
    path.write_bytes(data[: len(data) // 2])
    with open_recording(path) as recording:
        before = len(recording)
        with path.open("ab") as file:
            file.write(data[len(data) // 2 :])
        assert all_same([moment.frame for moment in recording], FRAMES[:before])
    assert all_same(shown(path), FRAMES)


def test_a_file_that_is_cut_while_it_is_played_ends_there(tmp_path: Path) -> None:
    data, path = recording_of(received(FRAMES)), tmp_path / "a.wss"
    path.write_bytes(data)
    with open_recording(path) as recording:
        path.write_bytes(data[: len(data) // 2])
        played = [moment.frame for moment in recording]
    assert 20 < len(played) < 80
    assert all_same(played, FRAMES[: len(played)])


def with_chunk(data: bytes, chunk: Chunk) -> bytes:
    """A recording, cut after its third chunk, with another one there."""
    before = data[: c.HEAD_LENGTH] + b"".join(pieces(data)[:3])
    return before + c.serialize(chunk, c.parse_check(before[-4:]))[0]


def test_a_chunk_of_a_later_version_is_skipped_or_refused_as_its_kind_says(tmp_path: Path) -> None:
    path = tmp_path / "a.wss"
    path.write_bytes(with_chunk(small(), Chunk(255, 0, 0, b"whatever")))
    assert all_same(shown(path), SMALL[:2])
    path.write_bytes(with_chunk(small(), Chunk(127, 0, 0, b"whatever")))
    played, told = outcome(path)
    assert (len(played), told) == (2, True)


def test_a_length_that_is_declared_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.wss"
    path.write_bytes(with_chunk(small(), Chunk(Kind.TEXT, 0, 0, bytes(c.MAX_PAYLOAD)))[:1000])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert all_same(shown(path), SMALL[:2])
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000


def test_a_seek_decodes_the_pictures_since_the_last_whole_one_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = frames(np.arange(2000) % 200)
    path, decoded = saved(tmp_path / "a.wss", received(many)), 0

    def counted(*arguments: object) -> Frame:
        nonlocal decoded
        decoded += 1
        return codec.decode(*arguments)  # type: ignore[arg-type] # passed on

    monkeypatch.setattr(playback, "decode", counted)
    with open_recording(path) as recording:
        for number in range(0, 2000, 97):
            decoded = 0
            assert same(next(recording.seek(number=number)).frame, many[number])
            assert decoded <= 66
