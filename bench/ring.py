"""The device's memory: a file with a counter of pictures and slots of pixels, as the first user has.

Also a program, `python -m bench.ring RING RECORDING`: the device, which writes a recording into it over and over.
Knows nothing of who reads it.
"""

import argparse
import mmap
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT, SLOTS = 1024, 600, 3
PER_SECOND = 30
TIMES_AT, TIMES = 1024, 256
"""Where the log of times begins, and how many it holds: picture n was complete at entry n % 256."""
PIXELS_AT = 4096
"""Where the first slot begins. The counter is at 0, then width, height and slots, 32 bits each."""


class Ring:
    """The file, mapped. Picture n, from 1, is in slot (n - 1) % slots."""

    def __init__(
        self,
        path: Path,
        *,
        create: bool = False,
        width: int = WIDTH,
        height: int = HEIGHT,
        slots: int = SLOTS,
    ) -> None:
        if create:
            head = np.array([0, width, height, slots], "<u4").tobytes()
            path.write_bytes(head.ljust(PIXELS_AT, b"\0") + bytes(slots * height * width * 4))
        with path.open("r+b") as file:
            memory = mmap.mmap(file.fileno(), 0)
        self.counter: NDArray[np.uint32] = np.ndarray((), "<u4", memory)
        self.width, self.height, count = map(int, np.ndarray((3,), "<u4", memory, 4))
        shape = (count, self.height, self.width)
        self.times: NDArray[np.int64] = np.ndarray((TIMES,), "<i8", memory, TIMES_AT)
        """Microseconds since 1970-01-01 UTC."""
        self.slots: NDArray[np.uint8] = np.ndarray((*shape, 4), np.uint8, memory, PIXELS_AT)
        self.words: NDArray[np.uint32] = np.ndarray(shape, "<u4", memory, PIXELS_AT)

    def newest(self) -> tuple[int, NDArray[np.uint8]]:
        """The number of the picture completed last, and a view of it."""
        number = int(self.counter)
        return number, self.slots[(number - 1) % len(self.slots)]

    def newest_words(self) -> tuple[int, NDArray[np.uint32]]:
        """The same with a 32-bit word for each pixel."""
        number = int(self.counter)
        return number, self.words[(number - 1) % len(self.words)]

    def write(self, picture: NDArray[np.uint8]) -> None:
        """One more picture."""
        number = int(self.counter) + 1
        self.slots[(number - 1) % len(self.slots)] = picture
        self.times[number % TIMES] = time.time_ns() // 1000
        self.counter[...] = number


def address(path: Path) -> str:
    """The ring as a source of ws-stream."""
    ring = Ring(path)
    return (
        f"mmap:{path}?width={ring.width}&height={ring.height}&format=rgbx8888"
        f"&offset={PIXELS_AT}&slots={len(ring.slots)}&index=0:u32le"
    )


def flat(path: Path) -> Path:
    """The file beside a ring that holds the newest picture and nothing else, for readers that know no slots."""
    return path.with_name(path.name + ".flat")


def play(ring: Ring, pictures: NDArray[np.uint8], per_second: int, copy: Path | None) -> None:
    """Write the pictures again and again, each when it is due, and into the flat file if there is one."""
    only = None if copy is None else np.memmap(copy, np.uint8, "r+", shape=pictures.shape[1:])
    due = time.monotonic()
    while True:
        for picture in pictures:
            if only is not None:
                only[...] = picture
            ring.write(picture)
            due += 1 / per_second
            time.sleep(max(0.0, due - time.monotonic()))


def main() -> None:
    """Play until ended."""
    parser = argparse.ArgumentParser(prog="python -m bench.ring", description=__doc__)
    parser.add_argument("ring", type=Path, help="made by the caller")
    parser.add_argument("recording", type=Path, help="a .npy of (n, height, width, 4) bytes")
    parser.add_argument("--per-second", type=int, default=PER_SECOND)
    parser.add_argument(
        "--flat", type=Path, help="a file of one picture to be kept equal to the newest"
    )
    options = parser.parse_args()
    pictures = np.load(options.recording, mmap_mode="r")
    print("playing", flush=True)
    play(Ring(options.ring), pictures, options.per_second, options.flat)


if __name__ == "__main__":
    main()
