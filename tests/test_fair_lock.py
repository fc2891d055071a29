"""Who waits for a lock gets it, however often others take it."""

import threading
import time

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


def test_who_has_it_may_take_it_again_whoever_waits() -> None:
    lock = FairLock()
    waiting = threading.Thread(target=lock.__enter__)
    with lock:
        waiting.start()
        while not lock._door.locked():
            time.sleep(0)
        with lock:
            pass
        assert lock._lock.locked()
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
        while not lock._door.locked():
            time.sleep(0)
    with lock:
        order.append("who had it")
    waiting.join(60)
    assert order == ["who waited", "who had it"]
