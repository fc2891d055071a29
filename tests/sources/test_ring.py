"""A writer that counts its pictures: `index=` and `slots=` of mmap: sources, and torn pictures."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_stream.errors import SourceError, UsageError
from ws_stream.sources import Source, memory, open_source
from ws_stream.sources.mapped import TRUST, MappedSource

from .newest import newest, pixels
from .ring import FRONTS, TYPES, Buffers, Ring


@pytest.fixture(
    params=[
        pytest.param(
            "mapped",
            marks=pytest.mark.skipif(not memory.GUARDED, reason="there is no compiled core here"),
        ),
        "copied",
    ],
    scope="module",
    autouse=True,
)
def way(request: pytest.FixtureRequest) -> Iterator[str]:
    """How memory is read."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "copied":
            patch.setattr(memory, "GUARDED", None)
        yield str(request.param)


@pytest.mark.parametrize("index", TYPES)
def test_with_a_counter_only_a_new_picture_is_a_change(tmp_path: Path, index: str) -> None:
    path = tmp_path / "ring"
    ring = Ring(path, 4, 3, slots=3, index=index)
    source = open_source(ring.address(path))
    seen = None
    for number in range(1, 8):
        ring.write()
        picture = source.poll(seen)
        assert picture
        assert (picture.pixels == number).all()
        assert picture.intact()
        assert picture.version != seen
        seen = picture.version
        assert source.poll(seen) is None
        late = newest(source)
        assert (late.pixels == number).all(), "who comes late is shown it all the same"
        assert late.version == seen
    source.close()


def test_a_poll_leaves_nothing_behind_that_changes_the_answer_to_the_next(tmp_path: Path) -> None:
    path = tmp_path / "ring"
    ring = Ring(path, 4, 3, slots=3)
    source = open_source(ring.address(path))
    versions: list[object] = [None, (1, 2, 3)]
    for number in range(1, 2 * TRUST):
        ring.write()
        versions.append(newest(source).version)
        for seen in versions[-4:]:
            first, second = source.poll(seen), source.poll(seen)
            if seen == versions[-1]:
                assert first is second is None
                continue
            assert first
            assert second
            assert first.version == second.version == versions[-1]
            assert (first.pixels == number).all()
            assert (second.pixels == number).all()
            assert first.intact()
            assert second.intact()
    source.close()


def test_each_picture_knows_whether_it_is_torn_whatever_is_polled_later(tmp_path: Path) -> None:
    path = tmp_path / "ring"
    ring = Ring(path, 4, 3, slots=3, count=1)
    source = open_source(ring.address(path))
    old = newest(source)
    ring.write()
    ring.write()
    new = newest(source)
    assert not old.intact()
    assert new.intact()
    source.close()


def test_a_source_that_had_not_changed_is_polled_again_before_it_is_read(tmp_path: Path) -> None:
    """Who comes in between is shown it: its memory may have been cut off, and reading it would kill the process."""
    path = tmp_path / "ring"
    ring = Ring(path, 4, 3, slots=2, count=1)
    source = open_source(ring.address(path))
    picture = newest(source)
    assert picture.intact()
    assert source.poll(picture.version) is None
    os.truncate(path, 20)
    for seen in (None, picture.version):
        with pytest.raises(SourceError, match="is 20 bytes long"):
            source.poll(seen)
    source.close()


def test_before_the_first_picture_there_is_none(tmp_path: Path) -> None:
    path = tmp_path / "ring"
    ring = Ring(path, 4, 3, slots=2)
    source = open_source(ring.address(path))
    for _ in range(2):
        with pytest.raises(SourceError, match="nothing written yet: the counter of pictures is 0"):
            source.poll()
    ring.write()
    assert (pixels(source) == 1).all()
    source.close()


