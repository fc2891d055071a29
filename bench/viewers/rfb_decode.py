"""RFB's Tight encoding without JPEG, for pixels of 24 bits.

`read` takes a rectangle from the stream without unpacking it; `draw` unpacks it. Knows nothing of sockets.
"""

import zlib
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from .received import Pixels

Read = Callable[[int], bytes]
SMALLEST_PACKED = 12
"""Bytes from which on Tight packs."""


class Rectangle(NamedTuple):
    """A part of the screen, still packed."""

    x: int
    y: int
    width: int
    height: int
    body: Any
    """What the encoding's `read` returned."""


class Tight:
    """Encoding 7, as in the RFB protocol's community description."""

    FILL, JPEG, EXPLICIT_FILTER = 8, 9, 4
    COPY, PALETTE, GRADIENT = 0, 1, 2

    def __init__(self) -> None:
        self._streams = [zlib.decompressobj() for _ in range(4)]

    @classmethod
    def read(cls, read: Read, width: int, height: int) -> tuple[int, int, bytes, int, bytes]:
        """Control byte, filter, palette or colour, bytes when unpacked, and the data."""
        control = read(1)[0]
        kind = control >> 4
        assert kind != cls.JPEG, "x11vnc sent a JPEG, which nobody asked for"
        if kind == cls.FILL:
            return control, cls.COPY, read(3), 0, b""
        chosen = read(1)[0] if kind & cls.EXPLICIT_FILTER else cls.COPY
        assert chosen != cls.GRADIENT, "Tight's gradient filter is not known here"
        palette = read(3 * (read(1)[0] + 1)) if chosen == cls.PALETTE else b""
        row = {0: 3 * width, 6: (width + 7) // 8}.get(len(palette), width)
        size = row * height
        return (
            control,
            chosen,
            palette,
            size,
            read(_length(read) if size >= SMALLEST_PACKED else size),
        )

    def draw(self, rectangle: Rectangle, shown: Pixels) -> None:
        """Unpack a rectangle onto the screen (height, width, 4)."""
        x, y, width, height, (control, chosen, palette, size, data) = rectangle
        part = shown[y : y + height, x : x + width, :3]
        for number in range(4):
            if control >> number & 1:
                self._streams[number] = zlib.decompressobj()
        if control >> 4 == self.FILL:
            part[...] = np.frombuffer(palette, np.uint8)
            return
        if size >= SMALLEST_PACKED:
            data = self._streams[control >> 4 & 3].decompress(data)
        values = np.frombuffer(data, np.uint8).reshape(height, -1)
        if chosen == self.COPY:
            part[...] = values.reshape(height, width, 3)
            return
        colours = np.frombuffer(palette, np.uint8).reshape(-1, 3)
        if len(colours) == 2:  # noqa: PLR2004 - two colours take one bit for each pixel
            values = np.unpackbits(values, axis=1, count=width)
        part[...] = colours[values]


def _length(read: Read) -> int:
    """Tight's length: seven bits of each byte but the third, lowest first."""
    first = read(1)[0]
    if first < 128:  # noqa: PLR2004 - the top bit says that more follows
        return first
    second = read(1)[0]
    low = first & 127 | (second & 127) << 7
    return low if second < 128 else low | read(1)[0] << 14  # noqa: PLR2004 - as above
