"""`python -m bench`: a server's CPU beside the first user's Flask + PIL pipeline, and while nothing moves.

Both read the same memory, which another process fills with a recorded dashboard, 30 pictures a second. They take
turns, so that whatever else the machine does hits both.
"""

import argparse
import importlib.util
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, NoReturn

from . import report
from .content import recorded
from .measure import Sample, Target, flask_pil, unwatched, watched, ws_stream
from .processes import BenchError, line, python
from .ring import Ring, address

STEPS = (4, 1)
TIME_LIMIT = 15 * 60
"""Seconds after which a run is given up; a full one takes under seven."""


class Plan(NamedTuple):
    """For how many seconds a server is watched, and how often."""

    warm_up: float
    seconds: float
    pairs: int
    still_seconds: float
    still_times: int


FULL = Plan(warm_up=2, seconds=6, pairs=5, still_seconds=12, still_times=3)
QUICK = Plan(warm_up=1, seconds=2, pairs=2, still_seconds=3, still_times=1)


def main() -> None:
    """Measure and print; ends with exit code 1 and one sentence when that cannot be done."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one minute; too short to be quoted")
    parser.add_argument(
        "--cache",
        type=Path,
        default=Path("~/.cache/ws-stream-bench"),
        metavar="FOLDER",
        help="where the recorded pictures are kept (default %(default)s)",
    )
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(TIME_LIMIT)
    try:
        _check_extra()
        _run(QUICK if options.quick else FULL, options.cache.expanduser())
    except BenchError as error:
        sys.exit(f"bench: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


def _too_long(*_: object) -> NoReturn:
    raise BenchError(f"it took longer than {TIME_LIMIT // 60} minutes and was given up")


def _check_extra() -> None:
    missing = [name for name in ("flask", "PIL") if importlib.util.find_spec(name) is None]
    if missing:
        raise BenchError(
            f"{' and '.join(missing)} cannot be imported; right would be: pip install -e '.[bench]'"
        )


def _run(plan: Plan, cache: Path) -> None:
    recording, how = recorded(cache)
    report.machine(how["with"])
    with tempfile.TemporaryDirectory(prefix="ws-stream-bench-", dir="/dev/shm") as folder:
        ring = Path(folder, "ring")
        Ring(ring, create=True)
        report.pairs_head(plan.pairs, plan.seconds)
        with python("bench.ring", ring, recording) as device:
            line(device)
            for step in STEPS:
                report.pairs(step, *_pairs(plan, ring, step))
            report.still_head(plan.still_times, plan.still_seconds)
            with ws_stream(address(ring), STEPS[0]) as server:
                watched(server, plan.warm_up, 1)  # somebody was there and left
                report.still("nobody watches, pictures come", _nobody(plan, server))
        for step in STEPS:
            with ws_stream(address(ring), step) as server:
                report.still(f"{report.STILL['ring']}, step {step}", _one(plan, server))
    report.load()


def _pairs(plan: Plan, ring: Path, step: int) -> tuple[list[Sample], list[Sample]]:
    theirs, ours = [], []
    with flask_pil(ring, step) as rival, ws_stream(address(ring), step) as server:
        for _ in range(plan.pairs):
            theirs.append(watched(rival, plan.warm_up, plan.seconds))
            ours.append(watched(server, plan.warm_up, plan.seconds))
    return theirs, ours


def _nobody(plan: Plan, server: Target) -> Iterator[Sample]:
    for _ in range(plan.still_times):
        yield unwatched(server, plan.still_seconds)


def _one(plan: Plan, server: Target) -> Iterator[Sample]:
    for _ in range(plan.still_times):
        yield watched(server, plan.warm_up, plan.still_seconds)


if __name__ == "__main__":
    main()
