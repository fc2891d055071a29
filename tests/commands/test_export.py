"""What a recording becomes: the very pictures, each shown as long as it was."""

import csv
import importlib
import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest

from tests.recording.recorded import (
    BEGAN,
    frames,
    received,
    recording_of,
    saved,
)
from tests.strategies import pixels
from tests.test_png import read_png
from ws_stream import Frame, Recording, UsageError, to_rgb
from ws_stream.codec import encode
from ws_stream.commands import export as exporting
from ws_stream.commands.export import bar, export
from ws_stream.commands.export_films import delays, even
from ws_stream.pixels.formats import FORMATS, PixelFormat

SIZE = 33, 17


def coloured(pixel_format: PixelFormat, count: int = 6) -> list[Frame]:
    """Pictures of few colours; the first stays for half a second, the others for a tenth."""
    random = np.random.default_rng(1)
    times = [0, *range(500_000, 10**7, 100_000)]
    return [
        Frame(
            5,
            n + 1,
            BEGAN + times[n],
            pixel_format,
            pixels(pixel_format, *SIZE, "few colours", random),
        )
        for n in range(count)
    ]


def exported(tmp_path: Path, out: str, shown: list[Frame], at: float | None = None) -> Path:
    path = saved(tmp_path / "a.wss", received(shown), after=200_000)
    done: list[float] = []
    with Recording(path) as recording:
        export(recording, f"{tmp_path}/{out}", at, done.append)
    assert done == sorted(done)
    assert done[-1:] in ([], [1.0])
    return tmp_path / out


def rgb(frame: Frame) -> np.ndarray:
    return to_rgb(frame.pixels, frame.format)


