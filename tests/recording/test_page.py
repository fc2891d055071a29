"""The page plays what is recorded here, and what it records is played here: every picture exact."""

import json
import struct
import subprocess
from collections.abc import Iterator
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from tests.node import node
from tests.recording.example import example
from tests.recording.recorded import (
    BEGAN,
    Message,
    frames,
    frames_of,
    histories,
    received,
    recording_of,
)
from ws_stream import Frame, UsageError, open_recording
from ws_stream.commands.cli import main
from ws_stream.pixels.formats import FORMATS, PixelFormat


class Page:
    """A node process that plays recordings and records them anew, by what the page is made of."""

    def __init__(self) -> None:
        program = Path(__file__).with_name("twin.js")
        pipe = subprocess.PIPE
        self._process = subprocess.Popen([node(), program], stdin=pipe, stdout=pipe)

    def play(self, recording: bytes) -> tuple[dict[str, Any], bytes]:
        """What it shows, and its own recording of a part of that."""
        assert self._process.stdin
        self._process.stdin.write(struct.pack("<I", len(recording)) + recording)
        self._process.stdin.flush()
        return json.loads(self._answer()), self._answer()

    def close(self) -> int:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.stdout.close()
        return self._process.wait()

    def _answer(self) -> bytes:
        assert self._process.stdout
        length = self._process.stdout.read(4)
        assert length, "twin.js ended early; its reason is on stderr"
        return self._process.stdout.read(struct.unpack("<I", length)[0])


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    page = Page()
    yield page
    assert page.close() == 0


def described(frame: Frame) -> dict[str, Any]:
    return {
        "number": frame.number,
        "time": frame.time,
        "meta": frame.meta,
        "width": frame.width,
        "height": frame.height,
        "format": frame.format.name,
        "sha256": sha256(frame.pixels.tobytes()).hexdigest(),
    }


def without_positions(pictures: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: picture[key] for key in picture if key != "position"} for picture in pictures]


def check(page: Page, recording: bytes, expected: list[Frame]) -> None:
    """The page shows these pictures at the times that the reader says, and what it records is read again."""
    told, again = page.play(recording)
    shown = [described(frame) for frame in expected]
    assert without_positions(told["pictures"]) == shown
    assert told["problem"] is None
    positions = [picture["position"] for picture in told["pictures"]]
    with TemporaryDirectory() as folder:
        path = Path(folder, "here.wss")
        path.write_bytes(recording)
        with open_recording(path) as here:
            assert [position / 1e6 for position in positions] == here.times()
            assert told["until"] / 1e6 == here.seconds
        path = Path(folder, "there.wss")
        path.write_bytes(again)
        check_recorded(path, told, shown)


def check_recorded(path: Path, told: dict[str, Any], shown: list[dict[str, Any]]) -> None:
    part = slice(told["from"], told["to"])
    positions = [picture["position"] for picture in told["pictures"]]
    with open_recording(path) as there:
        assert there.is_complete
        assert [described(moment.frame) for moment in there] == shown[part]
        times = [position - positions[part.start] for position in positions[part]]
        assert there.times() == [time / 1e6 for time in times]
        until = positions[part.stop] if part.stop < len(positions) else positions[-1]
        assert there.seconds == (until - positions[part.start]) / 1e6
        for number in range(0, len(shown[part]), 7):  # by the index
            sought = next(there.seek(number=number)).frame
            assert described(sought) == shown[part][number]


@given(histories())
@settings(max_examples=40)
def test_whatever_was_received_is_shown_and_recorded_alike(
    page: Page, history: list[Message]
) -> None:
    check(page, recording_of(history, after=10**6), frames_of(history))


@pytest.mark.parametrize("pixel_format", FORMATS, ids=str)
def test_each_format_with_side_data(page: Page, pixel_format: PixelFormat) -> None:
    random = np.random.default_rng(7)
    shown = []
    for number in range(1, 60):
        array = pixel_format.blank(33, 20)
        rows = array.reshape(20, -1).view(np.uint8)
        rows[number % 20 :] = random.integers(0, 256, rows[number % 20 :].shape)
        if pixel_format.bytes_per_pixel == 4:
            rows[:, 3::4] = 255
        meta = {"exposure": number / 7, "name": "Küche"} if number % 3 else None
        shown.append(Frame(7, number, BEGAN + number * 10**5, pixel_format, array, meta))
    check(page, recording_of(received(shown), after=10**6), shown)


def test_a_long_recording_is_sought_by_its_index(page: Page, tmp_path: Path) -> None:
    shown = frames([n % 200 for n in range(900)], size=200)
    told, again = page.play(recording_of(received(shown)))
    (tmp_path / "a.wss").write_bytes(again)
    with open_recording(tmp_path / "a.wss") as recording:
        assert recording.places > 3
        places = [place.picture for place in recording._contents.places]
        assert max(after - before for before, after in pairwise(places)) < 150
    check_recorded(tmp_path / "a.wss", told, [described(frame) for frame in shown])


def test_a_lost_connection_and_another_size(page: Page) -> None:
    first, second = frames(range(9)), frames(range(7), epoch=9, first=4, size=30)
    history = [
        *received(first),
        Message(None, None, BEGAN + 2 * 10**6),
        *received(second, late=3 * 10**6),
    ]
    check(page, recording_of(history), first + second)


def test_the_example_of_the_document(page: Page) -> None:
    told, _ = page.play(example())
    assert [picture["position"] for picture in told["pictures"]] == [0, 40_000]
    assert told["until"] == 540_000


def test_commands_take_what_the_page_records(
    page: Page, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = frames(range(20))
    told, again = page.play(recording_of(received(shown)))
    path = tmp_path / "page.wss"
    path.write_bytes(again)
    for command in (
        ["info", str(path)],
        ["cut", str(path), str(tmp_path / "cut.wss"), "--from", "0.3"],
        ["export", str(path), f"{tmp_path}/frames/"],
    ):
        with pytest.raises(SystemExit, match=r"^0$"):
            main(command)
    assert "damage" not in capsys.readouterr().out
    count = told["to"] - told["from"]
    assert len(list((tmp_path / "frames").glob("*.png"))) == count


def test_of_a_harmed_file_the_page_shows_what_the_reader_does(page: Page, tmp_path: Path) -> None:
    data = recording_of(received(frames([1, 2, 3, 4])), after=10**6)
    path = tmp_path / "a.wss"
    for at in range(0, len(data), 3):
        for harmed in (data[:at], data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]):
            path.write_bytes(harmed)
            shown, refused = read_here(path)
            told, _ = page.play(harmed)
            assert without_positions(told.get("pictures", [])) == shown
            assert ("error" in told or told["problem"] is not None) == (refused or not shown)


def read_here(path: Path) -> tuple[list[dict[str, Any]], bool]:
    """What the reader shows, and whether it said that something was wrong."""
    shown: list[dict[str, Any]] = []
    try:
        with open_recording(path) as recording:
            for moment in recording:
                shown.append(described(moment.frame))
    except UsageError:
        return shown, True
    return shown, False
