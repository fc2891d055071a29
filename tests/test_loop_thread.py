"""A loop in a thread of its own ends when it should."""

import _thread
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, wait
from typing import Any, TypeVar

import pytest

from ws_stream.loop_thread import LoopThread, result_of

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


@pytest.mark.usefixtures("ctrl_c")
def test_whoever_waits_is_interrupted_also_by_what_came_just_before() -> None:
    """As `interrupt_main` has it: the interrupt is noted, and wakes nobody."""
    waiting: Future[None] = Future()
    threading.Timer(0.05, _thread.interrupt_main).start()
    with pytest.raises(KeyboardInterrupt):
        result_of(waiting)
    assert waiting.cancelled()


def test_a_timeout_of_what_is_waited_for_is_its_own() -> None:
    failed: Future[None] = Future()
    failed.set_exception(TimeoutError("of the network"))
    with pytest.raises(TimeoutError, match="of the network"):
        result_of(failed)
