import struct
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_stream.errors import SourceError, UsageError
from ws_stream.pixels.colours import to_rgb
from ws_stream.pixels.described import named
from ws_stream.pixels.formats import (
    BGR888,
    BGRX8888,
    GRAY8,
    RGB332,
    RGB565,
    RGB888,
    RGBX8888,
    Pixels,
)
from ws_stream.pixels.rendition import Rendition
from ws_stream.pixels.resample import resample
from ws_stream.sources import Source, open_source, xwd

from .newest import pixels
from .x_server import SCREENS, dumped, running, xvfb

MASKS = (0xFF0000, 0x00FF00, 0x0000FF)


def header(
    masks: tuple[int, ...],
    bits: int,
    order: int,
    version: int = 7,
    size: int = 100,
    *,
    visual: int = 4,
    kind: int = 2,
    bit_order: int | None = None,
) -> bytes:
    """A window dump of 3 x 2 pixels with two colours in its map."""
    last = order if bit_order is None else bit_order
    words = (size, version, kind, 24, 3, 2, 0, order, 32, last, 32, bits, 3 * bits // 8 + 4, visual)
    return struct.pack(">25I", *words, *masks, 8, 256, 2, 3, 2, 0, 0, 0)


@pytest.mark.parametrize(
    ("masks", "bits", "expected"),
    [
        ((0xFF0000, 0xFF00, 0xFF), 32, BGRX8888),
        ((0xFF, 0xFF00, 0xFF0000), 32, RGBX8888),
        ((0xF800, 0x7E0, 0x1F), 16, RGB565),
        ((0x1F, 0x7E0, 0xF800), 16, named("bgr565")),
        ((0x7C00, 0x3E0, 0x1F), 16, named("xrgb1555")),
        ((0xFF0000, 0xFF00, 0xFF), 24, BGR888),
        ((0x3FF00000, 0xFFC00, 0x3FF), 32, named("xrgb2101010")),
        ((0xFF000000, 0xFF0000, 0xFF00), 32, named("xbgr8888")),
        ((0xE0, 0x1C, 0x3), 8, RGB332),
    ],
)
def test_the_format_is_that_of_bits_and_masks_and_pixels_lie_behind_the_colours(
    masks: tuple[int, ...], bits: int, expected: object
) -> None:
    layout = xwd.parse(header(masks, bits, order=0, size=108))
    assert layout.format is expected
    assert (layout.width, layout.height, layout.slots) == (3, 2, 1)
    assert layout.stride == 3 * bits // 8 + 4
    assert layout.offset == 108 + 2 * 12


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "a file of 0 bytes is no window dump"),
        (header(MASKS, 32, order=0)[:79], "a file of 79 bytes is no window dump"),
        (bytes(200), "its version is 0 rather than 7; right would be the file that Xvfb"),
        (
            header((0xF800, 0x7E0, 0x1F), 16, order=1),
            "16 bits per pixel, most significant byte first, with the masks 0xf800 0x7e0 0x1f",
        ),
        (header((0xF0F000, 0xF00, 0xF0), 32, 0), "32 bits per pixel, least significant byte first"),
        (header((0, 0, 0), 8, 0), "right would be Xvfb -screen 0 WIDTHxHEIGHTx24 or x16"),
        (header((0, 0, 0), 16, 0, visual=3), "16 bits per pixel"),
        (header((0, 0, 0), 1, 0, visual=0, bit_order=1), "1 bits per pixel"),
        (header(MASKS, 32, 0, kind=1), "32 bits per pixel"),
    ],
)
def test_another_file_is_refused_with_what_was_found(
    data: bytes, sentence: str, tmp_path: Path
) -> None:
    path = tmp_path / "dump"
    path.write_bytes(data)
    with pytest.raises(UsageError) as refusal:
        open_source(f"xwd:{path}")
    assert sentence in str(refusal.value)


def test_whole_bytes_may_lie_the_other_way_round() -> None:
    assert xwd.parse(header(MASKS, 32, order=1)).format is named("xrgb8888")
    assert xwd.parse(header(MASKS, 24, order=1)).format is RGB888


def colour_map(*colours: tuple[int, int, int, int]) -> bytes:
    """A pixel's value, then its red, green and blue, of each."""
    return b"".join(struct.pack(">IHHHBB", *colour, 7, 0) for colour in colours)


@pytest.mark.parametrize("visual", [0, 1, 2, 3])
def test_indices_are_looked_up_in_the_colour_map_in_whichever_order_it_is(visual: int) -> None:
    colours = colour_map((7, 0xFFFF, 0x8000, 0), (1, 0, 0, 0xABCD), (2**32 - 1, 1, 1, 1))
    layout = xwd.parse(header((0, 0, 0), 8, 0, visual=visual), colours)
    assert layout.packed
    assert layout.stride == 7
    looked_up = layout.packed.look_up(np.array([[7, 1, 0]], np.uint8))
    assert looked_up.tolist() == [[[255, 128, 0, 255], [0, 0, 0xAB, 255], [0, 0, 0, 255]]]


