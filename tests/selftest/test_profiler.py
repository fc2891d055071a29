"""What a picture costs, told apart by stage."""

import asyncio
import time

import numpy as np

from ws_stream.hub.stream import Stream
from ws_stream.pixels.formats import RGBX8888
from ws_stream.pixels.rendition import Rendition
from ws_stream.selftest.profiler import Cost, ProfiledFeed, ProfiledMaker, ProfiledSource, Profiler
from ws_stream.sources.testcard import Card


def work(seconds: float) -> None:
    """Take that much CPU time."""
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


async def costs(profiler: Profiler) -> list[Cost]:
    return await profiler.pictures(1000, 0.01)


async def test_stages_are_told_apart_and_the_rest_is_sending() -> None:
    profiler = Profiler()
    made = ProfiledMaker(profiler).make(np.zeros((4, 4, 4), np.uint8), RGBX8888, Rendition())
    profiler.turn()
    counting = asyncio.ensure_future(costs(profiler))
    await asyncio.sleep(0)
    with profiler.stage("take"):
        work(0.002)
    with profiler.stage("encode"):
        work(0.003)
    work(0.004)
    profiler.took(made)
    profiler.turn()
    (cost,) = await counting
    assert cost.take >= 2000
    assert cost.encode >= 3000
    assert cost.send >= 4000
    assert cost.whole >= 9000


async def test_polls_that_find_nothing_belong_to_the_picture_that_comes() -> None:
    profiler = Profiler()
    maker = ProfiledMaker(profiler)
    counting = asyncio.ensure_future(costs(profiler))
    await asyncio.sleep(0)
    for _ in range(3):
        work(0.002)
        profiler.turn()
    maker.make(np.zeros((4, 4, 4), np.uint8), RGBX8888, Rendition())
    profiler.turn()
    (cost,) = await counting
    assert cost.whole >= 6000


async def test_a_new_picture_that_was_not_encoded_was_skipped_and_a_still_one_was_not() -> None:
    profiler = Profiler()
    maker = ProfiledMaker(profiler)
    picture = np.zeros((4, 4, 4), np.uint8)
    counting = asyncio.ensure_future(costs(profiler))
    await asyncio.sleep(0)
    for _ in range(2):
        maker.keep(maker.make(picture, RGBX8888, Rendition()))
        profiler.turn()
    assert [cost.skipped for cost in await counting] == [True, False]


async def test_it_ends_as_soon_as_there_are_enough_and_gives_no_more() -> None:
    profiler = Profiler()
    maker = ProfiledMaker(profiler)
    counting = asyncio.ensure_future(profiler.pictures(2, 60))
    await asyncio.sleep(0)
    for _ in range(5):
        maker.make(np.zeros((4, 4, 4), np.uint8), RGBX8888, Rendition())
        profiler.turn()
    assert len(await asyncio.wait_for(counting, 5)) == 2


async def test_a_metered_feed_sends_what_a_feed_sends() -> None:
    profiler, stream = Profiler(), Stream("a")
    feed = ProfiledFeed(profiler, stream)
    counting = asyncio.ensure_future(costs(profiler))
    await asyncio.sleep(0)
    made = feed.maker.make(np.ones((4, 4, 4), np.uint8), RGBX8888, Rendition())
    feed.maker.keep(made)
    feed.put(made, 0)
    message = feed.encoding(0)
    profiler.turn()
    (cost,) = await counting
    assert cost.bytes == len(message)
    assert not cost.skipped


def test_a_metered_source_shows_what_the_source_shows() -> None:
    card = Card(64, 48, RGBX8888)
    profiled = ProfiledSource(card, Profiler())
    assert (profiled.name, profiled.format) == (card.name, card.format)
    assert (profiled.width, profiled.height) == (64, 48)
    assert profiled.changed()
    assert profiled.capture() is card.capture()
    assert profiled.intact()
