"""`xwd:PATH`: the screen of an X server that keeps it in a file, as `Xvfb -fbdir` does.

The file is a window dump: a header of big-endian words, a colour map, rows of pixels.
"""

import os
import struct
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from ..errors import UsageError
from ..pixels.formats import BGRX8888, RGB565, RGBX8888
from .address import Address
from .layout import Layout
from .mapped import MappedSource

_WORDS = struct.Struct(">2I 8x 2I 4x I 12x 2I 4x 3I 8x I")
"""The first 20 words, without those that are not read."""
_VERSION = 7
_COLOUR_BYTES = 12
_FORMATS = {
    (32, 0, 0xFF0000, 0x00FF00, 0x0000FF): BGRX8888,
    (32, 0, 0x0000FF, 0x00FF00, 0xFF0000): RGBX8888,
    (16, 0, 0xF800, 0x07E0, 0x001F): RGB565,
}
"""By bits per pixel, byte order (0: least significant first) and the masks of red, green and blue."""


class Header(NamedTuple):
    """What is read of the XWDFileHeader of X11/XWDFile.h."""

    masks: tuple[int, int, int]
    """Of red, green and blue."""
    ncolors: int
    header_size: int
    file_version: int
    pixmap_width: int
    pixmap_height: int
    byte_order: int
    bits_per_pixel: int
    bytes_per_line: int

    @classmethod
    def read(cls, data: bytes) -> "Header":
        """The header that these bytes begin with."""
        *words, red, green, blue, colours = _WORDS.unpack_from(data)
        return cls((red, green, blue), colours, *words)


def open_xwd(address: Address) -> MappedSource:
    """The source at an `xwd:` address. Raises UsageError and SourceError."""
    address.only()
    if not address.path:
        raise UsageError("an xwd: source needs a path; right would be xwd:DIRECTORY/Xvfb_screen0")
    return MappedSource("xwd", Path(address.path), locate)


def locate(fd: int) -> Layout:
    """Where the picture lies in an open window dump. Raises UsageError for what is none, or of an unknown format."""
    return parse(os.pread(fd, _WORDS.size, 0))


@lru_cache(maxsize=8)  # asked for each picture, and always the same
def parse(data: bytes) -> Layout:
    """Where the picture lies behind the window dump's header that these bytes begin with. Raises UsageError."""
    if len(data) < _WORDS.size:
        raise UsageError(
            f"a file of {len(data)} bytes is no window dump, whose header alone is longer; "
            "right would be the file that Xvfb -fbdir made"
        )
    header = Header.read(data)
    if header.file_version != _VERSION:
        raise UsageError(
            f"the file is no window dump: its version is {header.file_version} rather than {_VERSION}; "
            "right would be the file that Xvfb -fbdir made"
        )
    kind = (header.bits_per_pixel, header.byte_order, *header.masks)
    if kind not in _FORMATS:
        order = "most" if header.byte_order else "least"
        masks = " ".join(f"{mask:#x}" for mask in header.masks)
        raise UsageError(
            f"a window dump of {header.bits_per_pixel} bits per pixel, {order} significant byte first, with the "
            f"masks {masks} is not known; right would be Xvfb -screen 0 WIDTHxHEIGHTx24 or x16"
        )
    return Layout(
        header.pixmap_width,
        header.pixmap_height,
        _FORMATS[kind],
        header.bytes_per_line,
        header.header_size + header.ncolors * _COLOUR_BYTES,
    )
