"""The formats of sensors and panels: they travel as they lie, and viewers convert them. docs/formats.md has the table.

Knows nothing of how they are converted.
"""

from weakref import WeakValueDictionary

import numpy as np

from ..errors import UsageError
from .formats import FORMATS, GRAY8, RGB565, RGBX8888, PixelFormat, Raw

_BYTE, _WORD, _LONG = np.dtype(np.uint8), np.dtype("<u2"), np.dtype("<u4")
_NONE = (0, 0, 0)
_PAIR, _SQUARE = (2, 1), (2, 2)


def _bytes(name: str, code: int, raw: Raw, components: tuple[int, ...] = ()) -> PixelFormat:
    return PixelFormat(name, code, _BYTE, components, _NONE, raw=raw)


GRAY16 = PixelFormat("gray16", 9, _WORD, (), _NONE, fields=((8, 8),) * 3, raw=Raw(GRAY8, 16))
RGB565BE = PixelFormat(
    "rgb565be", 10, np.dtype(">u2"), (), _NONE, raw=Raw(RGB565, 16, is_exact=True)
)
XRGB2101010 = PixelFormat(
    "xrgb2101010",
    *(11, _LONG, (), _NONE),
    fields=((22, 8), (12, 8), (2, 8)),
    raw=Raw(RGBX8888, 30, per_pixel=2, is_exact=True),
)
YUYV422 = _bytes("yuyv422", 12, Raw(RGBX8888, 16, _PAIR), (2,))
UYVY422 = _bytes("uyvy422", 13, Raw(RGBX8888, 16, _PAIR), (2,))
NV12 = _bytes("nv12", 14, Raw(RGBX8888, 12, _SQUARE, planes=2))
I420 = _bytes("i420", 15, Raw(RGBX8888, 12, _SQUARE, planes=3))
BAYER = tuple(
    _bytes(f"bayer_{pattern}8", code, Raw(RGBX8888, 8, _SQUARE))
    for code, pattern in enumerate(("rggb", "bggr", "gbrg", "grbg"), 16)
)
"""Named by the four samples of a group: the upper two from the left, then the lower two."""
MONO_MSB = _bytes("mono_msb", 20, Raw(GRAY8, 1, (8, 1), per_byte=8, is_exact=True))
MONO_LSB = _bytes("mono_lsb", 21, Raw(GRAY8, 1, (8, 1), per_byte=8, is_exact=True))
GRAY4 = _bytes("gray4", 22, Raw(GRAY8, 4, _PAIR, per_byte=2, is_exact=True))

MOST_COLOURS = 256
"""Of a palette: indices have eight bits."""


_INDEXED: WeakValueDictionary[bytes, PixelFormat] = WeakValueDictionary()
"""Each is made once, as long as it is in use."""


def indexed8(palette: bytes) -> PixelFormat:
    """Pixels that are indices of the colours in `palette`: red, green and blue of each, 256 at most.

    An index without a colour is shown black. Another palette makes another format. Raises UsageError for what is no
    palette.
    """
    colours, rest = divmod(len(palette), 3) if isinstance(palette, bytes) else (0, 0)
    if rest or not 1 <= colours <= MOST_COLOURS:
        raise UsageError(
            "such a palette cannot be; right would be bytes: red, green and blue of 1 to 256 colours"
        )
    if known := _INDEXED.get(palette):
        return known
    raw = Raw(RGBX8888, 8, is_exact=True)
    made = PixelFormat("indexed8", 23, _BYTE, (), _NONE, raw=raw, palette=palette)
    return _INDEXED.setdefault(palette, made)  # another thread may have been quicker


INDEXED8 = indexed8(bytes(value for value in range(MOST_COLOURS) for _ in range(3)))
"""Without a palette of its own: a ramp of gray."""

RAW_FORMATS = (
    *(GRAY16, RGB565BE, XRGB2101010, YUYV422, UYVY422, NV12, I420),
    *(*BAYER, MONO_MSB, MONO_LSB, GRAY4, INDEXED8),
)

BY_CODE = {pixel_format.code: pixel_format for pixel_format in (*FORMATS, *RAW_FORMATS)}
"""All that travel, by their numbers on the wire."""
BY_NAME = {pixel_format.name: pixel_format for pixel_format in BY_CODE.values()}
