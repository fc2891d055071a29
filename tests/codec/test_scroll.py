"""Rows that only moved: what is found, and that what is said of it is true."""

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given

from ws_stream.codec import decode, encode
from ws_stream.codec.scroll import WORTH_A_SEARCH, find_scroll
from ws_stream.pixels.formats import GRAY8, RGBX8888, Pixels
from ws_stream.pixels.frame import Frame
from ws_stream.pixels.rows import differing_rows
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


@pytest.mark.parametrize("shift", [1, 10, 33, 60, -1, -10, -31])
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


@given(pairs())
def test_what_is_said_to_have_moved_has_and_is_made_again(pair: tuple[Frame, Frame]) -> None:
    base, frame = pair
    with patch("ws_stream.codec.scroll.WORTH_A_SEARCH", 1):
        found = find_scroll(frame, base, differing_rows(frame.pixels, base.pixels))
        message = encode(frame, base)
    assert np.array_equal(decode(message, base).pixels, frame.pixels)
    if found:
        shift, moved = found
        assert shift
        for row in moved.nonzero()[0]:
            assert np.array_equal(frame.rows[row], base.rows[row + shift])


@pytest.mark.parametrize("rows", [63, 64])
def test_few_changed_bytes_are_not_looked_for(rows: int) -> None:
    random = np.random.default_rng(1)
    old = random.integers(0, 256, (HEIGHT, WORTH_A_SEARCH // 64), np.uint8)
    new = old.copy()
    new[:rows] = old[50 : 50 + rows]
    base, frame = frames(old, new)
    found = find_scroll(frame, base, differing_rows(frame.pixels, base.pixels))
    assert (found is not None) == (rows == 64)


def test_pictures_in_which_nothing_moved_have_no_copy() -> None:
    random = np.random.default_rng(1)
    shape = RGBX8888.shape(1000, HEIGHT)
    for new in (
        random.integers(0, 256, shape, np.uint8),
        np.zeros(shape, np.uint8),
        np.full(shape, 9, np.uint8),
    ):
        base = Frame(1, 1, 1, RGBX8888, random.integers(0, 256, shape, np.uint8))
        assert not copies(encode(Frame(1, 2, 2, RGBX8888, new), base))
