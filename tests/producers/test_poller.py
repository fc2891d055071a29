import asyncio
import time
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest

from ws_stream.errors import SourceError
from ws_stream.hub.feed import Feed
from ws_stream.hub.stream import Stream
from ws_stream.pixels.formats import GRAY8, Pixels
from ws_stream.pixels.rendition import Rendition
from ws_stream.producers import poller
from ws_stream.producers.poller import SAMPLE_EVERY, STILL_POLLS, TOO_EARLY, TORN_TRIES, Poller
from ws_stream.protocol.request import Request


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
    return Stream("a", format=GRAY8, fps=fps, producer=Poller(source)), asyncio.Event()


async def until(condition: asyncio.Event) -> None:
    condition.clear()
    await asyncio.wait_for(condition.wait(), 5)


async def test_nothing_is_captured_before_and_after_somebody_watches() -> None:
    source = FakeSource()
    stream, woken = watched(source)
    await asyncio.sleep(0.05)
    assert source.captures == 0
    stream.join(woken.set)
    await until(woken)
    await until(woken)
    stream.leave(woken.set)
    await asyncio.sleep(0.05)
    captures = source.captures
    await asyncio.sleep(0.05)
    assert source.captures == captures


async def test_the_first_viewer_does_not_wait_for_the_next_picture_to_be_due() -> None:
    source = FakeSource()
    stream, woken = watched(source, fps=0.1)
    feed = stream.join(woken.set).feed
    await asyncio.sleep(0)
    assert feed.newest


async def test_a_source_that_has_not_changed_is_not_read_except_for_who_has_nothing() -> None:
    source = FakeSource()
    source.still = True
    stream, woken = watched(source)
    for returning in (1, 2):
        stream.join(woken.set)
        await until(woken)
        await asyncio.sleep(0.05)
        assert source.captures == returning
        stream.leave(woken.set)
        await asyncio.sleep(0.05)
    stream.close()


async def test_a_torn_picture_is_read_again_and_never_shown() -> None:
    source = FakeSource()
    source.torn = TORN_TRIES - 1
    stream, woken = watched(source, fps=1)
    feed = stream.join(woken.set).feed
    await until(woken)
    assert feed.newest
    assert feed.newest.pixels[0, 0] == TORN_TRIES
    stream.close()


async def test_a_writer_that_always_tears_is_given_up_for_this_turn() -> None:
    source = FakeSource()
    source.torn = 10**9
    stream, woken = watched(source, fps=0.1)
    feed = stream.join(woken.set).feed
    await asyncio.sleep(0.01)
    assert feed.newest is None
    assert source.captures == TORN_TRIES
    stream.close()


async def test_viewers_are_told_when_every_picture_is_torn(monkeypatch: pytest.MonkeyPatch) -> None:
    source = FakeSource()
    source.torn = 10**9
    stream, woken = watched(source, fps=500)
    feed = stream.join(woken.set).feed
    await until(woken)
    assert feed.problem
    assert "right would be more slots" in feed.problem
    stream.close()


async def test_a_source_that_fails_is_reported_and_asked_again(monkeypatch: object) -> None:
    source = FakeSource()
    source.failures = [ZeroDivisionError("oops"), SourceError("the camera is gone")]
    stream, woken = watched(source)
    feed = stream.join(woken.set).feed
    await until(woken)
    assert feed.problem == "the camera is gone"
    await until(woken)
    assert feed.problem
    assert "oops" in feed.problem
    await until(woken)
    await asyncio.sleep(0.05)
    assert feed.newest
    assert feed.problem is None
    stream.close()


async def test_viewers_are_told_when_the_device_cannot_keep_up_and_when_it_can_again() -> None:
    source = FakeSource()
    stream, woken = watched(source, fps=100)
    take = source.capture

    def slow() -> Pixels:
        time.sleep(0.02)
        return take()

    source.capture = slow  # type: ignore[method-assign]  # a source that costs more than there is time
    feed = stream.join(woken.set).feed
    for _ in range(5):
        await until(woken)
    assert feed.saves_work
    source.capture = take  # type: ignore[method-assign]  # and one that is quick again
    async with asyncio.timeout(5):
        while feed.saves_work:
            await until(woken)
    stream.close()


