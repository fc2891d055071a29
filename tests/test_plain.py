"""Pictures for programs without an event loop: the same ones, and an end that leaves nothing behind."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import numpy as np
import pytest

from tests.leftovers import nothing_left_behind
from ws_stream import (
    ConnectError,
    Frame,
    PlainConnection,
    Server,
    Stream,
    UsageError,
    WaitTimeoutError,
    connect,
)


@pytest.fixture
def camera() -> Iterator[tuple[Stream, str]]:
    """A stream that shows picture 0, and its address."""
    with Server(port=0) as server:
        camera = server.stream("camera", fps=1000)
        camera.publish(picture(0))
        yield camera, f"ws://127.0.0.1:{server.port}/stream/camera"


def picture(value: int) -> np.ndarray:
    return np.full((4, 6), value, np.uint8)


def value(frame: Frame) -> int:
    return int(frame.pixels[0, 0])


def until_unwatched(camera: Stream) -> None:
    """The server has heard the goodbye; it does so soon, or the test times out."""
    while camera.watched:
        threading.Event().wait(0.01)


def test_a_loop_that_is_left_says_goodbye_and_leaves_nothing_behind(
    camera: tuple[Stream, str],
) -> None:
    stream, url = camera
    with nothing_left_behind():
        for _ in range(3):
            for frame in connect(url):
                assert value(frame) == 0
                break
            until_unwatched(stream)


def test_every_picture_is_seen_by_a_program_that_keeps_up(camera: tuple[Stream, str]) -> None:
    stream, url = camera
    seen = []
    for frame in connect(url):
        seen.append(value(frame))
        if seen[-1] == 50:
            break
        stream.publish(picture(seen[-1] + 1))
    assert seen == list(range(51))


def test_a_slow_program_skips_pictures_and_gets_the_newest(camera: tuple[Stream, str]) -> None:
    stream, url = camera
    seen, numbers = [], iter(range(1, 201))
    for frame in connect(url):
        seen.append(value(frame))
        if seen[-1] == 200:
            break
        for number in islice(numbers, 20):
            stream.publish(picture(number))
    assert seen == sorted(seen)
    assert len(seen) < 100


def test_an_error_in_the_loop_is_raised_and_leaves_nothing_behind(
    camera: tuple[Stream, str],
) -> None:
    stream, url = camera
    with nothing_left_behind():
        with pytest.raises(ZeroDivisionError):
            for frame in connect(url):
                assert 1 // frame.width // 10 // 0
        until_unwatched(stream)


def test_a_server_that_is_not_there_is_raised_in_a_sentence_and_leaves_nothing_behind() -> None:
    with Server(port=0) as server:
        port = server.port
    with nothing_left_behind(), pytest.raises(ConnectError, match="no stream from ws://127"):
        next(iter(connect(f"ws://127.0.0.1:{port}/stream")))


def test_a_block_has_all_its_loops_and_waits_over_at_its_end(camera: tuple[Stream, str]) -> None:
    stream, url = camera
    with nothing_left_behind():
        with connect(url) as screen:
            kept = iter(screen)  # nobody closes it
            assert value(next(kept)) == 0
            stream.publish(picture(1))
            assert value(next(kept)) == 1
            assert value(screen.wait_for(lambda frame: value(frame) == 1, 10)) == 1
            with pytest.raises(WaitTimeoutError):
                screen.wait_for(lambda frame: value(frame) == 2, 0.05)
        with pytest.raises(UsageError, match="right would be a new one"):
            next(kept)
        with pytest.raises(UsageError, match="right would be a new one"):
            screen.wait_for(lambda _: True, 1)
        screen.close()
        until_unwatched(stream)


def test_a_connection_is_in_one_block_at_a_time(camera: tuple[Stream, str]) -> None:
    _, url = camera
    connection = connect(url)
    for _ in range(2):
        with connection as screen, pytest.raises(UsageError, match="right would be another"):
            assert value(next(iter(screen))) == 0
            with connection:
                pass


async def test_it_works_in_a_program_whose_own_loop_runs(camera: tuple[Stream, str]) -> None:
    """As in a notebook."""
    _, url = camera
    assert asyncio.get_running_loop()
    for frame in connect(url):
        assert value(frame) == 0
        break


def test_it_works_in_any_thread_and_in_several_at_once(camera: tuple[Stream, str]) -> None:
    stream, url = camera
    seen: list[int] = []

    def look(screen: PlainConnection) -> None:
        for frame in screen:
            seen.append(value(frame))
            if value(frame) == 1:
                break

    with nothing_left_behind():
        with connect(url) as screen:
            threads = [threading.Thread(target=look, args=(screen,)) for _ in range(4)]
            for thread in threads:
                thread.start()
            while len(seen) < 4:
                threading.Event().wait(0.01)
            stream.publish(picture(1))
            for thread in threads:
                thread.join()
        until_unwatched(stream)
    assert sorted(seen) == [0, 0, 0, 0, 1, 1, 1, 1]


def test_who_waits_in_another_thread_is_woken_when_the_block_ends(
    camera: tuple[Stream, str],
) -> None:
    _, url = camera
    seen: list[object] = []

    def look(screen: PlainConnection) -> None:
        try:
            for frame in screen:
                seen.append(value(frame))
        except UsageError as error:
            seen.append(error)

    with connect(url) as screen:
        thread = threading.Thread(target=look, args=(screen,))
        thread.start()
        while not seen:
            threading.Event().wait(0.01)
    thread.join()
    assert isinstance(seen[1], UsageError)


def test_a_predicate_is_called_by_the_thread_that_waits_and_may_use_the_connection(
    camera: tuple[Stream, str],
) -> None:
    _, url = camera
    threads = []

    def look(frame: Frame) -> bool:
        threads.append(threading.current_thread())
        return screen.wait_for(lambda other: other.number == frame.number, 10).width == 6

    with connect(url) as screen:
        assert value(screen.wait_for(look, 10)) == 0
    assert threads == [threading.current_thread()]


def test_a_wait_that_was_in_vain_tells_what_any_wait_tells(camera: tuple[Stream, str]) -> None:
    _, url = camera
    with connect(url) as screen:
        for _ in range(2):
            with pytest.raises(WaitTimeoutError, match=r"the last of 1 was number 1, of 6x4$"):
                screen.wait_for(lambda _: False, 0.05)


async def test_the_thread_itself_may_close_as_the_garbage_collector_does(
    camera: tuple[Stream, str],
) -> None:
    """That one runs in whatever thread it likes."""
    stream, url = camera
    with nothing_left_behind():
        screen = PlainConnection(connect(url))
        frames = iter(screen)
        next(frames)

        async def collect() -> None:
            del kept[:]
            screen.close()

        kept = [frames]
        del frames
        assert screen._thread
        screen._thread.run(collect)
        until_unwatched(stream)
        while any("_finish" in thread.name for thread in threading.enumerate()):
            threading.Event().wait(0.01)


def test_an_iteration_may_be_collected_while_another_begins(
    camera: tuple[Stream, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stream, url = camera
    with connect(url) as screen:
        kept = [iter(screen)]
        next(kept[0])
        assert screen._thread
        begin = screen._thread.begin

        def collect_and_begin(function: Callable[[], Any]) -> Any:  # noqa: ANN401 - the task's result
            del kept[:]
            return begin(function)

        monkeypatch.setattr(screen._thread, "begin", collect_and_begin)
        assert value(next(iter(screen))) == 0
    until_unwatched(stream)


@pytest.mark.parametrize("argument", ["predicate", "timeout"])
def test_what_cannot_be_waited_for_is_refused_before_anything_is_looked_at(argument: str) -> None:
    right: dict[str, Any] = {"predicate": bool, "timeout": 1}
    with connect("ws://h") as screen, pytest.raises(UsageError, match=f"{argument}='x' cannot be"):
        screen.wait_for(**{**right, argument: "x"})


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_ends_the_loop_while_it_waits(camera: tuple[Stream, str]) -> None:
    stream, url = camera
    with nothing_left_behind():
        with pytest.raises(KeyboardInterrupt):
            for _ in connect(url):
                threading.Timer(0.05, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        until_unwatched(stream)


ENDS = """
import sys
from ws_stream import connect
frames = iter(connect(sys.argv[1]))
print(next(frames).number)
{end}
"""


@pytest.mark.parametrize(
    "end", ["", "sys.exit(0)", "del frames", "again = iter(connect(sys.argv[1])); next(again)"]
)
def test_a_program_that_ends_amid_pictures_ends_at_once_and_in_silence(
    camera: tuple[Stream, str], end: str
) -> None:
    stream, url = camera
    program = [sys.executable, "-X", "dev", "-c", ENDS.format(end=end), url]
    done = subprocess.run(program, capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("1\n", "", 0)
    until_unwatched(stream)


FORKS = """
import os, sys
from ws_stream import UsageError, connect
frames = iter(connect(sys.argv[1]))
next(frames)
if os.fork():
    status = os.wait()[1]
    next(iter(connect(sys.argv[1])))
    print("the parent goes on, and its child ended with", status)
else:
    try:
        next(frames)
    except UsageError as error:
        print(error, flush=True)
"""


def test_a_forked_child_is_told_and_ends_without_its_parent_s_thread(
    camera: tuple[Stream, str],
) -> None:
    _, url = camera
    program = [sys.executable, "-c", FORKS, url]
    done = subprocess.run(program, capture_output=True, text=True, timeout=60, check=False)
    told, parent = done.stdout.splitlines()
    assert "right would be a new one" in told
    assert parent == "the parent goes on, and its child ended with 0"
    assert done.stderr == ""
