"""What a piece of program leaves behind: threads and open files."""

import functools
import gc
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from ws_stream import Server


@functools.cache
def _warm_up() -> None:
    """What is opened once, by the first event loop of uvloop, is no leftover."""
    with Server(port=0):
        pass


def _there_are() -> tuple[list[str], list[str]]:
    """The names of the threads and of the open files."""
    gc.collect()
    files = []
    for number in os.listdir("/proc/self/fd"):  # noqa: PTH208 - of numbers
        with suppress(FileNotFoundError):  # that of the listing itself
            files.append(os.readlink(f"/proc/self/fd/{number}"))  # noqa: PTH115 - of no file
    return [thread.name for thread in threading.enumerate()], files


@contextmanager
def nothing_left_behind() -> Iterator[None]:
    _warm_up()
    before = _there_are()
    yield
    for then, after in zip(before, _there_are(), strict=True):
        assert len(after) <= len(then), f"{sorted(then)}, and then {sorted(after)}"
