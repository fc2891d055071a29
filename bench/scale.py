"""What a relay costs, as a model, and whether it foretells what is measured: `python -m bench.scale`.

One relay of one device on this machine, with pictures of several sizes, rates and changes, and with few and many
viewers. Its CPU time is fitted, by least squares with no term below nothing, to

    pictures x (so much + so much for each pixel) + messages to viewers x so much + bytes to viewers x so much

Then the model is asked for three relays and 600 viewers, and they are run; and for what does not fit on one machine.
"""

import argparse
import os
import time
from collections.abc import Sequence
from contextlib import ExitStack
from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .processes import cpu_seconds
from .relays import SETTLE, Crowd
from .relays_device import PICTURE
from .relays_nodes import Running, star


class Load(NamedTuple):
    """What is shown, and to how many."""

    width: int
    height: int
    box: int
    """Pixels on each side of what changes."""
    fps: float
    viewers: int
    relays: int = 1


class Asked(NamedTuple):
    """What the model is asked for: streams of 512x300 pixels, 10 pictures/s of 10 kB."""

    devices: int
    viewers: int


class Cost(NamedTuple):
    """What it took, a second."""

    relay: float
    """Seconds of CPU of one of them."""
    pictures: float
    messages: float
    """To the viewers of one relay."""
    bytes: float


LOADS = (
    Load(160, 120, 16, 30, 4),
    Load(160, 120, 16, 60, 4),
    Load(160, 120, 16, 10, 100),
    Load(160, 120, 16, 10, 300),
    Load(640, 480, 16, 30, 4),
    Load(1280, 800, 16, 20, 4),
    Load(640, 480, 128, 20, 4),
    Load(640, 480, 128, 10, 60),
    Load(640, 480, 256, 10, 20),
)
TRIED = Load(320, 240, 48, 5, 600, 3)
FPS, PIXELS, BYTES = 10, 512 * 300, 10_000
"""Pictures a second, pixels and bytes of one, of what is foretold."""
CORE, NETWORK = 0.5, 800e6
"""What one relay is to use at most: of a core, and bits a second."""
CROWDS = (Asked(1, 10), Asked(1, 1000), Asked(1, 100_000), Asked(1000, 1000), Asked(1000, 100_000))
TERMS = ("us a picture", "us a million pixels", "us a message", "us a million bytes")
_SCALES = 1e6, 1e6 * 1e6, 1e6, 1e6 * 1e6


def measured(load: Load, seconds: float) -> Cost:
    """By real processes."""
    os.environ[PICTURE] = f"{load.width}x{load.height}x{load.box}"
    nodes = star(load.relays, load.fps)
    with ExitStack() as stack:
        there = Running(nodes)
        stack.callback(there.close)
        ports = [node.port for node in nodes[1:] if node.port]
        crowd = Crowd(stack, load.viewers, ports)
        time.sleep(SETTLE)
        crowd.seen()
        pids = [there.processes[node].pid for node in nodes[1:]]
        before, began = [cpu_seconds(pid) for pid in pids], time.monotonic()
        time.sleep(seconds)
        relays = sum(cpu_seconds(pid) - then for pid, then in zip(pids, before, strict=True))
        taken, seen = time.monotonic() - began, crowd.seen().values()
    if any(one["wrong"] for one in seen):
        raise RuntimeError("a picture was wrong")
    share = taken * load.relays
    messages, size = (sum(one[name] for one in seen) / share for name in ("messages", "bytes"))
    return Cost(relays / share, load.fps, messages, size)


def terms(load: Load, cost: Cost) -> NDArray[np.float64]:
    """What each of the model's figures is multiplied by."""
    pixels = load.width * load.height
    return np.array([cost.pictures, cost.pictures * pixels, cost.messages, cost.bytes])


def fitted(loads: Sequence[Load], costs: Sequence[Cost]) -> NDArray[np.float64]:
    """Seconds for each of the terms; the relative errors count. One that came out below nothing is left out."""
    rows = np.array([terms(*pair) for pair in zip(loads, costs, strict=True)])
    wanted = np.array([cost.relay for cost in costs])
    used = [*range(rows.shape[1])]
    while True:
        found, *_ = np.linalg.lstsq(rows[:, used] / wanted[:, None], np.ones(len(wanted)))
        if (found >= 0).all():
            model = np.zeros(rows.shape[1])
            model[used] = found
            return model
        del used[int(found.argmin())]


def foretold(model: NDArray[np.float64], crowd: Asked) -> str:
    """What so many take, on relays of which none uses more of a core or of a network than it may."""
    pictures, messages = FPS * crowd.devices, FPS * crowd.viewers
    fixed = float(model[:2] @ (1, PIXELS))
    each = float(model[2] + model[3] * BYTES)
    relays = max(
        ceil((pictures * fixed + messages * each) / CORE),  # where each stream is on one of them
        ceil(8 * BYTES * messages / NETWORK),
    )
    for _ in range(20):  # a stream that many relays show is unpacked by each
        hops = FPS * max(crowd.devices, relays)
        relays = max(relays, ceil((hops * fixed + messages * each) / CORE))
    return (
        f"{crowd.devices} devices, {crowd.viewers} viewers: {relays} relays, "
        f"{(FPS * max(crowd.devices, relays) * fixed + messages * each):.2f} cores, "
        f"{8e-9 * BYTES * messages:.2f} Gbit/s to viewers"
    )


def main() -> None:
    """Measure, fit, and ask."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument("--seconds", type=float, default=8, help="of each load (default 8)")
    seconds = parser.parse_args().seconds
    costs = []
    for load in LOADS:
        costs.append(cost := measured(load, seconds))
        print(
            f"{load.width}x{load.height}, {load.box}x{load.box} of it new, {load.fps:g}/s, {load.viewers} viewers: "
            f"relay {100 * cost.relay:.1f} % of a core, "
            f"{8e-6 * cost.bytes:.1f} Mbit/s",
            flush=True,
        )
    model = fitted(LOADS, costs)
    named = zip(model, _SCALES, TERMS, strict=True)
    print(", ".join(f"{value * scale:.1f} {term}" for value, scale, term in named))
    errors = [
        abs(terms(*pair) @ model / pair[1].relay - 1) for pair in zip(LOADS, costs, strict=True)
    ]
    print(
        f"off by {100 * np.median(errors):.0f} % in the middle, {100 * max(errors):.0f} % at most"
    )
    cost = measured(TRIED, seconds)
    expected = terms(TRIED, cost) @ model
    for crowd in CROWDS:
        print(foretold(model, crowd))
    print(
        f"{TRIED.relays} relays, {TRIED.viewers} viewers: {100 * cost.relay:.1f} % of a core each, "
        f"foretold {100 * expected:.1f} %"
    )


if __name__ == "__main__":
    main()
