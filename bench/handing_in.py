"""What `publish` costs for pictures of other libraries beside plain arrays: `python -m bench.handing_in`.

Pictures of which a tenth changes are published as arrays and as a library has them, in turns, while one viewer watches.
What it takes to make a library's picture is not counted. Knows nothing of servers.
"""

import argparse
import asyncio
import os
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from statistics import median
from typing import Any

import numpy as np

from ws_stream import Stream
from ws_stream.pixels.formats import Pixels
from ws_stream.protocol.request import Request

WIDTH, HEIGHT = 1024, 600
ROWS = HEIGHT // 10

os.environ["SDL_VIDEODRIVER"], os.environ["QT_QPA_PLATFORM"] = "dummy", "offscreen"


def _qt(array: Pixels) -> object:
    qt: Any = import_module("PySide6.QtGui")
    return qt.QImage(array.data, WIDTH, HEIGHT, 4 * WIDTH, qt.QImage.Format.Format_RGBX8888)


def _pygame(array: Pixels) -> object:
    image: Any = import_module("pygame.image")
    return image.frombuffer(array.data, (WIDTH, HEIGHT), "RGBA")


def _pillow(array: Pixels) -> object:
    image: Any = import_module("PIL.Image")
    return image.fromarray(array)


def _torch(array: Pixels) -> object:
    torch: Any = import_module("torch")
    return torch.from_numpy(array)


MADE: Mapping[str, Callable[[Pixels], object]] = {
    "array, again": lambda array: array,
    "PyTorch's tensor": _torch,
    "Pillow's image": _pillow,
    "pygame's surface": _pygame,
    "Qt's image": _qt,
}


class Sink:
    """A viewer that hears nothing."""

    may_operate = False

    def fileno(self) -> int:
        """No socket."""
        return -1

    def _nothing(self, *_: object) -> None:
        pass

    write = finish_picture = time_out = fail = refuse = _nothing


def watched() -> Stream:
    """A stream whose pictures are read, packed and sent to one viewer without a socket."""
    stream = Stream("a", fps=1000)
    stream.begin(stream.join(Sink(), Request(acknowledge=False)))
    return stream


def measure(make: Callable[[Pixels], object], turns: int) -> tuple[float, float]:
    """Microseconds of CPU time for a picture as an array and as this: medians."""
    noise = np.random.default_rng(1)
    array = noise.integers(0, 255, (HEIGHT, WIDTH, 4), np.uint8)
    times: list[list[float]] = [[], []]
    stream = watched()
    for turn in range(2 * turns):
        first = turn * 37 % 500
        array[first : first + ROWS] = noise.permutation(array[first : first + ROWS])
        picture = make(array) if turn % 2 else array
        time.sleep(2 / stream.fps)  # as often as it may be
        began = time.process_time_ns()
        stream.publish(picture)
        times[turn % 2].append((time.process_time_ns() - began) / 1e3)
        stream.walk.messages()
    stream.close()
    return median(times[0]), median(times[1])


async def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=100)
    turns = parser.parse_args().turns
    print(f"{'us for a picture of 1024x600x4':32} array   this   ratio")
    for name, make in MADE.items():
        plain, other = measure(make, turns)
        print(f"{name:32} {plain:5.0f} {other:6.0f} {other / plain:7.2f}")


if __name__ == "__main__":
    asyncio.run(main())
