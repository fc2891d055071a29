"""A part of a recording as one of its own."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.recording.recorded import (
    Message,
    all_same,
    frames,
    frames_of,
    histories,
    received,
    recording_of,
    saved,
    shown,
)
from ws_stream import UsageError
from ws_stream.codec import encode
from ws_stream.recording import Recording
from ws_stream.recording.excerpt import cut
from ws_stream.recording.writer import Writer, create

FRAMES = frames(range(50))


def cut_out(path: Path, out: Path, begin: int, end: int) -> Path:
    with Recording(path) as recording:
        played = recording.played(begin / 1e6)
        cut(played, lambda: Writer(create(out), str(out)), begin, end)
    return out


@pytest.mark.parametrize(
    ("begin", "end", "first", "last"),
    [
        (0, 10**7, 0, 49),
        (1_000_000, 2_000_000, 10, 20),
        (1_050_000, 2_050_000, 10, 20),
        (1_999_999, 1_999_999, 19, 19),
        (4_900_000, 10**7, 49, 49),
        (5_500_000, 10**7, 49, 49),
    ],
)
def test_it_begins_with_the_picture_shown_then_and_ends_with_the_one_shown_at_its_end(
    tmp_path: Path, begin: int, end: int, first: int, last: int
) -> None:
    path = saved(tmp_path / "a.wss", received(FRAMES), after=10**6)
    out = cut_out(path, tmp_path / "b.wss", begin, end)
    assert all_same(shown(out), FRAMES[first : last + 1])
    with Recording(out) as part:
        assert part.is_complete
        assert part.seconds == pytest.approx((end - begin) / 1e6)
        moments = [moment.seconds for moment in part]
        later = [n / 10 - begin / 1e6 for n in range(first + 1, last + 1)]
        assert moments == pytest.approx([0, *later])


@given(histories(), st.floats(0, 1), st.floats(0, 1))
def test_what_it_shows_is_what_was_shown(history: list[Message], one: float, other: float) -> None:
    with TemporaryDirectory() as folder:
        path = saved(Path(folder, "a.wss"), history)
        with Recording(path) as recording:
            begin, end = sorted(round(share * recording.seconds * 1e6) for share in (one, other))
            times = [round(1e6 * time) for time in recording.times()]
        played = shown(cut_out(path, Path(folder, "b.wss"), begin, end))
    first = max(n for n, time in enumerate(times) if time <= begin)
    last = max(n for n, time in enumerate(times) if time <= end)
    assert all_same(played, frames_of(history)[first : last + 1])


def test_up_to_the_damage_it_is_saved_and_then_the_damage_is_told(tmp_path: Path) -> None:
    data = bytearray(recording_of(received(FRAMES)))
    data[len(data) // 2] ^= 1
    (tmp_path / "a.wss").write_bytes(data)
    with pytest.raises(UsageError, match="cannot be played from byte"):
        cut_out(tmp_path / "a.wss", tmp_path / "b.wss", 0, 10**7)
    with Recording(tmp_path / "b.wss") as part:
        assert part.is_complete
        assert all_same([moment.frame for moment in part], FRAMES[: len(part)])
        assert 10 < len(part) < 40


def test_where_the_first_picture_is_damaged_that_is_told(tmp_path: Path) -> None:
    data = bytearray(recording_of(received(FRAMES)))
    data[data.index(encode(FRAMES[0]))] ^= 1
    (tmp_path / "a.wss").write_bytes(data)
    with pytest.raises(UsageError, match="cannot be played from byte"):
        cut_out(tmp_path / "a.wss", tmp_path / "b.wss", 0, 10**7)
    assert not (tmp_path / "b.wss").exists()


def test_where_there_is_no_picture_there_is_no_file(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.wss", [next(received(FRAMES))])
    with pytest.raises(UsageError, match="there is no picture in this part"):
        cut_out(path, tmp_path / "b.wss", 0, 10**6)
    assert not (tmp_path / "b.wss").exists()
