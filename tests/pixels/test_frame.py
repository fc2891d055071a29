"""Frames: views of their memory, likeness, checksum."""

import zlib
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
from hypothesis import given

from ws_stream.pixels.colours import to_rgb
from ws_stream.pixels.formats import BGRX8888, GRAY8, RGBX8888, PixelFormat
from ws_stream.pixels.frame import Frame, blank

from ..strategies import formats, pictures, shapes


@given(pictures())
def test_rows_and_words_are_the_same_memory_and_never_copies(frame: Frame) -> None:
    for view in (frame.rows, frame.words):
        assert np.shares_memory(view, frame.pixels)
        assert view.shape[0] == frame.height
        assert view.tobytes() == frame.pixels.tobytes()
    assert frame.rows.shape == (frame.height, frame.width * frame.format.bytes_per_pixel)


@pytest.mark.parametrize(("width", "size"), [(1, 1), (2, 2), (3, 1), (4, 4), (6, 2), (8, 8)])
def test_words_are_the_widest_that_fill_a_row(width: int, size: int) -> None:
    assert blank(1, GRAY8, width, 3).words.itemsize == size


@given(formats, shapes)
def test_a_blank_frame_is_number_0_and_all_zero_but_for_padding_of_255(
    pixel_format: PixelFormat, size: tuple[int, int]
) -> None:
    frame = blank(7, pixel_format, *size)
    assert (frame.epoch, frame.number, frame.width, frame.height) == (7, 0, *size)
    assert frame.pixels.dtype == pixel_format.dtype
    colours = frame.rows.reshape(-1, pixel_format.bytes_per_pixel)
    assert not colours[:, : pixel_format.colour_bytes].any()
    assert (colours[:, pixel_format.colour_bytes :] == 255).all()


@given(pictures())
def test_the_checksum_is_that_of_zlib_over_the_bytes(frame: Frame) -> None:
    assert frame.checksum() == zlib.crc32(frame.pixels.tobytes())


@given(pictures())
def test_a_frame_as_rgb_is_its_pixels_colours_in_new_memory(frame: Frame) -> None:
    frame.pixels.flags.writeable = False  # as those that a client gives
    rgb = frame.to_rgb()
    assert np.array_equal(rgb, to_rgb(frame.pixels, frame.format))
    assert rgb.shape == (frame.height, frame.width, 3)
    assert rgb.dtype == np.uint8
    assert rgb.flags.c_contiguous
    assert rgb.flags.writeable
    assert not np.shares_memory(rgb, frame.pixels)


def test_frames_are_alike_when_epoch_format_and_size_are_equal_whatever_else_differs() -> None:
    frame = blank(1, RGBX8888, 3, 2)
    assert frame.alike(Frame(1, 9, 9, RGBX8888, np.ones((2, 3, 4), np.uint8)))
    assert not frame.alike(replace(frame, epoch=2))
    assert not frame.alike(replace(frame, format=BGRX8888))
    assert not frame.alike(blank(1, RGBX8888, 2, 3))
    assert not frame.alike(blank(1, RGBX8888, 3, 3))


def test_a_frame_is_frozen_and_equal_only_to_itself() -> None:
    frame = blank(1, GRAY8, 2, 2)
    with pytest.raises(FrozenInstanceError):
        frame.number = 1  # type: ignore[misc] # that this is refused is the test
    assert frame != blank(1, GRAY8, 2, 2)
