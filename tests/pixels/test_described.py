"""Formats by description: against conversions that write a pixel's bits out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_stream.errors import UsageError
from ws_stream.pixels.arrays import fits
from ws_stream.pixels.colours import from_rgb, to_rgb
from ws_stream.pixels.described import Field, described, named
from ws_stream.pixels.formats import (
    BGR888,
    BGRX8888,
    DEPTHS,
    FORMATS,
    GRAY8,
    RGB332,
    RGB444,
    RGB565,
    RGB888,
    RGBX8888,
    PixelFormat,
    Pixels,
    reduced,
)
from ws_stream.pixels.kept import check_size
from ws_stream.pixels.rendition import Rendition
from ws_stream.pixels.resample import resample

from ..strategies import DESCRIBED, SEEDS, SOURCE_FORMATS


def array_of(pixel_format: PixelFormat, raw: bytes) -> Pixels:
    """The bytes as a picture of one row."""
    width = len(raw) // pixel_format.bytes_per_pixel
    return np.frombuffer(raw, pixel_format.dtype).reshape(pixel_format.shape(width, 1))


def shown(raw: bytes, size: int, colours: tuple[Field, ...]) -> list[list[int]]:
    """Red, green and blue of each pixel, by its numeral: the digits of each colour, repeated up to eight."""
    words = [int.from_bytes(raw[at : at + size], "little") for at in range(0, len(raw), size)]
    numerals = [f"{word:0{8 * size}b}"[::-1] for word in words]
    return [
        [int((numeral[low : low + bits][::-1] * 8)[:8], 2) for low, bits in colours]
        for numeral in numerals
    ]


@st.composite
def descriptions(draw: st.DrawFn) -> tuple[int, tuple[Field, Field, Field]]:
    """Any size, and three colours anywhere in it that share no bit; or gray."""
    size = draw(st.integers(1, 4))
    if draw(st.booleans()):
        bits = draw(st.integers(1, min(16, 8 * size)))
        gray = draw(st.integers(0, 8 * size - bits)), bits
        return size, (gray, gray, gray)
    ends = sorted(draw(st.lists(st.integers(0, 8 * size), min_size=6, max_size=6)))
    fields = [(low, min(16, end - low)) for low, end in zip(ends[::2], ends[1::2], strict=True)]
    if min(bits for _, bits in fields) == 0:
        fields = [(0, 3), (3, 3), (6, 2)]
    red, green, blue = draw(st.permutations(fields))
    return size, (red, green, blue)


@given(descriptions(), SEEDS)
def test_whatever_is_described_is_shown_by_its_bits_and_kept_as_it_is_shown(
    description: tuple[int, tuple[Field, Field, Field]], seed: int
) -> None:
    size, colours = description
    pixel_format = described(size, *colours)
    raw = np.random.default_rng(seed).integers(0, 256, 20 * size, np.uint8).tobytes()
    array = array_of(pixel_format, raw)
    assert fits(array, pixel_format)
    expected = [shown(raw, size, colours)]
    assert to_rgb(array, pixel_format).tolist() == expected
    kept = reduced(pixel_format, 24)
    assert to_rgb(resample(array, pixel_format, Rendition(plain=True)), kept).tolist() == expected


@given(descriptions())
def test_a_description_is_made_once_and_sent_as_what_travels(
    description: tuple[int, tuple[Field, Field, Field]],
) -> None:
    size, colours = description
    pixel_format = described(size, *colours)
    assert described(size, *colours) is pixel_format
    assert pixel_format.bytes_per_pixel == size
    sent = reduced(pixel_format, 24)
    assert sent in FORMATS
    assert sent.is_gray == (len(set(colours)) == 1)


@pytest.mark.parametrize(
    ("size", "colours", "expected"),
    [
        (4, [(16, 8), (8, 8), (0, 8)], BGRX8888),
        (4, [(0, 8), (8, 8), (16, 8)], RGBX8888),
        (3, [(16, 8), (8, 8), (0, 8)], BGR888),
        (3, [(0, 8), (8, 8), (16, 8)], RGB888),
        (2, [(11, 5), (5, 6), (0, 5)], RGB565),
        (1, [(5, 3), (2, 3), (0, 2)], RGB332),
        (1, [(0, 8)] * 3, GRAY8),
    ],
)
def test_what_travels_as_it_lies_is_described_as_itself(
    size: int, colours: list[Field], expected: PixelFormat
) -> None:
    assert described(size, *colours) is expected


@pytest.mark.parametrize("name", ["xrgb2101010", "xrgb8888", "brg888", "gray16"])
def test_a_mean_is_that_of_what_is_shown(name: str) -> None:
    pixel_format = named(name)
    raw = np.random.default_rng(1).integers(0, 256, 16 * pixel_format.bytes_per_pixel, np.uint8)
    array = raw.view(pixel_format.dtype).reshape(pixel_format.shape(4, 4))
    boxes = to_rgb(array, pixel_format).astype(int).reshape(2, 2, 2, 2, 3)
    mean = resample(array, pixel_format, Rendition(None, 2, average=True))
    sent = reduced(pixel_format, 24)
    expected = (boxes.sum(axis=(1, 3)) + 2) // 4
    assert to_rgb(mean, sent).tolist() == expected.tolist()


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("pixel_format", DESCRIBED, ids=str)
def test_black_and_white_stay_what_they_are_at_every_depth(
    pixel_format: PixelFormat, depth: int
) -> None:
    for value in (0, 255):
        array = from_rgb(np.full((3, 5, 3), value, np.uint8), pixel_format)
        for rendition in (Rendition(depth=depth), Rendition(None, 2, average=True, depth=depth)):
            kept = resample(array, pixel_format, rendition)
            assert (to_rgb(kept, reduced(pixel_format, depth)) == value).all()


def test_spare_bits_that_would_travel_are_taken_off() -> None:
    assert described(2, (8, 4), (4, 4), (0, 4)).sent_as is RGB444
    alpha = array_of(named("xrgb4444"), bytes([0x34, 0xF2]))
    assert resample(alpha, named("xrgb4444"), Rendition()).tolist() == [[0x0234]]


@pytest.mark.parametrize(
    ("name", "sent_as"),
    [
        *(("bgr565", RGB565), ("bgr233", RGB332), ("xrgb4444", RGB444), ("gray15", GRAY8)),
        *((name, RGBX8888) for name in ("xrgb1555", "xrgb8888", "bgrx1010102", "rgb666")),
    ],
)
def test_it_is_sent_as_what_holds_exactly_its_bits_or_eight_of_each(
    name: str, sent_as: PixelFormat
) -> None:
    assert named(name).sent_as is sent_as


@pytest.mark.parametrize(
    ("name", "raw", "rgb"),
    [
        ("bgr565", b"\x1f\x00", [255, 0, 0]),
        ("xrgb1555", b"\x00\x7c", [255, 0, 0]),
        ("rgb555", b"\x00\x7c", [255, 0, 0]),
        ("xbgr1555", b"\x1f\x80", [255, 0, 0]),
        ("rgbx5551", b"\x00\xf8", [255, 0, 0]),
        ("xrgb8888", b"\x01\x02\x03\x04", [2, 3, 4]),
        ("xbgr8888", b"\x01\x02\x03\x04", [4, 3, 2]),
        ("xrgb2101010", b"\x00\x00\xf0\x3f", [255, 0, 0]),
        ("bgrx1010102", b"\xfc\x0f\x00\x00", [255, 0, 0]),
        ("gray16", b"\x00\x80", [128, 128, 128]),
        ("gray12", b"\xf0\x0f", [255, 255, 255]),
    ],
)
def test_words_are_named_from_the_top_and_bytes_in_memory_order(
    name: str, raw: bytes, rgb: list[int]
) -> None:
    assert to_rgb(array_of(named(name), raw), named(name)).tolist() == [[rgb]]


@pytest.mark.parametrize("pixel_format", SOURCE_FORMATS, ids=str)
def test_a_name_leads_to_its_format(pixel_format: PixelFormat) -> None:
    assert named(str(pixel_format)) is pixel_format


@pytest.mark.parametrize(
    ("size", "colours"),
    [
        (2, [(11, 5), (5, 6), (0, 6)]),
        (2, [(12, 5), (5, 6), (0, 5)]),
        (2, [(11, 0), (5, 6), (0, 5)]),
        (4, [(0, 17), (17, 8), (25, 7)]),
        (4, [(0, 8), (0, 8), (8, 8)]),
        (4, [(2**32 - 1, 2**32 - 1)] * 3),
    ],
)
def test_colours_that_cannot_be_get_a_sentence(size: int, colours: list[Field]) -> None:
    with pytest.raises(UsageError, match="cannot be shown; right would be colours of 1 to 16 bits"):
        described(size, *colours)


def test_an_unknown_name_gets_the_known_ones_and_alpha_a_hint() -> None:
    with pytest.raises(UsageError, match=r"^unknown pixel format 'cmyk'; known are rgbx8888, "):
        named("cmyk")
    for alpha in ("rgba8888", "bgra8888"):
        with pytest.raises(UsageError, match=r"rgba is rgbx8888, bgra is bgrx8888\); known are"):
            named(alpha)
    hints = {"gray1lsb": "mono_msb, or mono_lsb,", "gray4msb": "gray4 has", "gray2lsb": "shm: only"}
    for packed, hint in hints.items():
        with pytest.raises(UsageError, match=f"unknown pixel format '{packed}' .*{hint}"):
            named(packed)
    for odd in (
        "rgb",
        "565",
        "rrb565",
        "rgx565",
        "rgb56",
        "rgb5650",
        "xrgb32888",
        "gray8 ",
        "gray17",
    ):
        with pytest.raises(UsageError, match="by their bits xrgb1555 and the like, gray9"):
            named(odd)


@pytest.mark.parametrize("pixel_format", DESCRIBED, ids=str)
def test_its_size_is_bounded_by_what_is_sent_of_it(pixel_format: PixelFormat) -> None:
    sent = pixel_format.sent_as
    assert sent
    height = (64 << 20) // 16384 // sent.bytes_per_pixel
    check_size(pixel_format, 16384, height)
    with pytest.raises(UsageError, match="too large to send"):
        check_size(pixel_format, 16384, height + 1)