@pytest.mark.parametrize("index", TYPES)
@pytest.mark.parametrize("slots", [1, 2, 3, 4, 7])
def test_a_counter_may_pass_through_0(tmp_path: Path, index: str, slots: int) -> None:
    """That is no picture fewer, and none of them is taken for another."""
    path = tmp_path / "ring"
    end = 2 ** (8 * np.dtype(TYPES[index]).itemsize)
    ring = Ring(path, 4, 3, slots, index, count=end - 4)
    source = open_source(ring.address(path))
    seen, versions = newest(source).version, set()
    for _ in range(8):
        ring.write()
        picture = source.poll(seen)
        assert picture
        assert (picture.pixels == ring.count % 256).all()
        assert picture.intact()
        seen = picture.version
        assert source.poll(seen) is None
        versions.add(seen)
    assert len(versions) == 8
    assert ring.count == 4
    source.close()


def test_a_counter_of_0_in_a_file_that_is_another_one_is_no_picture(tmp_path: Path) -> None:
    path = tmp_path / "ring"
    ring = Ring(path, 4, 3, 2, count=2**32 - 1)
    source = open_source(ring.address(path))
    assert newest(source).intact()
    ring.count = 0
    assert newest(source).intact()
    path.unlink()
    Ring(path, 4, 3, 2)
    with pytest.raises(SourceError, match="nothing written yet"):
        source.poll()
    source.close()


@pytest.mark.parametrize("distance", [12, 13, 4096, 5000])
def test_slots_may_lie_apart(tmp_path: Path, distance: int) -> None:
    path = tmp_path / "ring"
    ring = Ring(path, 4, 3, slots=3, distance=distance)
    source = open_source(ring.address(path))
    for number in range(1, 8):
        ring.write()
        assert (pixels(source) == number).all()
    os.truncate(path, 64 + 2 * distance + 11)
    with pytest.raises(SourceError, match=f"ends at byte {64 + 2 * distance + 12}"):
        source.poll()
    source.close()


class TestBuffersOfWhichOneIsInFront:
    @pytest.mark.parametrize("index", FRONTS)
    @pytest.mark.parametrize("slots", [2, 3])
    def test_that_one_is_shown(self, tmp_path: Path, index: str, slots: int) -> None:
        path = tmp_path / "buffers"
        buffers = Buffers(path, 4, 3, slots, index)
        source = open_source(buffers.address(path))
        for value in range(1, 9):
            buffers.write(value)
            picture = newest(source)
            assert (picture.pixels == value).all()
            assert picture.intact()
        source.close()

    def test_one_that_is_still_in_front_may_hold_another_picture(self, tmp_path: Path) -> None:
        """Two may have been written since. So it is compared, as where there is no number at all."""
        path = tmp_path / "buffers"
        buffers = Buffers(path, 4, 3, 2)
        source = open_source(buffers.address(path))
        buffers.write(1)
        before = newest(source)
        assert before.version is None
        buffers.write(2)
        buffers.write(3)
        after = source.poll(before.version)
        assert after
        assert (after.pixels == 3).all()
        source.close()

    def test_a_picture_is_torn_when_another_one_came_to_the_front_while_it_was_read(
        self, tmp_path: Path
    ) -> None:
        path = tmp_path / "buffers"
        buffers = Buffers(path, 4, 3, 3)
        source = open_source(buffers.address(path))
        picture = newest(source)
        buffers.write(1)
        assert not picture.intact()
        source.close()

    def test_a_number_that_is_none_of_theirs_is_a_sentence_until_it_is_one(
        self, tmp_path: Path
    ) -> None:
        path = tmp_path / "buffers"
        buffers = Buffers(path, 4, 3, 2)
        source = open_source(buffers.address(path))
        for front in (2, 2**32 - 1):
            buffers.count = front
            with pytest.raises(SourceError, match="is in front; right would be one from 0 to 1"):
                source.poll()
        buffers.count = 1
        assert newest(source).intact()
        source.close()


def test_a_torn_picture_is_noticed_and_leaves_a_change_to_be_polled(
    tmp_path: Path, way: str
) -> None:
    path = tmp_path / "ring"
    ring = Ring(path, 4, 3, slots=3)
    source = open_source(ring.address(path))
    ring.write()
    torn = newest(source)
    ring.write()
    assert torn.intact(), "the writer is at the third slot, the picture in the first"
    ring.write()
    assert not torn.intact(), "the writer is at the first slot again"
    next(ring.steps())
    assert set(torn.pixels.ravel()) == ({1, 4} if way == "mapped" else {1})
    whole = source.poll(torn.version)
    assert whole
    assert (whole.pixels == 3).all()
    assert whole.intact()
    source.close()


