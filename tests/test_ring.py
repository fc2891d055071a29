"""What a ring's writer leaves, and what its reader makes of it: no picture but those published, and no row unseen."""

import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.leftovers import nothing_left_behind
from ws_stream import Ring, Server, SourceError, UsageError, connect
from ws_stream.errors import Failure
from ws_stream.pixels.damage import Rectangle, in_grid
from ws_stream.pixels.formats import FORMATS, PixelFormat
from ws_stream.pixels.kept import Sized
from ws_stream.pixels.raw import I420, MONO_LSB, NV12, RAW_FORMATS, YUYV422
from ws_stream.sources import Source, open_source
from ws_stream.sources.ring import RingSource
from ws_stream.sources.ring_layout import RECORDS, RECTANGLES, SHARED_MEMORY

WIDTH, HEIGHT = 6, 9
Rectangles = list[Rectangle] | None


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ring"


def new(path: Path, slots: int = 3, mode: int = 0o600) -> Ring:
    return Ring(os.fspath(path), WIDTH, HEIGHT, format="gray8", slots=slots, mode=mode)


def gray(shade: int) -> NDArray[np.uint8]:
    return np.full((HEIGHT, WIDTH), shade, np.uint8)


class Mirror:
    """A reader that reads nothing but the rows in the damage."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._seen: object = None
        self.pixels = gray(0)
        self.rows = 0
        """Of the last picture that were read."""
        self.meta: object = None

    def look(self) -> None:
        if picture := self._source.poll(self._seen):
            damage = picture.damage
            rows = set(range(HEIGHT)) if damage is None else set()
            for _, y, _, height in damage or ():
                rows.update(range(y, y + height))
            for row in rows:
                self.pixels[row] = picture.pixels[row]
            assert picture.intact()
            self.rows, self._seen, self.meta = len(rows), picture.version, picture.meta


RECTANGLE = st.tuples(*[st.integers(-3, 12)] * 4)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["array", "update", "begin"]),
        st.none() | st.lists(RECTANGLE, max_size=RECTANGLES + 4),
        st.booleans(),
    ),
    max_size=30,
)


def step(ring: Ring, shown: NDArray[np.uint8], how: str, damage: Rectangles, shade: int) -> None:
    """One more picture: what differs from the one before is in its damage, of whichever rows there are."""
    drawn = shown.copy()
    for x, y, width, height in [(0, 0, WIDTH, HEIGHT)] if damage is None else damage:
        drawn[max(0, y) : max(0, y + height), max(0, x) : max(0, x + width)] = shade
    if how == "array":
        ring.publish(drawn, damage=damage)
    else:
        pixels = ring.update() if how == "update" else ring.begin()
        if how == "begin":
            pixels[...] = drawn
        else:
            assert np.array_equal(pixels, shown), "it holds the newest picture"
            pixels[...] = drawn
        ring.publish(damage=damage)
    shown[...] = drawn


@given(slots=st.integers(1, 4), first=st.sampled_from([0, 2**32 - 5]), steps=STEPS)
def test_who_reads_nothing_but_the_damage_has_each_picture_whenever_it_looks(
    slots: int, first: int, steps: list[tuple[str, Rectangles, bool]]
) -> None:
    path = SHARED_MEMORY / f"ws-stream-test-{os.getpid()}"
    with Ring(f"/{path.name}", WIDTH, HEIGHT, format="gray8", slots=slots) as ring:
        ring._newest = first  # so that the numbers pass through 0
        source = open_source(f"ring:/{path.name}")
        mirror, shown = Mirror(source), gray(0)
        ring.publish(shown)
        for number, (how, damage, looks) in enumerate(steps):
            step(ring, shown, how, damage, number + 1)
            if looks:
                mirror.look()
                assert np.array_equal(mirror.pixels, shown)
        mirror.look()
        assert np.array_equal(mirror.pixels, shown)
        source.close()
    assert not path.exists()


def test_only_what_was_flushed_is_read(path: Path) -> None:
    with new(path) as ring:
        mirror = Mirror(open_source(f"ring:{path}"))
        ring.publish(gray(1))
        mirror.look()
        assert mirror.rows == HEIGHT
        for row in (2, 5):
            ring.update()[row] = 7
            ring.publish(damage=[(0, row, WIDTH, 1)])
        mirror.look()
        assert mirror.rows == 2


def test_what_changed_too_long_ago_is_not_known(path: Path) -> None:
    with new(path) as ring:
        mirror = Mirror(open_source(f"ring:{path}"))
        ring.publish(gray(1))
        for pictures, rows in ((RECORDS - 1, 1), (RECORDS, HEIGHT)):
            mirror.look()
            for _ in range(pictures):
                ring.update()
                ring.publish(damage=[(0, 3, WIDTH, 1)])
            mirror.look()
            assert mirror.rows == rows


@pytest.mark.parametrize("slots", [1, 2, 3])
def test_a_picture_is_torn_once_its_slot_is_drawn_into(path: Path, slots: int) -> None:
    with new(path, slots) as ring:
        source = open_source(f"ring:{path}")
        ring.publish(gray(1))
        picture = source.poll()
        assert picture
        for _ in range(slots - 1):
            ring.publish(gray(2))
            assert picture.intact()
        ring.begin()
        assert not picture.intact()


def test_who_has_seen_a_picture_of_the_only_slot_waits_for_the_next_and_others_are_told(
    path: Path,
) -> None:
    with new(path, 1) as ring:
        source = open_source(f"ring:{path}")
        ring.publish(gray(1))
        picture = source.poll()
        assert picture
        ring.update()
        assert source.poll(picture.version) is None
        with pytest.raises(SourceError, match="no slot of the ring holds a whole picture now") as e:
            source.poll()
        assert e.value.failure is Failure.TORN
        ring.publish()
        assert source.poll(picture.version)


def test_nothing_is_shown_before_the_first_picture(path: Path) -> None:
    with new(path):
        with pytest.raises(SourceError, match="nothing written yet") as error:
            open_source(f"ring:{path}").poll()
        assert error.value.failure is Failure.NOTHING_YET


def test_a_writer_that_begins_anew_may_have_another_size_and_format(path: Path) -> None:
    with new(path) as first:
        source = open_source(f"ring:{path}")
        first.publish(gray(1))
        picture = source.poll()
        assert picture
        with Ring(os.fspath(path), 3, 2, format="rgb565", slots=2) as second:
            second.publish(np.full((2, 3), 0x1234, np.uint16))
            first.close()
            assert path.exists(), "the name is the second one's"
            fresh = source.poll(picture.version)
            assert fresh
            assert (source.width, source.height, source.format.name) == (3, 2, "rgb565")
            assert (fresh.pixels == 0x1234).all()
            assert (picture.pixels == 1).all()
    with pytest.raises(SourceError, match="cannot be read"):
        source.poll()


def test_a_file_laid_out_anew_in_its_place_is_found(path: Path, tmp_path: Path) -> None:
    with new(path) as ring, Ring(os.fspath(tmp_path / "other"), 3, 2, format="rgb565") as other:
        source = open_source(f"ring:{path}")
        ring.publish(gray(1))
        other.publish(np.full((2, 3), 7, np.uint16))
        picture = source.poll()
        assert picture
        content = (tmp_path / "other").read_bytes()
        with path.open("r+b") as file:
            file.write(content)
        assert not picture.intact()
        fresh = source.poll(picture.version)
        assert fresh
        assert (fresh.pixels == 7).all()


def test_a_file_that_is_cut_off_is_said_and_found_again(path: Path) -> None:
    with new(path) as ring:
        source = open_source(f"ring:{path}")
        ring.publish(gray(1))
        picture = source.poll()
        assert picture
        content = path.read_bytes()
        os.truncate(path, 100)
        assert not picture.pixels.any()
        assert not picture.intact()
        with pytest.raises(SourceError):
            source.poll(picture.version)
        path.write_bytes(content)
        assert source.poll()


def test_a_picture_is_as_old_as_its_writer_says(path: Path) -> None:
    with new(path) as ring:
        source = open_source(f"ring:{path}")
        began = time.monotonic()
        ring.publish(gray(1))
        ended = time.monotonic()
        picture = source.poll()
        assert picture
        assert picture.taken is not None
        assert began - 1e-6 <= picture.taken <= ended
        source.close()


@pytest.fixture
def server() -> Iterator[Server]:
    with nothing_left_behind(), Server(port=0) as server:
        yield server


def test_a_ring_is_served_without_an_option_with_what_is_said_of_its_pictures(
    server: Server, path: Path
) -> None:
    with new(path) as ring:
        ring.publish(gray(1), meta={"exposure": 0.01})
        stream = server.serve(f"ring:{path}")
        with connect(server.urls(stream)[0]) as screen:
            frame = screen.wait_for(bool, 10)
            assert (frame.pixels == 1).all()
            assert frame.meta == {"exposure": 0.01}
            assert abs(frame.time / 1e6 - time.time()) < 60
            ring.update()[4] = 9
            ring.publish(damage=[(0, 4, WIDTH, 1)])
            frame = screen.wait_for(lambda frame: frame.pixels[4, 0] == 9, 10)
            assert frame.meta is None
            with Ring(os.fspath(path), 4, 2, format="rgb888") as second:
                second.publish(np.full((2, 4, 3), 5, np.uint8))
                frame = screen.wait_for(lambda frame: frame.pixels.shape == (2, 4, 3), 10)
                assert (frame.pixels == 5).all()


@pytest.mark.parametrize("way", ["compiled", "polled"])
async def test_what_scrolled_is_moved_though_its_writer_says_that_it_drew_all(
    path: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way == "polled":
        monkeypatch.setattr(RingSource, "mapping", lambda _: None)
    side, noise = 256, np.random.default_rng(1).integers(0, 256, (264, 256), np.uint8)
    with Ring(os.fspath(path), side, side, format="gray8", slots=1) as ring:
        ring.publish(noise[:side])
        async with Server(port=0) as server:
            stream = server.serve(f"ring:{path}")
            frames = aiter(connect(server.urls(stream)[0]))
            await anext(frames)
            before = stream.walk.counts().sent_bytes
            ring.update()[:] = noise[8:]
            ring.publish(damage=[(0, 0, side, side)])
            assert np.array_equal((await anext(frames)).pixels, noise[8:])
            assert stream.walk.counts().sent_bytes - before < side * side / 4


@pytest.mark.parametrize("pixel_format", (*FORMATS, *RAW_FORMATS), ids=str)
def test_each_format_is_read_as_it_was_written(path: Path, pixel_format: PixelFormat) -> None:
    content = np.random.default_rng(1).integers(0, 200, pixel_format.shape(WIDTH, 10))
    with Ring(os.fspath(path), WIDTH, 10, format=pixel_format) as ring:
        ring.publish(content.astype(pixel_format.dtype))
        source = open_source(f"ring:{path}")
        picture = source.poll()
        assert picture
        assert source.format is pixel_format
        assert np.array_equal(picture.pixels, content)


@pytest.mark.parametrize("pixel_format", [NV12, I420, YUYV422, MONO_LSB], ids=str)
def test_of_every_format_damage_is_rows_of_the_picture(
    server: Server, path: Path, pixel_format: PixelFormat
) -> None:
    """Those of chroma that belong to them are copied from slot to slot, and read."""
    pixels = pixel_format.blank(16, 40)
    with Ring(os.fspath(path), 16, 40, format=pixel_format) as ring:
        ring.publish(pixels)
        stream = server.serve(f"ring:{path}")
        with connect(server.urls(stream)[0]) as screen:
            for row in (38, 7, 20, 21, 0):
                for y, count in in_grid([(row, 1)], Sized(pixel_format, 16, 40)):
                    pixels[y : y + count] = row + 1
                ring.publish(pixels, damage=[(0, row, 16, 1)])
                screen.wait_for(lambda frame: np.array_equal(frame.pixels, pixels), 10)


def test_the_file_is_its_owners_unless_said_otherwise(path: Path) -> None:
    before = os.umask(0o077)
    try:
        for mode in (0o600, 0o644):
            with new(path, mode=mode):
                assert stat.S_IMODE(path.stat().st_mode) == mode
    finally:
        os.umask(before)


def test_of_many_rectangles_the_last_one_holds_the_rest(path: Path) -> None:
    with new(path) as ring:
        source = open_source(f"ring:{path}")
        ring.publish(gray(1))
        first = source.poll()
        assert first
        ring.publish(gray(1), damage=[(0, 0, 1, 1)] * 15 + [(1, 2, 2, 2), (5, 8, 9, 9)])
        second = source.poll(first.version)
        assert second
        assert second.damage == [(0, 0, 1, 1)] * 15 + [(1, 2, 5, 7)]


def test_where_it_cannot_have_its_name_nothing_is_left(path: Path) -> None:
    path.mkdir()
    with pytest.raises(SourceError, match="cannot be written: Is a directory"):
        new(path)
    assert [*path.parent.iterdir()] == [path]
    assert f"{path}.new" not in Path("/proc/self/maps").read_text()


def test_what_cannot_be_is_refused_in_a_sentence(path: Path) -> None:
    with pytest.raises(UsageError, match=r"slots=17 cannot be; right would be .* 1 to 16"):
        new(path, 17)
    with pytest.raises(UsageError, match="'/' names no ring; right would be one like /screen"):
        Ring("/", 4, 4)
    with pytest.raises(UsageError, match="is too large for a ring; right would be up to"):
        Ring(os.fspath(path), 20000, 20000)
    with pytest.raises(SourceError, match="cannot be written: No such file"):
        Ring("/nowhere/at/all", 4, 4)
    with new(path) as ring:
        with pytest.raises(UsageError, match=r"is no picture of this ring; .* shape \(9, 6\)"):
            ring.publish(np.zeros((2, 2), np.uint8))
        with pytest.raises(UsageError, match="damage=5 cannot be; right would be rectangles"):
            ring.publish(gray(1), damage=5)  # type: ignore[arg-type]  # it is wrong
        with pytest.raises(UsageError, match="right would be a dict of what JSON can say"):
            ring.publish(gray(1), meta=[])  # type: ignore[arg-type]  # it is wrong
        ring.close()
        with pytest.raises(UsageError, match="the ring is closed"):
            ring.publish(gray(1))


def test_what_a_killed_writer_left_half_made_is_taken_away(path: Path) -> None:
    Path(f"{path}.new").write_bytes(b"half")
    with new(path):
        assert not Path(f"{path}.new").exists()
