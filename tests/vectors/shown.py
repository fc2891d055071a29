"""What pixels look like: words of each format, and the red, green and blue that they show."""

from collections.abc import Iterator
from typing import Any

from .layout import FORMATS
from .vector import compact

FIELDS = {
    "rgb565": (16, ((11, 5), (5, 6), (0, 5))),
    "rgb444": (16, ((8, 4), (4, 4), (0, 4))),
    "rgb332": (8, ((5, 3), (2, 3), (0, 2))),
}
"""Bits of a word, and the lowest bit and the bits of red, green and blue."""
PLACES = {
    "rgbx8888": (0, 1, 2),
    "bgrx8888": (2, 1, 0),
    "rgb888": (0, 1, 2),
    "bgr888": (2, 1, 0),
    "gray8": (0, 0, 0),
}
"""Which byte of a pixel is red, green and blue."""


def vectors() -> Iterator[dict[str, Any]]:
    """All of them."""
    for name in FORMATS:
        pixels = b"".join(_pixels(name))
        size = FORMATS[name][1]
        shown = b"".join(_rgb(name, pixels[at : at + size]) for at in range(0, len(pixels), size))
        yield {
            "name": f"rgb/{name}",
            "about": "Each channel at all its values, the others at some.",
            "needs": [name, "rgb"],
            "format": name,
            "width": len(shown) // 24,
            "height": 8,
            "pixels": compact(pixels),
            "rgb": compact(shown),
        }


def _pixels(name: str) -> Iterator[bytes]:
    """A multiple of 8 of them."""
    if name in FIELDS:
        bits, fields = FIELDS[name]
        if bits == 8:
            yield bytes(range(256))
            return
        for low, size in fields:
            for value in range(1 << size):
                for others in (0, 0xFFFF, 0xF81F, 0x0A50, 0x8410):
                    mask = (1 << size) - 1 << low
                    yield (others & ~mask & 0xFFFF | value << low).to_bytes(2, "little")
        return
    if name == "gray8":
        yield bytes(range(256))
        return
    padding = b"\xff" if FORMATS[name][1] == 4 else b""
    for channel in range(3):
        for value in range(0, 256, 3):
            pixel = bytearray(b"\x11\x82\xf3")
            pixel[channel] = value
            yield bytes(pixel) + padding
    yield from [b"\xff\xff\xff" + padding, b"\0\0\0" + padding] * 3
    yield from [b"\xfe\x01\x80" + padding] * (-(3 * 86 + 6) % 8)


def _rgb(name: str, pixel: bytes) -> bytes:
    if name in PLACES:
        return bytes(pixel[place] for place in PLACES[name])
    word = int.from_bytes(pixel, "little")
    return bytes(_widened(word >> low & (1 << bits) - 1, bits) for low, bits in FIELDS[name][1])


def _widened(value: int, bits: int) -> int:
    """The first 8 bits of these bits repeated."""
    return int((f"{value:0{bits}b}" * 8)[:8], 2)
