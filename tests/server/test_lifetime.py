"""A server that is entered, left, started and closed in every wrong order, in every wrong place."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from tests.hub.viewer import in_a_thread
from tests.leftovers import nothing_left_behind
from ws_stream import Server, Stream, UsageError, connect


@pytest.fixture(autouse=True)
def tidy() -> Iterator[None]:
    with nothing_left_behind():
        yield


def picture() -> np.ndarray:
    return np.full((3, 4, 3), 7, np.uint8)


async def first_frame(server: Server, name: str = "camera") -> int:
    async for frame in connect(f"ws://127.0.0.1:{server.port}/stream/{name}"):
        return int(frame.pixels[0, 0, 0])
    raise AssertionError


def serves(server: Server) -> None:
    """A viewer sees a stream of it."""
    server.stream("camera").publish(picture())
    assert asyncio.run(first_frame(server)) == 7


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def refuses(call: Callable[[], object], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        call()


STARTED = "^this server was started already; right would be to start it once$"
CLOSED = "^this server was closed; right would be a new one$"


def test_one_that_is_entered_twice_says_so_and_serves_on() -> None:
    with Server(port=0) as server:
        with pytest.raises(UsageError, match=STARTED), server:
            pass
        serves(server)


async def test_one_that_is_started_twice_says_so_and_serves_on() -> None:
    async with Server(port=0) as server:
        with pytest.raises(UsageError, match=STARTED):
            await server.start()
        with pytest.raises(UsageError, match=STARTED), server:
            pass
        server.stream("camera").publish(picture())
        assert await first_frame(server) == 7


def test_one_that_is_started_in_another_loop_says_so_and_serves_on() -> None:
    with Server(port=0) as server:
        with pytest.raises(UsageError, match=STARTED):
            asyncio.run(server.start())
        serves(server)


def test_leaving_twice_is_no_fault() -> None:
    with Server(port=0) as server:
        serves(server)
        server.__exit__()
        assert is_free(server.port)


async def test_closing_again_is_no_fault_whoever_does_it() -> None:
    async with Server(port=0, cpu_budget=50) as server:
        await server.close()
        await asyncio.gather(server.close(), server.close())
    in_a_thread(lambda: asyncio.run(server.close()))
    server.__exit__()
    assert is_free(server.port)


def test_leaving_without_entering_lets_go_of_the_sources() -> None:
    server = Server()
    server.serve("test:")
    server.__exit__()
    asyncio.run(server.close())


USES: dict[str, Callable[[Server], object]] = {
    "stream": lambda server: server.stream("b"),
    "serve": lambda server: server.serve("test:"),
    "add": lambda server: server.add(Stream("b")),
    "enter": lambda server: server.__enter__(),
    "start": lambda server: asyncio.run(server.start()),
}


@pytest.mark.parametrize("use", USES)
def test_one_that_was_closed_says_so_when_it_is_used(use: str) -> None:
    with Server(port=0) as server:
        pass
    with pytest.raises(UsageError, match=CLOSED):
        USES[use](server)


def test_one_that_is_closed_in_another_loop_says_so_and_serves_on() -> None:
    with Server(port=0) as server:
        with pytest.raises(UsageError, match=r"^this server runs in another event loop; right"):
            asyncio.run(server.close())
        serves(server)


async def test_one_that_was_started_in_a_loop_is_not_left_without_it() -> None:
    async with Server(port=0) as server:
        sentence = "^this server was started in an event loop; right would be `async with`"
        in_a_thread(lambda: refuses(server.__exit__, sentence))
        refuses(server.__exit__, sentence)
        server.stream("camera").publish(picture())
        assert await first_frame(server) == 7


async def test_a_with_block_works_inside_of_a_running_event_loop() -> None:
    with Server(port=0) as server:
        server.stream("camera").publish(picture())
        assert await first_frame(server) == 7


def test_it_may_be_entered_by_a_thread_and_left_by_another() -> None:
    server = Server(port=0)
    in_a_thread(lambda: setattr(server, "entered", server.__enter__()))
    serves(server)
    in_a_thread(server.__exit__)
    assert is_free(server.port)


def test_one_that_could_not_listen_may_be_tried_again() -> None:
    with Server(port=0) as other:
        server = Server(port=other.port)
        with pytest.raises(UsageError, match="in use"), server:
            pass
    with server:
        serves(server)


def test_a_source_whose_closing_fails_leaves_no_thread_and_no_port() -> None:
    class Bad:
        name, width, height = "bad", 4, 3
        closed = 0

        def __init__(self) -> None:
            self.format = Stream("x", format="rgb888").format  # type: ignore[arg-type]  # its name will do

        def poll(self, seen: object = None) -> None: ...

        def close(self) -> None:
            Bad.closed += 1
            raise OSError("it is stuck")

    server = Server(port=0)
    server.serve(Bad(), name="one")  # type: ignore[arg-type]  # never polled
    server.serve(Bad(), name="two")  # type: ignore[arg-type]  # never polled
    with pytest.raises(OSError, match="it is stuck"), server:
        pass
    assert Bad.closed == 2
    assert is_free(server.port)


def test_a_stream_is_on_one_server_at_a_time() -> None:
    stream = Stream("camera")
    with Server(port=0) as server:
        server.add(stream)
        with pytest.raises(UsageError, match=r"^the stream is on another server; right would be"):
            Server().add(stream)
    with Server(port=0) as server:
        server.add(stream).publish(picture())
        assert asyncio.run(first_frame(server)) == 7


def in_a_fork(work: Callable[[], None]) -> None:
    """A forked child does it within seconds, and ends without a fault."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # forking beside threads is the point
        child = os.fork()
    if child == 0:
        signal.alarm(0)
        try:
            work()
        except BaseException as error:
            os.write(2, f"in the child: {error!r}\n".encode())
            os._exit(1)
        os._exit(0)
    deadline = time.monotonic() + 20
    while not (ended := os.waitpid(child, os.WNOHANG))[0]:
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            raise AssertionError("the child hangs")
        time.sleep(0.01)
    assert ended[1] == 0


