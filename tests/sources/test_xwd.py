import os
import shutil
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_stream.errors import SourceError, UsageError
from ws_stream.pixels.formats import BGRX8888, RGB565, RGBX8888, Pixels, to_rgb
from ws_stream.sources import Source, open_source, xwd

from .newest import pixels

PROGRAMS = ("Xvfb", "xterm", "xlogo", "xwd")
MASKS = (0xFF0000, 0x00FF00, 0x0000FF)


def header(
    masks: tuple[int, ...], bits: int, order: int, version: int = 7, size: int = 100
) -> bytes:
    """A window dump of 3 x 2 pixels with two colours in its map."""
    words = (size, version, 2, 24, 3, 2, 0, order, 32, order, 32, bits, 3 * bits // 8 + 4, 4)
    return struct.pack(">25I", *words, *masks, 8, 256, 2, 3, 2, 0, 0, 0)


@pytest.mark.parametrize(
    ("masks", "bits", "expected"),
    [
        ((0xFF0000, 0xFF00, 0xFF), 32, BGRX8888),
        ((0xFF, 0xFF00, 0xFF0000), 32, RGBX8888),
        ((0xF800, 0x7E0, 0x1F), 16, RGB565),
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
            header(MASKS, 32, order=1),
            "32 bits per pixel, most significant byte first, with the masks 0xff0000 0xff00 0xff",
        ),
        (header((0x7C00, 0x3E0, 0x1F), 16, 0), "16 bits per pixel, least significant byte first"),
        (header((0, 0, 0), 8, 0), "right would be Xvfb -screen 0 WIDTHxHEIGHTx24 or x16"),
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


@contextmanager
def xvfb(directory: Path, depth: int, size: str = "317x203") -> Iterator[tuple[Path, str]]:
    """A screen of an awkward width; its file and the display's name."""
    for program in PROGRAMS:
        if shutil.which(program) is None:
            pytest.fail(f"{program} is missing; on Debian: apt-get install xvfb xterm x11-apps")
    read, write = os.pipe()
    # The pointer is drawn into the file but kept out of what the X protocol gives, so there is none here.
    screen = ["-screen", "0", f"{size}x{depth}", "-fbdir", str(directory), "-nocursor"]
    # Without -noreset the end of a lone client resets the server, which drops whoever is just connecting.
    command = ["Xvfb", "-displayfd", str(write), "-nolisten", "tcp", "-noreset", *screen]
    server = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as numbers:
            display = f":{numbers.readline().strip()}"
        assert display != ":", "Xvfb did not start"
        yield directory / "Xvfb_screen0", display
    finally:
        server.terminate()
        server.wait()


@contextmanager
def running(display: str, *command: str) -> Iterator[None]:
    environment = os.environ | {"DISPLAY": display}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def dumped(display: str) -> bytes:
    """The screen's rows, without padding, as the program `xwd` gets them by the X protocol."""
    command = ["xwd", "-root", "-silent", "-display", display]
    data = subprocess.run(command, capture_output=True, check=True).stdout
    size, width, height = (int.from_bytes(data[at : at + 4], "big") for at in (0, 16, 20))
    bits, stride, colours = (int.from_bytes(data[at : at + 4], "big") for at in (44, 48, 76))
    rows = [size + 12 * colours + y * stride for y in range(height)]
    return b"".join(data[row : row + width * bits // 8] for row in rows)


def settled(source: Source, display: str, drawn: Callable[[Pixels], bool]) -> tuple[bytes, bytes]:
    """The screen by the source and by the program, once it shows what was drawn and stands still."""
    deadline = time.monotonic() + 10
    while True:
        before = pixels(source).copy()
        dump = dumped(display)
        after = pixels(source)
        if drawn(to_rgb(before, source.format)) and before.tobytes() == after.tobytes():
            return before.tobytes(), dump
        assert time.monotonic() < deadline, "the screen never showed what was drawn"
        time.sleep(0.05)


def written(rgb: Pixels) -> bool:
    """Whether there is something, but not too much, on the white of the terminal."""
    window = rgb[95:150, 15:180].reshape(-1, 3)
    return bool(0.5 < (window == 255).all(axis=1).mean() < 0.99)


@pytest.mark.parametrize("depth", [24, 16])
def test_a_real_screen_is_what_the_x_protocol_says_it_is(tmp_path: Path, depth: int) -> None:
    with xvfb(tmp_path, depth) as (file, display):
        source = open_source(f"xwd:{file}")
        assert source.name == "xwd"
        assert source.format is (BGRX8888 if depth == 24 else RGB565)
        assert (source.width, source.height) == (317, 203)
        logo = ("xlogo", "-geometry", "317x203+0+0", "-bw", "0", "-bg", "#ff8000", "-fg", "#0080ff")
        text = ("xterm", "-geometry", "30x5+10+90", "-e", "seq 40; exec sleep 60")
        with running(display, *logo):
            shown, dump = settled(source, display, lambda rgb: rgb[0, 0].any())
            assert shown == dump
            red, green, blue = map(int, to_rgb(pixels(source), source.format)[0, 0])
            assert red == 255, "red and blue are not exchanged"
            assert abs(green - 128) <= 4
            assert blue == 0
            with running(display, *text):
                shown, dump = settled(source, display, written)
                assert shown == dump
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


def test_another_depth_is_said_since_viewers_were_promised_the_first(tmp_path: Path) -> None:
    with xvfb(tmp_path, 24) as (file, _):
        source = open_source(f"xwd:{file}")
    with (
        xvfb(tmp_path, 16),
        pytest.raises(SourceError, match="format was bgrx8888 and is now rgb565"),
    ):
        source.poll()
    source.close()
