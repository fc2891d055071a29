"""A device's program that writes pictures into mapped memory: `python -m tests.faults.writer FILE [COUNT]`.

30 a second. No picture is like another or can be packed, and each shows by itself that it is whole.
"""

import sys
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.sources.ring import Ring

WIDTH, HEIGHT, SLOTS, RATE = 256, 192, 3, 30
NOISE = np.random.default_rng(1).integers(0, 256, (HEIGHT, WIDTH), np.uint8)
"""Picture n is this, and each pixel n brighter."""


class Noise(Ring):
    def __init__(self, path: Path, count: int = 0) -> None:
        super().__init__(path, WIDTH, HEIGHT, SLOTS, count=count)

    def write(self, value: int = 0) -> None:
        """One picture."""
        self._slots[self.count % SLOTS] = NOISE + np.uint8((self.count + 1) % 256)
        self.count += 1


def is_whole(rgb: NDArray[np.uint8]) -> bool:
    """Whether this is a picture that was written, all of one."""
    brighter = rgb[..., 0] - NOISE
    return bool((brighter == brighter[0, 0]).all())


if __name__ == "__main__":
    path = Path(sys.argv[1])
    ring = Noise(path, int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    ring.write()
    print(ring.address(path), flush=True)  # noqa: T201 - to the test
    due = time.monotonic()
    while True:
        due = max(due + 1 / RATE, time.monotonic())
        time.sleep(max(0.0, due - time.monotonic()))
        ring.write()
