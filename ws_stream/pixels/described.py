"""Pixel formats by description: red, green and blue anywhere in a word, and what such a format is called.

Few formats travel, and many lie in memory: one that does not travel is read as one that does, see
`PixelFormat.sent_as`. Knows nothing of who describes them.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from ..arguments import Kind, shown
from ..errors import UsageError
from .formats import FORMATS, GRAY8, RGB332, RGB444, RGB565, RGBX8888, PixelFormat
from .raw import BAYER, BY_NAME, GRAY16, RAW_FORMATS, XRGB2101010, indexed8

Field = tuple[int, int]
"""The lowest bit of a colour in a little-endian word, and how many bits it has."""

SHOWN_BITS = 8
"""Of a colour: no canvas shows more."""
MAX_BITS = 16
"""Of a colour in memory: no framebuffer has more."""
MAX_SIZE = 4
"""Bytes of a pixel."""

_SENT_AS = {(5, 6, 5): RGB565, (4, 4, 4): RGB444, (3, 3, 2): RGB332}
"""By the bits of red, green and blue: what holds exactly these. All others are widened, or cut, to eight bits each."""
_TRAVELLING = {(f.bytes_per_pixel, f.colours): f for f in FORMATS if f is not RGB444} | {
    (2, ((0, 16),) * 3): GRAY16,
    (4, ((20, 10), (10, 10), (0, 10))): XRGB2101010,
}
"""Those that need no conversion. `rgb444` has spare bits, which are sent as 0 and which memory may hold anything in."""
_WORD = re.compile(r"([rgbx]{3,7})([0-9]+)")
_GRAY = re.compile(r"gray(9|1[0-5])")
_HINTS = {
    "a8": " (alpha is ignored: rgba is rgbx8888, bgra is bgrx8888)",
    "gray1": " (mono_msb, or mono_lsb, has the leftmost pixel in the highest, or lowest, bit)",
    "gray4msb": " (gray4 has the left pixel in the upper bits)",
    "sb": " (gray2 and gray4lsb are for mmap: and shm: only)",
}
"""By a part of a name that is no format's."""


