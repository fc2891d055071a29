"""bench/browser_threads.py: what is counted, and of whom."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from bench.browser_threads import descendants, main_thread, page_process, used

CHILD = """
import threading, sys
def work():
    open("/proc/thread-self/comm", "w").write("DedicatedWorker")
    print("working", flush=True)
    while True: pass
threading.Thread(target=work, daemon=True).start()
sys.stdin.read()
"""


@pytest.fixture
def child() -> Iterator[subprocess.Popen[str]]:
    """A process whose worker is busy and whose main thread is not."""
    with subprocess.Popen(
        [sys.executable, "-c", CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        process.stdout.readline()
        yield process
        process.kill()


def spin(seconds: float) -> None:
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


def test_a_worker_is_told_from_the_main_thread(child: subprocess.Popen[str]) -> None:
    before = used(child.pid, [child.pid])
    while used(child.pid, [child.pid]).workers < before.workers + 0.02:
        time.sleep(0.01)
    took = used(child.pid, [child.pid]) - before
    assert took.main < took.workers
    rounding = 1e-9
    assert took.workers <= took.renderer + rounding <= took.browser + 2 * rounding


def test_what_other_threads_do_is_not_the_main_threads() -> None:
    before = main_thread(os.getpid())
    thread = threading.Thread(target=spin, args=(0.05,))
    thread.start()
    thread.join()
    assert main_thread(os.getpid()) - before < 0.05


def test_a_page_is_found_by_what_it_is_made_to_do(child: subprocess.Popen[str]) -> None:
    assert page_process([child.pid, os.getpid()], lambda: spin(0.02)) == os.getpid()


def test_what_a_process_started_is_found_with_it(child: subprocess.Popen[str]) -> None:
    assert {os.getpid(), child.pid} <= set(descendants(os.getpid()))
    assert descendants(child.pid) == [child.pid]
