"""What Linux says of a framebuffer, and what that means. Structures and names are those of linux/fb.h.

Knows nothing of devices: the kernel's answers come in as bytes. docs/sources.md has the table of what is heeded.
"""

import mmap
import struct
import sys
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import UsageError
from ..pixels.described import big_endian, described, named
from ..pixels.formats import GRAY8, RGB565, PixelFormat
from ..pixels.raw import RGB565BE, indexed8
from .format_names import FROM_LINUX
from .layout import Layout
from .packed import PARTS, Packed, Table, colour_table, ramp

VARIABLE_BYTES = 160
_VARIABLE = struct.Struct("=8I 3I 3I 3I 12x I 48x I 24x")
_FIXED = {80: struct.Struct("=16x Q 2I 4x I 6x 2x I"), 68: struct.Struct("=16x I 2I 4x I 6x 2x I")}
"""By the size of fb_fix_screeninfo: with an `unsigned long` of 64 bits and of 32."""

_PACKED_PIXELS, _FOURCC = 0, 5
_TYPES = {1: "planes", 2: "interleaved planes", 3: "text", 4: "VGA planes"}
_MONO01, _MONO10, _PSEUDOCOLOR, _STATIC_PSEUDOCOLOR = 0, 1, 3, 5
"""Visuals. With any other, and for pixels of whole bytes that are no indices, the bit fields say all."""
_REVERSED_IN_BYTE = 2
"""In `nonstd`: of the pixels in a byte, those in the highest bits are left."""
_YWRAP = 256
"""In `vmode`: below the last row of the memory comes the first."""

_BYTES = {8: 1, 15: 2, 16: 2, 24: 3, 32: 4}
"""Of a pixel, by its bits."""
_FOURCCS = ("RGBP", "RGB3", "BGR3", "RGB4", "BGR4", "XR24", "GREY")
"""Of V4L2: what drivers say instead of bit fields."""
_RIGHT = "right would be packed pixels of 8, 16, 24 or 32 bits, set with: fbset -depth 32"


class Variable(NamedTuple):
    """What is heeded of an fb_var_screeninfo; sizes and offsets are across and down."""

    visible: tuple[int, int]
    virtual: tuple[int, int]
    offset: tuple[int, int]
    """Of the visible part in the virtual one."""
    bits_per_pixel: int
    grayscale: int
    colours: tuple[tuple[int, int, int], ...]
    """Of red, green and blue: offset, length, and whether the lowest bit is left."""
    nonstd: int
    vmode: int

    @classmethod
    def read(cls, data: bytes) -> "Variable":
        """The kernel's answer."""
        words = _VARIABLE.unpack(data)
        colours = tuple((words[at], words[at + 1], words[at + 2]) for at in (8, 11, 14))
        return cls(words[:2], words[2:4], words[4:6], words[6], words[7], colours, *words[17:])


class Fixed(NamedTuple):
    """What is heeded of an fb_fix_screeninfo."""

    smem_start: int
    smem_len: int
    type: int
    visual: int
    line_length: int

    @classmethod
    def read(cls, data: bytes) -> "Fixed":
        """The kernel's answer, with either `unsigned long`."""
        return cls(*_FIXED[len(data)].unpack_from(data))


@lru_cache(maxsize=8)  # asked before each picture, and mostly the same
def has_colour_map(variable: bytes, fixed: bytes) -> bool:
    """Whether pixels are indices of a colour map."""
    return _is_indexed(Variable.read(variable), Fixed.read(fixed))


