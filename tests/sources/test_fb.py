"""Against made-up answers of the kernel, written with ctypes from linux/fb.h: there is no framebuffer here, nor vfb."""

import ctypes
import errno
import fcntl
import mmap
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_stream.errors import SourceError, UsageError
from ws_stream.pixels.colours import to_rgb
from ws_stream.pixels.described import named
from ws_stream.pixels.formats import BGR888, BGRX8888, GRAY8, RGB565, RGB888, RGBX8888
from ws_stream.pixels.raw import indexed8
from ws_stream.pixels.rendition import Rendition
from ws_stream.pixels.resample import resample
from ws_stream.sources import Source, fb, open_source
from ws_stream.sources.fb_info import layout_of
from ws_stream.sources.layout import Layout

from .newest import newest, pixels

U32, U16 = ctypes.c_uint32, ctypes.c_uint16


class Bitfield(ctypes.Structure):
    _fields_ = [("offset", U32), ("length", U32), ("msb_right", U32)]


class Variable(ctypes.Structure):
    """struct fb_var_screeninfo."""

    _fields_ = [
        *((name, U32) for name in ("xres", "yres", "xres_virtual", "yres_virtual")),
        *((name, U32) for name in ("xoffset", "yoffset", "bits_per_pixel", "grayscale")),
        *((name, Bitfield) for name in ("red", "green", "blue", "transp")),
        *((name, U32) for name in ("nonstd", "activate", "height", "width", "accel_flags")),
        *((name, U32) for name in ("pixclock", "left_margin", "right_margin", "upper_margin")),
        *((name, U32) for name in ("lower_margin", "hsync_len", "vsync_len", "sync", "vmode")),
        *((name, U32) for name in ("rotate", "colorspace")),
        ("reserved", U32 * 4),
    ]


def fixed_with(unsigned_long: type[ctypes.c_uint32] | type[ctypes.c_uint64]) -> type:
    """struct fb_fix_screeninfo of a machine with that `unsigned long`."""

    class Fixed(ctypes.Structure):
        _fields_ = [
            ("id", ctypes.c_char * 16),
            ("smem_start", unsigned_long),
            *((name, U32) for name in ("smem_len", "type", "type_aux", "visual")),
            *((name, U16) for name in ("xpanstep", "ypanstep", "ywrapstep")),
            ("line_length", U32),
            ("mmio_start", unsigned_long),
            *((name, U32) for name in ("mmio_len", "accel")),
            ("capabilities", U16),
            ("reserved", U16 * 2),
        ]

    return Fixed


Colour = tuple[int, int]
"""Offset and length."""
MONO01, MONO10, TRUECOLOR, PSEUDOCOLOR, DIRECTCOLOR, STATIC_PSEUDOCOLOR = range(6)
BITS_64, BITS_32 = fixed_with(ctypes.c_uint64), fixed_with(ctypes.c_uint32)
OURS = BITS_64 if ctypes.sizeof(ctypes.c_ulong) == 8 else BITS_32
BOTH = pytest.mark.parametrize("fixed", [BITS_64, BITS_32], ids=["64 bits", "32 bits"])


def variable(
    bits: int, red: Colour, green: Colour, blue: Colour, transp: Colour = (0, 0), **members: int
) -> Variable:
    """A display of 4 x 3 visible in 4 x 6."""
    answer = Variable(4, 3, 4, 6, 0, 0, bits, 0)
    answer.red, answer.green, answer.blue = Bitfield(*red), Bitfield(*green), Bitfield(*blue)
    answer.transp = Bitfield(*transp)
    for name, value in members.items():
        setattr(answer, name, value)
    return answer


XRGB = (32, (16, 8), (8, 8), (0, 8))

