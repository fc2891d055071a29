"""A writer that counts its pictures: `index=` and `slots=` of mmap: sources, and torn pictures."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_stream.errors import SourceError, UsageError
from ws_stream.sources import Source, open_source
from ws_stream.sources.mapped import TRUST, MappedSource

from .ring import TYPES, Ring


@pytest.mark.parametrize("index", TYPES)
def test_with_a_counter_only_a_new_picture_is_a_change(tmp_path: Path, index: str) -> None:
    path = tmp_path / "ring"
    ring = Ring(path, 4, 3, slots=3, index=index)
    source = open_source(ring.address(path))
    for number in range(1, 8):
        ring.write()
        assert source.changed()
        assert (source.capture() == number).all()
        assert source.intact()
        assert not source.changed()
        assert (source.capture() == number).all(), "who comes late is shown it all the same"
    source.close()


def test_a_source_that_had_not_changed_is_looked_at_again_before_it_is_read(tmp_path: Path) -> None:
    """Who comes in between is shown it: its memory may have been cut off, and reading it would kill the process."""
    path = tmp_path / "ring"
    ring = Ring(path, 4, 3, slots=2, count=1)
    source = open_source(ring.address(path))
    source.capture()
    assert source.intact()
    assert not source.changed()
    os.truncate(path, 20)
    with pytest.raises(SourceError, match="is 20 bytes long"):
        source.capture()
    source.close()


def test_before_the_first_picture_there_is_none(tmp_path: Path) -> None:
    path = tmp_path / "ring"
    ring = Ring(path, 4, 3, slots=2)
    source = open_source(ring.address(path))
    assert source.changed()
    with pytest.raises(SourceError, match="nothing written yet: the counter of pictures is 0"):
        source.capture()
    ring.write()
    assert (source.capture() == 1).all()
    source.close()


def test_a_torn_picture_is_noticed_and_leaves_a_change_to_be_captured(tmp_path: Path) -> None:
    path = tmp_path / "ring"
    ring = Ring(path, 4, 3, slots=3)
    source = open_source(ring.address(path))
    ring.write()
    view = source.capture()
    ring.write()
    assert source.intact(), "the writer is at the third slot, the picture in the first"
    ring.write()
    assert not source.intact(), "the writer is at the first slot again"
    next(ring.steps())
    assert set(view.ravel()) == {1, 4}
    assert source.changed()
    assert (source.capture() == 3).all()
    assert source.intact()
    source.close()


def test_a_writer_that_starts_anew_in_the_same_file_is_followed(tmp_path: Path) -> None:
    path = tmp_path / "ring"
    ring = Ring(path, 4, 3, slots=3, count=500)
    source = open_source(ring.address(path))
    source.capture()
    ring.count = 0
    ring.write()
    assert not source.intact()
    assert source.changed()
    assert (source.capture() == 1).all()
    source.close()


def test_a_writer_that_starts_anew_and_comes_back_to_the_same_count_is_a_change(
    tmp_path: Path,
) -> None:
    path = tmp_path / "ring"
    ring = Ring(path, 4, 3, slots=3, count=5)
    source = open_source(ring.address(path))
    source.capture()
    assert source.intact()
    ring.count = 1
    source.capture()
    for _ in range(4):
        ring.write()
    assert not source.intact()
    assert source.changed(), "5 was seen in the life before"
    source.capture()
    ring.count = 1
    assert not source.intact()
    ring.count = 5
    assert source.changed(), "5 was captured, but torn"
    source.close()


def test_a_replaced_ring_is_a_change_even_at_the_same_count(tmp_path: Path) -> None:
    path = tmp_path / "ring"
    source = open_source(Ring(path, 4, 3, slots=3, count=5).address(path))
    source.capture()
    assert source.intact()
    assert not source.changed()
    path.unlink()
    with pytest.raises(SourceError, match="cannot be read"):
        source.changed()
    Ring(path, 4, 3, slots=3, count=5)
    assert source.changed()
    source.close()


def test_a_ring_in_the_place_of_one_that_is_still_written_to_is_found_soon(tmp_path: Path) -> None:
    path = tmp_path / "ring"
    old = Ring(path, 4, 3, slots=3, count=1)
    source = open_source(old.address(path))
    path.unlink()
    Ring(path, 4, 3, slots=3, count=200)
    shown: list[int] = []
    while 200 not in shown:
        old.write()
        assert source.changed()
        shown.append(int(source.capture()[0, 0]))
        assert source.intact()
        assert len(shown) <= TRUST + 1
    source.close()


def test_a_ring_that_is_cut_off_is_missed_at_each_look_until_it_is_whole_again(
    tmp_path: Path,
) -> None:
    path = tmp_path / "ring"
    ring = Ring(path, 4, 3, slots=2, count=1)
    source = open_source(ring.address(path))
    for _ in range(2):
        ring.write()
        assert source.changed()
        source.capture()
        assert source.intact()
    os.truncate(path, 20)
    for _ in range(3):
        with pytest.raises(SourceError, match="is 20 bytes long"):
            source.changed()
    Ring(path, 4, 3, slots=2, count=7)
    assert source.changed()
    assert (source.capture() == 7).all()
    source.close()


def test_of_a_device_it_is_not_believed_that_it_knows_its_size() -> None:
    source = open_source("mmap:/dev/zero?width=4&height=3&format=gray8&index=0:u32le")
    assert isinstance(source, MappedSource)
    assert source.changed()
    assert source._trust == 0
    source.close()


@given(
    slots=st.integers(2, 4),
    count=st.one_of(st.integers(0, 9), st.integers(2**32 - 9, 2**32 - 1)),
    pauses=st.lists(st.integers(0, 12), min_size=4, max_size=40),
)
def test_no_torn_picture_is_accepted_however_reader_and_writer_take_turns(
    tmp_path_factory: pytest.TempPathFactory, slots: int, count: int, pauses: list[int]
) -> None:
    """The reader reads a row at a time; between two rows the writer writes any number of rows."""
    path = tmp_path_factory.mktemp("ring") / "ring"
    ring = Ring(path, 4, 3, slots, count=count)
    source = open_source(ring.address(path))
    writer = ring.steps()
    while pauses:
        copied = []
        try:
            rows = iter(source.capture())
        except SourceError:
            assert ring.count == 0
            rows = iter(())
        for pause in [pauses.pop() for _ in pauses[:4]]:
            copied += [row.copy() for row in [next(rows, None)] if row is not None]
            for _ in range(pause):
                next(writer)
        if len(copied) == 3 and source.intact():
            assert len(np.unique(copied)) == 1
    source.close()


def test_a_free_running_writer_in_another_process_never_gets_a_torn_picture_accepted(
    tmp_path: Path,
) -> None:
    path = tmp_path / "ring"
    command = [sys.executable, "-m", "tests.sources.ring", str(path), "1024", "1024", "4"]
    writer = subprocess.Popen(command, cwd=Path(__file__).parents[2])
    accepted, mixed = 0, 0
    deadline = time.monotonic() + 20
    try:
        text = Ring(tmp_path / "like", 1024, 1024, 4).address(path)
        source = wait_for_source(text, deadline)
        while accepted < 200 or mixed < 20:
            assert time.monotonic() < deadline, f"{accepted} accepted and {mixed} mixed ones"
            assert writer.poll() is None, "the writer must run"
            view = source.capture()
            top = view[:512:16].copy()
            time.sleep(0.002 if accepted % 2 and mixed < 20 else 0)
            bottom = view[512::16].copy()
            uniform = (top == top[0, 0]).all() and (bottom == top[0, 0]).all()
            if source.intact():
                assert uniform
                accepted += 1
            else:
                mixed += not uniform
        source.close()
    finally:
        writer.kill()
        writer.wait()


def wait_for_source(text: str, deadline: float) -> Source:
    while True:
        try:
            source = open_source(text)
            source.capture()
        except (SourceError, UsageError):
            assert time.monotonic() < deadline, "the writer never wrote"
            time.sleep(0.01)
        else:
            return source
