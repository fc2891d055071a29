"""The device's memory: a file with a counter of pictures and three slots of 1024x600 RGBA, as the first user has.

Also a program, `python -m bench.ring RING RECORDING`: the device, which writes a recording into it over and over, 30
pictures a second. Knows nothing of who reads it.
"""

import mmap
import sys
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .content import Pictures, load

WIDTH, HEIGHT, SLOTS = 1024, 600, 3
PER_SECOND = 30
PIXELS_AT = 4096
"""Where the first slot begins; the counter is at 0."""
PICTURE_BYTES = WIDTH * HEIGHT * 4


def address(path: Path) -> str:
    """The ring as a source of ws-stream."""
    return (
        f"mmap:{path}?width={WIDTH}&height={HEIGHT}&format=rgbx8888"
        f"&offset={PIXELS_AT}&slots={SLOTS}&index=0:u32le"
    )


class Ring:
    """The file, mapped. Picture n is in slot (n - 1) % 3."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        if create:
            path.write_bytes(bytes(PIXELS_AT + SLOTS * PICTURE_BYTES))
        with path.open("r+b") as file:
            memory = mmap.mmap(file.fileno(), 0)
        self.counter: NDArray[np.uint32] = np.ndarray((), "<u4", memory)
        self.slots: Pictures = np.ndarray((SLOTS, HEIGHT, WIDTH, 4), np.uint8, memory, PIXELS_AT)

    def newest(self) -> NDArray[np.uint8]:
        """A view of the picture completed last."""
        picture: NDArray[np.uint8] = self.slots[(int(self.counter) - 1) % SLOTS]
        return picture

    def write(self, picture: NDArray[np.uint8]) -> None:
        """One more picture."""
        count = int(self.counter)
        self.slots[count % SLOTS] = picture
        self.counter[...] = count + 1


def play(ring: Ring, pictures: Pictures) -> None:
    """Write the pictures again and again, each when it is due."""
    due = time.monotonic()
    while True:
        for picture in pictures:
            ring.write(picture)
            due += 1 / PER_SECOND
            time.sleep(max(0.0, due - time.monotonic()))


if __name__ == "__main__":
    ring, recording = Ring(Path(sys.argv[1])), load(Path(sys.argv[2]))
    print("playing", flush=True)
    play(ring, recording)