DRIVERS: dict[str, tuple[int, list[Colour]]] = {
    "simplefb r5g6b5": (16, [(11, 5), (5, 6), (0, 5)]),
    "simplefb x1r5g5b5": (16, [(10, 5), (5, 5), (0, 5)]),
    "simplefb a1r5g5b5": (16, [(10, 5), (5, 5), (0, 5), (15, 1)]),
    "simplefb r8g8b8": (24, [(16, 8), (8, 8), (0, 8)]),
    "simplefb x8r8g8b8": (32, [(16, 8), (8, 8), (0, 8)]),
    "simplefb a8r8g8b8": (32, [(16, 8), (8, 8), (0, 8), (24, 8)]),
    "simplefb a8b8g8r8": (32, [(0, 8), (8, 8), (16, 8), (24, 8)]),
    "simplefb x2r10g10b10": (32, [(20, 10), (10, 10), (0, 10)]),
    "simplefb a2r10g10b10": (32, [(20, 10), (10, 10), (0, 10), (30, 2)]),
    "vfb 16": (16, [(0, 5), (5, 6), (11, 5)]),
    "vfb 16 with alpha": (16, [(0, 5), (5, 5), (10, 5), (15, 1)]),
    "vfb 24": (24, [(0, 8), (8, 8), (16, 8)]),
    "vfb 32": (32, [(0, 8), (8, 8), (16, 8), (24, 8)]),
    "bcm2708 16": (16, [(11, 5), (5, 6), (0, 5)]),
    "bcm2708 24": (24, [(0, 8), (8, 8), (16, 8)]),
    "bcm2708 24 swapped": (24, [(16, 8), (8, 8), (0, 8)]),
    "bcm2708 32": (32, [(0, 8), (8, 8), (16, 8), (24, 8)]),
    "fbtft, st7735": (16, [(11, 5), (5, 6), (0, 5)]),
    "efifb": (32, [(16, 8), (8, 8), (0, 8), (24, 8)]),
    "efifb, alpha first": (32, [(24, 8), (16, 8), (8, 8), (0, 8)]),
    "efifb, red first": (32, [(8, 8), (16, 8), (24, 8), (0, 8)]),
    "vesafb 15": (15, [(10, 5), (5, 5), (0, 5), (15, 1)]),
    "vesafb 24": (24, [(16, 8), (8, 8), (0, 8)]),
    "vesafb 8, true colour": (8, [(5, 3), (2, 3), (0, 2)]),
    "mxsfb, panel of 18 bits": (32, [(16, 6), (8, 6), (0, 6)]),
    "of 18 bits": (24, [(12, 6), (6, 6), (0, 6)]),
}
"""Bits per pixel, red, green, blue and alpha, as the kernel's drivers set them."""

AS_THEY_LIE = {
    "simplefb r5g6b5": RGB565,
    "simplefb r8g8b8": BGR888,
    "simplefb x8r8g8b8": BGRX8888,
    "simplefb a8b8g8r8": RGBX8888,
    "vfb 24": RGB888,
    "efifb": BGRX8888,
}
"""What travels without a conversion."""

COLOURS = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]
"""One row of the display."""


def painted(bits: int, *colours: Colour) -> bytes:
    """COLOURS in memory, alpha bits set."""
    size = (bits + 7) // 8
    masks = [((1 << length) - 1) << offset for offset, length in colours]
    alpha = masks[3] if len(masks) > 3 else 0
    words = [
        sum(m for m, on in zip(masks, colour, strict=False) if on) | alpha for colour in COLOURS
    ]
    return b"".join(word.to_bytes(size, "little") for word in words)


def fixed_of(fixed: type, visual: int = TRUECOLOR, line: int = 20, **members: int) -> bytes:
    return bytes(fixed(b"", line_length=line, visual=visual, **members))


def shown(layout: Layout, memory: bytes) -> list[list[list[int]]]:
    """What a viewer of this memory sees."""
    view = layout.view(memory)
    array = layout.packed.look_up(view) if layout.packed else view
    pixel_format = layout.shown.format
    sent = pixel_format.sent_as or pixel_format
    rgb: list[list[list[int]]] = to_rgb(resample(array, pixel_format, Rendition()), sent).tolist()
    return rgb


def test_the_structures_have_the_sizes_of_linux() -> None:
    assert [ctypes.sizeof(of) for of in (Variable, BITS_64, BITS_32)] == [160, 80, 68]


