"""What is tried, as a table, and how one is played."""

import json
import subprocess
import time
from typing import NamedTuple

from tests.network.figures import Figures, figures, fresh_again
from tests.network.lab import VIEWER, Lab, Link, network
from tests.network.spectator import Notes

WARM_UP = 1.0
"""Seconds at the beginning, while TCP and the server learn the link, that count in no figure."""
LONG = 30.0
OUTAGE = 2.0
COLLAPSED = 0.1
"""Mbit/s of a link that is there but hardly."""
RECOVERY = 1.0
"""Seconds after an outage until the figures count again."""
SMALL, LARGE = 56, 256
"""Sides of the pictures: 3 kB, as of a dashboard at step 4, and 65 kB."""


class Scenario(NamedTuple):
    """One viewer over one link."""

    title: str
    link: Link
    side: int
    rate: float = 60
    late: float = 0
    """Seconds by which the viewer acknowledges late."""
    outage: str = ""
    """How the link goes for 2 s: packets are "lost", or the link is "slow"."""
    target_age: float | None = None
    """Milliseconds, for 95 of 100 pictures."""
    target_rate: float | None = None


SLOW = Link(mbit=20)
SCENARIOS = {
    "overload": Scenario("65 kB x 60/s into 20 Mbit/s", SLOW, LARGE, target_age=80),
    "outage": Scenario("the same, after all was lost for 2 s", SLOW, LARGE, outage="lost", target_age=100),
    "collapse": Scenario("the same, after 2 s at 0.1 Mbit/s", SLOW, LARGE, outage="slow", target_age=100),
    "late": Scenario("3 kB x 60/s, acknowledged 100 ms late", Link(), SMALL, late=0.1, target_rate=55),
    "lossy": Scenario("3 kB x 60/s, 20 ms each way, 1 % loss", Link(delay=0.02, loss=0.01), SMALL, target_age=120),
    "lossy-large": Scenario(
        "65 kB x 60/s, 20 ms each way, 1 % loss", Link(delay=0.02, loss=0.01), LARGE
    ),
}  # fmt: skip


class Outcome(NamedTuple):
    """What a viewer saw, and the server's state at the end."""

    figures: Figures
    share: float | None
    fresh_again: float | None
    unacknowledged: int
    wrong: int
    state: dict[str, int]


class Device:
    """The device's process in a lab."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def state(self) -> dict[str, int]:
        """How it is doing now."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write("\n")
        told: dict[str, int] = json.loads(self._process.stdout.readline())
        return told


class Watched(NamedTuple):
    """What a viewer wrote down, and the server's state at the end."""

    notes: Notes
    state: dict[str, int]
    counts_since: float
    back: float | None
    """When the link was there again, if it had gone."""


def watch(scenario: Scenario, congestion_control: str, seconds: float) -> Watched:
    """One viewer for so many seconds that count."""
    with (
        network(scenario.link, congestion_control) as lab,
        lab.device.running("tests.network.device", scenario.side, scenario.rate) as process,
    ):
        pause = OUTAGE + RECOVERY if scenario.outage else 0
        arguments = (scenario.side, WARM_UP + pause + seconds, scenario.late)
        with lab.viewer.running("tests.network.spectator", *arguments) as viewer:
            began = time.time()
            back = _outage(lab, scenario) if scenario.outage else None
            notes = seen(viewer)
            state = Device(process).state()
    return Watched(notes, state, back + RECOVERY if back else began + WARM_UP, back)


def play(scenario: Scenario, congestion_control: str, seconds: float) -> Outcome:
    """The same, in figures."""
    notes, state, since, back = watch(scenario, congestion_control, seconds)
    result = figures(notes, since, notes.shown[-1][0])
    return Outcome(
        result,
        result.share(scenario.link.mbit) if scenario.link.mbit else None,
        fresh_again(notes, back, 0.1) if back else None,
        max(notes.unacknowledged),
        len(notes.wrong),
        state,
    )


def seen(viewer: subprocess.Popen[str]) -> Notes:
    """What a spectator wrote down, once it has finished."""
    assert viewer.stdout
    told = viewer.stdout.readline()
    assert told, "the viewer ended without its notes"
    return Notes(**json.loads(told))


def _outage(lab: Lab, scenario: Scenario) -> float:
    """Two seconds without a link; when they were over."""
    assert scenario.link.mbit
    time.sleep(WARM_UP)
    if scenario.outage == "lost":
        lab.cut(VIEWER)
        time.sleep(OUTAGE)
        lab.cut()
    else:
        lab.shape(COLLAPSED)
        time.sleep(OUTAGE)
        lab.shape(scenario.link.mbit)
    return time.time()