def test_a_writer_that_starts_anew_in_the_same_file_is_followed(tmp_path: Path) -> None:
    path = tmp_path / "ring"
    ring = Ring(path, 4, 3, slots=3, count=500)
    source = open_source(ring.address(path))
    before = newest(source)
    ring.count = 0
    ring.write()
    assert not before.intact()
    picture = source.poll(before.version)
    assert picture
    assert (picture.pixels == 1).all()
    source.close()


def test_a_writer_that_starts_anew_and_comes_back_to_the_same_count_is_a_change(
    tmp_path: Path,
) -> None:
    """For who reads as `Source` says: after a torn picture nothing is seen any more."""
    path = tmp_path / "ring"
    ring = Ring(path, 4, 3, slots=3, count=5)
    source = open_source(ring.address(path))
    picture = newest(source)
    seen = picture.version if picture.intact() else None
    assert source.poll(seen) is None
    ring.count = 1
    torn = source.poll(seen)
    assert torn
    for _ in range(4):
        ring.write()
    seen = torn.version if torn.intact() else None
    torn = source.poll(seen)
    assert torn, "5 was seen in the life before"
    ring.count = 1
    seen = torn.version if torn.intact() else None
    ring.count = 5
    assert source.poll(seen), "5 was read, but torn"
    source.close()


def replace_it(ring: Path) -> None:
    other = ring.with_suffix(".new")
    Ring(other, 4, 3, slots=3, count=5)
    other.replace(ring)


def make_it_longer(ring: Path) -> None:
    os.truncate(ring, ring.stat().st_size + 1)


@pytest.mark.parametrize("begin_anew", [replace_it, make_it_longer])
def test_pictures_of_two_lives_of_a_ring_have_two_versions_even_at_the_same_count(
    tmp_path: Path, begin_anew: Callable[[Path], None]
) -> None:
    path = tmp_path / "ring"
    source = open_source(Ring(path, 4, 3, slots=3, count=5).address(path))
    versions: list[object] = []
    for _ in range(3):
        picture = newest(source)
        assert picture.intact()
        assert (picture.pixels == 5).all()
        assert source.poll(picture.version) is None
        versions.append(picture.version)
        begin_anew(path)
        assert source.poll(picture.version), "it is seen at once: the counter did not move"
    assert len(set(versions)) == 3
    source.close()


def test_a_replaced_ring_is_a_change_even_at_the_same_count(tmp_path: Path) -> None:
    path = tmp_path / "ring"
    source = open_source(Ring(path, 4, 3, slots=3, count=5).address(path))
    before = newest(source)
    assert before.intact()
    assert source.poll(before.version) is None
    for harm, said in ((Path.unlink, "cannot be read"), (cut_off, "is 20 bytes long")):
        harm(path)
        for seen in (None, before.version):
            with pytest.raises(SourceError, match=said):
                source.poll(seen)
        Ring(path, 4, 3, slots=3, count=5)
        after = source.poll(before.version)
        assert after
        assert after.version != before.version
        before = after
    source.close()


def cut_off(path: Path) -> None:
    os.truncate(path, 20)


def test_a_ring_in_the_place_of_one_that_is_still_written_to_is_found_soon(tmp_path: Path) -> None:
    path = tmp_path / "ring"
    old = Ring(path, 4, 3, slots=3, count=1)
    source = open_source(old.address(path))
    path.unlink()
    Ring(path, 4, 3, slots=3, count=200)
    shown: list[int] = []
    seen = None
    while 200 not in shown:
        old.write()
        picture = source.poll(seen)
        assert picture
        shown.append(int(picture.pixels[0, 0]))
        assert picture.intact()
        seen = picture.version
        assert len(shown) <= TRUST + 1
    source.close()


