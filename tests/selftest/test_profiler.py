"""What a picture costs, told apart by stage."""

import asyncio
import time
from collections.abc import Iterator
from typing import cast

import numpy as np
import pytest

from ws_stream.pixels.formats import GRAY8, RGBX8888, Pixels
from ws_stream.pixels.rendition import Rendition
from ws_stream.producers.polls import TORN_TRIES, Polls
from ws_stream.selftest.profiler import Cost, ProfiledSource, ProfiledWalk, Profiler
from ws_stream.sources import Picture
from ws_stream.sources.testcard import Card
from ws_stream.walk import Walk, new_walk

NOW = 100.0


def work(seconds: float) -> None:
    """Take that much CPU time."""
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


async def costs(profiler: Profiler) -> list[Cost]:
    return await profiler.pictures(1000, 0.01)


class Watched:
    """A walk with a clock in it, and one viewer that is shown whatever there is."""

    def __init__(self) -> None:
        self.profiler, self.walk, self.now = Profiler(), new_walk(1000), NOW
        self.walk.open(0, GRAY8, Rendition(), (6, 4), 1)
        self.place = self.walk.join(-1, 0, True, -1.0, NOW)
        self.walk.announced(self.place, NOW)
        self.profiled = ProfiledWalk(self.walk, self.profiler)

    def show(self, picture: Pixels, *, to_viewer: bool = True) -> None:
        """One picture, from one poll to the next."""
        self.now += 1
        self.profiled.update(picture, None, self.now)
        self.profiled.commit(1)
        if to_viewer:
            self.profiled.flush(self.now)
        self.profiler.turn()


def gray(value: int) -> Pixels:
    return np.full((4, 6), value, np.uint8)


@pytest.fixture
def watched() -> Iterator[Watched]:
    yield Watched()


async def test_stages_are_told_apart_and_the_rest_is_waking() -> None:
    profiler = Profiler()
    counting = asyncio.ensure_future(costs(profiler))
    await asyncio.sleep(0)
    with profiler.stage("take"):
        work(0.002)
    with profiler.stage("encode"):
        work(0.003)
    work(0.004)
    profiler.took(is_new=True)
    profiler.turn()
    (cost,) = await counting
    assert cost.take >= 2000
    assert cost.encode >= 3000
    assert cost.send >= 4000
    assert cost.whole >= 9000


async def test_polls_that_find_nothing_belong_to_the_picture_that_comes(watched: Watched) -> None:
    counting = asyncio.ensure_future(costs(watched.profiler))
    await asyncio.sleep(0)
    for _ in range(3):
        work(0.002)
        watched.profiler.turn()
    watched.show(gray(1))
    (cost,) = await counting
    assert cost.whole >= 6000


async def test_a_new_picture_that_was_not_sent_was_skipped_and_a_still_one_was_not(
    watched: Watched,
) -> None:
    counting = asyncio.ensure_future(costs(watched.profiler))
    await asyncio.sleep(0)
    watched.show(gray(1), to_viewer=False)
    watched.show(gray(1), to_viewer=False)
    assert [cost.skipped for cost in await counting] == [True, False]


async def test_a_picture_read_again_because_it_was_torn_is_one_picture(watched: Watched) -> None:
    counting = asyncio.ensure_future(costs(watched.profiler))
    await asyncio.sleep(0)
    watched.profiled.update(gray(1), None, watched.now)
    watched.profiled.abandon()
    watched.show(gray(1))
    (cost,) = await counting
    assert cost.bytes
    assert not cost.skipped


async def test_it_ends_as_soon_as_there_are_enough_and_gives_no_more(watched: Watched) -> None:
    counting = asyncio.ensure_future(watched.profiler.pictures(2, 60))
    await asyncio.sleep(0)
    for value in range(5):
        watched.show(gray(value))
    assert len(await asyncio.wait_for(counting, 5)) == 2


async def test_a_profiled_walk_sends_what_the_walk_sends_and_counts_it(watched: Watched) -> None:
    counting = asyncio.ensure_future(costs(watched.profiler))
    await asyncio.sleep(0)
    watched.show(gray(1))
    (cost,) = await counting
    ((place, message),) = watched.profiled.messages()
    assert place == watched.place
    assert len(message) <= cost.bytes <= len(message) + 10, "with what WebSocket puts before it"
    assert cost.take > 0
    assert cost.encode > 0
    assert not cost.skipped


def test_a_profiled_source_shows_what_the_source_shows() -> None:
    card = Card(64, 48, RGBX8888)
    profiled = ProfiledSource(card, Profiler())
    assert (profiled.name, profiled.format) == (card.name, card.format)
    assert (profiled.width, profiled.height) == (64, 48)
    picture = profiled.poll()
    assert picture
    assert picture.pixels is card.poll().pixels
    assert picture.version is None
    assert picture.intact()


class Writer:
    """A source that tears as many pictures as it is told to; `polls` are what was said to be seen."""

    name, format, width, height = "writer", GRAY8, 6, 4

    def __init__(self) -> None:
        self.value = self.torn = 0
        self.polls: list[object] = []

    def poll(self, seen: object = None) -> Picture | None:
        self.polls.append(seen)
        return Picture(gray(self.value), self.value, self.intact) if seen != self.value else None

    def intact(self) -> bool:
        self.torn -= 1
        return self.torn < 0

    def close(self) -> None: ...


async def test_whatever_is_polled_until_a_picture_is_whole_is_one_picture(
    watched: Watched,
) -> None:
    writer = Writer()
    source = ProfiledSource(writer, watched.profiler)
    polls = Polls(source, cast(Walk, watched.profiled), lambda *_: None)
    counting = asyncio.ensure_future(costs(watched.profiler))
    await asyncio.sleep(0)
    for value, torn in ((1, 0), (1, 0), (2, TORN_TRIES - 1), (3, TORN_TRIES), (3, 0), (4, 0)):
        writer.value, writer.torn = value, torn
        watched.now += 1
        polls.poll(1, watched.now)
    assert len(writer.polls) == 6 + 2 * (TORN_TRIES - 1)
    watched.profiler.turn()
    assert len(await counting) == 4