@BOTH
@pytest.mark.parametrize("driver", DRIVERS)
def test_every_drivers_colours_are_found_with_either_unsigned_long(
    fixed: type, driver: str
) -> None:
    bits, colours = DRIVERS[driver]
    row = painted(bits, *colours)
    layout = fb.parse(bytes(variable(bits, *colours)), fixed_of(fixed, smem_len=100))
    assert (layout.width, layout.height, layout.stride, layout.offset) == (4, 3, 20, 0)
    assert shown(layout, (row.ljust(20, b"?")) * 3) == [COLOURS] * 3
    assert layout.format is AS_THEY_LIE.get(driver, layout.format)


@BOTH
def test_where_the_picture_lies_is_told_by_pan_page_and_line_length(fixed: type) -> None:
    """A mapping begins at a page, also where the framebuffer does not."""
    answer = variable(*XRGB, xoffset=2, yoffset=3)
    start = 0xFD000000 + 7 * mmap.PAGESIZE + 0x130
    layout = fb.parse(bytes(answer), fixed_of(fixed, line=64, smem_start=start, smem_len=6 * 64))
    assert layout.offset == 0x130 + 3 * 64 + 2 * 4
    assert layout.stride == 64


def test_without_a_line_length_rows_are_as_long_as_the_virtual_ones() -> None:
    answer = variable(*XRGB, xres_virtual=6)
    assert fb.parse(bytes(answer), fixed_of(OURS, line=0)).stride == 24
    mono = variable(1, (0, 1), (0, 1), (0, 1), xres_virtual=20)
    assert fb.parse(bytes(mono), fixed_of(OURS, MONO10, line=0)).stride == 3


@BOTH
@pytest.mark.parametrize(
    ("length", "grayscale", "visual"),
    [(8, 1, TRUECOLOR), (0, 1, STATIC_PSEUDOCOLOR), (8, 0, MONO10), (8, 0, TRUECOLOR)],
)
def test_8_bits_of_gray_are_gray8(fixed: type, length: int, grayscale: int, visual: int) -> None:
    answer = variable(8, *[(0, length)] * 3, grayscale=grayscale)
    layout = fb.parse(bytes(answer), fixed_of(fixed, visual))
    assert layout.format is GRAY8
    assert layout.packed is None


def test_gray_of_fewer_bits_than_its_pixel_is_the_field_of_red() -> None:
    """As metronomefb, whose three bits are in the middle."""
    answer = variable(8, (4, 3), (0, 0), (0, 0), grayscale=1)
    layout = fb.parse(bytes(answer), fixed_of(OURS, STATIC_PSEUDOCOLOR))
    row = bytes([0x00, 0x10, 0x7F, 0x8F]).ljust(20)
    assert shown(layout, row * 3)[0] == [[0] * 3, [0b00100100] * 3, [255] * 3, [0] * 3]
    assert layout.format.sent_as is GRAY8


@BOTH
@pytest.mark.parametrize(
    ("visual", "length", "lit"), [(MONO10, 1, 255), (MONO01, 8, 0)], ids=["ssd1307fb", "vfb"]
)
def test_of_one_bit_each_the_lowest_is_left(
    fixed: type, visual: int, length: int, lit: int
) -> None:
    answer = variable(1, *[(0, length)] * 3, xres=11, xres_virtual=16)
    layout = fb.parse(bytes(answer), fixed_of(fixed, visual, line=2, smem_len=6 * 2))
    assert (layout.shown.width, layout.height, layout.shown.format) == (11, 3, GRAY8)
    rows = shown(layout, bytes([0b00000101, 0b11111100]) + bytes(4))
    dark = 255 - lit
    assert [pixel[0] for pixel in rows[0]] == [lit, dark, lit, *[dark] * 7, lit]
    assert rows[1] == [[dark] * 3] * 11


@pytest.mark.parametrize(
    ("bits", "byteorder", "nonstd", "first"),
    [
        *((4, "little", 0, 0x2), (4, "little", 2, 0xA), (4, "big", 0, 0xA), (4, "big", 2, 0x2)),
        *((2, "little", 0, 0x2), (2, "little", 2, 0x2), (1, "little", 0, 0), (1, "little", 2, 1)),
    ],
)
def test_which_end_of_a_byte_is_left_is_told_by_the_machine_and_by_nonstd(
    bits: int, byteorder: str, nonstd: int, first: int
) -> None:
    answer = variable(bits, *[(0, bits)] * 3, nonstd=nonstd, grayscale=1)
    layout = layout_of(bytes(answer), fixed_of(OURS), np.zeros((0, 3), np.uint16), byteorder)
    value = shown(layout, bytes([0xA2]).ljust(20) * 3)[0][0][0]
    assert value == first * 255 // ((1 << bits) - 1)


