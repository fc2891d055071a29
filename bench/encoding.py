"""What the way of a picture costs beside copying its pixels: `python -m bench.encoding`.

Recorded pictures are written into a ring in memory, one after the other. Of each, in turns: the pixels needed are
copied, 32 bits at a time, as plainly as numpy can; then a walk takes them (reads, compares, writes where new, marks)
and makes the message for one viewer that shows the picture before. Knows nothing of servers.
"""

import argparse
import time
from collections.abc import Callable, Mapping
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np

from ws_stream.pixels.formats import RGBX8888
from ws_stream.pixels.rendition import Rendition
from ws_stream.walk import NumpyWalk, Walk, new_walk

from .content import recorded

SLOTS = 3
LEAST = 120
"""Pictures of a pass: a short recording is repeated, or its first pictures, in new memory, would be most of it."""
CONTENTS = ("dashboard", "scrolling", "in-place", "desktop", "still", "film", "noise")
SCREENS = CONTENTS[:5]
PER_SECOND = 30
WALKS: Mapping[str, Callable[[float], Walk]] = {
    "numpy": NumpyWalk,
    **({} if new_walk(PER_SECOND).__class__ is NumpyWalk else {"compiled": new_walk}),
}


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


def measure(pictures: np.ndarray, rendition: Rendition, walk: Walk) -> Costs:
    """One pass over a recording."""
    size = pictures.shape[2], pictures.shape[1]
    walk.open(0, RGBX8888, rendition, size, epoch=1)
    acknowledges, fps = False, -1.0  # it is sent every picture
    viewer = walk.join(-1, 0, acknowledges, fps, 0.0)
    walk.announced(viewer, 0.0)
    step = rendition.step
    ring = np.empty((SLOTS, *pictures.shape[1:]), np.uint8)
    words = ring.view("<u4")[..., 0]
    copy = np.empty_like(words[0][::step, ::step])
    copied = taken = encoded = sent = 0.0
    count = max(LEAST, len(pictures))
    for number, picture in enumerate(islice(cycle(pictures), count), 1):
        slot, now = number % SLOTS, number / PER_SECOND
        ring[slot] = picture
        began = time.perf_counter()
        np.copyto(copy, words[slot][::step, ::step])
        copied += time.perf_counter() - began
        ring[slot] = picture
        began = time.perf_counter()
        walk.update(ring[slot], None, now)
        walk.commit(number)
        taken += time.perf_counter() - began
        began = time.perf_counter()
        walk.flush(now)
        if number > 1:  # the first is sent whole
            encoded += time.perf_counter() - began
            sent += sum(len(message) for _, message in walk.messages())
        else:
            walk.messages()
    share = 1e6 / count
    return Costs(copied * share, taken * share, encoded * share, sent / count)


def middle(costs: list[Costs]) -> Costs:
    """The median of each."""
    return Costs(*(median(values) for values in zip(*costs, strict=True)))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.encoding", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cache", type=Path, default=Path("~/.cache/ws-stream-bench"))
    options = parser.parse_args()
    print("us a picture            step    copy    take  encode  (take + encode) / copy    bytes")
    for name, walk in WALKS.items():
        for step in (4, 1):
            found = {}
            for content in CONTENTS:
                path, _ = recorded(options.cache.expanduser(), content)
                pictures = np.load(path, mmap_mode="r")
                lossy = content in ("film", "noise")
                rendition = Rendition(step=step, tolerance=8 if lossy else 0)
                passes = [
                    measure(pictures, rendition, walk(PER_SECOND)) for _ in range(options.rounds)
                ]
                found[content] = middle(passes)
                _tell(name, content, step, found[content])
            screens = [found[content] for content in SCREENS]
            means = (sum(values) / len(values) for values in zip(*screens, strict=True))
            _tell(name, "screens", step, Costs(*means))


def _tell(walk: str, content: str, step: int, costs: Costs) -> None:
    print(
        f"{walk:8}  {content:12}  {step:4}  {costs.copied:6.0f}  {costs.taken:6.0f}  {costs.encoded:6.0f}"
        f"  {costs.ratio:22.2f}  {costs.bytes:7.0f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
