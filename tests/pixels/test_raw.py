"""Formats of sensors and panels: against OpenCV, and against what is said of them in docs/formats.md."""

import re
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ws_stream.codec import decode, encode
from ws_stream.errors import UsageError
from ws_stream.pixels.arrays import check_fits, fits, lying_together
from ws_stream.pixels.colours import to_rgb
from ws_stream.pixels.demosaic import malvar
from ws_stream.pixels.described import FORMAT, named
from ws_stream.pixels.formats import PixelFormat, Pixels
from ws_stream.pixels.frame import Frame, blank
from ws_stream.pixels.kept import kept, suited
from ws_stream.pixels.plain import plain
from ws_stream.pixels.raw import BAYER, BY_CODE, INDEXED8, MONO_MSB, NV12, RAW_FORMATS, indexed8
from ws_stream.pixels.rendition import Crop, Rendition
from ws_stream.pixels.resample import resample

from ..strategies import SEEDS, possible

EACH = pytest.mark.parametrize("pixel_format", RAW_FORMATS, ids=str)
FORMULA = Path(__file__).parents[2] / "docs" / "formats.md"

OPENCV = {
    "yuyv422": cv2.COLOR_YUV2RGB_YUYV,
    "uyvy422": cv2.COLOR_YUV2RGB_UYVY,
    "nv12": cv2.COLOR_YUV2RGB_NV12,
    "i420": cv2.COLOR_YUV2RGB_I420,
    "bayer_rggb8": cv2.COLOR_BayerRGGB2RGB,
    "bayer_bggr8": cv2.COLOR_BayerBGGR2RGB,
    "bayer_gbrg8": cv2.COLOR_BayerGBRG2RGB,
    "bayer_grbg8": cv2.COLOR_BayerGRBG2RGB,
}


def noise(pixel_format: PixelFormat, width: int, height: int, seed: int = 1) -> Pixels:
    shape = pixel_format.shape(width, height)
    size = int(np.prod(shape)) * pixel_format.dtype.itemsize
    made = np.random.default_rng(seed).integers(0, 256, size, np.uint8)
    array: Pixels = made.view(pixel_format.dtype).reshape(shape)
    return array


@pytest.mark.parametrize("name", OPENCV)
def test_it_is_shown_as_opencv_shows_it_to_the_bit(name: str) -> None:
    array = noise(named(name), 130, 86)
    ours, theirs = to_rgb(array, named(name)), cv2.cvtColor(array, OPENCV[name])
    if name.startswith("bayer"):  # at the edge, OpenCV copies the pixels beside
        ours, theirs = ours[1:-1, 1:-1], theirs[1:-1, 1:-1]
    assert np.array_equal(ours, theirs)


@pytest.mark.parametrize("bayer", BAYER, ids=str)
def test_malvar_is_the_sum_of_the_weights_of_the_paper(bayer: PixelFormat) -> None:
    """Written as one filter for each colour and place, in floating point."""
    green = np.array(
        [[0, 0, -2, 0, 0], [0, 0, 4, 0, 0], [-2, 4, 8, 4, -2], [0, 0, 4, 0, 0], [0, 0, -2, 0, 0]]
    )
    across = np.array(
        [[0, 0, 1, 0, 0], [0, -2, 0, -2, 0], [-2, 8, 10, 8, -2], [0, -2, 0, -2, 0], [0, 0, 1, 0, 0]]
    )
    diagonal = np.array(
        [[0, 0, -3, 0, 0], [0, 4, 0, 4, 0], [-3, 0, 12, 0, -3], [0, 4, 0, 4, 0], [0, 0, -3, 0, 0]]
    )
    array = noise(bayer, 32, 24)
    pattern = [bayer.name[6:8], bayer.name[8:10]]
    border = cv2.BORDER_REFLECT_101
    sums = {
        key: cv2.filter2D(array.astype(np.float64), -1, weights / 16, borderType=border)
        for key, weights in (("g", green), ("x", across), ("y", across.T), ("d", diagonal))
    }
    expected = np.empty((24, 32, 3))
    for y in range(2):
        for x in range(2):
            here, beside = pattern[y][x], pattern[y][1 - x]
            for channel, colour in enumerate("rgb"):
                key = "g" if colour == "g" else "x" if beside == colour else "y"
                key = "d" if here != "g" and colour != "g" else key
                source = array if here == colour else sums[key]
                expected[y::2, x::2, channel] = source[y::2, x::2]
    rounded = np.floor(expected + 0.5).clip(0, 255)
    assert np.array_equal(malvar(array, bayer), rounded.astype(np.uint8))


