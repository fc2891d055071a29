"""What a picture costs, told apart by stage."""

import asyncio
import time

import numpy as np

from ws_stream.hub import Stream
from ws_stream.meter import Cost, Meter, MeteredFeed, MeteredMaker, MeteredSource
from ws_stream.pixels import RGBX8888
from ws_stream.shrink import Rendition
from ws_stream.sources.testcard import Card


def work(seconds: float) -> None:
    """Take that much CPU time."""
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


async def costs(meter: Meter) -> list[Cost]:
    return await meter.pictures(1000, 0.01)


async def test_stages_are_told_apart_and_the_rest_is_sending() -> None:
    meter = Meter()
    made = MeteredMaker(meter).make(np.zeros((4, 4, 4), np.uint8), RGBX8888, Rendition())
    meter.turn()
    counting = asyncio.ensure_future(costs(meter))
    await asyncio.sleep(0)
    with meter.stage("take"):
        work(0.002)
    with meter.stage("encode"):
        work(0.003)
    work(0.004)
    meter.took(made)
    meter.turn()
    (cost,) = await counting
    assert cost.take >= 2000
    assert cost.encode >= 3000
    assert cost.send >= 4000
    assert cost.whole >= 9000


async def test_looks_that_find_nothing_belong_to_the_picture_that_comes() -> None:
    meter = Meter()
    maker = MeteredMaker(meter)
    counting = asyncio.ensure_future(costs(meter))
    await asyncio.sleep(0)
    for _ in range(3):
        work(0.002)
        meter.turn()
    maker.make(np.zeros((4, 4, 4), np.uint8), RGBX8888, Rendition())
    meter.turn()
    (cost,) = await counting
    assert cost.whole >= 6000


async def test_a_new_picture_that_was_not_encoded_was_skipped_and_a_still_one_was_not() -> None:
    meter = Meter()
    maker = MeteredMaker(meter)
    picture = np.zeros((4, 4, 4), np.uint8)
    counting = asyncio.ensure_future(costs(meter))
    await asyncio.sleep(0)
    for _ in range(2):
        maker.keep(maker.make(picture, RGBX8888, Rendition()))
        meter.turn()
    assert [cost.skipped for cost in await counting] == [True, False]


async def test_it_ends_as_soon_as_there_are_enough_and_gives_no_more() -> None:
    meter = Meter()
    maker = MeteredMaker(meter)
    counting = asyncio.ensure_future(meter.pictures(2, 60))
    await asyncio.sleep(0)
    for _ in range(5):
        maker.make(np.zeros((4, 4, 4), np.uint8), RGBX8888, Rendition())
        meter.turn()
    assert len(await asyncio.wait_for(counting, 5)) == 2


async def test_a_metered_feed_sends_what_a_feed_sends() -> None:
    meter, stream = Meter(), Stream("a")
    feed = MeteredFeed(meter, stream)
    counting = asyncio.ensure_future(costs(meter))
    await asyncio.sleep(0)
    made = feed.maker.make(np.ones((4, 4, 4), np.uint8), RGBX8888, Rendition())
    feed.maker.keep(made)
    feed.put(made, 0)
    message = feed.encoding(0)
    meter.turn()
    (cost,) = await counting
    assert cost.bytes == len(message)
    assert not cost.skipped


def test_a_metered_source_shows_what_the_source_shows() -> None:
    card = Card(64, 48, RGBX8888)
    metered = MeteredSource(card, Meter())
    assert (metered.name, metered.format) == (card.name, card.format)
    assert (metered.width, metered.height) == (64, 48)
    assert metered.changed()
    assert metered.capture() is card.capture()
    assert metered.intact()
