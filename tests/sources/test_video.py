"""Films that libav wrote, whole and otherwise; a clock that the test moves."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import cast

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.leftovers import nothing_left_behind
from ws_stream import Frame, Server, connect
from ws_stream.errors import Failure, SourceError, UsageError
from ws_stream.pixels.described import named
from ws_stream.sources import Picture, open_source
from ws_stream.sources.video import DECODE_WITHIN, Video

from .newest import newest

WIDTH, HEIGHT, RATE = 12, 8, 10


def shades(count: int, first: int = 1) -> Iterator[NDArray[np.uint8]]:
    """Gray pictures; n is of shade 10 n."""
    for n in range(first, first + count):
        yield np.full((HEIGHT, WIDTH), 10 * n, np.uint8)


def film(
    path: Path,
    pictures: Iterator[NDArray[np.uint8]],
    codec: str = "ffv1",
    pix_fmt: str = "gray",
    source: str = "gray",
    times: Callable[[int], int] = int,
) -> Path:
    """A film of these; `times` says when each is due, in tenths of a second."""
    with av.open(path, "w", format="matroska" if path.suffix == ".mkv" else None) as container:
        stream = cast(av.VideoStream, container.add_stream(codec, rate=RATE))
        stream.pix_fmt = pix_fmt
        for n, picture in enumerate(pictures):
            if not n:
                stream.height, stream.width = picture.shape[:2]
            frame = av.VideoFrame.from_ndarray(picture, format=source)
            frame.pts, frame.time_base = times(n), Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    return film(tmp_path / "film.mkv", shades(5))


class Clock:
    """A clock that stands still until the test moves it; each look may take its time."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.look = 0.0

    def __call__(self) -> float:
        self.seconds += self.look
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


Played = Callable[..., Video]


@pytest.fixture
def played(clock: Clock) -> Iterator[Played]:
    """Opens films, and closes them."""
    with ExitStack() as opened:

        def play(path: Path, *, loop: bool = False) -> Video:
            return opened.enter_context(closing(Video(path, loop=loop, now=clock)))

        yield play


def shade(picture: Picture | None) -> int:
    assert picture
    assert (picture.pixels == picture.pixels.flat[0]).all()
    assert picture.intact()
    return int(picture.pixels.flat[0]) // 10


def test_each_picture_is_shown_when_it_is_due_and_the_last_one_stays(
    whole: Path, clock: Clock, played: Played
) -> None:
    with nothing_left_behind():
        video = played(whole)
        assert (video.name, video.format.name, video.width, video.height) == (
            "film",
            "gray8",
            12,
            8,
        )
        found = []
        for _ in range(20):
            found.append(shade(video.poll()))
            clock.seconds += 0.0501
        assert found == [1, 1, 2, 2, 3, 3, 4, 4, *[5] * 12]
        last = newest(video)
        assert video.poll(last.version) is None
        video.close()


def test_its_own_times_count_and_not_its_rate(tmp_path: Path, clock: Clock, played: Played) -> None:
    path = film(tmp_path / "film.mkv", shades(3), times=[7, 8, 20].__getitem__)
    video = played(path)
    found: dict[int, int] = {}
    for tenth in range(20):
        found.setdefault(shade(video.poll()), tenth)
        clock.seconds += 0.1001
    assert found == {1: 0, 2: 1, 3: 13}


def test_pictures_that_are_late_are_left_out(whole: Path, clock: Clock, played: Played) -> None:
    video = played(whole)
    first = newest(video)
    clock.seconds += 0.35
    later = newest(video)
    assert (shade(first), shade(later)) == (1, 4)
    assert (first.completed, later.completed) == (1, 4)


def test_with_loop_it_begins_again_after_its_last_picture_had_its_time(
    whole: Path, clock: Clock, played: Played
) -> None:
    video = played(whole, loop=True)
    found = []
    for _ in range(12):
        found.append(shade(video.poll()))
        clock.seconds += 0.1001
    assert found == [1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 1, 2]


def test_while_nobody_watches_it_stands_still(whole: Path, clock: Clock, played: Played) -> None:
    video = played(whole)
    video.poll()
    clock.seconds += 0.15
    assert shade(video.poll()) == 2
    video.rest()
    clock.seconds += 3600
    assert shade(video.poll()) == 2
    clock.seconds += 0.06
    assert shade(video.poll()) == 3


