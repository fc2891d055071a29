"""A function is called while somebody wants pictures, no more often than at the rate, and never otherwise."""

import threading
import time
from collections.abc import Iterator

import pytest

from ws_stream.hub.stream import Stream
from ws_stream.jupyter.calls import Calls
from ws_stream.pixels.formats import Pixels

from .page import Output, gray, until


class Camera:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self.fails: BaseException | None = None

    def __call__(self) -> Pixels:
        self.asked.append(time.monotonic())
        if self.fails:
            raise self.fails
        return gray(len(self.asked) % 256)


@pytest.fixture
def camera() -> Camera:
    return Camera()


@pytest.fixture
def output(camera: Camera) -> Iterator[Output]:
    stream = Stream("a", fps=100, producer=Calls(camera))
    yield Output(stream)
    stream.close()


async def test_it_is_called_while_somebody_watches_and_what_it_returns_is_shown(
    output: Output, camera: Camera
) -> None:
    assert not camera.asked
    page = output.enter()
    await until(lambda: len(camera.asked) > 3)
    assert page.shown is not None


async def test_it_is_called_no_more_often_than_at_the_rate_asked_for(
    output: Output, camera: Camera
) -> None:
    page = output.enter("fps=50")
    await until(lambda: len(camera.asked) > 2)
    for _ in range(20):  # a page that is hidden and seen again makes it no quicker
        page.say(act="say", message='{"type":"request","id":1,"fps":0}')
        page.say(act="say", message='{"type":"request","id":2,"fps":50}')
    await until(lambda: len(camera.asked) > 8)
    waits = [after - before for before, after in zip(camera.asked, camera.asked[1:], strict=False)]
    assert min(waits) >= 0.02 - 1e-3  # it never wakes before it is due


async def test_it_is_left_alone_while_all_pages_are_hidden(output: Output, camera: Camera) -> None:
    page = output.enter()
    await until(lambda: len(camera.asked) > 2)
    page.say(act="say", message='{"type":"request","id":1,"fps":0}')
    await until(lambda: output.stream.wanted == 0)
    calls = len(camera.asked)
    await until(lambda: time.monotonic() > camera.asked[-1] + 0.1)
    assert len(camera.asked) <= calls + 1  # the one that was under way


@pytest.mark.parametrize("error", [ValueError("no light"), SystemExit("no light")])
async def test_one_that_fails_is_told_and_called_again(
    output: Output, camera: Camera, error: BaseException
) -> None:
    camera.fails = error
    page = output.enter()
    await until(lambda: page.session.problem == f"{type(error).__name__}: no light")
    camera.fails = None
    await until(lambda: page.session.problem is None and page.shown is not None)


class Waits(threading.Event):
    """Keeps how long is waited for it."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        if timeout is not None:
            self.seconds.append(timeout)
        return super().wait(timeout)


async def test_at_the_lowest_rates_it_waits_as_long_as_a_thread_can(camera: Camera) -> None:
    calls = Calls(camera)
    calls._wake = waits = Waits()
    stream = Stream("a", fps=1e-12, producer=calls)
    Output(stream).enter()
    await until(lambda: bool(waits.seconds))
    stream.close()
    assert max(waits.seconds) <= threading.TIMEOUT_MAX
