"""What a picture costs a viewer, in JavaScript and in WebAssembly: `python -m bench.kernel`.

Made-up pictures, or those of recordings (.npy), become messages here; Node decodes them in turns, see kernel.mjs. Knows
nothing of servers and browsers.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from itertools import islice, pairwise
from pathlib import Path
from typing import IO

import numpy as np

from ws_stream.codec import encode
from ws_stream.pixels.formats import RGBX8888, Pixels
from ws_stream.pixels.frame import Frame
from ws_stream.selftest.workload import WORKLOADS

SIZES = ((1024, 600), (1920, 1080), (3840, 2160))
CONTENTS = ("card", "text", "noise")
PICTURES = 5
HERE = Path(__file__).parent


def messages(pictures: Iterable[Pixels]) -> Iterator[bytes]:
    """The first picture whole, then each as a delta against the one before."""
    frames = [Frame(1, at, 0, RGBX8888, pixels) for at, pixels in enumerate(pictures, 1)]
    yield encode(frames[0])
    for before, frame in pairwise(frames):
        yield encode(frame, before)


def contents(recordings: list[Path]) -> Iterator[tuple[str, Iterator[Pixels]]]:
    """Names, and the first pictures."""
    for width, height in SIZES:
        for name in CONTENTS:
            pictures = WORKLOADS[name](width, height, RGBX8888)
            yield name, (picture.copy() for picture in islice(pictures, PICTURES))
    for path in recordings:
        yield path.stem, iter(np.load(path, mmap_mode="r")[:PICTURES])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.kernel", description=__doc__)
    parser.add_argument("recordings", nargs="*", type=Path, metavar="RECORDING.npy")
    options = parser.parse_args()
    with subprocess.Popen(["node", HERE / "kernel.mjs"], stdin=subprocess.PIPE) as node:
        if not node.stdin:
            sys.exit("bench: node has no standard input")
        for name, pictures in contents(options.recordings):
            _send(node.stdin, name, list(messages(pictures)))


def _send(to: IO[bytes], name: str, made: list[bytes]) -> None:
    to.write(json.dumps({"name": name, "lengths": [len(message) for message in made]}).encode())
    to.write(b"\n" + b"".join(made))
    to.flush()


if __name__ == "__main__":
    main()
