"""A viewer in this process: exact, one picture at a time, and only what somebody wants."""

import asyncio
import logging

import numpy as np
import pytest

from tests.hub.viewer import BOTH_WALKS, NewWalk, until
from tests.strategies import ALL_FORMATS, pixels, possible
from ws_stream import Stream
from ws_stream.pixels.rendition import Rendition
from ws_stream.pixels.resample import resample
from ws_stream.protocol.offer import EVERYTHING
from ws_stream.protocol.request import Request
from ws_stream.server.lens import Lens, LensError
from ws_stream.server.request_log import RequestLog
from ws_stream.server.stills import part

from .film import gray

ALL = Request(offer=EVERYTHING)


def looked(stream: Stream, request: Request = ALL, log: RequestLog | None = None) -> Lens:
    lens = Lens(stream, request, log or RequestLog(logging.getLogger(__name__)))
    lens.begin()
    return lens


@BOTH_WALKS
async def test_each_format_is_seen_as_it_lies_in_memory(walk: NewWalk) -> None:
    for pixel_format in ALL_FORMATS:
        stream = Stream("camera", format=pixel_format, walk=walk)
        size = possible(pixel_format, 22, 14)
        memory = pixels(pixel_format, *size, "noise", np.random.default_rng(1))
        stream.publish(memory)
        lens = looked(stream)
        still = await lens.first()
        kept = resample(memory, pixel_format, Rendition())
        assert np.array_equal(still.frame.rows, kept.reshape(len(kept), -1).view(np.uint8))
        lens.leave()
        stream.close()


@BOTH_WALKS
async def test_what_nobody_wants_is_neither_packed_nor_kept(walk: NewWalk) -> None:
    stream = Stream("camera", fps=1000, walk=walk)
    stream.publish(gray(0))
    lens = looked(stream)
    still = await lens.first()
    for shade in range(1, 50):
        stream.publish(gray(shade))
        await asyncio.sleep(0.002)
    assert stream.walk.counts().sent == 1
    assert (await lens.newer(still)).frame.pixels[0, 0, 0] == 49
    assert stream.walk.counts().sent == 2
    lens.leave()
    stream.close()


async def test_a_picture_counts_as_shown_when_somebody_took_it() -> None:
    stream = Stream("camera")
    stream.publish(gray(0))
    lens = looked(stream)
    still = await lens.first()
    assert not sum(stream.audience.figures.ages.counts)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(lens.newer(still), 0.05)
    assert sum(stream.audience.figures.ages.counts) == 1
    lens.leave()
    stream.close()


async def test_who_asks_for_the_same_sees_through_the_same() -> None:
    stream, other = Stream("camera"), Stream("screen")
    for each in (stream, other):
        each.publish(gray(0))
    one = looked(stream, ALL._replace(step=2))
    for lens, is_same in (
        (looked(stream, ALL._replace(step=2, fps=3)), True),
        (looked(stream), False),
        (looked(other, ALL._replace(step=2)), False),
    ):
        assert one.shows_as(lens) is is_same
        lens.leave()
    one.time_out()
    assert not one.shows_as(looked(stream, ALL._replace(step=2)))
    with pytest.raises(LensError):
        await one.first()
    stream.close()
    other.close()


async def test_a_fault_in_what_is_sent_ends_it_and_not_the_server(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stream = Stream("camera")
    lens = looked(stream)
    waiting = asyncio.create_task(lens.first())
    await asyncio.sleep(0)
    lens._hear(b"WSS\x01" + bytes(60))
    lens._hear('{"type": "stream"')
    with pytest.raises(LensError):
        await waiting
    assert "what a viewer asked for could not be done" in caplog.text
    lens.leave()
    stream.close()


async def test_its_faults_fill_no_log(caplog: pytest.LogCaptureFixture) -> None:
    stream, log = Stream("camera"), RequestLog(logging.getLogger(__name__))
    for _ in range(50):
        lens = looked(stream, log=log)
        lens._hear(b"WSS\x01" + bytes(60))
        lens.leave()
    assert len(caplog.records) == 1
    stream.close()


async def test_a_part_is_put_together_once_for_all() -> None:
    stream = Stream("camera")
    stream.publish(gray(0))
    lens = looked(stream)
    still = await lens.first()
    one, other = await asyncio.gather(still.part(), still.part())
    assert one is other
    assert one == part(still.frame, await still.file("jpg"))
    lens.leave()
    stream.close()


async def test_all_see_the_next_picture_whoever_asked_for_it() -> None:
    stream = Stream("camera", fps=1000)
    stream.publish(gray(0))
    lens = looked(stream)
    still = await lens.first()
    waiting = [asyncio.create_task(lens.newer(still)) for _ in range(5)]
    await asyncio.sleep(0)
    stream.publish(gray(9))
    seen = await asyncio.gather(*waiting)
    assert {id(each) for each in seen} == {id(seen[0])}
    lens.leave()
    await until(lambda: not stream.watched)
    stream.close()
