"""A recording as a source, by a clock of the test's."""

import traceback
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given

from tests.recording.recorded import (
    BEGAN,
    Message,
    frames,
    frames_of,
    histories,
    received,
    record,
    recording_of,
    saved,
    shown,
)
from ws_stream import SourceError, UsageError, open_source
from ws_stream.codec import decode, encode
from ws_stream.errors import Failure
from ws_stream.pixels.frame import Frame, blank
from ws_stream.protocol.picture import parse, serialize
from ws_stream.recording import Recording
from ws_stream.recording.files import Files, Names
from ws_stream.sources.replay import Replay

from ..recording.recorded import announced

FRAMES = frames(range(100))


class Player:
    """A replay, and the time."""

    def __init__(self, path: Path, *, speed: float = 1.0, loop: bool = False) -> None:
        self.now = 0.0
        self.source = Replay(str(path), speed=speed, loop=loop, now=lambda: self.now)

    def at(self, seconds: float) -> int:
        """The value of the picture shown so long after the first poll."""
        self.now = seconds
        picture = self.source.poll()
        assert picture
        return int(picture.pixels.flat[0])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return saved(tmp_path / "a.wss", received(FRAMES), after=100_000)


def test_what_was_said_of_each_picture_is_said_again(tmp_path: Path) -> None:
    said = [replace(frame, meta={"exposure": frame.number}) for frame in FRAMES[:9]]
    player = Player(saved(tmp_path / "a.wss", received(said), after=100_000))
    for number, seconds in enumerate((0, 0.1, 0.25), 1):
        player.now = seconds
        picture = player.source.poll()
        assert picture
        assert picture.meta == {"exposure": number}


@pytest.mark.parametrize(
    "said",
    ['{"a":1e999}', '{"a":"\\ud800"}', f'{{"a":[{",".join(["1e9"] * 900)}]}}'],
    ids=["endless", "half a letter", "longer when written again"],
)
def test_what_cannot_be_said_again_takes_no_picture_away(tmp_path: Path, said: str) -> None:
    plain = FRAMES[0]
    message = serialize(parse(encode(plain))._replace(side_data=said.encode()))
    assert decode(message, blank(plain.epoch, plain.format, 4, 3)).meta
    messages = [Message(announced(plain), None, 0), Message(message, plain, 0)]
    picture = Player(saved(tmp_path / "a.wss", messages)).source.poll()
    assert picture
    assert picture.pixels.tolist() == plain.pixels.tolist()
    assert picture.meta is None


def test_each_picture_is_shown_when_it_is_due(path: Path) -> None:
    player = Player(path)
    assert [player.at(time) for time in (0, 0.09, 0.1, 0.25, 5, 9.899, 9.9)] == [
        0,
        0,
        1,
        2,
        50,
        98,
        99,
    ]


def test_it_begins_when_it_is_polled_first(path: Path) -> None:
    player = Player(path)
    assert player.at(3600) == 0
    assert player.at(3600.5) == 5


def test_after_its_end_the_last_picture_stays(path: Path) -> None:
    player = Player(path)
    player.at(0)
    assert player.at(86400) == 99


def test_it_may_be_quicker_or_slower(path: Path) -> None:
    for speed, seconds, value in ((2, 3, 60), (0.5, 3, 15), (1000, 0.005, 50)):
        player = Player(path, speed=speed)
        player.at(0)
        assert player.at(seconds) == value


def test_in_a_loop_the_first_picture_follows_when_the_last_was_shown_as_long_as_it_was(
    path: Path,
) -> None:
    player = Player(path, loop=True)
    player.at(0)
    assert [player.at(time) for time in (9.95, 10, 10.15, 15.55, 1000.25)] == [99, 0, 1, 55, 2]


def test_a_single_picture_without_a_length_is_no_loop(tmp_path: Path) -> None:
    player = Player(saved(tmp_path / "a.wss", received(FRAMES[:1])), loop=True)
    assert [player.at(time) for time in (0, 5)] == [0, 0]


def test_a_picture_that_was_seen_is_not_shown_again(path: Path) -> None:
    player = Player(path, loop=True)
    first = player.source.poll()
    assert first
    assert player.source.poll(first.version) is None
    player.now += 10  # the same picture, but of the next time round
    again = player.source.poll(first.version)
    assert again
    assert (first.completed, again.completed) == (1, 101)
    assert again.intact()


