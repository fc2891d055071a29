"""Made-up pictures to measure with, and the source that plays them from memory, over and over.

Knows nothing of who measures. Seeded: the same pictures on every device.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from ..pixels.colours import from_rgb
from ..pixels.formats import PixelFormat, Pixels
from ..pixels.kept import check_size
from ..sources import Picture, font
from ..sources.testcard import Card

RING_BYTES = 48 * 2**20
"""Memory for pictures, more than most caches hold: each is read as it would be when another device wrote it."""
LEAST_SLOTS, MOST_SLOTS = 3, 32

_LETTERS = "0123456789:.-AEMRSTW   "
_SCALE = 2
_LINE = (font.HEIGHT + 1) * _SCALE
_SIGMA = 2.5
"""Of the noise in each channel: a camera's sensor in fair light."""
_SHIFT = 64
"""One field of noise is shifted by up to so many pixels: to draw each picture's anew would take seconds."""

Pictures = Callable[[int, int, PixelFormat], Iterator[Pixels]]


class WorkloadSource:
    """A source that shows the pictures of one workload after the other, a new one at every poll."""

    name = "bench"

    def __init__(self, width: int, height: int, pixel_format: PixelFormat) -> None:
        check_size(pixel_format, width, height)
        self.width, self.height, self.format = width, height, pixel_format
        shape = pixel_format.shape(width, height)
        size = width * height * pixel_format.bytes_per_pixel
        slots = min(max(RING_BYTES // size, LEAST_SLOTS), MOST_SLOTS)
        self._ring: Pixels = np.zeros((slots, *shape), pixel_format.dtype)
        self.ring_bytes = self._ring.nbytes
        self._number = 0

    def load(self, workload: str) -> None:
        """Show this one of the workloads from now on."""
        pictures = WORKLOADS[workload](self.width, self.height, self.format)
        for slot, picture in zip(self._ring, pictures, strict=False):
            slot[:] = picture

    def poll(self, seen: object = None) -> Picture:
        """The next picture, whatever was seen: it has to be read to see whether it is another one."""
        self._number += 1
        pixels = self._ring[self._number % len(self._ring)]
        return Picture(pixels, None, lambda: True)  # nobody writes

    def close(self) -> None:
        """Nothing to let go of."""


def _still(width: int, height: int, pixel_format: PixelFormat) -> Iterator[Pixels]:
    picture = next(_card(width, height, pixel_format))
    while True:
        yield picture


def _card(width: int, height: int, pixel_format: PixelFormat) -> Iterator[Pixels]:
    begin, number = datetime(2026, 1, 1), 0
    card = Card(width, height, pixel_format, lambda: begin + timedelta(seconds=number / 30))
    while True:
        number += 1
        yield card.poll().pixels


def _text(width: int, height: int, pixel_format: PixelFormat) -> Iterator[Pixels]:
    """A terminal that scrolls by a line in each picture."""
    random = np.random.default_rng(1)
    lines: list[Pixels] = []
    while True:
        while len(lines) * _LINE < height:
            lines.append(from_rgb(_line(random, width), pixel_format))
        yield np.concatenate(lines)[:height]
        del lines[0]


def _line(random: np.random.Generator, width: int) -> NDArray[np.uint8]:
    most = max(1, (width // _SCALE + 1) // font.ADVANCE)
    letters = random.choice(list(_LETTERS), random.integers(1, most + 1))
    dots = font.dots("".join(letters), _SCALE)[:, :width]
    ink = np.zeros((_LINE, width), np.uint16)
    ink[: dots.shape[0], : dots.shape[1]] = np.where(dots, 220, 0)
    ink[:-1] = (
        ink[:-1] + ink[1:]
    ) // 2  # soft edges, as fonts have; else each row would be there twice
    return np.repeat(ink.astype(np.uint8)[..., None], 3, axis=2)


def _noise(width: int, height: int, pixel_format: PixelFormat) -> Iterator[Pixels]:
    """A picture that stands still under the noise of a camera's sensor."""
    random = np.random.default_rng(1)
    y, x = np.ogrid[:height, :width]
    shades = (
        64 + 128 * x / width + 0 * y,
        64 + 128 * y / height + 0 * x,
        96 + 32 * (x + y) / height,
    )
    scene = np.stack(shades, axis=2).astype(np.int16)
    field = random.normal(0, _SIGMA, (height + _SHIFT, width + _SHIFT, 3)).round().astype(np.int16)
    while True:
        top, left = random.integers(0, _SHIFT, 2)
        rgb = np.clip(scene + field[top : top + height, left : left + width], 0, 255)
        yield from_rgb(rgb.astype(np.uint8), pixel_format)


WORKLOADS: Mapping[str, Pictures] = {"still": _still, "card": _card, "text": _text, "noise": _noise}
"""In the order in which they are measured, which is about that of what they cost."""
