"""Who waits for a lock gets it, however often others take it."""

import threading
import time
from typing import Any, cast

import pytest

from ws_stream.fair_lock import FairLock


def test_one_thread_has_it_at_a_time() -> None:
    lock = FairLock()
    count = 0

    def add() -> None:
        nonlocal count
        for _ in range(2000):
            with lock:
                before = count
                time.sleep(0)  # any other thread may run here
                count = before + 1

    threads = [threading.Thread(target=add) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert count == 6000


def test_a_fault_in_its_body_releases_it() -> None:
    lock = FairLock()
    with pytest.raises(ZeroDivisionError), lock:
        _ = 1 / 0
    with lock:
        pass


def is_taken(door: Any) -> bool:  # noqa: ANN401 - typeshed has no name for it
    """By another thread."""
    if door.acquire(blocking=False):
        door.release()
        return False
    return True


class Interrupted:
    """A door in which a signal's handler raises, when the lock has just been had."""

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None:
        raise KeyboardInterrupt


def test_one_that_is_interrupted_while_it_takes_the_lock_leaves_nothing_held() -> None:
    lock = FairLock()
    door, lock._door = lock._door, cast(Any, Interrupted())
    with pytest.raises(KeyboardInterrupt), lock:
        pass
    lock._door = door
    assert not lock._lock._is_owned()  # type: ignore[attr-defined]  # as the lock itself asks


def test_a_handler_that_comes_between_the_door_and_the_lock_has_it_and_gives_it_back() -> None:
    lock = FairLock()
    with lock._door, lock:
        pass
    with lock:
        pass


def test_who_has_it_may_take_it_again_whoever_waits() -> None:
    lock = FairLock()
    waiting = threading.Thread(target=lock.__enter__)
    with lock:
        waiting.start()
        while not is_taken(lock._door):
            time.sleep(0)
        with lock:
            pass
        assert lock._lock._is_owned()  # type: ignore[attr-defined]  # as the lock itself asks
    waiting.join(60)
    assert not waiting.is_alive()


def test_who_waits_comes_before_who_has_just_had_it() -> None:
    lock = FairLock()
    order: list[str] = []

    def wait() -> None:
        with lock:
            order.append("who waited")

    waiting = threading.Thread(target=wait)
    with lock:
        waiting.start()
        while not is_taken(lock._door):
            time.sleep(0)
    with lock:
        order.append("who had it")
    waiting.join(60)
    assert order == ["who waited", "who had it"]