def test_where_decoding_is_too_slow_so_is_the_film(
    whole: Path, clock: Clock, played: Played
) -> None:
    """It goes on from where it is rather than to hurry after its time for ever."""
    video = played(whole)
    video.poll()
    clock.seconds += 3
    clock.look = DECODE_WITHIN
    assert shade(video.poll()) == 2
    clock.look = 0.0
    assert shade(video.poll()) == 2
    clock.seconds += 0.11
    assert shade(video.poll()) == 3


def one(folder: Path, pix_fmt: str, width: int) -> tuple[Path, NDArray[np.uint8]]:
    """A film of one picture as its decoder has it, and the picture."""
    rgb = np.random.default_rng(1).integers(0, 256, (HEIGHT, width, 3), np.uint8)
    return film(folder / "film.nut", iter([rgb]), "rawvideo", pix_fmt, "rgb24"), rgb


@pytest.mark.parametrize(
    ("pix_fmt", "ours"),
    [
        ("gray", "gray8"),
        ("rgb24", "rgb888"),
        ("bgr24", "bgr888"),
        ("bgr0", "bgrx8888"),
        ("rgb565le", "rgb565"),
        ("rgb555le", "rgb555"),
    ],
)
def test_what_travels_is_a_view_of_what_the_decoder_left(
    tmp_path: Path, played: Played, pix_fmt: str, ours: str
) -> None:
    """Of 13 pixels a row, so that rows do not lie one behind the other."""
    path, rgb = one(tmp_path, pix_fmt, 13)
    video = played(path)
    picture = newest(video)
    assert video.format is named(ours)
    assert not picture.pixels.flags.owndata
    frame = av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format=pix_fmt)
    rows = np.frombuffer(bytes(frame.planes[0]), np.uint8).reshape(HEIGHT, -1)
    found = np.ascontiguousarray(picture.pixels).reshape(HEIGHT, -1).view(np.uint8)
    assert np.array_equal(found, rows[:, : found.shape[1]])


@pytest.mark.parametrize(("pix_fmt", "ours"), [("yuv420p", "i420"), ("nv12", "nv12")])
def test_planes_travel_as_the_decoder_left_them(
    tmp_path: Path, played: Played, pix_fmt: str, ours: str
) -> None:
    path, rgb = one(tmp_path, pix_fmt, 14)
    video = played(path)
    picture = newest(video)
    assert (video.format.name, video.width, video.height) == (ours, 14, HEIGHT)
    frame = av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format=pix_fmt)
    assert np.array_equal(picture.pixels, frame.to_ndarray())


@pytest.mark.parametrize("pix_fmt", ["yuv444p", "yuv420p", "yuvj420p", "gbrp"])
def test_what_does_not_travel_is_converted_as_libav_does(
    tmp_path: Path, played: Played, pix_fmt: str
) -> None:
    path, _ = one(tmp_path, pix_fmt, 13)
    with av.open(path) as container:
        frame = next(container.decode(video=0))
        expected = frame.to_ndarray(format="rgb24")
    video = played(path)
    assert video.format.name == "rgb888"
    assert np.array_equal(newest(video).pixels, expected)


def test_another_size_within_a_film_is_followed(
    tmp_path: Path, clock: Clock, played: Played
) -> None:
    path, parts = tmp_path / "film.mjpeg", b""
    for height in (8, 16):
        rgb = np.full((height, 16, 3), 90, np.uint8)
        parts += film(path, iter([rgb]), "mjpeg", "yuvj420p", "rgb24").read_bytes()
    path.write_bytes(parts)
    video = played(path)
    assert newest(video).pixels.shape == (8, 16, 3)
    clock.seconds += 1
    assert newest(video).pixels.shape == (16, 16, 3)
    assert (video.width, video.height) == (16, 16)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is no film that can be played: "),
        (b"no film\n" * 99, "is no film that can be played: Invalid data found when proc"),
        (b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///%s\n", "is no film"),
    ],
)
def test_what_is_no_film_is_refused_in_one_sentence(
    tmp_path: Path, whole: Path, content: bytes, sentence: str
) -> None:
    """Also a list of films, which may name any file and any host."""
    path = tmp_path / "film.m3u8"
    path.write_bytes(content.replace(b"%s", os.fsencode(whole)))
    with nothing_left_behind(), pytest.raises(UsageError) as refused:
        open_source(f"video:{path}")
    assert sentence in str(refused.value)
    assert str(refused.value).isprintable()


