"""Which pixels are marked, and which of those are sent their colour."""

import numpy as np
import pytest
from hypothesis import given

from ws_stream.codec.marks import Copy, differing_pixels, mark, update
from ws_stream.pixels.formats import FORMATS, GRAY8, RGB888, PixelFormat
from ws_stream.pixels.frame import Frame

from ..strategies import pairs


@given(pairs())
def test_pixels_differ_where_any_of_their_bytes_does(pair: tuple[Frame, Frame]) -> None:
    one, other = pair
    size = one.format.bytes_per_pixel
    bytewise = (one.rows != other.rows).reshape(one.height, one.width, size).any(axis=2)
    assert np.array_equal(differing_pixels(one.pixels, other.pixels, one.format), bytewise)


def test_a_pixel_like_the_one_above_has_no_colour_but_in_row_0() -> None:
    pixels = np.array([[1, 1], [1, 2], [2, 2]], np.uint8)
    marks = mark(np.ones((3, 2), np.bool_), pixels, GRAY8)
    assert marks.masks.tolist() == [[3], [3], [3]]
    assert marks.literals.tolist() == [[3], [2], [1]]
    assert marks.colours.tolist() == [1, 1, 2, 2]
    assert marks.copy is None


def test_groups_are_of_eight_pixels_the_leftmost_in_the_lowest_bit() -> None:
    differs = np.zeros((1, 11), np.bool_)
    differs[0, [0, 7, 9]] = True
    marks = mark(differs, np.arange(33, dtype=np.uint8).reshape(1, 11, 3), RGB888)
    assert marks.masks.tolist() == marks.literals.tolist() == [[129, 2]]
    assert marks.colours.tolist() == [0, 1, 2, 21, 22, 23, 27, 28, 29]


@pytest.mark.parametrize("pixel_format", FORMATS, ids=str)
def test_colours_have_no_padding(pixel_format: PixelFormat) -> None:
    marks = mark(np.ones((1, 9), np.bool_), pixel_format.blank(9, 1), pixel_format)
    assert marks.colours.tolist() == [0] * 9 * pixel_format.colour_bytes


@given(pairs())
def test_an_update_makes_the_kept_picture_the_new_one_and_marks_what_differed(
    pair: tuple[Frame, Frame],
) -> None:
    base, frame = pair
    kept, copy = base.pixels.copy(), Copy(0, 1, 0)
    changed = (frame.rows != base.rows).any(axis=1)
    marks = update(kept, frame.pixels, changed, frame.format, copy)
    differs = differing_pixels(frame.pixels, base.pixels, frame.format)
    whole = mark(differs, frame.pixels, frame.format)
    assert np.array_equal(kept, frame.pixels)
    assert marks.copy == copy
    for one, other in zip(marks[:3], whole[:3], strict=True):
        assert np.array_equal(one, other)
