"""The device of `python -m bench.latency`: plays a recording with numbers painted in, notes when each is complete.

As a program, `python -m bench.latency_device RING RECORDING LOG`, it plays into the ring. Knows nothing of readers.
"""

import sys
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .ring import Ring

INTERVAL = 1 / 30 * (1 + 1 / 300)
"""Seconds. Slower than 30 a second by so much that a server that looks 30 times a second meets every phase within 10 s;
otherwise one phase, the luck of its start, would be the result of a whole run."""
MARK = 32
"""Pixels: the side of a square that is one bit. Divided by the step it is still a whole 8x8 block of a JPEG."""
BITS = 18
PLAYED_AT_MOST = 2**BITS
"""Pictures: two and a half hours of them."""


def load(path: Path) -> NDArray[np.uint8]:
    """The pictures of a recording, packed or not."""
    recording = np.load(path, mmap_mode="r")
    pictures: NDArray[np.uint8] = recording["pictures"] if path.suffix == ".npz" else recording
    return pictures


def log(path: Path, *, create: bool = False) -> NDArray[np.int64]:
    """When each picture was complete, in nanoseconds since 1970; 0 for those to come."""
    return np.memmap(path, np.int64, "w+" if create else "r", shape=PLAYED_AT_MOST)


def marks(number: int) -> NDArray[np.uint8]:
    """White and black squares: one of each, then the number's bits, the highest first; (32, 640, 1)."""
    bits = [1, 0, *((number >> bit) & 1 for bit in reversed(range(BITS)))]
    return np.kron(np.array(bits, np.uint8) * 255, np.ones((MARK, MARK), np.uint8))[..., None]


def play(ring: Ring, pictures: NDArray[np.uint8], times: NDArray[np.int64]) -> None:
    """Write the pictures again and again, each when it is due."""
    due = time.monotonic()
    for number in range(1, PLAYED_AT_MOST):
        squares = marks(number)
        slot = ring.slots[int(ring.counter) % len(ring.slots)]
        slot[...] = pictures[number % len(pictures)]
        slot[: squares.shape[0], : squares.shape[1], :3] = squares
        ring.counter += 1
        times[number] = time.time_ns()
        due += INTERVAL
        time.sleep(max(0.0, due - time.monotonic()))


if __name__ == "__main__":
    ring_path, recording_path, log_path = map(Path, sys.argv[1:])
    recording, times = load(recording_path), log(log_path, create=True)
    print("playing", flush=True)
    play(Ring(ring_path), recording, times)
