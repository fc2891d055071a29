"""There is no framebuffer here: the kernel's answers are written down with ctypes, from linux/fb.h."""

import ctypes
import fcntl
from collections.abc import Callable
from pathlib import Path

import pytest

from ws_stream.errors import SourceError, UsageError
from ws_stream.pixels.formats import BGRX8888, RGB565, RGBX8888
from ws_stream.sources import fb, open_source

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


def variable(
    bits: int, red: tuple[int, int], green: tuple[int, int], blue: tuple[int, int], yoffset: int = 0
) -> Variable:
    """A display of 4 x 3 visible in 4 x 6."""
    answer = Variable(4, 3, 4, 6, 0, yoffset, bits, 0)
    answer.red, answer.green, answer.blue = Bitfield(*red), Bitfield(*green), Bitfield(*blue)
    return answer


XRGB = (32, (16, 8), (8, 8), (0, 8))
BITS_64, BITS_32 = fixed_with(ctypes.c_uint64), fixed_with(ctypes.c_uint32)


@pytest.mark.parametrize("fixed", [BITS_64, BITS_32])
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (variable(*XRGB), BGRX8888),
        (variable(32, (0, 8), (8, 8), (16, 8)), RGBX8888),
        (variable(16, (11, 5), (5, 6), (0, 5)), RGB565),
    ],
)
def test_the_kernels_answer_is_understood_with_either_unsigned_long(
    fixed: type, answer: Variable, expected: object
) -> None:
    layout = fb.parse(bytes(answer), bytes(fixed(b"simple", smem_len=9, line_length=20)))
    assert layout.format is expected
    assert (layout.width, layout.height, layout.stride, layout.offset) == (4, 3, 20, 0)


def test_the_structures_have_the_sizes_of_linux() -> None:
    assert [ctypes.sizeof(of) for of in (Variable, BITS_64, BITS_32)] == [160, 80, 68]


def test_panning_moves_the_picture_in_both_directions() -> None:
    answer = variable(*XRGB, yoffset=3)
    answer.xoffset = 2
    layout = fb.parse(bytes(answer), bytes(BITS_64(line_length=64)))
    assert layout.offset == 3 * 64 + 2 * 4


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (variable(8, (0, 8), (0, 8), (0, 8)), "8 bits per pixel with red, green, blue at bits 0+8"),
        (variable(24, (16, 8), (8, 8), (0, 8)), "24 bits per pixel"),
        (variable(16, (10, 5), (5, 5), (0, 5)), "at bits 10+5, 5+5, 0+5 is not known"),
        (variable(32, (20, 10), (10, 10), (0, 10)), "right would be 32 bits or 16"),
    ],
)
def test_another_pixel_format_is_refused_with_what_was_found(answer: Variable, found: str) -> None:
    with pytest.raises(UsageError) as refusal:
        fb.parse(bytes(answer), bytes(BITS_64(line_length=20)))
    assert found in str(refusal.value)


def kernel(answer: Variable) -> Callable[[int, int, bytes], bytes]:
    """An ioctl that answers like the kernel; what it says can be changed while it is used."""

    def ioctl(_fd: int, request: int, argument: bytes) -> bytes:
        fixed = fixed_with(
            ctypes.c_uint64 if ctypes.sizeof(ctypes.c_ulong) == 8 else ctypes.c_uint32
        )
        answers = {0x4600: bytes(answer), 0x4602: bytes(fixed(line_length=20))}
        assert len(argument) == len(answers[request]), "the kernel writes this many bytes"
        return answers[request]

    return ioctl


def test_the_visible_half_is_asked_for_before_each_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "fb0"
    memory = bytes(range(6 * 20))
    path.write_bytes(memory)
    answer = variable(*XRGB)
    monkeypatch.setattr(fcntl, "ioctl", kernel(answer))
    source = open_source(f"fb:{path}")
    assert (source.name, source.format, source.width, source.height) == ("fb0", BGRX8888, 4, 3)
    for first in (0, 3, 1, 0):
        answer.yoffset = first
        rows = [memory[y * 20 : y * 20 + 16] for y in range(first, first + 3)]
        picture = newest(source)
        assert picture.pixels.tobytes() == b"".join(rows)
        assert picture.version is None
        assert picture.intact()
    answer.xres = 2
    assert pixels(source).shape == (3, 2, 4)
    answer.bits_per_pixel = 8
    with pytest.raises(SourceError, match="a framebuffer of 8 bits per pixel"):
        source.poll()
    source.close()


def test_a_file_is_no_framebuffer(tmp_path: Path) -> None:
    path = tmp_path / "fb0"
    path.write_bytes(bytes(100))
    with pytest.raises(
        UsageError, match=r"no framebuffer \(Inappropriate ioctl for device\); righ"
    ):
        open_source(f"fb:{path}")
