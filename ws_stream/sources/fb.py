"""`fb:/dev/fb0`: what a Linux framebuffer shows. Layouts and names are those of linux/fb.h.

The kernel says where the visible part lies; it is asked before each picture, so a program that draws in one half of
the memory and pans to it when it is done is followed.
"""

import fcntl
import struct
from functools import lru_cache
from pathlib import Path

from ..errors import UsageError
from ..pixels.formats import BGRX8888, RGB565, RGBX8888
from .address import Address, stream_name
from .layout import Layout
from .mapped import MappedSource

FBIOGET_VSCREENINFO = 0x4600
FBIOGET_FSCREENINFO = 0x4602

_VARIABLE = struct.Struct("=40I")
_FIXED_BYTES = struct.calcsize("@16sL4I3HIL2I3H0L")
_LINE_LENGTH_AT = {80: 48, 68: 44}
"""Where line_length stands in fb_fix_screeninfo, by its size: with an `unsigned long` of 64 bits and of 32."""

_FORMATS = {
    (32, (16, 8), (8, 8), (0, 8)): BGRX8888,
    (32, (0, 8), (8, 8), (16, 8)): RGBX8888,
    (16, (11, 5), (5, 6), (0, 5)): RGB565,
}
"""By bits per pixel, then (offset, length) of red, green and blue in the little-endian pixel."""


def open_fb(address: Address) -> MappedSource:
    """The source at an `fb:` address. Raises UsageError and SourceError."""
    address.only()
    if not address.path:
        raise UsageError("an fb: source needs a device; right would be fb:/dev/fb0")
    path = Path(address.path)
    name = stream_name(path.stem, default="fb")
    return MappedSource(
        name, path, locate, steady=False
    )  # its visible part may be elsewhere each time


def locate(fd: int) -> Layout:
    """Where the visible part of an open framebuffer lies. Raises UsageError for what is none."""
    try:
        variable = fcntl.ioctl(fd, FBIOGET_VSCREENINFO, bytes(_VARIABLE.size))
        fixed = fcntl.ioctl(fd, FBIOGET_FSCREENINFO, bytes(_FIXED_BYTES))
    except OSError as error:
        raise UsageError(
            f"this is no framebuffer ({error.strerror}); right would be a device such as fb:/dev/fb0"
        ) from None
    return parse(variable, fixed)


@lru_cache(maxsize=8)  # asked for each picture, and mostly the same
def parse(variable: bytes, fixed: bytes) -> Layout:
    """Where the visible part lies, from the kernel's fb_var_screeninfo and fb_fix_screeninfo.

    Raises UsageError for a pixel format that is not known.
    """
    words = _VARIABLE.unpack(variable)
    width, height, _, _, x, y, bits = words[:7]
    (stride,) = struct.unpack_from("=I", fixed, _LINE_LENGTH_AT[len(fixed)])
    red, green, blue = words[8:10], words[11:13], words[14:16]
    pixel_format = _FORMATS.get((bits, red, green, blue))
    if pixel_format is None:
        fields = ", ".join(f"{offset}+{length}" for offset, length in (red, green, blue))
        raise UsageError(
            f"a framebuffer of {bits} bits per pixel with red, green, blue at bits {fields} is not known; "
            "right would be 32 bits or 16 (5, 6, 5), set with: fbset -depth 32"
        )
    offset = y * stride + x * pixel_format.bytes_per_pixel
    return Layout(width, height, pixel_format, stride, offset)
