"""A picture as a file: PNG and raw exactly, JPEG as nearly as another encoder of the same quality."""

import io
import sys

import numpy as np
import pytest
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

from tests.strategies import pixels, possible
from ws_stream import UsageError
from ws_stream.pixels.formats import PixelFormat
from ws_stream.pixels.frame import Frame
from ws_stream.pixels.raw import BY_NAME
from ws_stream.server.stills import KINDS, OPENING, QUALITY, described, lacking, part

from .film import opened

EACH_FORMAT = pytest.mark.parametrize("pixel_format", BY_NAME.values(), ids=str)


def frame_of(pixel_format: PixelFormat) -> Frame:
    width, height = possible(pixel_format, 62, 46)
    noise = pixels(pixel_format, width, height, "noise", np.random.default_rng(5))
    return Frame(9, 4, 1_234_000_567, pixel_format, noise)


def off(content: bytes, exact: NDArray[np.uint8]) -> float:
    """How far the colours are off, on average."""
    return float(abs(opened(content).astype(int) - exact).mean())


@EACH_FORMAT
def test_a_png_shows_each_pixel_as_the_page_does(pixel_format: PixelFormat) -> None:
    frame = frame_of(pixel_format)
    assert np.array_equal(opened(KINDS["png"].encode(frame)), frame.to_rgb())


@EACH_FORMAT
def test_raw_are_the_bytes_that_lie_in_memory(pixel_format: PixelFormat) -> None:
    frame = frame_of(pixel_format)
    assert KINDS["raw"].encode(frame) == frame.pixels.tobytes()


@EACH_FORMAT
def test_a_jpeg_is_as_near_as_another_encoder_s(pixel_format: PixelFormat) -> None:
    frame = frame_of(pixel_format)
    exact = frame.to_rgb()
    other = io.BytesIO()
    Image.fromarray(exact).save(other, "JPEG", quality=QUALITY, subsampling=2)
    ours = KINDS["jpg"].encode(frame)
    assert opened(ours).shape == exact.shape
    assert off(ours, exact) <= off(other.getvalue(), exact) + 0.5


def test_a_part_says_how_long_it_is_and_which_picture_and_ends_with_a_boundary() -> None:
    frame = frame_of(BY_NAME["rgb888"])
    head, _, rest = part(frame, b"JPEG\r\n--picture").partition(b"\r\n\r\n")
    told = dict(line.split(": ") for line in head.decode().split("\r\n"))
    assert told.pop("Content-Length") == "15"
    assert told.pop("Content-Type") == "image/jpeg"
    assert told == described(frame)
    assert told["X-Timestamp"] == "1234.000567"
    assert (told["X-Format"], told["X-Width"], told["X-Height"]) == ("rgb888", "62", "46")
    assert (told["X-Epoch"], told["X-Number"]) == ("9", "4")
    assert rest == b"JPEG\r\n--picture\r\n" + OPENING


def test_without_the_library_a_jpeg_is_refused_by_a_sentence_and_all_else_is_as_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert simplejpeg
    assert lacking("jpg") is None
    monkeypatch.setitem(sys.modules, "simplejpeg", None)
    assert lacking("jpg") == (
        "simplejpeg is not installed, which JPEG takes; right would be: pip install 'ws-stream[mjpeg]'"
    )
    with pytest.raises(UsageError, match="pip install"):
        KINDS["jpg"].encode(frame_of(BY_NAME["rgb888"]))
    assert lacking("png") is None
    assert lacking("raw") is None