async def test_who_joins_beside_a_viewer_of_a_slow_rate_need_not_wait_for_its_turn() -> None:
    source = FakeSource()
    stream, woken = watched(source, fps=100)
    stream.join(lambda: None, Request(fps=0.001))
    await asyncio.sleep(0.05)
    assert source.captures == 1
    stream.join(woken.set)
    await until(woken)
    await until(woken)
    stream.close()


class Memory(FakeSource):
    """A source without a counter: the same memory, looked at again and again."""

    width, height = 5, 33

    def __init__(self) -> None:
        super().__init__()
        self.array = np.zeros((33, 5), np.uint8)

    def capture(self) -> Pixels:
        self.captures += 1
        return self.array


def still_poll(step: int = 1) -> tuple[Memory, Stream, Feed, Callable[[], None]]:
    """A source that has been still for long enough to be sampled."""
    source = Memory()
    stream = Stream("a", format=GRAY8, rendition=Rendition(step=step))
    capture = Poller(source)
    feed = stream.join(lambda: None).feed

    def poll() -> None:
        capture.rest()  # so that the next poll is due now
        capture.poll(stream)

    for _ in range(STILL_POLLS + 3):
        poll()
    return source, stream, feed, poll


@pytest.mark.parametrize("step", [1, 2, 3])
async def test_of_a_still_picture_only_a_sample_of_rows_is_read(step: int) -> None:
    _, stream, _, poll = still_poll(step)
    reads: list[object] = []
    stream.read = reads.append  # type: ignore[method-assign,assignment]  # to see that it is not called
    for _ in range(20):
        poll()
    assert reads == []


@pytest.mark.parametrize("step", [1, 2, 3])
async def test_a_change_as_high_as_a_line_of_text_is_seen_at_the_first_look(step: int) -> None:
    for top in range(33 - SAMPLE_EVERY * step):
        source, _, feed, poll = still_poll(step)
        source.array[top : top + SAMPLE_EVERY * step, 0] = 9
        poll()
        assert feed.newest
        assert np.array_equal(feed.newest.pixels, source.array[::step, ::step])


async def test_a_change_of_a_single_row_is_seen_within_so_many_looks_as_rows_share_a_sample() -> (
    None
):
    for row in range(33):
        source, _, feed, poll = still_poll()
        source.array[row, 3] = 9
        for _ in range(SAMPLE_EVERY):
            poll()
        assert feed.newest
        assert np.array_equal(feed.newest.pixels, source.array)


async def test_who_joins_a_still_stream_sees_it_at_once_and_another_rendition_too() -> None:
    source, stream, _, poll = still_poll()
    feed = stream.join(lambda: None, Request(step=2)).feed
    poll()
    assert feed.newest
    assert np.array_equal(feed.newest.pixels, source.array[::2, ::2])


class Writer(FakeSource):
    """Completes a picture every so often, by a clock that only the test moves."""

    def __init__(self, rate: float, phase: float) -> None:
        super().__init__()
        self.now, self.began = 100.0, 100.0 + phase / rate
        self.rate, self.seen = rate, 0
        self.looks = 0
        self.ages: list[float] = []

    @property
    def count(self) -> int:
        return int((self.now - self.began) * self.rate)

    def changed(self) -> bool:
        self.looks += 1
        return not self.still and self.count != self.seen

    def capture(self) -> Pixels:
        return np.full((2, 3), self.count % 256, np.uint8)

    def intact(self) -> bool:
        self.seen = self.count
        self.ages.append(self.now - self.began - self.count / self.rate)
        return True


def followed(
    monkeypatch: pytest.MonkeyPatch,
    rate: float,
    fps: float,
    phase: float,
    seconds: float = 20,
    tolerance: int = 0,
) -> Writer:
    """A writer that was looked at whenever `Poller.poll` said that it should be."""
    writer = Writer(rate, phase)
    monkeypatch.setattr(poller, "time", SimpleNamespace(monotonic=lambda: writer.now))
    stream = Stream("a", format=GRAY8, fps=fps, rendition=Rendition(tolerance=tolerance))
    stream.join(lambda: None)
    capture = Poller(writer)
    while writer.now < 100 + seconds:
        due = capture.poll(stream)
        assert due > writer.now, "it never asks to be called again at the same moment"
        writer.now = due
    stream.close()
    return writer


