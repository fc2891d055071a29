"""The last seconds of a stream."""

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
    record,
    shown,
)
from ws_stream import UsageError
from ws_stream.recording import Recording
from ws_stream.recording.files import Names
from ws_stream.recording.ring import Ring

FRAMES = frames(range(250))


@pytest.mark.parametrize(("seconds", "first"), [(5, 199), (0.05, 248), (0.25, 246), (100, 0)])
def test_exactly_what_was_shown_in_the_last_seconds_is_written(
    tmp_path: Path, seconds: float, first: int
) -> None:
    names = Names(tmp_path / "a.wss")
    record(received(FRAMES), Ring(names, seconds))
    assert all_same(shown(names.made[0]), FRAMES[first:])
    with Recording(names.made[0]) as recording:
        assert recording.seconds == pytest.approx(min(seconds, 24.9))


@given(histories(), st.floats(0.01, 5))
def test_whatever_came_the_last_pictures_are_written(
    history: list[Message], seconds: float
) -> None:
    with TemporaryDirectory() as folder:
        names = Names(Path(folder, "a.wss"))
        record(history, Ring(names, seconds))
        played = shown(names.made[0])
    assert played
    assert all_same(played, frames_of(history)[-len(played) :])


def test_a_picture_that_stays_is_in_the_ring_however_long_ago_it_came(tmp_path: Path) -> None:
    names = Names(tmp_path / "a.wss")
    record(received(FRAMES[:3]), Ring(names, 5), after=3_600_000_000)
    assert all_same(shown(names.made[0]), FRAMES[2:3])
    with Recording(names.made[0]) as recording:
        assert recording.seconds == pytest.approx(5)


def test_it_may_be_written_at_any_time_and_goes_on(tmp_path: Path) -> None:
    names = Names(tmp_path / "a.wss")
    ring = Ring(names, 1)
    record(received(FRAMES[:100]), ring)
    ring.dump(9_900_000)
    assert [len(shown(file)) for file in names.made] == [11, 11]
    assert [file.name for file in names.made] == ["a.wss", "a-2.wss"]


def test_what_is_kept_is_bounded_in_time_and_in_bytes(tmp_path: Path) -> None:
    sizes = []
    for seconds, most in ((5, 10**9), (10**6, 3000), (10**6, 10**9)):
        ring = Ring(Names(tmp_path / f"{most}-{seconds}.wss"), seconds, most)
        record(received(FRAMES), ring)
        sizes.append(ring.size)
    assert sizes[0] < sizes[2] / 3
    assert sizes[1] <= 3000
    with Recording(tmp_path / "3000-1000000.wss") as recording:
        assert next(iter(recording)).seconds == 0
        assert recording.seconds == recording.times()[-1]


def test_messages_that_are_no_pictures_are_bounded_too(tmp_path: Path) -> None:
    ring = Ring(Names(tmp_path / "a.wss"), 5, 3000)
    others = [Message('{"type":"later"}', None, FRAMES[2].time)] * 1000
    record([*received(FRAMES[:3]), *others], ring)
    assert ring.size < 3100
    assert all_same(shown(tmp_path / "a.wss"), FRAMES[:3])


def test_before_the_first_picture_there_is_nothing_to_write(tmp_path: Path) -> None:
    ring = Ring(Names(tmp_path / "a.wss"), 5)
    with pytest.raises(UsageError, match="no picture came, so there is nothing to keep"):
        ring.dump(0)