def test_after_a_time_without_polls_it_goes_on_where_it_is_due(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[int] = []
    apply = Recording._apply

    def counted(*arguments: object) -> Frame | None:
        decoded.append(1)
        return apply(*arguments)  # type: ignore[arg-type] # passed on

    monkeypatch.setattr(Recording, "_apply", counted)
    player = Player(path)
    player.at(0)
    decoded.clear()
    assert player.at(9) == 90
    assert len(decoded) < 40


def test_its_size_and_format_are_those_of_the_picture_that_is_shown(tmp_path: Path) -> None:
    wide = [
        Frame(8, n + 1, BEGAN + 10**6, FRAMES[0].format, np.ones((2, 9), np.uint8)) for n in (0,)
    ]
    player = Player(saved(tmp_path / "a.wss", [*received(FRAMES[:2]), *received(wide)]))
    sizes = []
    for seconds in (0, 0.5, 2):
        player.at(seconds)
        sizes.append((player.source.width, player.source.height, player.source.format.name))
    assert sizes == [(4, 3, "gray8"), (4, 3, "gray8"), (9, 2, "gray8")]


def test_where_it_is_damaged_it_says_so_and_shows_nothing_more(tmp_path: Path) -> None:
    data = bytearray(recording_of(received(FRAMES)))
    data[len(data) // 2] ^= 1
    (tmp_path / "a.wss").write_bytes(data)
    whole: list[int] = []
    with Recording(tmp_path / "a.wss") as recording, pytest.raises(UsageError):
        whole += (moment.number for moment in recording)
    player = Player(tmp_path / "a.wss")
    assert [player.at(number / 10) for number in whole] == whole
    for _ in range(3):
        with pytest.raises(SourceError, match="cannot be played from byte") as refusal:
            player.at(len(whole) / 10)
        assert refusal.value.failure is Failure.UNREADABLE
        assert len(traceback.extract_tb(refusal.value.__traceback__)) < 6


@pytest.mark.parametrize("damaged", [1, 2, 50, 99])
def test_the_last_picture_before_damage_is_shown_before_the_damage_is_told(
    tmp_path: Path, damaged: int
) -> None:
    data = bytearray(recording_of(received(FRAMES)))
    data[data.index(encode(FRAMES[damaged], FRAMES[damaged - 1]))] ^= 1
    (tmp_path / "a.wss").write_bytes(data)
    player = Player(tmp_path / "a.wss")
    for number in range(damaged):
        assert player.at(number / 10) == number
    with pytest.raises(SourceError, match="cannot be played from byte"):
        player.at(damaged / 10)


def test_pictures_up_to_damage_are_shown_also_when_it_is_reached_all_at_once(
    tmp_path: Path,
) -> None:
    data = bytearray(recording_of(received(FRAMES)))
    data[data.index(encode(FRAMES[20], FRAMES[19]))] ^= 1
    (tmp_path / "a.wss").write_bytes(data)
    player = Player(tmp_path / "a.wss")
    player.at(0)
    assert player.at(1.97) == 19
    with pytest.raises(SourceError, match="cannot be played from byte"):
        player.at(1.98)


def test_a_recording_without_a_picture_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no picture, so there is nothing to show"):
        Replay(str(saved(tmp_path / "a.wss", list(received(FRAMES))[:1])))


@pytest.mark.parametrize(
    "address", ["{}", "replay:{}", "replay:{}?speed=2.5&loop=1", "replay:{}?loop=no"]
)
def test_it_is_found_by_its_path_or_its_address(path: Path, address: str) -> None:
    source = open_source(address.format(path))
    assert (source.name, source.width, source.height) == ("a", 4, 3)
    source.close()


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/no/such.wss", "cannot read /no/such.wss: No such file"),
        ("replay:", "cannot read : No such file|cannot read"),
        ("replay:/dev/null", "has 0 bytes, and a recording begins with 16"),
        ("replay:x?speed=0", "speed=0 cannot be; right would be how many times as fast"),
        ("replay:x?speed=nan", "speed=nan cannot be"),
        ("replay:x?speed=fast", "speed=fast cannot be"),
        ("replay:x?loop=2", "loop=2 cannot be; right would be 1 or 0"),
        ("replay:x?pace=2", "unknown option 'pace' of a replay: source; known are speed, loop"),
        ("wss://host/stream/a.wss", "'wss:' is no kind of source"),
    ],
)
def test_an_address_that_cannot_be_is_refused_in_a_sentence(address: str, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        open_source(address)


@given(histories())
def test_what_is_replayed_and_recorded_again_are_the_same_pictures(history: list[Message]) -> None:
    with TemporaryDirectory() as folder:
        first = saved(Path(folder, "a.wss"), history)
        player = Player(first)
        with Recording(first) as recording:
            times = recording.times()
        again: list[Message] = []
        player.source.poll()  # it begins
        for number, (time, later) in enumerate(pairwise([*times, times[-1] + 1])):
            if time == later:  # another one is due at the same moment
                continue
            player.now = time
            picture = player.source.poll()
            assert picture
            frame = Frame(number, 1, round(time * 1e6), player.source.format, picture.pixels)
            again += [Message(announced(frame), None, 0), Message(encode(frame), frame, 0)]
        names = Names(Path(folder, "b.wss"))
        record(again, Files(names))
        second = shown(names.made[0])
        player.source.close()
    expected = [
        frame
        for frame, (time, later) in zip(
            frames_of(history), pairwise([*times, times[-1] + 1]), strict=True
        )
        if time != later
    ]
    assert [frame.pixels.tolist() for frame in second] == [
        frame.pixels.tolist() for frame in expected
    ]
    assert [frame.format for frame in second] == [frame.format for frame in expected]
