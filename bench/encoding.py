"""What making and encoding pictures costs beside copying them: `python -m bench.encoding`.

Recorded pictures are written into a ring in memory, one after the other. Of each, in turns: the pixels needed are
copied, 32 bits at a time, as plainly as numpy can; then they are taken (read, compared, written where new) and encoded
as the difference from the picture before. Knows nothing of servers.
"""

import argparse
import time
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np

from ws_stream import codec
from ws_stream.pixels import rows
from ws_stream.pixels.formats import RGBX8888
from ws_stream.pixels.frame import Frame
from ws_stream.pixels.maker import Maker
from ws_stream.pixels.rendition import Rendition

from .content import recorded

SLOTS = 3
LEAST = 120
"""Pictures of a pass: a short recording is repeated, or its first pictures, in new memory, would be most of it."""
CONTENTS = ("dashboard", "scrolling", "in-place", "desktop", "still", "film", "noise")
SCREENS = CONTENTS[:5]


class Costs(NamedTuple):
    """Microseconds for a picture: the mean over a recording, in which most pictures of some contents are unchanged."""

    copied: float
    taken: float
    encoded: float
    bytes: float

    @property
    def ratio(self) -> float:
        """Taking and encoding over copying."""
        return (self.taken + self.encoded) / self.copied


def measure(pictures: np.ndarray, rendition: Rendition) -> Costs:
    """One pass over a recording."""
    step, stream = rendition.step, Maker()
    ring = np.empty((SLOTS, *pictures.shape[1:]), np.uint8)
    words = ring.view("<u4")[..., 0]
    copy = np.empty_like(words[0][::step, ::step])
    copied = taken = encoded = size = 0.0
    base: Frame | None = None
    count = max(LEAST, len(pictures))
    for number, picture in enumerate(islice(cycle(pictures), count), 1):
        slot = number % SLOTS
        ring[slot] = picture
        began = time.perf_counter()
        np.copyto(copy, words[slot][::step, ::step])
        copied += time.perf_counter() - began
        ring[slot] = picture
        began = time.perf_counter()
        made = stream.make(ring[slot], RGBX8888, rendition, now=number / 30)
        taken += time.perf_counter() - began
        if not made.changes:
            continue
        stream.keep(made)
        frame = Frame(1, number, number, made.format, made.pixels)
        if base is not None:
            began = time.perf_counter()
            message = codec.encode(frame, base, made.changed)
            encoded += time.perf_counter() - began
            size += len(message)
            stream.recycle(base.pixels)
        base = frame
    share = 1e6 / count
    return Costs(copied * share, taken * share, encoded * share, size / count)


def middle(costs: list[Costs]) -> Costs:
    """The median of each."""
    return Costs(*(median(values) for values in zip(*costs, strict=True)))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.encoding", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--plain", action="store_true", help="by numpy alone, not compiled")
    parser.add_argument("--cache", type=Path, default=Path("~/.cache/ws-stream-bench"))
    options = parser.parse_args()
    if options.plain:
        rows.COMPILED = False
    print("us a picture  step    copy    take  encode  (take + encode) / copy    bytes")
    for step in (4, 1):
        ratios = []
        for content in CONTENTS:
            path, _ = recorded(options.cache.expanduser(), content)
            pictures = np.load(path, mmap_mode="r")
            lossy = content in ("film", "noise")
            rendition = Rendition(step=step, tolerance=8 if lossy else 0)
            found = middle([measure(pictures, rendition) for _ in range(options.rounds)])
            print(
                f"{content:12}  {step:4}  {found.copied:6.0f}  {found.taken:6.0f}  {found.encoded:6.0f}"
                f"  {found.ratio:22.2f}  {found.bytes:7.0f}",
                flush=True,
            )
            ratios += [found] if content in SCREENS else []
        mean = Costs(*(sum(values) / len(values) for values in zip(*ratios, strict=True)))
        print(
            f"screens       {step:4}  {mean.copied:6.0f}  {mean.taken:6.0f}  {mean.encoded:6.0f}"
            f"  {mean.ratio:22.2f}  {mean.bytes:7.0f}"
        )


if __name__ == "__main__":
    main()
