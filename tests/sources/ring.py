"""A writer of pictures into a file of slots, as devices have them: in steps for a test, or as a process of its own.

`python -m tests.sources.ring FILE WIDTH HEIGHT SLOTS` writes as fast as it can until it is ended.
Every pixel of picture n is n % 256, so a picture that is not of one colour is torn.
"""

import mmap
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

COUNTER_AT = 16
PICTURES_AT = 64
TYPES = {"u32le": "<u4", "u64le": "<u8", "u32be": ">u4", "u64be": ">u8"}
FRONTS = {"u8": "u1", **TYPES}


class Ring:
    """The file, mapped for writing; `count` pictures are said to have been written before."""

    def __init__(
        self,
        path: Path,
        width: int,
        height: int,
        slots: int,
        index: str = "u32le",
        count: int = 0,
        distance: int = 0,
    ) -> None:
        self.size = (width, height, slots)
        self.index = index
        self.distance = distance or width * height
        path.write_bytes(bytes(PICTURES_AT + self.distance * slots))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), 0)
        self._count = np.ndarray((), FRONTS[index], self._map, COUNTER_AT)
        self._slots = np.ndarray(
            (slots, height, width), np.uint8, self._map, PICTURES_AT, (self.distance, width, 1)
        )
        self.count = count
        if count:
            self._slots[(count - 1) % slots] = count % 256

    @property
    def count(self) -> int:
        return int(self._count)

    @count.setter
    def count(self, count: int) -> None:
        self._count[()] = count % 2 ** (8 * self._count.itemsize)

    def address(self, path: Path) -> str:
        width, height, slots = self.size
        return (
            f"mmap:{path}?width={width}&height={height}&format=gray8&slots={slots}"
            f"&offset={PICTURES_AT}&distance={self.distance}&index={COUNTER_AT:#x}:{self.index}"
        )

    def steps(self) -> Iterator[None]:
        """Write for ever; each step is one row, and the last row's is followed by a step that counts the picture."""
        while True:
            slot = self._slots[self.count % len(self._slots)]
            for row in slot:
                row[:] = (self.count + 1) % 256
                yield
            self.count += 1
            yield

    def write(self) -> None:
        """Write one picture."""
        slots = self._slots
        slots[self.count % len(slots)] = (self.count + 1) % 256
        self.count += 1


class Buffers(Ring):
    """A writer that keeps which of its slots is in front, and takes them in turn."""

    def address(self, path: Path) -> str:
        return super().address(path).replace("&index=", "&front=")

    def write(self, value: int = 0) -> None:
        back = (self.count + 1) % len(self._slots)
        self._slots[back] = value
        self.count = back


if __name__ == "__main__":
    width, height, slots = map(int, sys.argv[2:5])
    ring = Ring(Path(sys.argv[1]), width, height, slots)
    while True:
        ring.write()
