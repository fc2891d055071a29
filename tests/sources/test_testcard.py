from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import SOURCE_FORMATS
from ws_stream.pixels.arrays import fits
from ws_stream.pixels.colours import from_rgb, to_rgb
from ws_stream.pixels.formats import RGB888, RGBX8888, PixelFormat
from ws_stream.sources import font, open_source, testcard

from .newest import pixels

NOON = datetime(2026, 11, 22, 12, 34, 56, 789000)
formats = st.sampled_from(SOURCE_FORMATS)
sides = st.one_of(st.integers(16, 70), st.integers(16, 700))


def read(rows: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], scale: int) -> str:
    """What true dots say, letter by letter, from a strip that begins at the first letter's corner."""
    letters = {font.dots(letter, scale).tobytes(): letter for letter in "0123456789:. "}
    step = font.ADVANCE * scale
    found = [rows[:, x : x + 5 * scale].tobytes() for x in range(0, rows.shape[1], step)]
    return "".join(letters[dots] for dots in found)


def test_it_is_1024x600_rgbx8888_unless_something_else_is_asked_for() -> None:
    card = open_source("test:")
    assert (card.name, card.width, card.height, card.format) == ("test", 1024, 600, RGBX8888)
    small = open_source("test:?width=0x20&height=16&format=gray8")
    assert pixels(small).shape == (16, 32)


@given(formats, sides, sides)
def test_every_picture_is_a_new_one_of_the_same_memory_at_any_size(
    pixel_format: PixelFormat, width: int, height: int
) -> None:
    card = testcard.Card(width, height, pixel_format, now=lambda: NOON)
    before = None
    for _ in range(5):
        picture, version, intact, *_ = card.poll()
        assert version is None
        assert intact()
        assert picture.shape == pixel_format.shape(width, height)
        assert fits(picture, pixel_format)
        assert before is None or (picture != before).any()
        before = picture.copy()
    assert np.shares_memory(picture, card.poll().pixels)


@pytest.mark.parametrize(
    "size", [(16, 16), (16, 3000), (3000, 16), (37, 48), (64, 48), (1024, 600)]
)
def test_the_square_goes_to_and_fro_whole_and_leaves_no_trace(size: tuple[int, int]) -> None:
    plan = testcard.Plan(*size)
    card = testcard.Card(*size, RGB888, now=lambda: NOON)
    seen = set()
    for number in range(1, 2 * size[0] + 300):
        track = card.poll().pixels[plan.track : plan.track + plan.square, :, 0] == 0xEB
        assert track.sum() == plan.square**2 > 0
        left = plan.square_at(number)
        assert track[:, left : left + plan.square].all()
        seen.add(left)
    assert min(seen) == 0
    assert max(seen) >= size[0] - plan.square - size[0] // 128


@pytest.mark.parametrize(
    ("width", "height", "said"),
    [
        (1024, 600, "12:34:56.789 0000003"),
        (256, 150, "12:34:56.789 0000003"),
        (100, 60, "12:34:56 00003"),
        (64, 48, "34:56 003"),
        (42, 48, "56 03"),
    ],
)
def test_the_time_and_the_number_can_be_read(width: int, height: int, said: str) -> None:
    card = testcard.Card(width, height, RGB888, now=lambda: NOON)
    for _ in range(3):
        picture = card.poll().pixels
    plan = testcard.Plan(width, height)
    strip = picture[plan.top : plan.top + font.HEIGHT * plan.scale, plan.left :, 0] == 0xEB
    assert read(strip[:, : font.width(len(said), plan.scale)], plan.scale) == said


@pytest.mark.parametrize(
    ("width", "height"), [(1024, 600), (800, 480), (1280, 720), (1366, 768), (1921, 1083)]
)
def test_every_fourth_pixel_is_enough_to_read_them(width: int, height: int) -> None:
    card = testcard.Card(width, height, RGB888, now=lambda: NOON)
    picture = card.poll().pixels[::4, ::4, 0] == 0xEB
    plan = testcard.Plan(width, height)
    top, left, scale = plan.top // 4, plan.left // 4, plan.scale // 4
    strip = picture[top : top + font.HEIGHT * scale, left : left + font.width(20, scale)]
    assert read(strip, scale) == "12:34:56.789 0000001"


def test_the_clock_moves_on_between_pictures() -> None:
    times = iter([NOON, NOON.replace(microsecond=790000)])
    card = testcard.Card(256, 150, RGB888, now=lambda: next(times))
    plan = testcard.Plan(256, 150)
    strips = []
    for _ in range(2):
        picture = card.poll().pixels[plan.top : plan.top + font.HEIGHT * plan.scale]
        strips.append(picture[:, plan.left : plan.left + font.width(12, plan.scale), 0] == 0xEB)
    assert [read(strip, plan.scale) for strip in strips] == ["12:34:56.789", "12:34:56.790"]


@given(formats)
def test_the_card_is_the_same_in_every_format(pixel_format: PixelFormat) -> None:
    reference, card = (
        testcard.Card(160, 90, each, now=lambda: NOON) for each in (RGB888, pixel_format)
    )
    for _ in range(3):
        assert np.array_equal(card.poll().pixels, from_rgb(reference.poll().pixels, pixel_format))


def test_the_bars_are_those_of_television_from_left_to_right() -> None:
    rgb = to_rgb(pixels(open_source("test:")), RGBX8888)
    colours = [bytes(rgb[4, 73 + 146 * bar]).hex() for bar in range(7)]
    assert colours == ["c0c0c0", "c0c000", "00c0c0", "00c000", "c000c0", "c00000", "0000c0"]


def test_the_ramp_has_every_gray() -> None:
    gray = testcard.Plan(1024, 600).background()[400, :, 0]
    assert gray.tolist() == sorted(gray.tolist())
    assert set(gray.tolist()) == set(range(256))
