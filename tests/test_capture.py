import asyncio
from functools import partial

import numpy as np

from ws_stream.capture import TORN_TRIES, capture
from ws_stream.errors import SourceError
from ws_stream.hub import Stream
from ws_stream.pixels import GRAY8, Pixels


class FakeSource:
    """Counts what it is asked; each picture is filled with the number of captures."""

    name, format, width, height = "fake", GRAY8, 3, 2

    def __init__(self) -> None:
        self.captures = 0
        self.still = False
        self.torn = 0
        self.failures: list[Exception] = []

    def changed(self) -> bool:
        return not self.still

    def capture(self) -> Pixels:
        if self.failures:
            raise self.failures.pop()
        self.captures += 1
        return np.full((2, 3), self.captures, np.uint8)

    def intact(self) -> bool:
        self.torn -= 1
        return self.torn < 0

    def close(self) -> None: ...


def watched(source: FakeSource, fps: float = 200) -> tuple[Stream, asyncio.Event]:
    return Stream("a", format=GRAY8, fps=fps, producer=partial(capture, source)), asyncio.Event()


async def until(condition: asyncio.Event) -> None:
    condition.clear()
    await asyncio.wait_for(condition.wait(), 5)


async def test_nothing_is_captured_before_and_after_somebody_watches() -> None:
    source = FakeSource()
    stream, woken = watched(source)
    await asyncio.sleep(0.05)
    assert source.captures == 0
    feed, _ = stream.join(woken.set)
    await until(woken)
    await until(woken)
    stream.leave(feed, woken.set)
    await asyncio.sleep(0.05)
    captures = source.captures
    await asyncio.sleep(0.05)
    assert source.captures == captures


async def test_the_first_viewer_does_not_wait_for_the_next_picture_to_be_due() -> None:
    source = FakeSource()
    stream, woken = watched(source, fps=0.1)
    feed, _ = stream.join(woken.set)
    await asyncio.sleep(0)
    assert feed.newest


async def test_a_source_that_has_not_changed_is_not_read_except_for_who_has_nothing() -> None:
    source = FakeSource()
    source.still = True
    stream, woken = watched(source)
    for returning in (1, 2):
        feed, _ = stream.join(woken.set)
        await until(woken)
        await asyncio.sleep(0.05)
        assert source.captures == returning
        stream.leave(feed, woken.set)
        await asyncio.sleep(0.05)
    await stream.close()


async def test_a_torn_picture_is_read_again_and_never_shown() -> None:
    source = FakeSource()
    source.torn = TORN_TRIES - 1
    stream, woken = watched(source, fps=1)
    feed, _ = stream.join(woken.set)
    await until(woken)
    assert feed.newest
    assert feed.newest.pixels[0, 0] == TORN_TRIES
    await stream.close()


async def test_a_writer_that_always_tears_is_given_up_for_this_turn() -> None:
    source = FakeSource()
    source.torn = 10**9
    stream, woken = watched(source, fps=0.1)
    feed, _ = stream.join(woken.set)
    await asyncio.sleep(0.01)
    assert feed.newest is None
    assert source.captures == TORN_TRIES
    await stream.close()


async def test_a_source_that_fails_is_reported_and_asked_again(monkeypatch: object) -> None:
    source = FakeSource()
    source.failures = [ZeroDivisionError("oops"), SourceError("the camera is gone")]
    stream, woken = watched(source)
    feed, _ = stream.join(woken.set)
    await until(woken)
    assert feed.problem == "the camera is gone"
    await until(woken)
    assert feed.problem
    assert "oops" in feed.problem
    await until(woken)
    await asyncio.sleep(0.05)
    assert feed.newest
    assert feed.problem is None
    await stream.close()
