"""What each rendition costs beside what it is reckoned to cost: `python -m bench.renditions`.

Of each format pictures of which a tenth changes are shown as each rendition, in turns with one as they are. What that
takes is compared with `ws_stream.pixels.work`, by which renditions get their rates. Knows nothing of servers.
"""

import argparse
import time
from statistics import median

import numpy as np

from ws_stream.pixels.formats import FORMATS, PixelFormat, Pixels
from ws_stream.pixels.rendition import Rendition
from ws_stream.pixels.work import work
from ws_stream.walk import Walk, new_walk

SIZE = 1024, 600
RENDITIONS = (
    *(Rendition(step=step) for step in (2, 4)),
    *(Rendition(step=step, average=True) for step in (2, 3, 4, 8, 16)),
    Rendition(tolerance=8),
    Rendition(depth=16),
    Rendition(depth=8),
)


def seconds(walk: Walk, array: Pixels, turn: int) -> float:
    """For one picture."""
    began = time.perf_counter()
    walk.publish(array, None, turn, float(turn))
    taken = time.perf_counter() - began
    walk.messages()
    return taken


def measure(pixel_format: PixelFormat, rendition: Rendition, turns: int) -> tuple[float, float]:
    """Microseconds for a picture as it is, and as this rendition: medians."""
    noise = np.random.default_rng(1)
    array = noise.integers(0, 255, pixel_format.shape(*SIZE)).astype(pixel_format.dtype)
    walks = [new_walk(30.0) for _ in range(2)]
    for walk, kept in zip(walks, (Rendition(), rendition), strict=True):
        walk.open(0, pixel_format, kept, SIZE, 1)
        walk.announced(walk.join(-1, 0, False, -1.0, 0.0), 0.0)
    times = []
    for turn in range(1, turns + 1):
        first, rows = turn * 37 % 500, SIZE[1] // 10
        array[first : first + rows] = noise.permutation(array[first : first + rows])
        times.append([seconds(walk, array, turn) for walk in walks])
    plain, other = (median(column) * 1e6 for column in zip(*times[1:], strict=True))
    return plain, other


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=60)
    turns = parser.parse_args().turns
    print(f"{'us for a picture of 1024x600':32} as it is   here   ratio   reckoned")
    for pixel_format in FORMATS:
        standard = work(Rendition(), pixel_format, *SIZE)
        for rendition in RENDITIONS:
            plain, other = measure(pixel_format, rendition, turns)
            reckoned = work(rendition, pixel_format, *SIZE) / standard
            how = " ".join(
                f"{name}={value}"
                for name, value in rendition._asdict().items()
                if value != getattr(Rendition(), name)
            )
            print(
                f"{pixel_format.name:9} {how:22} {plain:8.0f} {other:6.0f} {other / plain:7.2f} {reckoned:10.2f}"
            )


if __name__ == "__main__":
    main()
