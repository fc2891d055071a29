"""What a piece of program leaves behind: threads and open files."""

import functools
import gc
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ws_stream import Server


@functools.cache
def _warm_up() -> None:
    """What is opened once, by the first event loop of uvloop, is no leftover."""
    with Server(port=0):
        pass


def _there_are() -> tuple[int, int]:
    gc.collect()
    return threading.active_count(), len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - of numbers


@contextmanager
def nothing_left_behind() -> Iterator[None]:
    _warm_up()
    before = _there_are()
    yield
    assert all(after <= then for after, then in zip(_there_are(), before, strict=True))
