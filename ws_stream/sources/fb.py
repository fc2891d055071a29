"""`fb:/dev/fb0`: what a Linux framebuffer shows.

The kernel says where the visible part lies and in which format; it is asked before each picture, so a program that
draws in one half of the memory and pans to it when it is done is followed, and so is a change of mode or of colours.
"""

import fcntl
import struct
from functools import lru_cache
from pathlib import Path

import numpy as np

from ..arguments import why
from ..errors import UsageError
from ..pixels.raw import MOST_COLOURS
from .address import Address, stream_name
from .fb_info import VARIABLE_BYTES, has_colour_map, layout_of
from .layout import Layout
from .mapped import MappedSource

FBIOGET_VSCREENINFO = 0x4600
FBIOGET_FSCREENINFO = 0x4602
FBIOGETCMAP = 0x4604

_FIXED_BYTES = struct.calcsize("@16sL4I3HIL2I3H0L")
_COLOUR_MAP = struct.Struct("@2I4P")


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
        variable = fcntl.ioctl(fd, FBIOGET_VSCREENINFO, bytes(VARIABLE_BYTES))
        fixed = fcntl.ioctl(fd, FBIOGET_FSCREENINFO, bytes(_FIXED_BYTES))
    except OSError as error:
        raise UsageError(
            f"this is no framebuffer ({why(error)}); right would be a device such as fb:/dev/fb0"
        ) from None
    return parse(variable, fixed, _colour_map(fd) if has_colour_map(variable, fixed) else b"")


@lru_cache(maxsize=8)  # asked for each picture, and mostly the same
def parse(variable: bytes, fixed: bytes, colours: bytes = b"") -> Layout:
    """Where the visible part lies, from the kernel's fb_var_screeninfo, fb_fix_screeninfo and colour map.

    Raises UsageError for what cannot be shown.
    """
    return layout_of(variable, fixed, np.frombuffer(colours, np.uint16).reshape(3, -1).T)


def _colour_map(fd: int) -> bytes:
    """The red of each colour in words of 16 bits, then the green, then the blue. Raises UsageError."""
    colours = np.zeros((3, MOST_COLOURS), np.uint16)
    red, green, blue = (colour.ctypes.data for colour in colours)
    try:
        fcntl.ioctl(fd, FBIOGETCMAP, _COLOUR_MAP.pack(0, MOST_COLOURS, red, green, blue, 0))
    except OSError as error:
        raise UsageError(
            f"a framebuffer of indexed colours gives no colour map ({why(error)}); right would be true colour, set "
            "with: fbset -depth 32"
        ) from None
    return colours.tobytes()
