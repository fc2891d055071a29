"""A writer that does with its file whatever comes to its mind, as a process of its own.

`python -m tests.sources.havoc FILE SEED` goes on until it is ended. All that it keeps to is what lets a reader know:
the counter goes with the pictures when the file is cut off, as it stands behind them, and it grows by as many as there
are slots when all of them were written anew. No pixel is ever 0, as what was cut off is.
"""

import mmap
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random

import numpy as np

WIDTH, HEIGHT, SLOTS = 4096, 4, 3
PICTURE = WIDTH * HEIGHT
COUNTER_AT = SLOTS * PICTURE
SIZE = COUNTER_AT + 4
ADDRESS = f"width={WIDTH}&height={HEIGHT}&format=gray8&slots={SLOTS}&index={COUNTER_AT}:u32le"


def shade(count: int) -> int:
    """Of every pixel of picture `count`."""
    return count % 255 + 1


class Havoc:
    """The writer."""

    def __init__(self, path: Path, seed: int) -> None:
        self.path = path
        self.random = Random(seed)
        self.count = 0
        self.put_another()

    def ring(self) -> bytes:
        """The file anew: all slots are written, so the counter grows by as many."""
        self.count += SLOTS
        slots = [bytes(PICTURE)] * SLOTS
        for count in range(self.count - SLOTS + 1, self.count + 1):
            slots[(count - 1) % SLOTS] = bytes((shade(count),)) * PICTURE
        return b"".join(slots) + self.count.to_bytes(4, "little")

    def write_in_place(self) -> None:
        """A few pictures, row by row, as a good writer does."""
        with self.path.open("r+b") as file:
            if file.seek(0, os.SEEK_END) != SIZE:
                return
            with mmap.mmap(file.fileno(), 0) as memory:
                for _ in range(self.random.randrange(1, 30)):
                    start = self.count % SLOTS * PICTURE
                    for row in range(start, start + PICTURE, WIDTH):
                        memory[row : row + WIDTH] = bytes((shade(self.count + 1),)) * WIDTH
                    self.count += 1
                    memory[COUNTER_AT:SIZE] = self.count.to_bytes(4, "little")

    def write_anew(self) -> None:
        """As open("wb") does, at once or in parts."""
        ring = self.ring()
        part = self.random.choice([SIZE, SIZE, 4096, 10_000])
        with self.path.open("wb", buffering=0) as file:
            for start in range(0, SIZE, part):
                file.write(ring[start : start + part])

    def cut_off(self) -> None:
        """To any size; and fill it again, at first with a hole, or leave it so."""
        os.truncate(self.path, self.random.choice([0, 1, self.random.randrange(SIZE)]))
        if self.random.random() < 0.1:
            return
        ring = self.ring()
        os.truncate(self.path, SIZE)
        with self.path.open("r+b", buffering=0) as file:
            file.write(ring)

    def put_another(self) -> None:
        """Rename a new file over it."""
        new = self.path.with_suffix(".new")
        new.write_bytes(self.ring())
        with suppress(OSError):  # a directory may be there
            new.replace(self.path)

    def take_away(self) -> None:
        """There is none, or something else, for a while."""
        self.path.unlink()
        put = self.random.randrange(5)
        if put == 0:
            self.path.mkdir()
        elif put == 1:
            os.mkfifo(self.path)
        elif put == 2:
            self.path.symlink_to("nowhere")
        if self.random.random() < 0.5:
            time.sleep(self.random.random() / 1000)
        if self.path.is_dir():
            self.path.rmdir()
        else:
            self.path.unlink(missing_ok=True)
        self.path.write_bytes(self.ring())

    def step(self) -> None:
        """One deed."""
        deeds = [self.write_anew, self.cut_off, self.put_another, self.take_away]
        self.random.choices([self.write_in_place, *deeds], (6, 2, 2, 1, 0.5))[0]()
        if self.random.random() < 0.1:
            time.sleep(self.random.random() / 1000)


@contextmanager
def havoc(path: Path, seed: int) -> Iterator[subprocess.Popen[bytes]]:
    """The writer at work, once there is a file."""
    command = [sys.executable, "-m", __name__, str(path), str(seed)]
    writer = subprocess.Popen(command, cwd=Path(__file__).parents[2])
    try:
        while not path.exists():
            time.sleep(0.01)
        yield writer
    finally:
        writer.kill()
        writer.wait()


def is_whole(picture: bytes) -> bool:
    """Whether all of it is one picture."""
    pixels = np.frombuffer(picture, np.uint8)
    return bool(pixels[0] and (pixels == pixels[0]).all())


if __name__ == "__main__":
    writer = Havoc(Path(sys.argv[1]), int(sys.argv[2]))
    while True:
        writer.step()
