"""`python -m bench.browser`: what the viewer page costs the browser, beside noVNC on the same memory.

A process of its own fills memory with recorded pictures; each page is shown by a headless browser of its own. They
take turns, so that whatever else the machine does hits all of them. `docs/benchmarks.md` says more.
"""

import argparse
import shlex
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NoReturn

from .browser_page import BROWSERS
from .browser_report import OURS, save, soaked, table
from .browser_turn import Sample, Soak, Turn, soak, turn
from .browser_viewers import VIEWERS
from .content import CONTENTS, LARGE, recorded
from .processes import BenchError
from .run import device
from .servers import Task

TIME_LIMIT = 45 * 60
"""Seconds after which turns are given up."""
AT_MOST = 30
"""Pictures per second, if nothing else is asked for: most pages keep up, so each picture's cost is told apart."""
PLAYED = (
    "dashboard",
    "scrolling",
    "film",
    "dashboard-1080p",
    "scrolling-1080p",
    "noise-1080p",
    "dashboard-4k",
)
SOAKED = "dashboard-1080p"


def main() -> None:
    """Measure and print; ends with exit code 1 and one sentence when that cannot be done."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(TIME_LIMIT + round(60 * options.minutes))
    head = {"command": f"python -m bench.browser {shlex.join(sys.argv[1:])}".strip()}
    turns: dict[str, dict[str, list[Turn]]] = {}
    soaks: list[Soak] = []
    try:
        if options.minutes:
            soaks = [_soak(options)]
            print(soaked(soaks[0]))
        else:
            for content in options.only or PLAYED:
                turns[content] = _turns(options, content)
            print(f"{next(iter(turns[content].values()))[0].client}\n\n{table(turns)}")
    except BenchError as error:
        sys.exit(f"bench: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
    if options.json:
        save(options.json, head, turns, soaks[0] if soaks else None)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.browser", description=__doc__)
    add = parser.add_argument
    known = (*CONTENTS, *LARGE)
    add("--only", action="append", choices=known, help="this content only; may be repeated")
    add("--page", action="append", choices=VIEWERS, help="this page only; may be repeated")
    add("--browser", choices=BROWSERS, default="chromium", help="default %(default)s")
    add("--fps", type=int, help=f"pictures/s (default: the recording's, {AT_MOST} at most)")
    add("--rounds", type=int, default=3, help="turns of each page (default %(default)s)")
    add("--seconds", type=float, default=8, help="of each turn (default %(default)s)")
    soaking = f"watch our page for so long instead, with the first --only or {SOAKED} at its rate"
    add("--minutes", type=float, default=0, help=soaking)
    add("--json", type=Path, metavar="FILE", help="write all figures into this file")
    default = Path("~/.cache/ws-stream-bench")
    add("--cache", type=Path, default=default, help="folder of recordings (default %(default)s)")
    return parser.parse_args()


def _too_long(*_: object) -> NoReturn:
    raise BenchError("it took too long and was given up")


@contextmanager
def _playing(options: argparse.Namespace, content: str, at_most: int | None) -> Iterator[Task]:
    """A ring into which the content is played."""
    recording, how = recorded(options.cache.expanduser(), content)
    rate = options.fps or min(how["per_second"], at_most or how["per_second"])
    with tempfile.TemporaryDirectory(prefix="ws-stream-bench-", dir="/dev/shm") as folder:
        task = Task(content, Path(folder, "ring"), 1, rate)
        with device(task.ring, recording, {**how, "per_second": rate}, with_flat=True):
            yield task


def _turns(options: argparse.Namespace, content: str) -> dict[str, list[Turn]]:
    names = options.page or list(VIEWERS)
    turns: dict[str, list[Turn]] = {name: [] for name in names}
    with _playing(options, content, AT_MOST) as task, ExitStack() as stack:
        served = {name: stack.enter_context(VIEWERS[name].serve(task)) for name in names}
        for _ in range(options.rounds):
            for name in names:
                found = turn(
                    options.browser, VIEWERS[name], served[name], task.per_second, options.seconds
                )
                turns[name].append(found)
                _progress(f"{content}, {name}", found)
    return turns


def _progress(what: str, found: Turn) -> None:
    print(
        f"{what}: {found.pictures:.1f}/s, main {found.used.main:.2f} ms",
        file=sys.stderr,
        flush=True,
    )


def _soak(options: argparse.Namespace) -> Soak:
    content = (options.only or [SOAKED])[0]
    viewer = VIEWERS[(options.page or [OURS])[0]]
    with _playing(options, content, None) as task, viewer.serve(task) as served:
        for found in soak(options.browser, viewer, served, options.minutes):
            if isinstance(found, Soak):
                return found
            _told(found)
    raise BenchError("nothing was watched")


def _told(sample: Sample) -> None:
    longest = max(sample.long_tasks, default=0)
    text = f"{sample.at:4.0f} s  {sample.pictures:.1f}/s  {sample.memory:.0f} MB  {longest:.0f} ms"
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
