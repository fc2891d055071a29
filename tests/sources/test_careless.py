"""Writers that do with their file whatever they like, while it is read: mapped and guarded, and copied."""

import logging
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from ws_stream.errors import SourceError, UsageError
from ws_stream.pixels.rendition import Rendition
from ws_stream.sources import Source, mapped, memory, open_source
from ws_stream.sources.mapped import MappedSource
from ws_stream.sources.mapped_file import CUT, HOLES
from ws_stream.walk import COMPILED, CompiledWalk

from .newest import newest, pixels

WIDTH, HEIGHT = 4096, 5
SIZE = WIDTH * HEIGHT


@pytest.fixture(
    params=[
        pytest.param(
            "mapped",
            marks=pytest.mark.skipif(not memory.GUARDED, reason="there is no compiled core here"),
        ),
        "copied",
    ],
    autouse=True,
)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How memory is read."""
    if request.param == "copied":
        monkeypatch.setattr(memory, "GUARDED", None)
    return str(request.param)


def address(path: Path) -> str:
    return f"mmap:{path}?width={WIDTH}&height={HEIGHT}&format=gray8"


def picture(value: int) -> bytes:
    return bytes((value,)) * SIZE


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "ring"
    path.write_bytes(picture(1))
    return path


@pytest.fixture
def source(file: Path) -> Iterator[Source]:
    source = open_source(address(file))
    yield source
    source.close()


def write_anew(file: Path) -> None:
    file.write_bytes(picture(2))


@pytest.mark.parametrize("size", [0, 1, 4096, SIZE - 1])
def test_a_picture_that_is_cut_off_before_it_was_read_is_torn_and_a_sentence_says_why(
    file: Path, source: Source, way: str, size: int
) -> None:
    read = newest(source)
    os.truncate(file, size)
    again = source if way == "mapped" else open_before_the_cut(file, size)
    polled = read if way == "mapped" else newest(again)
    polled.pixels.copy()
    is_seen = way == "copied" or size <= SIZE - 4096  # the rest of a page is zeros, and there
    assert polled.intact() is not is_seen
    with pytest.raises(SourceError, match=CUT if is_seen else "bytes long"):
        again.poll()
    write_anew(file)
    assert (pixels(again) == 2).all()
    assert newest(again).intact()


def open_before_the_cut(file: Path, size: int) -> Source:
    """A source that looked at the size before the file was cut off, and copies it only then."""
    os.truncate(file, SIZE)
    source = open_source(address(file))
    assert isinstance(source, MappedSource)
    refresh = source._refresh

    def refresh_and_cut_off() -> None:
        refresh()
        if file.stat().st_size == SIZE and not calls:
            os.truncate(file, size)
        calls.append(1)

    calls: list[int] = []
    source._refresh = refresh_and_cut_off  # type: ignore[method-assign]  # so that it happens between the two
    return source


def test_a_counter_that_is_cut_off_is_not_one_of_0(tmp_path: Path, way: str) -> None:
    """Nobody has said that nothing was written yet."""
    path = tmp_path / "ring"
    path.write_bytes(bytes(4) + picture(1))
    source = open_source(f"{address(path)}&offset=4&index=0:u32le")
    assert isinstance(source, MappedSource)
    look = source._look

    def cut_off_and_look() -> tuple[int, int]:
        os.truncate(path, 0)
        return look()

    source._look = cut_off_and_look  # type: ignore[method-assign]  # so that it happens between the two
    with pytest.raises(SourceError, match=f"{CUT}|bytes long"):
        source.poll()
    source.close()


def test_a_writer_that_cuts_its_file_off_each_time_is_said_so_once(
    file: Path, source: Source, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(5):
        os.truncate(file, 0)
        with pytest.raises(SourceError, match="is 0 bytes long"):
            source.poll()
        write_anew(file)
        assert (pixels(source) == 2).all()
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert record.getMessage() == f"{file} {CUT}"


def test_of_one_that_replaces_or_lengthens_it_nothing_is_said(
    file: Path, source: Source, caplog: pytest.LogCaptureFixture
) -> None:
    for value in range(2, 5):
        new = file.with_suffix(".new")
        new.write_bytes(picture(value))
        new.replace(file)
        assert (pixels(source) == value).all()
        os.truncate(file, SIZE + value)
        assert (pixels(source) == value).all()
    assert not caplog.records


def directory(file: Path) -> None:
    file.mkdir()


def pipe(file: Path) -> None:
    os.mkfifo(file)


def dangling(file: Path) -> None:
    file.symlink_to("nowhere")


def circle(file: Path) -> None:
    file.symlink_to(file)


def nothing(file: Path) -> None: ...


def short(file: Path) -> None:
    file.write_bytes(b"short")


@pytest.mark.parametrize("put", [directory, pipe, dangling, circle, nothing, short])
def test_whatever_takes_its_place_is_a_sentence_until_there_is_a_file_again(
    file: Path, source: Source, put: Callable[[Path], None]
) -> None:
    before = newest(source)
    file.unlink()
    put(file)
    for _ in range(3):
        with pytest.raises(SourceError, match=f"{file} (is|cannot be read)"):
            source.poll()
    if file.is_dir():
        file.rmdir()
    else:
        file.unlink(missing_ok=True)
    write_anew(file)
    assert (pixels(source) == 2).all()
    assert set(before.pixels.ravel()) <= {1, 2}


def test_a_pipe_that_takes_its_place_while_it_is_opened_is_not_waited_for(
    file: Path, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.unlink()
    write_anew(file)
    really_open = os.open

    def replace_and_open(path: Path, flags: int) -> int:
        if path == file:
            file.unlink()
            os.mkfifo(file)
        return really_open(path, flags)

    monkeypatch.setattr(os, "open", replace_and_open)
    with pytest.raises(SourceError, match="is neither a file nor a device"):
        source.poll()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_one_that_may_no_longer_be_read_is_said_so(file: Path, source: Source) -> None:
    file.unlink()
    write_anew(file)
    file.chmod(0)
    with pytest.raises(SourceError, match="cannot be read: Permission denied"):
        source.poll()
    file.chmod(0o600)
    assert (pixels(source) == 2).all()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, of 64 kB."""
    path = tmp_path / "disk"
    path.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(path)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("only root may mount")
    yield path
    subprocess.run(["umount", "--lazy", str(path)], check=True)


