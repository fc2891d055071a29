"""The way in which rows are packed, and that every way is undone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_stream.codec import decode, encode
from ws_stream.codec.compress import SHORT
from ws_stream.codec.encode import BAND
from ws_stream.pixels.formats import BGRX8888, RGB565, RGBX8888, PixelFormat, Pixels
from ws_stream.pixels.frame import Frame
from ws_stream.protocol.picture import Kind, parse

from ..strategies import SEEDS

HEIGHT, WIDTH = 90, 120
PADDED = [RGBX8888, BGRX8888]


def noise(random: np.random.Generator, high: int = 256) -> Pixels:
    picture = random.integers(0, high, (HEIGHT, WIDTH, 4), np.uint8)
    picture[..., 3] = 255
    return picture


def flat() -> Pixels:
    return np.full((HEIGHT, WIDTH, 4), 255, np.uint8)


def kinds(message: bytes) -> set[Kind]:
    return {segment.kind for segment in parse(message).segments}


def sent(old: Pixels, new: Pixels, pixel_format: PixelFormat = RGBX8888) -> set[Kind]:
    """The kinds of segments a picture is sent in, once these are seen to make it."""
    base, frame = Frame(1, 1, 1, pixel_format, old), Frame(1, 2, 2, pixel_format, new)
    message = encode(frame, base)
    assert np.array_equal(decode(message, base).pixels, new)
    return kinds(message)


def test_the_pictures_here_are_long_enough_for_a_sample() -> None:
    assert flat().nbytes > SHORT


@pytest.mark.parametrize("pixel_format", PADDED, ids=str)
def test_noise_goes_without_its_padding_bytes(pixel_format: PixelFormat) -> None:
    random = np.random.default_rng(1)
    old = noise(random)
    slightly = old.copy()
    slightly[..., :3] ^= random.integers(0, 3, (HEIGHT, WIDTH, 3), np.uint8)
    assert sent(old, slightly, pixel_format) == {Kind.XOR_UNPADDED}
    assert sent(old, noise(random), pixel_format) <= {Kind.XOR_UNPADDED, Kind.WHOLE_UNPADDED}
    assert sent(flat(), noise(random), pixel_format) <= {Kind.XOR_UNPADDED, Kind.WHOLE_UNPADDED}


def test_a_first_picture_of_noise_goes_without_its_padding_bytes() -> None:
    frame = Frame(1, 1, 1, RGBX8888, noise(np.random.default_rng(1)))
    assert kinds(encode(frame)) == {Kind.WHOLE_UNPADDED}


def test_formats_without_padding_keep_every_byte() -> None:
    random = np.random.default_rng(1)
    old, new = (random.integers(0, 65536, (200, 200), np.uint16) for _ in range(2))
    base, frame = Frame(1, 1, 1, RGB565, old), Frame(1, 2, 2, RGB565, new)
    assert kinds(encode(frame, base)) == {Kind.WHOLE_STORED}


@pytest.mark.parametrize("where", [("old",), ("new",), ("old", "new")], ids="+".join)
def test_padding_bytes_other_than_255_are_kept(where: tuple[str, ...]) -> None:
    random = np.random.default_rng(1)
    old = noise(random)
    new = old.copy()
    new[..., :3] ^= random.integers(0, 3, (HEIGHT, WIDTH, 3), np.uint8)
    for picture, name in ((old, "old"), (new, "new")):
        if name in where:
            picture[50, 60, 3] = 254
    assert Kind.XOR_UNPADDED not in sent(old, new)
    assert (sent(np.zeros_like(new), new) == {Kind.WHOLE_UNPADDED}) == ("new" not in where)


def test_a_flat_picture_after_noise_is_sent_whole_and_noise_added_to_one_as_a_difference() -> None:
    random = np.random.default_rng(1)
    old = noise(random)
    assert sent(old, flat()) == {Kind.WHOLE_LZ4}
    dotted = old.copy()
    dotted[::5, ::7, 0] ^= 16
    assert sent(old, dotted) == {Kind.XOR_LZ4}


@given(SEEDS, st.integers(1, 6))
def test_long_runs_are_cut_into_bands_that_each_find_their_own_way(seed: int, parts: int) -> None:
    random = np.random.default_rng(seed)
    shape = (parts * 70, 1024, 4)
    old = random.integers(0, 256, shape, np.uint8)
    new = old.copy()
    new[: len(new) // 2] = 255
    new[len(new) // 2 :, ::9] ^= 1
    base, frame = Frame(1, 1, 1, BGRX8888, old), Frame(1, 2, 2, BGRX8888, new)
    message = encode(frame, base)
    assert all(segment.rows * 4096 <= BAND for segment in parse(message).segments)
    assert np.array_equal(decode(message, base).pixels, new)
    if parts > 1:
        assert kinds(message) == {Kind.WHOLE_LZ4, Kind.XOR_LZ4}
