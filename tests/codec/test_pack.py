"""How marks become segments: runs, bands, and what is packed."""

import numpy as np
import pytest

from ws_stream.codec import decode, encode
from ws_stream.codec.marks import mark
from ws_stream.codec.pack import BAND, band_rows, pack
from ws_stream.pixels.formats import BGRX8888, GRAY8, RGBX8888, PixelFormat, Pixels
from ws_stream.pixels.frame import Frame
from ws_stream.protocol.offer import Encoding
from ws_stream.protocol.picture import Kind, Segment, content_lengths, parse


def sent(old: Pixels, new: Pixels) -> list[Segment]:
    """The segments of a picture, once these are seen to make it."""
    pixel_format = GRAY8 if new.ndim == 2 else BGRX8888
    base, frame = Frame(1, 1, 1, pixel_format, old), Frame(1, 2, 2, pixel_format, new)
    message = encode(frame, base)
    assert np.array_equal(decode(message, base).pixels, new)
    return list(parse(message).segments)


def test_what_lz4_makes_no_shorter_is_stored() -> None:
    random = np.random.default_rng(1)
    old, noise = random.integers(0, 256, (2, 2, 8), np.uint8)
    assert [segment.kind for segment in sent(old, noise)] == [Kind.MARKED]
    assert [
        segment.kind for segment in sent(np.ones((40, 40), np.uint8), np.zeros((40, 40), np.uint8))
    ] == [Kind.LZ4]


def test_a_pixel_costs_its_colour_and_three_bytes_at_most() -> None:
    old = RGBX8888.blank(80, 10)
    new = old.copy()
    new[5, 40, :3] = 1, 2, 3
    (segment,) = sent(old, new)
    assert segment[:3] == (5, 1, Kind.MARKED)
    assert bytes(segment.payload) == bytes([0b100000, 0, 1, 1, 1, 2, 3])


@pytest.mark.parametrize("rows", [256, 257, 600])
def test_long_runs_are_cut_into_bands(rows: int) -> None:
    old = RGBX8888.blank(1024, rows)
    new = old.copy()
    new[..., 1] = np.random.default_rng(1).integers(1, 256, (rows, 1024))
    segments = sent(old, new)
    assert len(segments) == -(-rows * 4096 // BAND)
    assert all(segment.rows * 4096 <= BAND for segment in segments)
    assert sum(segment.rows for segment in segments) == rows


@pytest.mark.parametrize("pixel_format", [RGBX8888, GRAY8], ids=str)
@pytest.mark.parametrize("width", [1, 8, 9, 130])
@pytest.mark.parametrize("max_segment", [1024, 1025, 5000, 2**20])
def test_no_band_s_longest_content_is_longer_than_viewers_take(
    pixel_format: PixelFormat, width: int, max_segment: int
) -> None:
    rows = band_rows(width, pixel_format, max_segment)
    assert content_lengths(pixel_format, width, rows)[1] <= max_segment
    random = np.random.default_rng(1)
    picture = random.integers(0, 256, pixel_format.shape(width, 300), np.uint8)
    marks = mark(np.ones((300, width), np.bool_), picture, pixel_format)
    segments = pack(marks, width, pixel_format, Encoding(max_segment=max_segment))
    assert max(segment.rows for segment in segments) <= rows
    assert sum(segment.rows for segment in segments) == 300


def test_for_viewers_without_lz4_all_is_stored() -> None:
    still = np.zeros((40, 40), np.uint8)
    marks = mark(np.ones(still.shape, np.bool_), still, GRAY8)
    kinds = {segment.kind for segment in pack(marks, 40, GRAY8, Encoding(lz4=False))}
    assert kinds == {Kind.MARKED}
