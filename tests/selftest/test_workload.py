"""The pictures that a device is measured with."""

from itertools import islice, pairwise

import numpy as np
import pytest

from ws_stream.codec import encode
from ws_stream.errors import UsageError
from ws_stream.pixels.arrays import fits
from ws_stream.pixels.formats import FORMATS, RGBX8888, PixelFormat, Pixels
from ws_stream.pixels.frame import Frame
from ws_stream.selftest.workload import (
    LEAST_SLOTS,
    MOST_SLOTS,
    RING_BYTES,
    WORKLOADS,
    WorkloadSource,
)

SIZES = [(16, 16), (17, 31), (640, 360)]


def pictures(content: str, width: int, height: int, pixel_format: PixelFormat) -> list[Pixels]:
    made = WORKLOADS[content](width, height, pixel_format)
    return [picture.copy() for picture in islice(made, 4)]


def sizes(content: str, width: int, height: int) -> list[int]:
    """Bytes of each message but the first."""
    frames = [
        Frame(1, number, 0, RGBX8888, picture)
        for number, picture in enumerate(pictures(content, width, height, RGBX8888), 1)
    ]
    return [len(encode(frame, base)) for base, frame in pairwise(frames)]


@pytest.mark.parametrize("content", WORKLOADS)
@pytest.mark.parametrize("pixel_format", FORMATS, ids=str)
def test_every_content_can_be_made_in_every_format_and_size(
    content: str, pixel_format: PixelFormat
) -> None:
    for width, height in SIZES:
        for picture in pictures(content, width, height, pixel_format):
            assert fits(picture, pixel_format)
            assert picture.shape[:2] == (height, width)


@pytest.mark.parametrize("content", WORKLOADS)
def test_it_is_the_same_each_time(content: str) -> None:
    one, other = (pictures(content, 640, 360, RGBX8888) for _ in range(2))
    assert np.array_equal(one, other)


@pytest.mark.parametrize("content", WORKLOADS)
def test_each_picture_is_another_unless_it_stands_still(content: str) -> None:
    made = pictures(content, 640, 360, RGBX8888)
    differs = [not np.array_equal(*pair) for pair in pairwise(made)]
    assert differs == [content != "still"] * 3


def test_noise_hardly_packs_and_the_others_do() -> None:
    size = 640 * 360 * 4
    assert min(sizes("noise", 640, 360)) > 0.5 * size
    for content in ("still", "card", "text"):
        assert max(sizes(content, 640, 360)) < 0.2 * size


def test_text_scrolls_each_row_is_one_that_stood_below() -> None:
    before, after, *_ = pictures("text", 640, 360, RGBX8888)
    assert np.array_equal(after[:-16], before[16:])
    assert not np.array_equal(after[-16:], before[:16])


@pytest.mark.parametrize(("width", "height"), [(16, 16), (640, 360), (3840, 2160)])
def test_a_reel_has_several_pictures_and_bounded_memory(width: int, height: int) -> None:
    source = WorkloadSource(width, height, RGBX8888)
    slots = source.ring_bytes / (width * height * 4)
    assert LEAST_SLOTS <= slots <= MOST_SLOTS
    assert source.ring_bytes <= RING_BYTES or slots == LEAST_SLOTS


def test_a_reel_plays_what_was_loaded_last_over_and_over() -> None:
    source = WorkloadSource(64, 48, RGBX8888)
    source.load("noise")
    source.load("card")
    played = [source.poll().pixels.copy() for _ in range(2 * MOST_SLOTS)]
    assert np.array_equal(played[:MOST_SLOTS], played[MOST_SLOTS:])
    made = [p.copy() for p in islice(WORKLOADS["card"](64, 48, RGBX8888), MOST_SLOTS)]
    assert {p.tobytes() for p in played} == {p.tobytes() for p in made}
    picture = source.poll()
    assert picture.version is None
    assert picture.intact()


def test_pictures_too_large_to_serve_are_refused_before_memory_is_taken() -> None:
    with pytest.raises(UsageError, match="too large"):
        WorkloadSource(16384, 16384, RGBX8888)