@pytest.mark.parametrize("xoffset", range(9))
def test_a_pan_to_the_middle_of_a_byte_is_followed(xoffset: int) -> None:
    pattern = 0b1011001110001111
    answer = variable(1, *[(0, 1)] * 3, xoffset=xoffset, xres=5, xres_virtual=16)
    layout = fb.parse(bytes(answer), fixed_of(OURS, MONO10, line=2))
    row = [pixel[0] for pixel in shown(layout, pattern.to_bytes(2, "little") * 3)[0]]
    assert row == [255 * (pattern >> xoffset + x & 1) for x in range(5)]


PALETTE = np.array([[0, 0, 0], [0xFFFF, 0x8000, 0x00FF], [0, 0xABCD, 0]], np.uint16)


@pytest.mark.parametrize("visual", [PSEUDOCOLOR, STATIC_PSEUDOCOLOR])
def test_indices_are_looked_up_in_the_colour_map(visual: int) -> None:
    answer = variable(8, (0, 8), (0, 8), (0, 8))
    layout = fb.parse(bytes(answer), fixed_of(OURS, visual), PALETTE.T.tobytes())
    row = bytes([1, 2, 0, 77]).ljust(20)
    colours = [[0, 0, 0], [255, 128, 0], [0, 0xAB, 0], *[[0, 0, 0]] * 253]
    assert layout.shown.format is indexed8(np.array(colours, np.uint8).tobytes()), "as it lies"
    assert shown(layout, row * 3)[0] == [[255, 128, 0], [0, 0xAB, 0], [0, 0, 0], [0, 0, 0]]


def test_an_index_may_be_a_part_of_its_pixel_and_a_pixel_a_part_of_a_byte() -> None:
    upper = variable(8, (4, 2), (4, 2), (4, 2))
    layout = fb.parse(bytes(upper), fixed_of(OURS, PSEUDOCOLOR), PALETTE.T.tobytes())
    assert shown(layout, bytes([0x1F, 0xEF, 0, 0]).ljust(20) * 3)[0][:2] == [
        [255, 128, 0],
        [0, 0xAB, 0],
    ]
    small = variable(4, (0, 4), (0, 4), (0, 4))
    layout = fb.parse(bytes(small), fixed_of(OURS, PSEUDOCOLOR), PALETTE.T.tobytes())
    assert shown(layout, bytes([0x21, 0x00]).ljust(20) * 3)[0][:2] == [[255, 128, 0], [0, 0xAB, 0]]


@pytest.mark.parametrize(
    ("fourcc", "name"),
    [("RGBP", "rgb565"), ("BGR3", "bgr888"), ("RGB4", "xrgb8888"), ("BGR4", "bgrx8888")],
)
def test_a_format_said_by_a_fourcc_is_known(fourcc: str, name: str) -> None:
    code = int.from_bytes(fourcc.encode(), "little")
    answer = variable(32, (0, 0), (0, 0), (0, 0), grayscale=code)
    for kind in ({"type": 5, "visual": 6}, {"visual": 6}):
        assert fb.parse(bytes(answer), fixed_of(OURS, **kind)).format is named(name)


@pytest.mark.parametrize("byteorder", ["little", "big"])
def test_on_a_big_endian_machine_whole_bytes_lie_the_other_way_round(byteorder: str) -> None:
    """What the kernel says of a pixel is said of its value."""
    none = np.zeros((0, 3), np.uint16)
    for bits, formats in ((32, (BGRX8888, named("xrgb8888"))), (24, (BGR888, RGB888))):
        answer = bytes(variable(bits, (16, 8), (8, 8), (0, 8)))
        layout = layout_of(answer, fixed_of(OURS), none, byteorder)
        assert layout.format is formats[byteorder == "big"]
    words = bytes(variable(16, (11, 5), (5, 6), (0, 5)))
    others = bytes(variable(15, (10, 5), (5, 5), (0, 5)))
    if byteorder == "big":
        with pytest.raises(
            UsageError, match="parts of a byte cannot be shown where the first byte"
        ):
            layout_of(others, fixed_of(OURS), none, byteorder)
    name = "rgb565be" if byteorder == "big" else "rgb565"
    assert layout_of(words, fixed_of(OURS), none, byteorder).format is named(name)


