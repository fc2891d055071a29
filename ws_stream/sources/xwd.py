"""`xwd:PATH`: the screen of an X server that keeps it in a file, as `Xvfb -fbdir` does.

The file is a window dump: a header of big-endian words, a colour map, rows of pixels.
"""

import os
import struct
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..errors import UsageError
from ..pixels.formats import GRAY8, PixelFormat
from ..pixels.raw import MOST_COLOURS
from .address import Address
from .layout import Layout
from .mapped import MappedSource
from .masks import format_of_masks, told
from .packed import PARTS, Packed, colour_table

_WORDS = struct.Struct(">3I 4x 2I 4x I 4x I 4x 6I 8x I")
"""The first 20 words, without those that are not read."""
_VERSION = 7
_COLOUR = np.dtype([("pixel", ">u4"), ("rgb", ">u2", 3), ("flags", "u1"), ("padding", "u1")])
_Z_PIXMAP, _TRUE_COLOUR = 2, 4
_RIGHT = "right would be Xvfb -screen 0 WIDTHxHEIGHTx24 or x16"


class Header(NamedTuple):
    """What is read of the XWDFileHeader of X11/XWDFile.h."""

    header_size: int
    pixmap_format: int
    pixmap_size: tuple[int, int]
    """Width and height."""
    byte_order: int
    bitmap_bit_order: int
    bits_per_pixel: int
    bytes_per_line: int
    visual_class: int
    masks: tuple[int, ...]
    """Of red, green and blue."""
    ncolors: int

    @classmethod
    def read(cls, data: bytes) -> "Header":
        """The header that these bytes begin with. Raises UsageError for another file's."""
        if len(data) < _WORDS.size:
            raise UsageError(
                f"a file of {len(data)} bytes is no window dump, whose header alone is longer; "
                "right would be the file that Xvfb -fbdir made"
            )
        words = _WORDS.unpack_from(data)
        if words[1] != _VERSION:
            raise UsageError(
                f"the file is no window dump: its version is {words[1]} rather than {_VERSION}; "
                "right would be the file that Xvfb -fbdir made"
            )
        order, bit_order, bits, stride, visual = words[5:10]
        sizes = words[0], words[2], words[3:5]
        return cls(*sizes, order, bit_order, bits, stride, visual, words[10:13], words[13])

    @property
    def colour_map(self) -> range:
        """The bytes in which the colour map lies."""
        return range(self.header_size, self.header_size + self.ncolors * _COLOUR.itemsize)

    @property
    def is_indexed(self) -> bool:
        """Whether pixels are rows of the colour map."""
        is_one_order = self.bits_per_pixel > 1 or self.byte_order == self.bitmap_bit_order
        is_mapped = self.visual_class < _TRUE_COLOUR and self.pixmap_format == _Z_PIXMAP
        return is_mapped and is_one_order and self.bits_per_pixel in (*PARTS, 8)


def open_xwd(address: Address) -> MappedSource:
    """The source at an `xwd:` address. Raises UsageError and SourceError."""
    address.only()
    if not address.path:
        raise UsageError("an xwd: source needs a path; right would be xwd:DIRECTORY/Xvfb_screen0")
    return MappedSource("xwd", Path(address.path), locate)


def locate(fd: int) -> Layout:
    """Where the picture lies in an open window dump. Raises UsageError for what is none, or of an unknown format."""
    data = os.pread(fd, _WORDS.size, 0)
    header = _header(data)
    if not header.is_indexed:
        return parse(data)
    most = MOST_COLOURS * _COLOUR.itemsize
    return parse(data, os.pread(fd, min(len(header.colour_map), most), header.header_size))


@lru_cache(maxsize=8)  # asked for each picture, and mostly the same
def parse(data: bytes, colours: bytes = b"") -> Layout:
    """Where the picture lies behind the window dump's header that `data` begins with; its colour map is given.

    Raises UsageError.
    """
    header = _header(data)
    (width, height), stride = header.pixmap_size, header.bytes_per_line
    offset = header.colour_map.stop
    if header.is_indexed:
        packed = _packed(header, colours)
        return Layout(packed.row_bytes, height, GRAY8, stride, offset, packed=packed)
    return Layout(width, height, _format(header), stride, offset)


_header = lru_cache(maxsize=8)(Header.read)


def _packed(header: Header, colours: bytes) -> Packed:
    whole = len(colours) // _COLOUR.itemsize
    entries = np.frombuffer(colours, _COLOUR, whole)
    bits, count = header.bits_per_pixel, 1 << header.bits_per_pixel
    rgb = np.zeros((count, 3), np.uint16)
    entries = entries[entries["pixel"] < count]
    rgb[entries["pixel"]] = entries["rgb"]
    return Packed(
        header.pixmap_size[0], bits, colour_table(bits, 0, bits, rgb), not header.byte_order
    )


def _format(header: Header) -> PixelFormat:
    pixel = header.bits_per_pixel, header.masks
    most_first = bool(header.byte_order)
    if header.pixmap_format == _Z_PIXMAP and (
        found := format_of_masks(*pixel, most_first=most_first)
    ):
        return found
    raise UsageError(
        f"a window dump of {told(*pixel, most_first=most_first)} is not known; {_RIGHT}"
    )