def test_holes_for_which_there_is_no_room_are_no_picture_and_a_sentence_says_so(
    disk: Path, way: str
) -> None:
    file = disk / "ring"
    with file.open("wb") as new:
        new.truncate(SIZE)
    with (disk / "other").open("wb") as other, pytest.raises(OSError, match="No space"):
        other.write(bytes(1 << 20))
        other.flush()
    source = open_source(address(file))
    read = newest(source)
    zeros = read.pixels.copy()
    assert not zeros.any()
    if way == "mapped":
        assert not read.intact()
        with pytest.raises(SourceError, match=HOLES):
            source.poll()
    else:
        assert read.intact(), "a hole is read without taking room"
    (disk / "other").unlink()
    write_anew(file)
    assert (pixels(source) == 2).all()
    source.close()


def test_thousands_of_slots_cost_nothing_at_the_start(tmp_path: Path) -> None:
    """Neither is each looked at, nor are they copied."""
    path = tmp_path / "ring"
    slots = 1 << 20
    with path.open("wb") as new:
        new.truncate(4 + 4096 * slots)
        new.seek(0)
        new.write((slots + 5).to_bytes(4, "little"))
        new.seek(4 + 4 * 4096)
        new.write(b"\x09" * 4096)
    source = open_source(
        f"mmap:{path}?width=64&height=64&format=gray8&offset=4&slots={slots}&index=0:u32le"
    )
    read = newest(source)
    assert np.array_equal(read.pixels, np.full((64, 64), 9))
    assert read.intact()
    source.close()


@pytest.mark.skipif(not COMPILED, reason="where there is no compiler the path is walked each time")
def test_a_file_that_another_takes_the_place_of_is_looked_up_at_the_next_poll(
    tmp_path: Path, way: str
) -> None:
    """So a writer that renames a new file over the old one for each picture is followed."""
    path, other = tmp_path / "raw", tmp_path / "other"
    path.write_bytes(bytes(48))
    source = open_source(f"mmap:{path}?width=8&height=6&format=gray8")
    assert isinstance(source, MappedSource)
    walk = CompiledWalk(30.0)
    walk.open(0, source.format, Rendition(), (8, 6), 1)
    mapping = source.mapping()
    if way == "copied":
        assert mapping is None
        return
    assert mapping
    walk.set_source(*mapping.arguments())  # type: ignore[arg-type]  # they are its own
    refresh = 2
    assert not walk.run(1e-9, True, 0)[0] & refresh
    other.write_bytes(bytes(48))
    other.rename(path)
    assert walk.run(1e-9, True, 0)[0] & refresh
    source.close()


def test_one_that_is_being_written_when_it_is_opened_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mapped, "BEGIN_WITHIN", 20.0)  # the writer's thread may be late
    path = tmp_path / "raw"
    path.write_bytes(b"")
    writer = threading.Timer(0.05, lambda: path.write_bytes(bytes(48)))
    writer.start()
    source = open_source(f"mmap:{path}?width=8&height=6&format=gray8")
    assert source.poll()
    source.close()
    writer.join()


def test_what_is_looked_up_is_no_larger_than_what_can_be_sent(tmp_path: Path) -> None:
    path = tmp_path / "raw"
    path.touch()
    os.truncate(path, 20000 * 20000)
    with pytest.raises(UsageError, match="too large to send"):
        open_source(f"mmap:{path}?width=20000&height=20000&format=gray4lsb")
