"""One recording in several files."""

import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.recording.recorded import (
    BEGAN,
    Message,
    all_same,
    frames,
    frames_of,
    histories,
    received,
    record,
    saved,
    shown,
)
from ws_stream import UsageError
from ws_stream.recording import Recording
from ws_stream.recording.files import Files, Limits, Names

FRAMES = frames(range(50))


def written(folder: Path, limits: Limits, messages: list[Message] | None = None) -> list[Path]:
    names = Names(folder / "a.wss")
    record(received(FRAMES) if messages is None else messages, Files(names, limits))
    return names.made


def test_one_file_is_what_was_recorded(tmp_path: Path) -> None:
    (only,) = written(tmp_path, Limits())
    assert only.read_bytes() == saved(tmp_path / "b.wss", received(FRAMES)).read_bytes()


def test_after_so_long_the_next_file_begins_and_each_plays_alone(tmp_path: Path) -> None:
    files = written(tmp_path, Limits(seconds=2))
    assert [file.name for file in files] == ["a.wss", "a-2.wss", "a-3.wss"]
    for number, file in enumerate(files):
        assert all_same(shown(file), FRAMES[20 * number : 20 * number + 20])
        with Recording(file) as recording:
            assert recording.is_complete
            assert [moment.seconds for moment in recording][:2] == [0, 0.1]


def test_no_file_is_larger_than_it_may_be_and_no_picture_is_lost(tmp_path: Path) -> None:
    files = written(tmp_path, Limits(size=2000))
    assert 1 < len(files) < 25
    assert all(file.stat().st_size <= 2000 for file in files)
    assert all_same([frame for file in files for frame in shown(file)], FRAMES)


@given(histories(), st.integers(300, 5000))
def test_no_picture_is_lost_between_files(history: list[Message], size: int) -> None:
    with TemporaryDirectory() as folder:
        files = written(Path(folder), Limits(size=size), history)
        assert all_same([frame for file in files for frame in shown(file)], frames_of(history))


@given(histories(), st.integers(300, 5000), st.integers(300, 9000))
def test_nothing_is_larger_than_it_may_be_but_a_file_of_one_picture(
    history: list[Message], size: int, in_all: int
) -> None:
    with TemporaryDirectory() as folder:
        names = Names(Path(folder) / "a.wss")
        with suppress(UsageError):  # where not even one picture has room
            record(history, Files(names, Limits(size=size, in_all=in_all)))
            assert sum(file.stat().st_size for file in names.made) <= in_all
        for file in names.made:
            assert file.stat().st_size <= size or len(shown(file)) <= 1
            with Recording(file) as recording:
                assert recording.is_complete


@pytest.mark.parametrize("in_all", range(1000, 40_000, 1500))
def test_a_bound_for_all_files_holds_wherever_they_are_full(tmp_path: Path, in_all: int) -> None:
    noise = [
        replace(frame, pixels=np.random.default_rng(n).integers(0, 255, (24, 40), np.uint8))
        for n, frame in enumerate(frames(range(60)))
    ]
    names = Names(tmp_path / "a.wss")
    with suppress(UsageError):
        record(received(noise), Files(names, Limits(seconds=1, in_all=in_all)))
        assert sum(file.stat().st_size for file in names.made) <= in_all


def test_what_is_no_picture_and_finds_no_room_is_left_out_and_the_next_file_begins(
    tmp_path: Path,
) -> None:
    history = list(received(FRAMES))
    history[20:20] = [Message(json.dumps({"type": "new", "x": "x" * 1900}), None, BEGAN)]
    files = written(tmp_path, Limits(size=2000), history)
    assert all(file.stat().st_size <= 2000 for file in files)
    assert all_same([frame for file in files for frame in shown(file)], FRAMES)


def test_when_all_files_together_are_full_nothing_more_is_written(tmp_path: Path) -> None:
    names = Names(tmp_path / "a.wss")
    files = Files(names, Limits(size=2000, in_all=5000))
    record(received(FRAMES), files)
    assert files.is_full
    assert files.size == sum(file.stat().st_size for file in names.made) <= 5000
    played = [frame for file in names.made for frame in shown(file)]
    assert all_same(played, FRAMES[: len(played)])
    assert len(names.made) == 3


def test_where_no_picture_has_room_that_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"a\.wss may not be so small; right would be more"):
        written(tmp_path, Limits(in_all=100))
    assert not list(tmp_path.iterdir())


def test_of_the_files_after_the_first_those_that_are_there_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a-2.wss").write_bytes(b"precious")
    files = written(tmp_path, Limits(seconds=2))
    assert [file.name for file in files] == ["a.wss", "a-3.wss", "a-4.wss"]
    assert (tmp_path / "a-2.wss").read_bytes() == b"precious"
    with pytest.raises(UsageError, match=r"a\.wss is there already"):
        Names(tmp_path / "a.wss")


def test_until_something_comes_there_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no picture came, so there is nothing to keep"):
        written(tmp_path, Limits(), [])
    assert not list(tmp_path.iterdir())
