"""Three places for pictures of one size: one is written, one is whole and the newest, one is read. None is ever torn.

Knows nothing of who writes.
"""

import threading

import numpy as np

from ..pixels.formats import PixelFormat, Pixels


class Slots:
    """Between one thread that writes pictures and one that reads the newest: neither waits for the other."""

    def __init__(self, pixel_format: PixelFormat, width: int, height: int) -> None:
        """Raises UsageError for too large a picture."""
        self._pixels = [pixel_format.blank(width, height) for _ in range(3)]
        self._written, self._newest, self._read = 0, 1, 2
        self._lock = threading.Lock()
        self.count = 0
        """Of pictures that were completed."""

    def written(self) -> memoryview:
        """The bytes of the picture that is to be written."""
        return self._pixels[self._written].reshape(-1).view(np.uint8).data

    def complete(self) -> None:
        """It is whole, and the newest; the next one is to be written elsewhere."""
        with self._lock:
            self._newest = self._written
            self._written = min({0, 1, 2} - {self._newest, self._read})
            self.count += 1

    def newest(self) -> tuple[Pixels, int]:
        """The newest one and its number, to be read until the next one is asked for."""
        with self._lock:
            self._read = self._newest
            return self._pixels[self._read], self.count
