"""`python -m bench`: what ws-stream costs a device, beside what people use today.

All servers read the same memory, which another process fills with recorded pictures. They take turns, window by
window, so that whatever else the machine does hits all of them.
"""

import argparse
import importlib.util
import signal
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

from . import report
from .content import CONTENTS
from .processes import BenchError
from .run import Plan, run
from .servers import SERVERS

EXTRA = ("av", "flask", "matplotlib", "PIL", "simplejpeg")
TIME_LIMIT = 45 * 60
"""Seconds after which a run is given up; a full one takes under 25 minutes."""
FULL = Plan(
    contents=tuple(CONTENTS),
    servers=tuple(SERVERS),
    rounds=3,
    warm_up=0.7,
    seconds=4,
    unwatched=("dashboard",),
)
QUICK = Plan(("dashboard", "film"), ("ws-stream", "flask-pil", "simplejpeg"), 2, 0.5, 1.5)


def main() -> None:
    """Measure and print; ends with exit code 1 and one sentence when that cannot be done."""
    options = _options()
    base = QUICK if options.quick else FULL
    plan = Plan(
        tuple(options.only or base.contents),
        ("ws-stream", *options.rival) if options.rival else base.servers,
        options.rounds or base.rounds,
        base.warm_up,
        options.seconds or base.seconds,
        tuple(options.step or base.steps),
        base.unwatched if not (options.only or options.rival) else (),
    )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(TIME_LIMIT)
    try:
        _check_extra()
        with tempfile.TemporaryDirectory(prefix="ws-stream-bench-", dir="/dev/shm") as folder:
            for cells in run(plan, options.cache.expanduser(), Path(folder)):
                if options.json:
                    report.save(cells, options.json)  # what there is, should the next fail
            report.show(cells)
    except BenchError as error:
        sys.exit(f"bench: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    add = parser.add_argument
    add("--quick", action="store_true", help="under two minutes; too short to be quoted")
    add("--only", action="append", choices=CONTENTS, help="this content only; may be repeated")
    add("--step", action="append", type=int, choices=(1, 4), help="at this step only")
    rivals = [name for name in SERVERS if name != "ws-stream"]
    add("--rival", action="append", choices=rivals, help="beside this rival only; may be repeated")
    add("--rounds", type=int, help=f"turns of each server (default {FULL.rounds})")
    add("--seconds", type=float, help=f"of each turn (default {FULL.seconds:g}, a whole recording)")
    add("--json", type=Path, metavar="FILE", help="write all figures into this file")
    default = Path("~/.cache/ws-stream-bench")
    add("--cache", type=Path, default=default, help="folder of recordings (default %(default)s)")
    return parser.parse_args()


def _check_extra() -> None:
    missing = [name for name in EXTRA if importlib.util.find_spec(name) is None]
    if missing:
        raise BenchError(
            f"{' and '.join(missing)} cannot be imported; right would be: pip install -e '.[bench]'"
        )


def _too_long(*_: object) -> NoReturn:
    raise BenchError(f"it took longer than {TIME_LIMIT // 60} minutes and was given up")


if __name__ == "__main__":
    main()