def test_what_has_no_pictures_or_is_no_file_is_refused(tmp_path: Path) -> None:
    sound = tmp_path / "sound.mka"
    with av.open(sound, "w", format="matroska") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        tone = av.AudioFrame.from_ndarray(np.zeros((1, 80), np.int16), layout="mono")
        tone.sample_rate = 8000
        container.mux(stream.encode(tone))
    with pytest.raises(UsageError, match="there are no pictures in it; right would be"):
        open_source(f"video:{sound}")
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(UsageError, match="is no file; right would be video:FILE"):
            open_source(f"video:{path}")
    with pytest.raises(SourceError, match="nothing cannot be read: No such file or directory"):
        open_source(f"video:{tmp_path}/nothing")
    with pytest.raises(UsageError, match="a video: source needs a file"):
        open_source("video:")
    with pytest.raises(UsageError, match="loop=2 cannot be; right would be 1 or 0"):
        open_source("video:x?loop=2")


def test_without_pyav_it_is_said_what_to_install(
    whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(
        UsageError, match=r"av is not installed, .*pip install 'ws-stream\[video\]'"
    ):
        open_source(f"video:{whole}")


def cut(path: Path, played: Played) -> Video:
    """One whose file is cut off while it is played."""
    rng = np.random.default_rng(2)
    large = (rng.integers(0, 256, (200, 300), np.uint8) for _ in range(5))
    film(path, large)
    video = played(path, loop=True)
    video.poll()
    os.truncate(path, 3000)
    return video


def test_a_file_that_is_cut_while_it_is_played_is_a_sentence_until_there_is_another(
    tmp_path: Path, clock: Clock, played: Played
) -> None:
    video = cut(tmp_path / "film.mkv", played)
    with pytest.raises(SourceError) as found:
        for _ in range(20):
            clock.seconds += 0.1
            video.poll()
    assert str(tmp_path / "film.mkv") in str(found.value)
    assert found.value.failure is Failure.UNREADABLE
    with pytest.raises(SourceError):
        video.poll()
    film(tmp_path / "new.mkv", shades(3)).rename(tmp_path / "film.mkv")
    assert shade(video.poll()) == 1
    video.close()


def test_another_file_in_its_place_is_played_at_the_next_turn(
    whole: Path, clock: Clock, played: Played
) -> None:
    video = played(whole, loop=True)
    video.poll()
    film(whole.with_name("new.mkv"), shades(5, first=11)).rename(whole)
    found = []
    for _ in range(8):
        found.append(shade(video.poll()))
        clock.seconds += 0.1001
    assert found == [1, 2, 3, 4, 5, 11, 12, 13]
    whole.unlink()
    clock.seconds += 1
    with pytest.raises(SourceError, match="cannot be read: No such file"):
        video.poll()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_a_file_holds_it_is_pictures_or_one_sentence(
    whole: Path, data: st.DataObject
) -> None:
    content = bytearray(whole.read_bytes())
    for _ in range(data.draw(st.integers(0, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path, clock = whole.with_name("harmed.mkv"), Clock()
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        with closing(Video(path, loop=True, now=clock)) as video:
            for _ in range(10):
                video.poll()
                clock.seconds += 0.1
    except (UsageError, SourceError) as error:
        assert str(error)
        assert str(error).isprintable()


def test_a_server_shows_it(whole: Path) -> None:
    with Server(port=0) as server:
        server.serve(f"video:{whole}?loop=1")
        with connect(f"ws://127.0.0.1:{server.port}/stream/film") as screen:
            for n in (3, 1, 5):
                wanted = np.full((HEIGHT, WIDTH), 10 * n, np.uint8)
                screen.wait_for(partial(is_it, wanted), 10)


def is_it(wanted: NDArray[np.uint8], frame: Frame) -> bool:
    return np.array_equal(frame.pixels, wanted)