@pytest.mark.parametrize(("bits", "byte", "shown"), [(1, 0b110, [0, 1, 1]), (4, 0x21, [1, 2, 0])])
def test_pixels_of_less_than_a_byte_are_in_the_order_of_the_header(
    bits: int, byte: int, shown: list[int]
) -> None:
    grays = colour_map(*((value, value << 8, value << 8, value << 8) for value in range(16)))
    row = [byte, 0, 0]
    for order in (0, 1):
        layout = xwd.parse(header((0, 0, 0), bits, order, visual=0), grays)
        assert layout.packed
        assert layout.packed.format is GRAY8
        flipped = [
            int(f"{part:08b}"[::-1], 2) if bits == 1 else part >> 4 | (part & 15) << 4
            for part in row
        ]
        lying = np.array([flipped if order else row], np.uint8)[:, : layout.packed.row_bytes]
        assert layout.packed.look_up(lying).tolist() == [shown]


@given(st.binary(max_size=200), st.integers(0, 99), st.integers(0, 255))
def test_whatever_the_file_holds_it_is_a_layout_or_one_sentence(
    data: bytes, at: int, byte: int
) -> None:
    damaged = bytearray(header(MASKS, 32, order=0))
    damaged[at] = byte
    for candidate in (data, bytes(damaged)):
        try:
            xwd.parse(candidate)
        except UsageError as error:
            assert str(error)


def test_a_header_that_promises_more_than_the_file_holds_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "dump"
    path.write_bytes(header(MASKS, 32, order=0))
    with pytest.raises(UsageError, match="is 100 bytes long; what is to be read from it ends at"):
        open_source(f"xwd:{path}")


def seen(source: Source) -> Pixels:
    """What viewers of the newest picture see."""
    array = pixels(source)
    sent = source.format.sent_as or source.format
    return to_rgb(resample(array, source.format, Rendition()), sent)


def settled(source: Source, display: str, drawn: Callable[[Pixels], bool]) -> Pixels:
    """The screen by the source, once it shows what was drawn and stands still; the program sees the same."""
    deadline = time.monotonic() + 10
    while True:
        before = seen(source)
        dump = dumped(display)
        if drawn(before) and np.array_equal(before, seen(source)):
            assert np.abs(before - dump).max() < 1.5, "a step of eight bits, rounded or not"
            return before
        assert time.monotonic() < deadline, "the screen never showed what was drawn"
        time.sleep(0.05)


def written(rgb: Pixels) -> bool:
    """Whether there is something, but not too much, on the white of the terminal."""
    window = rgb[95:150, 15:180].reshape(-1, 3)
    return bool(0.5 < (window == 255).all(axis=1).mean() < 0.99)


@pytest.mark.parametrize("depth", SCREENS)
def test_a_real_screen_is_what_the_x_protocol_says_it_is(tmp_path: Path, depth: int) -> None:
    with xvfb(tmp_path, depth) as (file, display):
        source = open_source(f"xwd:{file}")
        assert source.name == "xwd"
        assert (source.width, source.height) == (317, 203)
        logo = ("xlogo", "-geometry", "317x203+0+0", "-bw", "0", "-bg", "#ff8000", "-fg", "#0080ff")
        text = ("xterm", "-geometry", "30x5+10+90", "-e", "seq 40; exec sleep 60")
        with running(display, *logo):
            red, green, blue = map(int, settled(source, display, lambda rgb: rgb[0, 0].any())[0, 0])
            assert source.format is SCREENS[depth]
            assert red == 255, "red and blue are not exchanged"
            assert abs(green - 128) <= 4
            assert blue == 0
            with running(display, *text):
                settled(source, display, written)
        source.close()


def test_a_restarted_x_server_is_followed_even_with_another_size(tmp_path: Path) -> None:
    with xvfb(tmp_path, 24) as (file, _):
        source = open_source(f"xwd:{file}")
        source.poll()
    with pytest.raises(SourceError, match="cannot be read: No such file or directory"):
        source.poll()
    with xvfb(tmp_path, 24, size="120x80"):
        assert pixels(source).shape == (80, 120, 4)
        assert (source.width, source.height) == (120, 80)
    source.close()


def test_a_restarted_x_server_may_have_any_other_depth(tmp_path: Path) -> None:
    with xvfb(tmp_path, 24) as (file, _):
        source = open_source(f"xwd:{file}")
        assert source.format is BGRX8888
    for depth in (16, 8, 30, 24):
        with xvfb(tmp_path, depth):
            array = pixels(source)
            assert array.shape == source.format.shape(317, 203)
            assert depth == 8 or source.format is SCREENS[depth]
    source.close()
