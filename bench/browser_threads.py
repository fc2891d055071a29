"""CPU time of a browser, thread by thread, as the kernel counts it.

That is the soundest there is: in nanoseconds, of all that a thread does (scripts, collecting garbage, messages between
processes, compositing), without the time another process had the core, the same for every browser, and nothing is asked
of the page meanwhile. DevTools' TaskDuration goes on while others have the core, knows no workers, and has to be asked.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from .processes import cpu_seconds

WORKERS = ("DedicatedWorker", "DOM Worker")
"""How the names of workers' threads begin, in Chromium and Firefox."""


class Used(NamedTuple):
    """Seconds of CPU time."""

    main: float
    """The thread that runs the page's own scripts, lays out and hands over to the compositor."""
    workers: float
    """Those of the page's workers that are alive."""
    renderer: float
    """The whole process of the page."""
    browser: float
    """All processes of the browser."""

    def __sub__(self, other: "Used") -> "Used":
        return Used(*(mine - theirs for mine, theirs in zip(self, other, strict=True)))


def used(renderer: int, processes: Iterable[int]) -> Used:
    """What the page's process and all of them have used until now."""
    workers = [_seconds(task) for task in _tasks(renderer) if _name(task).startswith(WORKERS)]
    return Used(
        main_thread(renderer),
        sum(workers),
        cpu_seconds(renderer),
        sum(map(cpu_seconds, processes)),
    )


def main_thread(process: int) -> float:
    """CPU time of its first thread. Only there do browsers run a page's scripts outside of workers."""
    return _seconds(Path(f"/proc/{process}/task/{process}"))


def page_process(processes: Iterable[int], keep_busy: Callable[[], object]) -> int:
    """The process whose main thread the page keeps busy; browsers have others in store."""
    before = {process: main_thread(process) for process in processes}
    keep_busy()
    return max(before, key=lambda process: main_thread(process) - before[process])


def descendants(process: int) -> list[int]:
    """The process and all that it has started, as far as they are alive."""
    found = [process]
    for parent in found:
        for children in Path(f"/proc/{parent}/task").glob("*/children"):
            found += map(int, children.read_text().split())
    return found


def _tasks(process: int) -> Iterable[Path]:
    return Path(f"/proc/{process}/task").iterdir()


def _name(task: Path) -> str:
    return (task / "comm").read_text()


def _seconds(task: Path) -> float:
    return int((task / "schedstat").read_text().split()[0]) / 1e9