def test_a_ring_that_is_cut_off_is_missed_at_each_poll_until_it_is_whole_again(
    tmp_path: Path,
) -> None:
    path = tmp_path / "ring"
    ring = Ring(path, 4, 3, slots=2, count=1)
    source = open_source(ring.address(path))
    seen = None
    for _ in range(2):
        ring.write()
        picture = source.poll(seen)
        assert picture
        assert picture.intact()
        seen = picture.version
    os.truncate(path, 20)
    for again in (seen, None, seen, None):
        with pytest.raises(SourceError, match="is 20 bytes long"):
            source.poll(again)
    Ring(path, 4, 3, slots=2, count=7)
    picture = source.poll(seen)
    assert picture
    assert (picture.pixels == 7).all()
    source.close()


def calls(source: Source, seen: object = None) -> str:
    """The system calls of one poll that ask for files: "p" for what a path leads to, "s" for a size."""
    made: list[str] = []

    def counted(letter: str, call: Callable[..., object]) -> Callable[..., object]:
        def count(*args: object) -> object:
            made.append(letter)
            return call(*args)

        return count

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "stat", counted("p", os.stat))
        patch.setattr(os, "lseek", counted("s", os.lseek))
        source.poll(seen)
    return "".join(made)


def test_the_path_of_a_ring_whose_counter_moves_is_asked_for_now_and_then(tmp_path: Path) -> None:
    path = tmp_path / "ring"
    ring = Ring(path, 4, 3, slots=3)
    source = open_source(ring.address(path))
    for _ in range(3):
        made = ""
        for _ in range(TRUST + 1):
            ring.write()
            made += calls(source)
        assert made == "p" + TRUST * "s"
    ring.write()
    source.poll()
    for seen in (None, newest(source).version):
        assert [calls(source, seen) for _ in range(3)] == ["sp"] * 3, "nobody may write to it"
    source.close()


def test_of_a_device_it_is_not_believed_that_it_knows_its_size() -> None:
    source = open_source("mmap:/dev/zero?width=4&height=3&format=gray8&index=0:u32le")
    assert isinstance(source, MappedSource)
    with pytest.raises(SourceError, match="nothing written yet"):
        source.poll()
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
        picture = None
        try:
            picture = newest(source)
            rows = iter(picture.pixels)
        except SourceError:
            assert ring.count == 0
            rows = iter(())
        for pause in [pauses.pop() for _ in pauses[:4]]:
            copied += [row.copy() for row in [next(rows, None)] if row is not None]
            for _ in range(pause):
                next(writer)
        if picture and len(copied) == 3 and picture.intact():
            assert len(np.unique(copied)) == 1
    source.close()


def test_a_free_running_writer_in_another_process_never_gets_a_torn_picture_accepted(
    tmp_path: Path, way: str
) -> None:
    enough = {"mapped": 200, "copied": 3}[
        way
    ]  # a copy takes longer than the writer takes for its slots
    path = tmp_path / "ring"
    command = [sys.executable, "-m", "tests.sources.ring", str(path), "1024", "1024", "4"]
    writer = subprocess.Popen(command, cwd=Path(__file__).parents[2])
    accepted, mixed = 0, 0
    deadline = time.monotonic() + 60  # the writer may have to wait for its turn
    try:
        text = Ring(tmp_path / "like", 1024, 1024, 4).address(path)
        source = wait_for_source(text, deadline)
        while accepted < enough or mixed < 20:
            assert time.monotonic() < deadline, f"{accepted} accepted and {mixed} mixed ones"
            assert writer.poll() is None, "the writer must run"
            picture = newest(source)
            top = picture.pixels[:512:16].copy()
            time.sleep(0.002 if accepted % 2 and mixed < 20 else 0)
            bottom = picture.pixels[512::16].copy()
            uniform = (top == top[0, 0]).all() and (bottom == top[0, 0]).all()
            if picture.intact():
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
            source.poll()
        except (SourceError, UsageError):
            assert time.monotonic() < deadline, "the writer never wrote"
            time.sleep(0.01)
        else:
            return source
