"""The pictures of the network tests: noise that no packing makes smaller, and each says which one it is."""

import numpy as np
from numpy.typing import NDArray

STRIDE = 7919
"""Bytes of noise between the beginnings of one picture and the next; prime, so that none repeats soon."""


class Noise:
    """Pictures of side x side gray pixels, of as many bytes on the wire whatever the base."""

    def __init__(self, side: int) -> None:
        self._side = side
        self._noise = np.random.default_rng(1).integers(0, 256, 2 * side * side, np.uint8)

    def picture(self, index: int) -> NDArray[np.uint8]:
        """The picture of that index, the same in every process: (side, side) uint8."""
        area = self._side**2
        start = index * STRIDE % area
        picture = self._noise[start : start + area].reshape(self._side, self._side).copy()
        picture[0, :8] = np.frombuffer(index.to_bytes(8, "little"), np.uint8)
        return picture

    def is_true(self, pixels: NDArray[np.uint8]) -> bool:
        """Whether these pixels are exactly the picture that they say they are."""
        index = int.from_bytes(pixels[0, :8].tobytes(), "little")
        return np.array_equal(pixels, self.picture(index))
