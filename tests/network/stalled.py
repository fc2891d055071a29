"""Viewers that stall, and one that does not: how they are played."""

import time
from collections.abc import Mapping
from contextlib import ExitStack
from typing import NamedTuple

from tests.network.figures import Figures, figures
from tests.network.lab import GHOST, VIEWER, Link, network
from tests.network.scenarios import LARGE, WARM_UP, Device, seen

CROWD = {"never-reads": 10, "never-acknowledges": 5, "lies": 5, "reads-slowly": 20}
GHOSTS = {"reads": 10}
"""Good viewers, on a host that vanishes."""
RATE = 60


class Beside(NamedTuple):
    """One healthy viewer, alone and beside the stalled ones."""

    alone: Figures
    beside: Figures
    grown: int
    """Bytes of the server's memory that the stalled viewers took."""
    kernel_bytes: int
    encodings: int
    wrong: int


def beside_stalled(congestion_control: str, seconds: float) -> Beside:
    """65 kB x 60/s on a fast link, first to one viewer, then to 50 stalled ones as well."""
    with ExitStack() as stack:
        lab = stack.enter_context(network(Link(), congestion_control))
        device = Device(
            stack.enter_context(lab.device.running("tests.network.device", LARGE, RATE, "count"))
        )

        def watch() -> tuple[Figures, int]:
            arguments = (LARGE, WARM_UP + seconds, 0)
            with lab.viewer.running("tests.network.spectator", *arguments) as viewer:
                began = time.time()
                notes = seen(viewer)
            return figures(notes, began + WARM_UP, notes.shown[-1][0]), len(notes.wrong)

        alone, wrong = watch()
        before = device.state()
        for address, kinds in ((VIEWER, CROWD), (GHOST, GHOSTS)):
            stack.enter_context(lab.viewer.running("tests.network.crowd", address, *_words(kinds)))
        time.sleep(WARM_UP)
        lab.cut(GHOST)
        beside, wrong_beside = watch()
        after = device.state()
    return Beside(
        alone,
        beside,
        after["memory"] - before["memory"],
        after["kernel_bytes"],
        after["encodings"],
        wrong + wrong_beside,
    )


class Vanished(NamedTuple):
    """Viewers whose host went without a word."""

    before: int
    forgotten_after: float
    """Seconds until the server had forgotten the last of them."""


def vanish(side: int, congestion_control: str, patience: float) -> Vanished:
    """Ten viewers of one host whose link goes down for good, while others come and go with resets.

    Raises AssertionError when one is still counted when patience, in seconds, is over.
    """
    with ExitStack() as stack:
        lab = stack.enter_context(network(Link(), congestion_control))
        device = Device(stack.enter_context(lab.device.running("tests.network.device", side, RATE)))
        stack.enter_context(lab.viewer.running("tests.network.crowd", GHOST, *_words(GHOSTS)))
        time.sleep(WARM_UP)
        before = device.state()["viewers"]
        lab.cut(GHOST)
        cut = time.monotonic()
        with lab.viewer.running("tests.network.crowd", VIEWER, "resets=10"):
            time.sleep(WARM_UP)
        while viewers := device.state()["viewers"]:
            waited = time.monotonic() - cut
            assert waited < patience, f"{viewers} viewers are not forgotten after {waited:.0f} s"
            time.sleep(0.1)
    return Vanished(before, time.monotonic() - cut)


def _words(kinds: Mapping[str, int]) -> list[str]:
    return [f"{kind}={count}" for kind, count in kinds.items()]