def layout_of(
    variable: bytes, fixed: bytes, colours: NDArray[np.uint16], byteorder: str = sys.byteorder
) -> Layout:
    """Where in the device's mapping the visible part lies, and in which format.

    `colours` is the colour map, of shape (rows, 3). Raises UsageError for what cannot be shown.
    """
    v, f = Variable.read(variable), Fixed.read(fixed)
    if f.type not in (_PACKED_PIXELS, _FOURCC):
        kind = _TYPES.get(f.type, f"type {f.type}")
        raise UsageError(f"a framebuffer of {kind} cannot be shown; {_RIGHT}")
    (width, height), (x, y) = v.visible, v.offset
    if v.vmode & _YWRAP and y + height > v.virtual[1]:
        raise UsageError(
            f"the picture wraps around: it begins in row {y} of {v.virtual[1]} and has {height}; "
            "right would be a program that pans (FBIOPAN_DISPLAY without FB_VMODE_YWRAP)"
        )
    shown = _format(v, f, colours, byteorder)
    stride = f.line_length or -(-v.virtual[0] * v.bits_per_pixel // 8)
    start = f.smem_start % mmap.PAGESIZE  # the mapping begins at a page
    offset = start + y * stride
    if isinstance(shown, Packed):
        offset += x * v.bits_per_pixel // 8
        layout = Layout(shown.row_bytes, height, GRAY8, stride, offset, packed=shown)
    else:
        layout = Layout(width, height, shown, stride, offset + x * shown.bytes_per_pixel)
    if f.smem_len and layout.end > start + f.smem_len:
        raise UsageError(
            f"the picture ends at byte {layout.end - start} of a framebuffer of {f.smem_len}; right would be "
            "a driver that says where its picture lies"
        )
    return layout


def _format(
    v: Variable, f: Fixed, colours: NDArray[np.uint16], byteorder: str
) -> PixelFormat | Packed:
    bits = v.bits_per_pixel
    if f.type == _FOURCC or v.grayscale > 1:
        return _of_fourcc(v.grayscale)
    if any(length > 1 and is_reversed for _, length, is_reversed in v.colours):
        raise UsageError(f"colours whose lowest bit is left (msb_right) cannot be shown; {_RIGHT}")
    if (table := _table(v, f, colours)) is not None:
        if table.dtype != np.uint8 and bits not in PARTS:  # viewers look colours up
            return indexed8(table.view(np.uint8).reshape(-1, 4)[:, :3].tobytes())
        is_lowest_left = (byteorder == "little") != bool(v.nonstd & _REVERSED_IN_BYTE)
        skipped = v.offset[0] * bits % 8 // bits
        return Packed(v.visible[0], bits, table, is_lowest_left, skipped)
    if bits not in _BYTES:
        raise UsageError(
            f"a framebuffer of {bits} bits per pixel and visual {f.visual} cannot be shown; {_RIGHT}"
        )
    fields = [(first, length) for first, length, _ in v.colours]
    if v.grayscale:
        fields = [(fields[0][0], fields[0][1] or bits)] * 3
    size = _BYTES[bits]
    if byteorder == "big" and tuple(fields) == RGB565.fields:
        return RGB565BE
    return described(size, *(big_endian(size, fields) if byteorder == "big" else fields))


def _table(v: Variable, f: Fixed, colours: NDArray[np.uint16]) -> Table | None:
    """What pixels look like that are parts of a byte or indices; None for others."""
    bits, (first, length, _) = v.bits_per_pixel, v.colours[0]
    if bits in PARTS and f.visual == _MONO01:
        return ramp(bits)[::-1].copy()
    if bits in PARTS and (f.visual == _MONO10 or v.grayscale):
        return ramp(bits)
    if _is_indexed(v, f):
        return colour_table(bits, min(first, bits), min(length or bits, bits), colours)
    return None


def _is_indexed(v: Variable, f: Fixed) -> bool:
    is_mapped = f.visual in (_PSEUDOCOLOR, _STATIC_PSEUDOCOLOR) and not v.grayscale
    return is_mapped and v.bits_per_pixel in (*PARTS, 8)


def _of_fourcc(code: int) -> PixelFormat:
    letters = code.to_bytes(4, "little").decode("latin-1")
    if letters not in _FOURCCS:
        raise UsageError(
            f"a framebuffer of the format {letters!r} cannot be shown; right would be one of {', '.join(_FOURCCS)}"
        )
    return named(FROM_LINUX[letters])