@pytest.mark.parametrize(
    ("answer", "members", "found"),
    [
        (variable(8, (0, 0), (0, 0), (0, 0)), {}, "red, green, blue at bits 0+0, 0+0, 0+0 cannot"),
        (
            variable(16, (11, 5), (5, 6), (0, 7)),
            {},
            "at bits 11+5, 5+6, 0+7 cannot be shown; right",
        ),
        (
            variable(12, (8, 4), (4, 4), (0, 4)),
            {},
            "12 bits per pixel and visual 2 cannot be shown",
        ),
        (variable(4, (0, 1), (1, 1), (2, 1)), {}, "4 bits per pixel and visual 2 cannot be shown"),
        (variable(0, (0, 0), (0, 0), (0, 0)), {}, "0 bits per pixel and visual 2 cannot be shown"),
        (
            variable(*XRGB),
            {"type": 1},
            "a framebuffer of planes cannot be shown; right would be pac",
        ),
        (variable(*XRGB), {"type": 2, "type_aux": 2}, "interleaved planes cannot be shown"),
        (variable(*XRGB), {"type": 3}, "a framebuffer of text cannot be shown"),
        (variable(*XRGB), {"type": 4}, "a framebuffer of VGA planes cannot be shown"),
        (variable(*XRGB), {"type": 99}, "a framebuffer of type 99 cannot be shown"),
        (
            variable(*XRGB, grayscale=0x3231564E),
            {"type": 5, "visual": 6},
            "the format 'NV12' cannot be shown; right would be one of RGBP",
        ),
        (
            variable(*XRGB, yoffset=4, vmode=256),
            {},
            "wraps around: it begins in row 4 of 6 and has 3",
        ),
        (variable(*XRGB, yoffset=4), {"smem_len": 120}, "ends at byte 136 of a framebuffer of 120"),
        (variable(*XRGB), {"line": 15}, "a stride of 15 bytes is too short"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_what_was_found(
    answer: Variable, members: dict[str, int], found: str
) -> None:
    with pytest.raises(UsageError) as refusal:
        fb.parse(bytes(answer), fixed_of(OURS, **members))
    assert found in str(refusal.value)


def test_colours_that_lie_backwards_are_refused() -> None:
    answer = variable(*XRGB)
    answer.green.msb_right = 1
    with pytest.raises(UsageError, match=r"lowest bit is left \(msb_right\) cannot be shown"):
        fb.parse(bytes(answer), fixed_of(OURS))


@given(st.binary(min_size=160, max_size=160), st.sampled_from([80, 68]), st.data())
def test_whatever_the_kernel_says_it_is_a_layout_or_one_sentence(
    words: bytes, size: int, data: st.DataObject
) -> None:
    fixed = data.draw(st.binary(min_size=size, max_size=size))
    small = [data.draw(st.integers(0, 40)) for _ in range(40)]
    for answer in (words, struct.pack("=40I", *small)):
        for zeroed in (fixed, fixed[:24] + bytes(8) + fixed[32:]):
            try:
                fb.parse(answer, zeroed)
            except UsageError as error:
                assert str(error)


def test_a_colour_map_of_grays_is_gray8() -> None:
    grays = np.repeat(PALETTE[:, 2:], 3, axis=1)
    layout = fb.parse(
        bytes(variable(8, *[(0, 8)] * 3)), fixed_of(OURS, PSEUDOCOLOR), grays.T.tobytes()
    )
    assert layout.shown.format is GRAY8


class Kernel:
    """Answers ioctls; what it says can be changed while it is used."""

    def __init__(self, answer: Variable, visual: int = TRUECOLOR) -> None:
        self.variable = answer
        self.fixed = OURS(line_length=20, visual=visual)
        self.colours: np.ndarray | None = None

    def ioctl(self, _fd: int, request: int, argument: bytes) -> bytes:
        if request == 0x4604:
            return self._colour_map(argument)
        answer = {0x4600: bytes(self.variable), 0x4602: bytes(self.fixed)}[request]
        assert len(argument) == len(answer), "the kernel writes this many bytes"
        return answer

    def _colour_map(self, argument: bytes) -> bytes:
        start, length, *channels, transp = struct.unpack("@2I4P", argument)
        assert (start, transp) == (0, 0)
        if self.colours is None:
            raise OSError(errno.EINVAL, "Invalid argument")
        for channel, values in zip(channels, self.colours.T[:, :length], strict=True):
            ctypes.memmove(channel, values.tobytes(), 2 * len(values))
        return argument


Opened = Callable[[Kernel, bytes], Source]


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    """A file as a framebuffer of which a kernel answers."""

    def open_it(kernel: Kernel, memory: bytes) -> Source:
        path = tmp_path / "fb0"
        path.write_bytes(memory)
        monkeypatch.setattr(fcntl, "ioctl", kernel.ioctl)
        return open_source(f"fb:{path}")

    return open_it


def test_the_visible_half_is_asked_for_before_each_picture(opened: Opened) -> None:
    memory = bytes(range(6 * 20))
    kernel = Kernel(variable(*XRGB))
    source = opened(kernel, memory)
    assert (source.name, source.format, source.width, source.height) == ("fb0", BGRX8888, 4, 3)
    for first in (0, 3, 1, 0):
        kernel.variable.yoffset = first
        rows = [memory[y * 20 : y * 20 + 16] for y in range(first, first + 3)]
        picture = newest(source)
        assert picture.pixels.tobytes() == b"".join(rows)
        assert picture.version is None
        assert picture.intact()
    kernel.variable.xres = 2
    assert pixels(source).shape == (3, 2, 4)
    kernel.variable.bits_per_pixel = 12
    with pytest.raises(SourceError, match="a framebuffer of 12 bits per pixel"):
        source.poll()
    source.close()


def test_another_mode_is_followed(opened: Opened) -> None:
    kernel = Kernel(variable(*XRGB))
    source = opened(kernel, bytes(6 * 20))
    for driver in ("simplefb r5g6b5", "vfb 16", "simplefb x2r10g10b10", "simplefb x8r8g8b8"):
        bits, colours = DRIVERS[driver]
        kernel.variable = variable(bits, *colours)
        assert pixels(source).dtype == source.format.dtype
        assert source.format.bytes_per_pixel == bits // 8
    kernel.variable, kernel.fixed.visual = variable(1, *[(0, 1)] * 3, xres=9), MONO10
    assert pixels(source).shape == (3, 9)
    assert (source.format, source.width) == (GRAY8, 9)
    source.close()


def test_a_colour_map_is_asked_for_before_each_picture(opened: Opened) -> None:
    kernel = Kernel(variable(8, (0, 8), (0, 8), (0, 8)), PSEUDOCOLOR)
    kernel.colours = PALETTE
    source = opened(kernel, bytes([1, 2, 0, 1]).ljust(20) * 6)
    assert pixels(source)[0].tolist() == [1, 2, 0, 1]
    assert to_rgb(pixels(source), source.format)[0].tolist() == [
        *([255, 128, 0], [0, 0xAB, 0], [0, 0, 0], [255, 128, 0])
    ]
    kernel.colours = PALETTE[:, ::-1]
    assert to_rgb(pixels(source), source.format)[0, 0].tolist() == [0, 128, 255]
    kernel.colours = None
    with pytest.raises(SourceError, match=r"gives no colour map \(Invalid argument\); right would"):
        source.poll()
    source.close()


def test_a_file_is_no_framebuffer(tmp_path: Path) -> None:
    path = tmp_path / "fb0"
    path.write_bytes(bytes(100))
    with pytest.raises(
        UsageError, match=r"no framebuffer \(Inappropriate ioctl for device\); righ"
    ):
        open_source(f"fb:{path}")
