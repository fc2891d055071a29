"""Which streams are ill, by a clock that the test sets, and what strangers hear of it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.hub.viewer import BOTH_WALKS, NewWalk, Room, until
from ws_stream.errors import Failure, SourceError
from ws_stream.hub.stream import Stream
from ws_stream.producers.poller import Poller
from ws_stream.producers.reader import Reader
from ws_stream.protocol.request import Request
from ws_stream.server.health import OVERDUE, Illness, ill
from ws_stream.sources import Picture, Source, open_source

DAY = 86_400.0


def late(stream: Stream, at: float) -> float:
    """By how much a look at its source will be late by then, if there is none meanwhile."""
    overdue = stream.overdue(at)
    assert overdue is not None
    return overdue


def reasons(stream: Stream, after: float = 0.0) -> list[str]:
    """Of what it is called ill so many seconds from now."""
    return [reason for _, reason in ill([stream], time.monotonic() + after)]


class TestPublished:
    """Whoever publishes knows how often: nobody else can say when it is late."""

    async def test_one_that_publishes_once_a_minute_or_never_is_well(self) -> None:
        stream = Stream("camera")
        assert reasons(stream, DAY) == []
        Room(stream).enter()
        assert reasons(stream, DAY) == []

    def test_a_problem_that_the_program_tells_is_a_reason_watched_or_not(self) -> None:
        stream = Stream("camera")
        stream.set_problem("rtsp://admin:password@10.0.0.5 is out")
        assert reasons(stream) == ["there are no pictures; viewers are told why"]
        stream.set_problem(None)
        assert reasons(stream) == []


def test_every_ill_stream_is_named_and_no_other() -> None:
    streams = [Stream("a"), Stream("b"), Stream("c")]
    for stream, problem in zip(streams, (Failure.ENDED, None, Failure.TORN), strict=True):
        stream.set_problem(problem)
    assert [*ill(streams, 0.0)] == [Illness("a", Failure.ENDED), Illness("c", Failure.TORN)]


def test_what_can_be_said_of_a_source_is_said() -> None:
    for failure in Failure:
        stream = Stream("camera")
        stream.set_problem(failure)
        assert reasons(stream) == [failure]


class Stuck:
    """A source whose poll() does what a source must not."""

    name, width, height = "stuck", 4, 3

    def __init__(self) -> None:
        self.format = open_source("test:").format
        self.error: Exception | None = None
        self.polls = 0

    def poll(self, seen: object = None) -> Picture | None:
        self.polls += 1
        if self.error:
            raise self.error
        return None

    def close(self) -> None: ...


@contextmanager
def polled(source: Source, walk: NewWalk, fps: float = 100) -> Iterator[Room]:
    stream = Stream("polled", fps=fps, producer=Poller(source), walk=walk)
    try:
        yield Room(stream)
    finally:
        stream.close()


@BOTH_WALKS
class TestPolled:
    """It is looked at while somebody watches: how long ago, is what counts."""

    async def test_one_that_nobody_watches_is_not_looked_at_and_well(self, walk: NewWalk) -> None:
        with polled(Stuck(), walk) as room:
            assert reasons(room.stream, DAY) == []

    async def test_a_still_picture_that_is_looked_at_is_well(
        self, walk: NewWalk, tmp_path: Path
    ) -> None:
        (tmp_path / "picture").write_bytes(bytes(12))
        address = f"mmap:{tmp_path}/picture?width=4&height=3&format=gray8"
        with polled(open_source(address), walk) as room:
            viewer = room.enter()
            await viewer.sees()
            later = time.monotonic() + DAY
            before = late(room.stream, later)
            await until(lambda: late(room.stream, later) < before)  # it was looked at again
            assert reasons(room.stream) == []
            assert room.stream.walk.counts().pictures == 1

    async def test_a_look_that_is_late_is_a_reason_and_says_by_how_much(
        self, walk: NewWalk
    ) -> None:
        source = Stuck()
        with polled(source, walk) as room:
            room.enter()
            await until(lambda: source.polls > 2)
            assert reasons(room.stream, OVERDUE) == []
            (reason,) = reasons(room.stream, DAY)
            assert reason.startswith("its source is stuck: looked at 86")

    async def test_no_look_is_missed_before_somebody_watched_nor_after_all_left(
        self, walk: NewWalk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        source = Stuck()
        with polled(source, walk) as room:
            later = time.monotonic() + DAY
            monkeypatch.setattr(time, "monotonic", lambda: later)
            viewer = room.enter()
            assert [*ill([room.stream], later)] == []
            monkeypatch.undo()
            viewer.leave()
            assert reasons(room.stream, DAY) == []

    async def test_a_slow_rate_is_waited_for(self, walk: NewWalk) -> None:
        source = Stuck()
        with polled(source, walk, fps=1 / 60) as room:
            room.enter()
            await until(lambda: source.polls > 0)
            assert reasons(room.stream, 2 * 60 + OVERDUE - 5) == []
            assert reasons(room.stream, 2 * 60 + OVERDUE + 5)

    async def test_its_problem_is_a_reason_only_while_somebody_watches(self, walk: NewWalk) -> None:
        """Else a device that was taken out of service for it would never be seen to be well again."""
        source = Stuck()
        source.error = SourceError("/dev/secret is gone", Failure.UNREADABLE)
        with polled(source, walk) as room:
            viewer = room.enter()
            await until(lambda: room.stream.problem is not None)
            assert reasons(room.stream) == [Failure.UNREADABLE]
            viewer.leave()
            assert reasons(room.stream) == []


async def test_a_viewer_that_wants_no_pictures_lets_nobody_look() -> None:
    source = Stuck()
    with polled(source, lambda fps: Stream("x", fps=fps).walk) as room:
        room.enter(Request(fps=0))
        assert reasons(room.stream, DAY) == []


async def test_a_function_that_is_read_says_itself_that_it_gives_none() -> None:
    reader = Reader(lambda: iter([]))
    stream = Stream("read", producer=reader)
    room = Room(stream)
    assert reasons(stream, DAY) == []
    viewer = room.enter()

    def is_told() -> bool:
        reader.check(stream)
        return stream.problem is not None

    await until(is_told)
    assert reasons(stream) == [Failure.ENDED]
    viewer.leave()
    assert reasons(stream, DAY) == []
    stream.close()