FORKED = (
    "^this server runs in the process that this one was forked off; right would be a new one here$"
)


def test_in_a_forked_child_publishing_says_that_nobody_would_see_it() -> None:
    with Server(port=0) as server:
        camera = server.stream("camera")
        camera.publish(picture())
        sentence = (
            rf"^this stream belongs to process {os.getpid()}, .* right would be to publish there"
        )
        in_a_fork(lambda: refuses(lambda: camera.publish(picture()), sentence))
        in_a_fork(lambda: refuses(lambda: camera.set_problem("gone"), sentence))
        assert asyncio.run(first_frame(server)) == 7


def test_in_a_forked_child_nobody_waits_for_what_viewers_do() -> None:
    with Server(port=0) as server:
        camera = server.stream("camera", input=True)
        events = camera.input()
        sentence = rf"^this stream belongs to process {os.getpid()}, "
        in_a_fork(lambda: refuses(lambda: next(events), sentence))
        in_a_fork(lambda: refuses(camera.input, sentence))


@pytest.mark.parametrize("use", USES)
def test_in_a_forked_child_a_running_server_says_so_when_it_is_used(use: str) -> None:
    with Server(port=0) as server:
        in_a_fork(lambda: refuses(lambda: USES[use](server), FORKED))
        serves(server)


def test_a_forked_child_leaves_the_block_at_once_and_the_server_goes_on() -> None:
    with Server(port=0) as server:
        stream = server.serve("test:")
        in_a_fork(server.__exit__)
        in_a_fork(stream.close)
        serves(server)


PROGRAM = """
import os, sys
import numpy as np
from ws_stream import Server
with Server(port=0) as server:
    camera = server.stream("camera")
    child = os.fork()
    if child:
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    {}
"""


@pytest.mark.parametrize(
    ("does", "code", "said"),
    [
        ("pass", 0, ""),
        ("sys.exit(3)", 3, ""),
        ("camera.publish(np.zeros((3, 4, 3), np.uint8))", 1, "UsageError: this stream belongs to"),
    ],
)
def test_a_forked_child_ends_as_it_would_without_a_server(does: str, code: int, said: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(does)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == code, ended.stderr
    assert said in ended.stderr


async def test_a_forked_child_leaves_the_async_block_at_once() -> None:
    async with Server(port=0) as server:
        in_a_fork(lambda: asyncio.new_event_loop().run_until_complete(server.close()))
        server.stream("camera").publish(picture())
        assert await first_frame(server) == 7


def test_a_server_that_was_made_before_the_fork_may_be_started_in_the_child() -> None:
    server = Server(port=0)
    camera = server.stream("camera")

    def serve() -> None:
        with server:
            camera.publish(picture())
            assert asyncio.run(first_frame(server)) == 7

    in_a_fork(serve)
    with server:
        camera.publish(picture())
        assert asyncio.run(first_frame(server)) == 7
