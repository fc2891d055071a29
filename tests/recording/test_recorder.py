"""What is recorded, and at which position."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given

from tests.recording.recorded import (
    BEGAN,
    Message,
    all_same,
    announced,
    frames,
    frames_of,
    histories,
    received,
    record,
    saved,
    shown,
)
from ws_stream.codec import encode
from ws_stream.pixels.frame import Frame
from ws_stream.recording.chunk import Chunk, Kind
from ws_stream.recording.recorder import Recorder, Timeline


class Kept:
    """What a sink was told."""

    def __init__(self) -> None:
        self.chunks: list[Chunk] = []
        self.closed: tuple[int, int] | None = None

    def add(self, chunk: Chunk, frame: Frame | None = None) -> None:
        assert bool(frame) == (chunk.kind == Kind.PICTURE)
        self.chunks.append(chunk)

    def close(self, position: int, received: int) -> None:
        self.closed = position, received


@given(histories())
def test_what_is_played_is_what_was_received(history: list[Message]) -> None:
    with TemporaryDirectory() as folder:
        path = saved(Path(folder, "a.wss"), history)
        assert all_same(shown(path), frames_of(history))


@given(histories())
def test_messages_are_kept_as_they_came_but_for_those_about_the_connection(
    history: list[Message],
) -> None:
    kept = Kept()
    record(history, kept)
    came = [m.message.encode() if isinstance(m.message, str) else m.message for m in history]
    names = "unchanged", "waiting", "pace", "clock", "granted"
    passing = tuple(f'{{"type":"{name}"'.encode() for name in names)
    problem, expected = b'{"type":"problem","reason":null}', []
    for data in came:
        if data is None:
            expected.append(b"the cable")
            problem = b'{"type":"problem","reason":null}'
        elif data.startswith(b'{"type":"problem"'):
            expected += [data] if data != problem else []
            problem = data
        elif not data.startswith(passing):
            expected.append(data)
    assert [chunk.payload for chunk in kept.chunks] == expected


def test_a_message_that_was_refused_is_not_kept() -> None:
    kept = Kept()
    recorder = Recorder(kept)
    for refused in (
        b"\x24\0refused",
        "no JSON",
        '{"type":"problem"}',
        '{"type":"' + 65537 * "a" + '"}',
    ):
        recorder.take(refused, None, 0)
    assert kept.chunks == []


def test_pictures_stand_where_the_device_s_clock_says() -> None:
    kept = Kept()
    one, two, three = frames([1, 2, 3])
    messages = [*received([one, two]), Message(encode(three, two), three, BEGAN + 900_000)]
    record(messages, kept, after=50_000)
    assert [chunk.position for chunk in kept.chunks] == [0, 0, 100_000, 200_000]
    assert kept.closed == (250_000, BEGAN + 950_000)


def test_a_device_that_stays_away_for_many_tries_leaves_one_gap() -> None:
    kept, (before,), (after,) = Kept(), frames([1]), frames([2], epoch=8)
    lost = [Message(None, None, BEGAN + tries) for tries in range(1, 9)]
    recorder = Recorder(kept)
    for message, frame, at in [*received([before]), *lost, *received([after]), *lost]:
        if message is None:
            recorder.lost("refused", at)
        else:
            recorder.take(message, frame, at)
    assert [chunk.kind for chunk in kept.chunks].count(Kind.GAP) == recorder.gaps == 2


def test_over_a_gap_they_stand_where_the_recorder_s_clock_says() -> None:
    (before,), (after,) = frames([1]), frames([2], epoch=8)
    restarted = Frame(8, 1, 5, after.format, after.pixels)
    kept = Kept()
    messages = [
        *received([before]),
        Message(None, None, before.time + 2_000_000),
        Message(announced(restarted), None, before.time + 3_000_000),
        Message(encode(restarted), restarted, before.time + 4_005_000),
    ]
    record(messages, kept)
    kinds = [Kind.ANNOUNCEMENT, Kind.PICTURE, Kind.GAP, Kind.ANNOUNCEMENT, Kind.PICTURE]
    assert [chunk.kind for chunk in kept.chunks] == kinds
    assert [chunk.position for chunk in kept.chunks] == [0, 0, 0, 0, 4_000_000]


@pytest.mark.parametrize(
    ("times", "positions"),
    [
        ([(5, 0), (7, 9), (7, 9)], [0, 2, 2]),
        ([(5, 0), (3, 9), (4, 10)], [0, 0, 1]),
        ([(0, 0), (2**53 - 1, 9), (0, 10), (2**53 - 1, 11)], [0, *[2**53 - 1] * 3]),
    ],
)
def test_a_position_never_steps_back(times: list[tuple[int, int]], positions: list[int]) -> None:
    timeline = Timeline()
    assert [timeline.picture(*time) for time in times] == positions