@EACH
@settings(max_examples=15)
@given(sides=st.tuples(st.integers(1, 40), st.integers(1, 30)), seed=SEEDS)
def test_what_is_sent_comes_back_with_its_size(
    pixel_format: PixelFormat, sides: tuple[int, int], seed: int
) -> None:
    width, height = possible(pixel_format, *sides)
    base = blank(1, pixel_format, width, height)
    array = noise(pixel_format, width, height, seed)
    frame = Frame(1, 1, 0, pixel_format, array, spare=base.spare)
    came = decode(encode(frame), base)
    assert came.pixels.tobytes() == array.tobytes()
    assert (came.width, came.height) == (width, height)
    assert came.to_rgb().shape == (height, width, 3)
    other = Frame(
        1, 2, 0, pixel_format, noise(pixel_format, width, height, seed + 1), spare=base.spare
    )
    assert decode(encode(other, came), came).pixels.tobytes() == other.pixels.tobytes()


@EACH
def test_it_is_known_by_name_and_code(pixel_format: PixelFormat) -> None:
    assert named(pixel_format.name) is pixel_format
    assert BY_CODE[pixel_format.code] is pixel_format
    assert FORMAT.take("format", pixel_format.name) is pixel_format
    assert f"| `{pixel_format}` |" in FORMULA.read_text()


def test_a_picture_that_cannot_be_gets_a_sentence() -> None:
    for name, size, right in (
        ("yuyv422", (3, 2), "a width divisible by 2$"),
        ("nv12", (4, 3), "a width divisible by 2 and a height divisible by 2$"),
    ):
        with pytest.raises(UsageError, match=rf"cannot be {name}; right would be {right}"):
            named(name).shape(*size)
    for array, name, right in (
        (
            np.zeros((4, 4), np.uint8),
            "nv12",
            r"uint8 \(height \* 3 / 2, width\), width and height even",
        ),
        (np.zeros((4, 3, 2), np.uint8), "yuyv422", r"uint8 \(height, width, 2\), the width even"),
        (np.zeros((4, 4), np.uint16), "mono_msb", r"uint8 \(height, width / 8, rounded up\)"),
        (np.zeros((4, 4), np.uint16), "rgb565be", r">u2 \(height, width\)"),
    ):
        with pytest.raises(UsageError, match=f"is no {name} picture; right would be {right}"):
            check_fits(array, named(name))


def test_a_palette_makes_a_format_once_and_shows_its_colours() -> None:
    colours = bytes([255, 0, 0, 0, 128, 0])
    pixel_format = indexed8(colours)
    assert indexed8(colours) is pixel_format is FORMAT.take("format", pixel_format)
    assert to_rgb(np.array([[0, 1, 2]], np.uint8), pixel_format).tolist() == [
        [[255, 0, 0], [0, 128, 0], [0, 0, 0]]
    ]
    assert to_rgb(np.array([[7]], np.uint8), INDEXED8).tolist() == [[[7, 7, 7]]]
    wrongs: list[Any] = [b"", b"12", bytes(3 * 257), "ff0000"]
    for wrong in wrongs:
        with pytest.raises(UsageError, match="such a palette cannot be; right would be"):
            indexed8(wrong)


def test_a_palette_in_use_stays_the_same_format_however_many_others_there_are() -> None:
    mine = indexed8(b"mine!!")
    others = [indexed8(bytes([shade, 0, 0])) for shade in range(200)]
    assert FORMAT.take("format", mine) is mine is indexed8(b"mine!!")
    assert [indexed8(other.palette) for other in others] == others