@cache  # so that each is made once
def described(size: int, red: Field, green: Field, blue: Field) -> PixelFormat:
    """The format of pixels of `size` bytes, 1 to 4, with these colours; all three alike are gray.

    Of a colour of more than eight bits the top eight are shown. Raises UsageError for what cannot be.
    """
    colours = (red, green, blue)
    _check(size, colours)
    if (size, colours) in _TRAVELLING:
        return _TRAVELLING[size, colours]
    is_gray = red == green == blue
    is_bytes = (
        size > 1
        and not is_gray
        and all(low % 8 == 0 and bits == SHOWN_BITS for low, bits in colours)
    )
    sent_as = GRAY8 if is_gray else _SENT_AS.get((red[1], green[1], blue[1]), RGBX8888)
    word = {1: "u1", 2: "<u2", 3: "u1", 4: "<u4"}[size]
    first, second, third = (low // 8 for low, _ in colours)
    shown = tuple((low + max(0, bits - SHOWN_BITS), min(bits, SHOWN_BITS)) for low, bits in colours)
    return PixelFormat(
        _name(size, colours),
        0,
        np.dtype(np.uint8 if is_bytes else word),
        (size,) if is_bytes or size == 3 else (),  # noqa: PLR2004 - there is no word of 3 bytes
        (first, second, third) if is_bytes else (0, 0, 0),
        fields=() if is_bytes else shown,
        sent_as=sent_as,
    )


def field_of(mask: int) -> Field:
    """Where the bits of a mask lie; no colour, where there are none, or a gap between them."""
    low, bits = (mask & -mask).bit_length() - 1, mask.bit_count()
    return (low, bits) if mask and mask >> low == (1 << bits) - 1 else (0, 0)


def big_endian(size: int, colours: Sequence[Field]) -> Sequence[Field]:
    """Where colours lie in a little-endian word that were described for the same bytes as a big-endian one.

    Raises UsageError for parts of a byte: what lies in two bytes then has no lowest bit.
    """
    if size == 1:
        return colours
    if any(low % 8 or bits != SHOWN_BITS for low, bits in colours):
        raise UsageError(
            "colours that are parts of a byte cannot be shown where the first byte is the most significant one; "
            "right would be colours of eight bits"
        )
    return [(8 * size - low - bits, bits) for low, bits in colours]


_KNOWN = ", ".join(
    name.replace("rggb8", "rggb8 (bggr, gbrg, grbg)")
    for name, pixel_format in BY_NAME.items()
    if pixel_format not in BAYER[1:]
)


def named(name: str) -> PixelFormat:
    """The format of that name. Raises UsageError for a name there is not.

    A name lists colours and spare bits (x), then how many bits each has: from the top of a word, as `xrgb1555`; or
    the bytes in memory order where each has eight, as `xrgb8888`.
    """
    if name in BY_NAME:
        return BY_NAME[name]
    if gray := _GRAY.fullmatch(name):
        return described(2, *[(0, int(gray[1]))] * 3)
    word = _WORD.fullmatch(name)
    bits = word and re.fullmatch("([1-9][0-9]?)" * len(word[1]), word[2])
    if word and bits and all(word[1].count(colour) == 1 for colour in "rgb"):
        parts = list(zip(word[1], map(int, bits.groups()), strict=True))
        if sum(length for _, length in parts) <= 8 * MAX_SIZE:
            return _from_parts(parts)
    hint = next((hint for part, hint in _HINTS.items() if part in name), "")
    raise UsageError(
        f"unknown pixel format {shown(name)}{hint}; known are {_KNOWN}, and by their bits xrgb1555 and the like, "
        "gray9 to gray15"
    )


def _from_parts(parts: Sequence[tuple[str, int]]) -> PixelFormat:
    """The format of these letters and bits, in the order of a name; spare bits on top need not be named."""
    upwards = parts if all(bits == SHOWN_BITS for _, bits in parts) else parts[::-1]
    at, fields = 0, {}
    for letter, bits in upwards:
        fields[letter] = (at, bits)
        at += bits
    return described(-(-at // 8), fields["r"], fields["g"], fields["b"])


def _name(size: int, colours: Sequence[Field]) -> str:
    """What `named` knows it by, as far as it has a name."""
    low, bits = colours[0]
    if len(set(colours)) == 1:
        return f"gray{bits}" + (f"<<{low}" if low else "")
    upwards, at = [], 0
    for (low, bits), letter in sorted(zip(colours, "rgb", strict=True)):
        upwards += [("x", low - at)] * (low > at) + [(letter, bits)]
        at = low + bits
    upwards += [("x", 8 * size - at)] * (8 * size > at)
    if any(bits != SHOWN_BITS for _, bits in upwards):
        upwards.reverse()
    return "".join(letter for letter, _ in upwards) + "".join(str(bits) for _, bits in upwards)


def _check(size: int, colours: Sequence[Field]) -> None:
    is_within = all(1 <= bits <= MAX_BITS and low + bits <= 8 * size for low, bits in colours)
    bits_of = (range(low, low + bits) for low, bits in set(colours))
    taken = [bit for each in bits_of for bit in each] if is_within else []
    if taken and len(taken) == len(set(taken)) and len(set(colours)) in (1, len(colours)):
        return
    found = ", ".join(f"{low}+{bits}" for low, bits in colours)
    raise UsageError(
        f"pixels of {8 * size} bits with red, green, blue at bits {found} cannot be shown; right would be colours of "
        f"1 to {MAX_BITS} bits within the pixel that share none, or all three the same for gray"
    )


def known(value: Any) -> PixelFormat:  # noqa: ANN401 - whatever was handed in
    """The format, if it is one of those there are. Raises ValueError or AttributeError for what is none."""
    if not isinstance(value, PixelFormat):
        raise ValueError(value)
    sent = indexed8(value.palette) if value.palette else value.sent_as or value
    if sent not in (*FORMATS, *RAW_FORMATS) and not (value.palette and sent is value):
        raise ValueError(value)
    return value


def _format(value: Any) -> PixelFormat:  # noqa: ANN401 - whatever was handed in
    return named(value) if isinstance(value, str) else known(value)


FORMAT = Kind(_format, f"one of {_KNOWN}, or the bits of a word, as xrgb1555")
"""A pixel format, or its name."""
