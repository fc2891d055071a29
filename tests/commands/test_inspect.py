"""What is said of a recording, and a part of it."""

from pathlib import Path

import pytest

from tests.recording.recorded import (
    Message,
    all_same,
    announced,
    frames,
    received,
    recording_of,
    saved,
    shown,
)
from ws_stream import Recording, UsageError
from ws_stream.commands.inspect import cut_file, info
from ws_stream.protocol import control, messages

FRAMES = frames(range(30))


def said(path: Path) -> list[str]:
    with Recording(path) as recording:
        return [line.removeprefix(str(path)) for line in info(recording)]


def test_it_says_what_a_recording_holds(tmp_path: Path) -> None:
    came = [
        *received(FRAMES[:3]),
        Message(control.serialize(messages.Problem("no signal")), None, 0),
        Message(control.serialize(messages.Problem(None)), None, 0),
        Message(None, None, FRAMES[2].time + 5_000),
        *received(frames([1], epoch=8, first=21)),
    ]
    lines = said(saved(tmp_path / "a.wss", came))
    assert lines[0].startswith(": 4 pictures in 0.200 s, ")
    assert lines[1:] == [
        "     0.000 s  camera, 4x3 gray8",
        "recorded from 2025-10-09 08:53:20 UTC on",
        "     0.200 s  no pictures: no signal",
        "     0.200 s  pictures again",
        "     0.200 s  the connection was lost: the cable",
        "     0.200 s  camera, 4x3 gray8",
    ]


def test_it_says_that_a_recording_was_not_ended(tmp_path: Path) -> None:
    (tmp_path / "a.wss").write_bytes(recording_of(received(FRAMES))[:-1])
    assert said(tmp_path / "a.wss")[-1] == (
        "it was not ended in order: it was cut off, or is still being written"
    )


def test_it_finds_any_damage(tmp_path: Path) -> None:
    data = bytearray(recording_of(received(FRAMES)))
    data[len(data) // 2] ^= 1
    (tmp_path / "a.wss").write_bytes(data)
    with pytest.raises(UsageError, match=r"cannot be played from byte .*: it is damaged; what is"):
        said(tmp_path / "a.wss")


def test_no_text_of_a_recording_acts_on_a_terminal(tmp_path: Path) -> None:
    hostile = "\x1b[2J\x07\u202e"
    came = [
        Message(announced(FRAMES[0], hostile), None, 0),
        Message(control.serialize(messages.Problem(hostile)), None, 0),
    ]
    assert all(line.isprintable() for line in said(saved(tmp_path / "a.wss", came)))


@pytest.mark.parametrize(
    ("begin", "end", "first", "last"), [(0, None, 0, 29), (1, 2, 10, 20), (2.5, 100, 25, 29)]
)
def test_a_part_is_cut_out(
    tmp_path: Path, begin: float, end: float | None, first: int, last: int
) -> None:
    with Recording(saved(tmp_path / "a.wss", received(FRAMES))) as recording:
        cut_file(recording, tmp_path / "b.wss", begin, end)
    assert all_same(shown(tmp_path / "b.wss"), FRAMES[first : last + 1])


@pytest.mark.parametrize(("begin", "end"), [(2, 1), (4, None)])
def test_a_part_that_is_none_is_refused(tmp_path: Path, begin: float, end: float | None) -> None:
    with (
        Recording(saved(tmp_path / "a.wss", received(FRAMES))) as recording,
        pytest.raises(UsageError, match=r"is empty; the recording lasts 2\.900 s"),
    ):
        cut_file(recording, tmp_path / "b.wss", begin, end)
    assert not (tmp_path / "b.wss").exists()