@pytest.mark.parametrize("pixel_format", FORMATS, ids=str)
def test_a_folder_has_each_picture_to_the_bit_and_when_it_was_taken(
    tmp_path: Path, pixel_format: PixelFormat
) -> None:
    shown = coloured(pixel_format)
    folder = exported(tmp_path, "frames/", shown)
    with (folder / "pictures.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["seconds"] for row in rows] == [f"{n / 10:.6f}" for n in (0, 5, 6, 7, 8, 9)]
    assert [int(row["device_time_us"]) for row in rows] == [frame.time for frame in shown]
    for row, frame in zip(rows, shown, strict=True):
        assert np.array_equal(read_png((folder / row["file"]).read_bytes()), rgb(frame))


@pytest.mark.parametrize("pixel_format", FORMATS, ids=str)
def test_arrays_are_the_pictures_to_the_bit(tmp_path: Path, pixel_format: PixelFormat) -> None:
    shown = coloured(pixel_format)
    arrays = np.load(exported(tmp_path, "a.npz", shown))
    assert np.array_equal(arrays["pictures"], np.stack([rgb(frame) for frame in shown]))
    assert arrays["seconds"].tolist() == pytest.approx([0, 0.5, 0.6, 0.7, 0.8, 0.9])
    assert arrays["device_time_us"].tolist() == [frame.time for frame in shown]


@pytest.mark.parametrize(("at", "number"), [(None, 5), (0, 0), (0.49, 0), (0.65, 2), (100, 5)])
def test_a_png_is_the_picture_shown_then_or_the_last(
    tmp_path: Path, at: float | None, number: int
) -> None:
    shown = coloured(FORMATS[0])
    saved_png = exported(tmp_path, "a.png", shown, at)
    assert np.array_equal(read_png(saved_png.read_bytes()), rgb(shown[number]))


def test_a_gif_shows_each_picture_as_long_as_it_was(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image", reason="the extra `export` is not installed")
    shown = coloured(FORMATS[0])
    with image.open(exported(tmp_path, "a.gif", shown)) as film:
        assert film.n_frames == len(shown)
        lengths = []
        for number, frame in enumerate(shown):
            film.seek(number)
            lengths.append(film.info["duration"])
            assert np.array_equal(np.asarray(film.convert("RGB")), rgb(frame))
    assert lengths == [500, 100, 100, 100, 100, 200]


def test_an_mp4_shows_each_picture_when_it_was_and_has_even_sides(tmp_path: Path) -> None:
    av = pytest.importorskip("av", reason="the extra `export` is not installed")
    shown = coloured(FORMATS[0])
    with av.open(str(exported(tmp_path, "a.mp4", shown))) as film:
        pictures = list(film.decode(video=0))
        times = [float(picture.pts * picture.time_base) for picture in pictures]
        assert times == pytest.approx([0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.1], abs=1e-4)
        assert (pictures[0].width, pictures[0].height) == (34, 18)
        assert Fraction(film.streams.video[0].time_base) <= Fraction(1, 10_000)
    gray = [picture.to_ndarray(format="rgb24").mean() for picture in pictures[:-1]]
    assert gray == pytest.approx([even(rgb(frame)).mean() for frame in shown], abs=8)


def test_what_has_an_odd_side_has_its_last_column_and_row_once_more() -> None:
    picture = np.arange(9, dtype=np.uint8).reshape(1, 3, 3)
    assert even(picture).tolist() == [[[0, 1, 2], [3, 4, 5], [6, 7, 8], [6, 7, 8]]] * 2
    assert even(np.zeros((2, 4, 3), np.uint8)).shape == (2, 4, 3)


@pytest.mark.parametrize(
    ("times", "end", "shown"),
    [
        ([0, 0.5, 0.6], 1, {0: 50, 1: 10, 2: 40}),
        ([0], 0, {0: 2}),
        ([0, 0.5], 0.5, {0: 50, 1: 2}),
        ([0, 0.033, 0.067, 0.1], 0.133, {0: 3, 1: 4, 2: 3, 3: 3}),
        ([0, 0.001, 0.002, 0.5], 1, {2: 50, 3: 50}),
        ([0, 0.01, 0.02, 0.03], 0.04, {1: 2, 3: 2}),
    ],
)
def test_of_pictures_that_a_gif_cannot_show_so_quickly_the_last_is_shown(
    times: list[float], end: float, shown: dict[int, int]
) -> None:
    assert delays(times, end) == shown


@pytest.mark.parametrize("out", ["a.npz", "a.gif", "a.mp4"])
def test_where_all_pictures_must_have_one_size_another_one_is_told_and_nothing_is_left(
    tmp_path: Path, out: str
) -> None:
    if out != "a.npz":
        pytest.importorskip({"a.gif": "PIL", "a.mp4": "av"}[out])
    large = frames([4, 5], epoch=9, first=11, size=40)
    path = saved(tmp_path / "a.wss", [*received(frames([1, 2, 3], size=32)), *received(large)])
    with (
        Recording(path) as recording,
        pytest.raises(UsageError, match=r"after .* s pictures are 40x3, not 32x3, and this kind"),
    ):
        export(recording, f"{tmp_path}/{out}", None, lambda _: None)
    assert not (tmp_path / out).exists()


def test_a_folder_takes_pictures_of_any_size(tmp_path: Path) -> None:
    large = frames([4, 5], epoch=9, first=11, size=40)
    path = saved(tmp_path / "a.wss", [*received(frames([1, 2, 3])), *received(large)])
    with Recording(path) as recording:
        export(recording, f"{tmp_path}/frames/", None, lambda _: None)
    widths = [
        read_png(file.read_bytes()).shape[1] for file in sorted(tmp_path.glob("frames/*.png"))
    ]
    assert widths == [4, 4, 4, 40, 40]


@pytest.mark.parametrize("out", ["a.npz", "frames/", "a.gif", "a.mp4"])
def test_of_a_damaged_recording_nothing_half_done_is_left(tmp_path: Path, out: str) -> None:
    if out in ("a.gif", "a.mp4"):
        pytest.importorskip({"a.gif": "PIL", "a.mp4": "av"}[out])
    data = bytearray(recording_of(received(frames(range(50), size=32))))
    data[len(data) // 2] ^= 1
    (tmp_path / "a.wss").write_bytes(data)
    with (
        Recording(tmp_path / "a.wss") as recording,
        pytest.raises(UsageError, match="cannot be played from byte"),
    ):
        export(recording, f"{tmp_path}/{out}", None, lambda _: None)
    assert not (tmp_path / out).exists()


def test_the_last_picture_before_damage_is_a_png_too(tmp_path: Path) -> None:
    many = frames(range(9))
    data = bytearray(recording_of(received(many)))
    data[data.index(encode(many[5], many[4]))] ^= 1
    (tmp_path / "a.wss").write_bytes(data)
    with Recording(tmp_path / "a.wss") as recording:
        export(recording, f"{tmp_path}/a.png", 0.45, lambda _: None)
    assert np.array_equal(read_png((tmp_path / "a.png").read_bytes()), rgb(many[4]))


@pytest.mark.parametrize(
    ("out", "at", "sentence"),
    [
        ("a.avi", None, "names no kind of file; right would be a name that ends with .png"),
        ("a", None, "names no kind of file"),
        ("a.gif", 1.0, "--at chooses the one picture of a PNG, and .* is none"),
        ("a.wss", None, "names no kind of file"),
        ("there.png", None, "is there already, and nothing is overwritten"),
        ("no/folder.png", None, "cannot write .*: No such file or directory"),
        ("no/folder.npz", None, "cannot write .*: No such file or directory"),
        ("no/frames/", None, "cannot write .*: No such file or directory"),
        ("there.png/a.png", None, "cannot write .*: Not a directory"),
        ("there.png/frames/", None, "cannot write .*: Not a directory"),
        (f"{'a' * 300}.npz", None, "cannot write .*: File name too long"),
        (f"{'a' * 300}/", None, "cannot write .*: File name too long"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(
    tmp_path: Path, out: str, at: float | None, sentence: str
) -> None:
    (tmp_path / "there.png").write_bytes(b"precious")
    with pytest.raises(UsageError, match=sentence):
        exported(tmp_path, out, frames([1, 2]), at)
    assert (tmp_path / "there.png").read_bytes() == b"precious"


def test_a_recording_without_a_picture_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.wss", list(received(frames([1])))[:1])
    with Recording(path) as recording, pytest.raises(UsageError, match="holds no picture"):
        export(recording, str(tmp_path / "a.png"), None, lambda _: None)


@pytest.mark.parametrize(("out", "module"), [("a.gif", "PIL"), ("a.mp4", "av")])
def test_where_the_extra_is_missing_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: str, module: str
) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(
        UsageError, match=rf"{module} is not installed.*pip install 'ws-stream\[export\]'"
    ):
        exported(tmp_path, out, frames([1, 2]))
    assert not (tmp_path / out).exists()


def test_a_full_disk_is_told_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(exporting.FILES, ".npz", full)
    with pytest.raises(UsageError, match=r"cannot write .*: No space left on device"):
        exported(tmp_path, "a.npz", frames([1, 2]))


@pytest.mark.parametrize("out", ["a.npz", "frames/"])
def test_what_went_wrong_is_told_even_where_nothing_can_be_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: str
) -> None:
    def fail(*_: object, **__: object) -> NoReturn:
        raise PermissionError(1, "Operation not permitted")

    def full(*_: object) -> NoReturn:
        raise UsageError("the recording is damaged")

    monkeypatch.setattr(Path, "unlink", fail)
    monkeypatch.setattr(shutil, "rmtree", fail)
    monkeypatch.setitem(exporting.FILES, ".npz", full)
    monkeypatch.setattr(exporting, "save_frames", full)
    with pytest.raises(UsageError, match="the recording is damaged"):
        exported(tmp_path, out, frames([1, 2]))


def test_the_bar_shows_the_share_that_is_done() -> None:
    assert bar(0, 4) == "[....]   0 %"
    assert bar(0.5, 4) == "[##..]  50 %"
    assert bar(1, 4) == "[####] 100 %"


def test_nothing_of_the_extra_is_imported_before_it_is_used() -> None:
    program = "import sys, ws_stream.commands.cli; sys.exit(bool({'av', 'PIL'} & {*sys.modules}))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