@EACH
def test_a_viewer_that_does_not_know_it_is_sent_what_it_looks_like(
    pixel_format: PixelFormat,
) -> None:
    array = noise(pixel_format, 16, 8)
    made = resample(array, pixel_format, Rendition(plain=True))
    form = kept(Rendition(plain=True), pixel_format, 16, 8).format
    shown = to_rgb(made, form)
    if pixel_format in BAYER:  # one colour for each square, of its own samples
        assert np.array_equal(shown[::2, ::2], shown[1::2, 1::2])
        red = pixel_format.name[6:10].index("r")
        assert np.array_equal(shown[::2, ::2, 0], array[red // 2 :: 2, red % 2 :: 2])
    else:
        assert np.array_equal(shown, to_rgb(array, pixel_format))


@given(
    st.sampled_from(RAW_FORMATS),
    st.tuples(st.integers(0, 39), st.integers(0, 29), st.integers(1, 40), st.integers(1, 30)),
    st.integers(1, 16),
)
def test_a_crop_is_widened_by_less_than_a_group_and_a_step_keeps_groups(
    pixel_format: PixelFormat, box: tuple[int, int, int, int], step: int
) -> None:
    x, y, width, height = box
    crop = Crop(x, y, min(width, 40 - x), min(height, 30 - y))
    given_ = suited(Rendition(crop, step, average=True), pixel_format, 40, 30)
    assert given_ == suited(given_, pixel_format, 40, 30)
    whole = given_.crop or Crop(0, 0, 40, 30)
    across, down = pixel_format.group
    assert 0 <= crop.x - whole.x < across
    assert 0 <= crop.y - whole.y < down
    assert 0 <= whole.x + whole.width - crop.x - crop.width < across
    assert 0 <= whole.y + whole.height - crop.y - crop.height < down
    made = kept(given_, pixel_format, 40, 30)
    assert made.format.shape(made.width, made.height)
    array = noise(pixel_format, 40, 30)
    small = resample(array, pixel_format, given_)
    if made.format is pixel_format and pixel_format.raw and pixel_format.raw.per_byte == 1:
        corner = to_rgb(plain_of(small, pixel_format), plain_format(pixel_format))
        own = to_rgb(plain_of(array, pixel_format), plain_format(pixel_format))
        assert np.array_equal(corner[0, 0], own[whole.y, whole.x])


def plain_format(pixel_format: PixelFormat) -> PixelFormat:
    """The one in which two pictures are compared without the pixels around."""
    assert pixel_format.raw
    return pixel_format if pixel_format.fields else pixel_format.raw.plain


def plain_of(pixels: Pixels, pixel_format: PixelFormat) -> Pixels:
    return pixels if pixel_format.fields else plain(pixels, pixel_format)


def test_rows_of_raw_pictures_are_read_in_one_piece() -> None:
    array = noise(NV12, 8, 4)
    assert lying_together(array, NV12) is array
    assert lying_together(array[:, :4], NV12).strides == (8, 1)
    mirrored = array[:, ::-1]
    assert lying_together(mirrored, NV12).strides == (8, 1)
    assert fits(mirrored, NV12)


def test_what_is_beyond_the_width_is_kept_and_not_shown() -> None:
    frame = blank(1, MONO_MSB, 10, 1)
    assert (frame.width, frame.spare, frame.pixels.shape) == (10, 6, (1, 2))
    one, other = (
        Frame(1, 1, 0, MONO_MSB, np.array([[0, last]], np.uint8), spare=6) for last in (0, 0x3F)
    )
    assert np.array_equal(one.to_rgb(), other.to_rgb())
    assert one.checksum() != other.checksum()
    assert not one.alike(Frame(1, 2, 0, MONO_MSB, one.pixels, spare=5))


def test_the_formula_of_yuv_stands_in_the_protocol() -> None:
    page = (FORMULA.parent / "protocol.md").read_text()
    source = (Path(__file__).parents[2] / "ws_stream/pixels/plain.py").read_text()
    numbers = re.findall(r"\b[0-9]{6,7}\b", source)
    assert len(numbers) == 5
    assert all(number in page for number in numbers)
