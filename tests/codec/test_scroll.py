"""Rows that only moved: what is found, and that what is said of it is true."""

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_stream.codec import decode, encode
from ws_stream.codec.scroll import WORTH_A_SCROLL, Verdict, find_scroll
from ws_stream.pixels.formats import GRAY8, RGBX8888, Pixels
from ws_stream.pixels.frame import Frame
from ws_stream.protocol.picture import Kind, parse

from ..strategies import pairs

HEIGHT, WIDTH = 120, 8000


def text(height: int = HEIGHT) -> Pixels:
    """Lines of 10 rows, each of text and then 4 blank ones."""
    page = np.zeros((height, WIDTH), np.uint8)
    random = np.random.default_rng(2)
    for first in range(0, height, 10):
        page[first : first + 6, :900] = random.integers(0, 2, (6, 900)) * 255
    return page


def frames(old: Pixels, new: Pixels) -> tuple[Frame, Frame]:
    return Frame(1, 1, 1, GRAY8, old), Frame(1, 2, 2, GRAY8, new)


def copies(message: bytes) -> list[tuple[int, int, int]]:
    return [
        (segment.first_row, segment.rows, segment.shift)
        for segment in parse(message).segments
        if segment.kind is Kind.COPY
    ]


@pytest.mark.parametrize("shift", [1, 10, 20, 60, -1, -10, -31])
def test_text_that_scrolled_is_sent_as_a_copy(shift: int) -> None:
    page = text(300)
    top = 100
    base, frame = frames(page[top : top + HEIGHT], page[top + shift : top + shift + HEIGHT].copy())
    message = encode(frame, base)
    ((first, rows, found),) = copies(message)
    assert found == shift
    # All but blank rows at its ends, which did not change.
    assert rows >= HEIGHT - abs(shift) - 10
    assert first >= max(-shift, 0)
    assert len(message) < len(encode(frame))
    assert np.array_equal(decode(message, base).pixels, frame.pixels)


def test_a_window_that_scrolled_above_others_that_changed_is_a_copy_among_differences() -> None:
    old, new = text(), text()
    new[20:90] = old[30:100]
    new[95:110] ^= 1
    base, frame = frames(old, new)
    message = encode(frame, base)
    (copy,) = copies(message)
    assert copy[2] == 10
    assert len(parse(message).segments) > 1
    assert np.array_equal(decode(message, base).pixels, new)


@given(pairs(st.tuples(st.integers(2, 40), st.integers(32, 60))))
def test_what_is_said_to_have_moved_has_and_is_made_again(pair: tuple[Frame, Frame]) -> None:
    base, frame = pair
    with patch("ws_stream.codec.scroll.WORTH_A_SCROLL", 1):
        verdict, copy = find_scroll(frame.pixels, base.pixels)
        message = encode(frame, base)
    assert np.array_equal(decode(message, base).pixels, frame.pixels)
    assert (verdict is Verdict.FOUND) == (copy is not None)
    if copy:
        first, last = copy.first, copy.first + copy.rows - 1
        assert copy.shift
        for row in (first, last):
            assert np.array_equal(frame.rows[row], base.rows[row + copy.shift])


@pytest.mark.parametrize(
    ("height", "width"), [(32, WORTH_A_SCROLL // 32 - 1), (31, 1000), (WORTH_A_SCROLL, 1)]
)
def test_small_and_narrow_pictures_are_not_searched(height: int, width: int) -> None:
    random = np.random.default_rng(1)
    page = random.integers(0, 256, (height + 3, width), np.uint8)
    assert find_scroll(page[3:].copy(), page[:height].copy()) == (Verdict.LITTLE, None)


def test_few_changed_samples_are_calm_and_many_that_did_not_move_are_not() -> None:
    old = text()
    assert find_scroll(old, old).verdict is Verdict.LITTLE
    new = old.copy()
    new[:20] ^= 3
    assert find_scroll(new, old).verdict is Verdict.LITTLE
    assert find_scroll(old ^ 3, old).verdict is Verdict.NONE


def test_a_region_ends_where_too_many_rows_did_not_move() -> None:
    random = np.random.default_rng(1)
    old = random.integers(0, 256, (128, 200), np.uint8)
    for gap, first in ((15, 10), (16, 57)):
        new = old.copy()
        new[10:120] = old[13:123]
        new[57 - gap : 57] ^= 1
        assert find_scroll(new, old).copy == (first, 120 - first, 3)


def test_pictures_in_which_nothing_moved_have_no_copy() -> None:
    random = np.random.default_rng(1)
    shape = RGBX8888.shape(1000, HEIGHT)

    def noise(random: np.random.Generator) -> Pixels:
        pixels = random.integers(0, 256, shape, np.uint8)
        pixels[..., 3] = 255
        return pixels

    for new in (
        noise(random),
        RGBX8888.blank(1000, HEIGHT),
        np.full(shape, 255, np.uint8),
    ):
        base = Frame(1, 1, 1, RGBX8888, noise(random))
        assert not copies(encode(Frame(1, 2, 2, RGBX8888, new), base))