@pytest.mark.parametrize("tolerance", [0, 8])
async def test_the_moment_at_which_pictures_are_complete_is_found_within_a_fifth_of_a_second(
    monkeypatch: pytest.MonkeyPatch, tolerance: int
) -> None:
    for phase in PHASES:
        writer = followed(monkeypatch, 30, 30, phase, seconds=5, tolerance=tolerance)
        assert max(writer.ages[6:]) < 0.005


async def test_looks_in_vain_that_come_late_are_no_sign_of_a_device_that_cannot_keep_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    writer, told = Writer(30, 0.5), list[bool]()
    monkeypatch.setattr(poller, "time", SimpleNamespace(monotonic=lambda: writer.now))
    stream = Stream("a", format=GRAY8, fps=30)
    stream.join(lambda: None)
    monkeypatch.setattr(stream.audience, "fall_behind", told.append)
    capture = Poller(writer)
    while writer.now < 110:
        writer.now = max(writer.now, capture.poll(stream)) + 0.003
    assert not told
    assert np.median(writer.ages[10:]) < 0.005
    stream.close()


async def test_who_comes_back_later_is_as_soon_shown_fresh_pictures(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    writer = Writer(30, 0.5)
    monkeypatch.setattr(poller, "time", SimpleNamespace(monotonic=lambda: writer.now))
    stream = Stream("a", format=GRAY8, fps=30)
    stream.join(lambda: None)
    capture = Poller(writer)
    for away in (10.01, 10.02, 10.03):
        until, writer.ages = writer.now + 4, []
        while writer.now < until:
            writer.now = capture.poll(stream)
        assert max(writer.ages[60:]) < 0.005
        capture.rest()
        writer.now += away
    stream.close()


PHASES = (0.0, 0.2, 0.4, 0.6, 0.8)


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("fps", [10, 25, 30, 60])
async def test_pictures_of_a_writer_of_the_wanted_rate_are_soon_found_when_they_are_fresh(
    monkeypatch: pytest.MonkeyPatch, fps: int, phase: float
) -> None:
    for drift in (0.99, 0.999, 1.0):  # two clocks are never quite the same
        writer = followed(monkeypatch, drift * fps, fps, phase)
        assert max(writer.ages[-5 * fps :]) < 0.005


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("fps", [10, 30, 60])
@pytest.mark.parametrize("drift", [0.97, 0.99, 0.999, 1, 1.001, 1.004, 1.008, 1.009, 1.02, 1.5, 2])
async def test_the_search_for_fresh_pictures_costs_none(
    monkeypatch: pytest.MonkeyPatch, fps: float, phase: float, drift: float
) -> None:
    writer = followed(monkeypatch, drift * fps, fps, phase)
    assert len(writer.ages) >= 20 * fps * min(1, drift) - 2


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("rate", [1, 7, 15, 20, 29.7, 30, 30.3, 45, 60, 1000])
async def test_the_search_looks_at_most_so_often_for_each_picture_and_turn(
    monkeypatch: pytest.MonkeyPatch, rate: float, phase: float
) -> None:
    writer = followed(monkeypatch, rate, 30, phase)
    assert writer.looks <= 20 * 30 * 1.02 + len(TOO_EARLY) * len(writer.ages)


async def test_of_a_writer_that_stops_nothing_is_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    writer = Writer(30, 0.5)
    monkeypatch.setattr(poller, "time", SimpleNamespace(monotonic=lambda: writer.now))
    stream = Stream("a", format=GRAY8, fps=30)
    stream.join(lambda: None)
    capture, waits = Poller(writer), []
    while writer.now < 110:
        writer.still = writer.now > 105
        due = capture.poll(stream)
        waits.append(due - writer.now)
        writer.now = due
    assert np.allclose(waits[-100:], 1 / 30)
    stream.close()


async def test_within_a_tolerance_a_source_whose_counter_stops_is_looked_at_until_it_is_exact() -> (
    None
):
    source = Memory()
    rendition = Rendition(tolerance=8)
    stream = Stream("a", format=GRAY8, rendition=rendition, fps=200, producer=Poller(source))
    woken = asyncio.Event()
    feed = stream.join(woken.set).feed
    await until(woken)
    source.array[:] = 5
    await asyncio.sleep(0.05)
    source.still = True
    assert feed.newest
    assert not feed.newest.pixels.any()
    await until(woken)
    assert (feed.newest.pixels == 5).all()
    captures = source.captures
    await asyncio.sleep(0.1)
    assert source.captures == captures, "an exact picture of a source that stands still is not read"
    stream.close()
