"""Pixel formats: against conversions written another way."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_stream.errors import UsageError
from ws_stream.pixels.arrays import fits, guess
from ws_stream.pixels.colours import from_rgb, pack, to_rgb, unpack
from ws_stream.pixels.described import FORMAT, named
from ws_stream.pixels.formats import FORMATS, GRAY8, RGB565, RGB888, RGBX8888, PixelFormat, Pixels
from ws_stream.pixels.raw import BY_CODE, BY_NAME

from ..strategies import SEEDS, formats, pixels, shapes

TABLE = [
    (1, "rgbx8888", 4, "RGBx"),
    (2, "bgrx8888", 4, "BGRx"),
    (3, "rgb888", 3, "RGB"),
    (4, "bgr888", 3, "BGR"),
    (5, "rgb565", 2, ""),
    (6, "gray8", 1, ""),
    (7, "rgb444", 2, ""),
    (8, "rgb332", 1, ""),
]
"""The table of docs/protocol.md; the last column is a pixel's bytes in memory."""

LETTERS = {"rgb565": "RRRRRGGGGGGBBBBB", "rgb444": "xxxxRRRRGGGGBBBB", "rgb332": "RRRGGGBB"}
"""The bits of a word, the top one first."""


def all_words(pixel_format: PixelFormat) -> Pixels:
    count = 256**pixel_format.bytes_per_pixel
    return np.arange(count, dtype=pixel_format.dtype).reshape(-1, 16)


def test_the_formats_are_those_of_the_protocol() -> None:
    assert [(f.code, f.name, f.bytes_per_pixel) for f in FORMATS] == [row[:3] for row in TABLE]
    assert all(
        BY_CODE[f.code] is f and BY_NAME[f.name] is f and named(f.name) is f for f in FORMATS
    )
    assert all(str(f) == f.name for f in FORMATS)


def test_a_format_may_be_named_and_one_of_somebody_s_own_is_none() -> None:
    for pixel_format in FORMATS:
        assert FORMAT.take("format", pixel_format) is pixel_format
        assert FORMAT.take("format", pixel_format.name) is pixel_format
    with pytest.raises(UsageError, match=r"format=PixelFormat.* cannot be; right would be one of"):
        FORMAT.take("format", dataclasses.replace(GRAY8))


@pytest.mark.parametrize(("name", "order"), [(row[1], row[3]) for row in TABLE if row[3]])
def test_bytes_in_memory_are_in_the_order_of_the_name(name: str, order: str) -> None:
    rgb = np.array([[[10, 20, 30]]], np.uint8)
    lying = {"R": 10, "G": 20, "B": 30, "x": 255}
    assert from_rgb(rgb, named(name)).tobytes() == bytes(lying[letter] for letter in order)
    assert named(name).padded == ("x" in order)


@pytest.mark.parametrize("name", LETTERS)
def test_every_word_becomes_the_colour_of_the_protocol(name: str) -> None:
    letters = LETTERS[name]

    def channel(word: int, letter: str) -> int:
        digits = f"{word:0{len(letters)}b}"
        bits = "".join(digit for digit, of in zip(digits, letters, strict=True) if of == letter)
        # Repeating the bits of a binary numeral is repeating the numeral.
        return int((bits * 4)[:8], 2)

    words = all_words(named(name))
    expected = [[channel(word, letter) for letter in "RGB"] for word in words.flat]
    assert to_rgb(words, named(name)).reshape(-1, 3).tolist() == expected


@pytest.mark.parametrize("name", LETTERS)
def test_every_word_survives_conversion_and_unpacking(name: str) -> None:
    pixel_format = named(name)
    used = int("".join("0" if letter == "x" else "1" for letter in LETTERS[name]), 2)
    words = (all_words(pixel_format) & pixel_format.dtype.type(used)).astype(pixel_format.dtype)
    assert np.array_equal(from_rgb(to_rgb(words, pixel_format), pixel_format), words)
    assert np.array_equal(pack(unpack(words, pixel_format), pixel_format), words)


def test_an_rgb565_word_lies_little_endian_in_memory() -> None:
    red = from_rgb(np.array([[[255, 0, 0]]], np.uint8), RGB565)
    assert red.tobytes() == b"\x00\xf8"


def test_gray_is_the_luma_of_bt_601_and_gray_stays_itself() -> None:
    primaries = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]], np.uint8)
    assert from_rgb(primaries, GRAY8).tolist() == [[76, 150, 29, 255]]
    every = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert np.array_equal(from_rgb(to_rgb(every, GRAY8), GRAY8), every)


@given(formats, shapes, SEEDS)
def test_to_rgb_is_new_contiguous_memory_and_does_not_read_padding(
    pixel_format: PixelFormat, size: tuple[int, int], seed: int
) -> None:
    picture = pixels(pixel_format, *size, "noise", np.random.default_rng(seed))
    rgb = to_rgb(picture, pixel_format)
    assert rgb.shape == (size[1], size[0], 3)
    assert rgb.dtype == np.uint8
    assert rgb.flags.c_contiguous
    assert not np.shares_memory(rgb, picture)
    for other_order in (np.asfortranarray(picture), picture[:, ::-1][:, ::-1]):
        again = to_rgb(other_order, pixel_format)
        assert np.array_equal(again, rgb)
        assert again.flags.c_contiguous
    if pixel_format.padded:
        picture[..., 3] ^= 0xFF
        assert np.array_equal(rgb, to_rgb(picture, pixel_format))


@given(st.sampled_from([f for f in FORMATS if len(f.components) == 1]), shapes, SEEDS)
def test_formats_of_whole_bytes_keep_rgb_exactly(
    pixel_format: PixelFormat, size: tuple[int, int], seed: int
) -> None:
    rgb = pixels(RGB888, *size, "noise", np.random.default_rng(seed))
    assert np.array_equal(to_rgb(from_rgb(rgb, pixel_format), pixel_format), rgb)


def test_the_format_of_an_array_is_guessed_from_shape_and_dtype() -> None:
    guesses = {(2, 3, 4): RGBX8888, (2, 3, 3): RGB888, (2, 3): GRAY8}
    assert all(guess(np.zeros(shape, np.uint8)) is f for shape, f in guesses.items())


def test_words_of_16_bits_are_never_guessed_to_be_colours_or_gray() -> None:
    with pytest.raises(UsageError, match=r"say which: format='rgb565' or format='gray16'$"):
        guess(np.zeros((2, 3), "<u2"))


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((2, 3, 2), np.uint8),
        np.zeros((2, 3, 4), np.float32),
        np.zeros((2, 3), ">u2"),
        np.zeros(6, np.uint8),
        np.zeros((0, 3, 4), np.uint8),
        np.zeros((2, 0), np.uint8),
        np.zeros((1, 2, 3, 4), np.uint8),
    ],
    ids=lambda array: f"{array.shape} {array.dtype.str}",
)
def test_an_array_that_is_no_picture_gets_a_sentence(array: np.ndarray) -> None:
    assert not any(fits(array, pixel_format) for pixel_format in FORMATS)
    with pytest.raises(
        UsageError, match=r"is no picture; right would be uint8 \(height, width, 4\)"
    ):
        guess(array)
