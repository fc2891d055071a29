"""A loop in a thread of its own ends when it should."""

import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, wait
from typing import Any, TypeVar

from ws_stream.loop_thread import LoopThread

T = TypeVar("T")


class Quick(LoopThread):
    """What begins there is done before whoever began it goes on."""

    def begin(self, function: Callable[[], Coroutine[Any, Any, T]]) -> Future[T]:
        begun = super().begin(function)
        wait([begun])
        time.sleep(0.2)  # the loop sleeps again
        return begun


async def nothing() -> None: ...


def test_what_is_done_at_once_ends_its_thread_too() -> None:
    thread = Quick("quick")
    thread.stop_behind(nothing)
    thread._thread.join(5)
    assert not thread._thread.is_alive()
    assert thread._loop.is_closed()
