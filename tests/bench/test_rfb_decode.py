"""bench/viewers/rfb_decode.py: Tight rectangles, made here by hand from the protocol's description."""

import io
import zlib

import numpy as np
import pytest

from bench.viewers.rfb_decode import Rectangle, Tight


def packed(data: bytes, stream: "zlib._Compress") -> bytes:
    body = stream.compress(data) + stream.flush(zlib.Z_SYNC_FLUSH)
    length = len(body)
    assert length < 1 << 14
    head = bytes((length,)) if length < 128 else bytes((length & 127 | 128, length >> 7))
    return head + body


def drawn(tight: Tight, body: bytes, width: int, height: int) -> list[list[list[int]]]:
    stream = io.BytesIO(body)
    rectangle = Rectangle(1, 2, width, height, Tight.read(stream.read, width, height))
    assert stream.read() == b"", "all of the rectangle is taken from the stream"
    shown = np.zeros((height + 4, width + 4, 4), np.uint8)
    tight.draw(rectangle, shown)
    inside = shown[2 : 2 + height, 1 : 1 + width, :3]
    assert shown.sum() == inside.sum(), "nothing outside of the rectangle is touched"
    return inside.tolist()  # type: ignore[no-any-return] # numpy types tolist() as Any


def test_fill_is_one_colour() -> None:
    assert drawn(Tight(), b"\x80\x01\x02\x03", 2, 1) == [[[1, 2, 3]] * 2]


def test_fewer_than_twelve_bytes_come_unpacked() -> None:
    assert drawn(Tight(), b"\x00" + bytes(range(9)), 3, 1) == [[[0, 1, 2], [3, 4, 5], [6, 7, 8]]]


def test_two_colours_take_a_bit_for_each_pixel_and_rows_begin_at_bytes() -> None:
    body = b"\x40\x01\x01" + bytes((0, 0, 0, 9, 9, 9)) + bytes((0b01000000, 0b10000000))
    assert drawn(Tight(), body, 2, 2) == [[[0] * 3, [9] * 3], [[9] * 3, [0] * 3]]


def test_more_colours_take_a_byte_for_each_pixel() -> None:
    body = b"\x40\x01\x02" + bytes((0, 0, 0, 5, 5, 5, 9, 9, 9)) + bytes((2, 0, 1))
    assert drawn(Tight(), body, 3, 1) == [[[9] * 3, [0] * 3, [5] * 3]]


@pytest.mark.parametrize("size", [(4, 1), (64, 3), (40, 50)])
def test_a_stream_goes_on_from_one_rectangle_to_the_next(size: tuple[int, int]) -> None:
    width, height = size
    tight, stream = Tight(), zlib.compressobj(1)
    chance = np.random.default_rng(1)
    for _ in range(3):
        pixels = chance.integers(1, 250, (height, width, 3), np.uint8)
        assert (
            drawn(tight, b"\x10" + packed(pixels.tobytes(), stream), width, height)
            == pixels.tolist()
        )


def test_a_reset_begins_a_stream_anew() -> None:
    tight, reset_and_copy = Tight(), b"\x01"
    for first in (0, 100):
        pixels = bytes(range(first, first + 12))
        body = reset_and_copy + packed(pixels, zlib.compressobj())
        assert drawn(tight, body, 4, 1) == np.frombuffer(pixels, np.uint8).reshape(1, 4, 3).tolist()


def test_a_jpeg_is_refused() -> None:
    with pytest.raises(AssertionError, match="JPEG"):
        drawn(Tight(), b"\x90\x00", 4, 1)
