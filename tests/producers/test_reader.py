"""Pictures that may be long in coming, from sources that block, fail, end and come in bursts."""

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator

import numpy as np
import pytest

from tests.hub import viewer
from tests.hub.viewer import Viewer, until
from tests.odd import ArrayLike
from ws_stream.errors import Failure, SourceError
from ws_stream.hub import stream as stream_module
from ws_stream.hub.stream import Stream
from ws_stream.pixels.formats import GRAY8, RGB888, Pixels
from ws_stream.producers import reader
from ws_stream.producers.reader import Reader
from ws_stream.protocol import messages
from ws_stream.protocol.request import Request

Script = Callable[["Camera"], Iterator[Pixels]]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_module, "REPORT_EVERY", 0.002)
    monkeypatch.setattr(reader, "RETRY_FIRST", 0.01)


def picture(value: int) -> Pixels:
    return np.full((2, 3), value, np.uint8)


class Camera:
    """A source that follows a script each time it is opened, and notes what is done to it."""

    def __init__(self, script: Script) -> None:
        self.opened: list[float] = []
        self.closed = 0
        self.inside = 0
        self.crowded = False
        self.may_go_on = threading.Event()
        self._script = script

    def pictures(self) -> Iterator[Pixels]:
        self.inside += 1
        self.crowded |= self.inside > 1
        self.opened.append(time.monotonic())
        try:
            yield from self._script(self)
        finally:
            self.inside -= 1
            self.closed += 1


class Room:
    """A stream of a camera, and somebody who may watch it."""

    def __init__(self, camera: Camera) -> None:
        self.stream = Stream("camera", format=GRAY8, fps=1000, producer=Reader(camera.pictures))
        self.viewer: Viewer | None = None
        self._room = viewer.Room(self.stream)

    def enter(self) -> None:
        self.viewer = self._room.enter()

    def leave(self) -> None:
        assert self.viewer
        self.viewer.leave()

    @property
    def told(self) -> list[str | None]:
        """The problems that the viewer heard of."""
        assert self.viewer
        return [said.reason for said in self.viewer.said if isinstance(said, messages.Problem)]

    @property
    def shown(self) -> int | None:
        assert self.viewer
        return self.viewer.shown


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("ws-stream s")]


@pytest.fixture
async def watch() -> AsyncIterator[Callable[[Camera], Room]]:
    rooms: list[tuple[Room, Camera]] = []

    def watch(camera: Camera) -> Room:
        room = Room(camera)
        room.enter()
        rooms.append((room, camera))
        return room

    yield watch
    for room, camera in rooms:
        room.stream.close()
        assert not camera.crowded
        camera.may_go_on.set()
    await until(lambda: not threads())


Watch = Callable[[Camera], Room]


def endless(camera: Camera) -> Iterator[Pixels]:
    value = 0
    while not camera.may_go_on.wait(0.001):
        value = value % 200 + 1
        yield picture(value)
    yield picture(250)


def blocking_after(*values: int) -> Script:
    def script(camera: Camera) -> Iterator[Pixels]:
        for value in values:
            yield picture(value)
        camera.may_go_on.wait()
        while True:
            yield picture(250)
            time.sleep(0.001)

    return script


async def test_the_source_is_opened_for_the_first_viewer_and_closed_after_the_last() -> None:
    camera = Camera(endless)
    room = Room(camera)
    await asyncio.sleep(0.02)
    assert not camera.opened
    for time_round in (1, 2):
        room.enter()
        await until(lambda: camera.inside == 1 and room.shown is not None)
        assert (len(camera.opened), camera.closed) == (time_round, time_round - 1)
        room.leave()
        await until(lambda: not threads())
        assert (len(camera.opened), camera.closed) == (time_round, time_round)
    assert not camera.crowded


async def test_of_a_burst_the_newest_picture_is_shown(watch: Watch) -> None:
    burst_done = threading.Event()

    def script(camera: Camera) -> Iterator[Pixels]:
        yield from (picture(value % 251) for value in range(1000))
        burst_done.set()
        camera.may_go_on.wait()

    room = watch(Camera(script))
    assert burst_done.wait(20)  # the loop, this thread, runs nothing meanwhile
    await until(lambda: room.shown == 999 % 251)


async def test_the_loop_runs_on_while_the_source_blocks(watch: Watch) -> None:
    room = watch(Camera(blocking_after(7)))
    await until(lambda: room.shown == 7)
    for _ in range(100):
        await asyncio.wait_for(asyncio.sleep(0), 1)


async def test_a_source_that_stalls_is_reported_until_its_next_picture(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "STALL", 0.05)
    camera = Camera(blocking_after(1))
    room = watch(camera)
    await until(lambda: room.stream.problem == "the source has given no picture for 0.05 s")
    assert room.shown == 1
    monkeypatch.setattr(reader, "STALL", 60)
    camera.may_go_on.set()
    await until(lambda: room.stream.problem is None and room.shown == 250)


async def test_a_source_that_never_gives_a_first_picture_is_reported_too(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "STALL", 0.05)
    camera = Camera(blocking_after())
    room = watch(camera)
    await until(lambda: bool(room.stream.problem and "no picture" in room.stream.problem))
    assert len(camera.opened) == 1


async def test_a_source_that_gives_pictures_all_the_time_does_not_stall(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "STALL", 0.5)
    room = watch(Camera(endless))
    await asyncio.sleep(0.8)
    assert room.told == []


async def test_a_source_that_is_not_being_asked_does_not_stall(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "STALL", 0.05)
    monkeypatch.setattr(reader, "RETRY_FIRST", 60)

    def script(camera: Camera) -> Iterator[Pixels]:
        raise SourceError("the camera is gone")
        yield

    room = watch(Camera(script))
    await until(lambda: room.stream.problem is not None)
    await asyncio.sleep(0.15)
    assert room.told == [Failure.NO_PICTURE]


@pytest.mark.parametrize(
    ("error", "kind", "sentence"),
    [
        (SourceError("rtsp://a:password@b"), Failure.NO_PICTURE, "rtsp://a:password@b"),
        (SourceError("/dev/a is gone", Failure.UNREADABLE), Failure.UNREADABLE, "/dev/a is gone"),
        (OSError(19, "No such device"), Failure.FAILED, "OSError(19, 'No such device')"),
        (StopIteration(), Failure.FAILED, "RuntimeError('generator raised StopIteration')"),
        (SystemExit(3), Failure.FAILED, "SystemExit(3)"),
        (KeyboardInterrupt(), Failure.FAILED, "KeyboardInterrupt()"),
    ],
    ids=repr,
)
async def test_of_whatever_a_source_raises_viewers_hear_the_kind_and_the_log_all_once(
    watch: Watch,
    caplog: pytest.LogCaptureFixture,
    error: BaseException,
    kind: Failure,
    sentence: str,
) -> None:
    def script(camera: Camera) -> Iterator[Pixels]:
        if len(camera.opened) < 5:
            raise error
        yield from endless(camera)

    camera = Camera(script)
    room = watch(camera)
    await until(lambda: room.shown is not None and room.stream.problem is None)
    assert room.told == [kind, None]
    assert (len(camera.opened), camera.closed) == (5, 4)
    assert [sentence in record.getMessage() for record in caplog.records] == [True]


async def test_the_log_shows_where_in_the_source_it_failed_but_not_where_it_said_so_itself(
    watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    def script(camera: Camera) -> Iterator[Pixels]:
        if len(camera.opened) == 1:
            raise SourceError("the cable is out")
        raise ZeroDivisionError
        yield

    room = watch(Camera(script))
    await until(lambda: room.stream.problem == Failure.FAILED)
    own, foreign = (record.getMessage() for record in caplog.records)
    assert own == "stream camera: the cable is out"
    assert "in script\n        raise ZeroDivisionError" in foreign


async def test_a_function_that_raises_before_there_is_an_iterator_is_a_failing_source() -> None:
    def pictures() -> Iterator[Pixels]:
        raise OSError("busy")

    stream = Stream("camera", producer=Reader(pictures))
    viewer.Room(stream).enter()
    await until(lambda: stream.problem == Failure.FAILED)
    stream.close()
    await until(lambda: not threads())


@pytest.mark.parametrize(
    ("returned", "kind"),
    [(picture(1), "ndarray"), (None, "NoneType"), (5, "int"), (ArrayLike(), "ArrayLike")],
    ids=["picture", "none", "number", "array-like"],
)
async def test_a_function_that_returns_no_iterable_of_pictures_is_told_what_it_should(
    returned: object, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The rows of one picture would pass for pictures."""
    stream = Stream("camera", producer=Reader(lambda: returned))  # type: ignore[arg-type,return-value]  # wrong on purpose
    room = viewer.Room(stream)
    watching = room.enter()
    sentence = (
        f"the function returned a {kind}; right would be an iterable of arrays, as with `yield`"
    )
    await until(lambda: stream.problem == Failure.UNFIT)
    assert watching.pixels is None
    assert [sentence in record.getMessage() for record in caplog.records] == [True]
    stream.close()
    await until(lambda: not threads())


async def test_a_list_of_pictures_is_an_iterable_of_them() -> None:
    stream = Stream("camera", producer=Reader(lambda: [picture(1), picture(2)]))
    watching = viewer.Room(stream).enter()
    await until(lambda: watching.shown == 2)
    stream.close()
    await until(lambda: not threads())


async def test_a_source_that_ends_has_failed(watch: Watch) -> None:
    def script(camera: Camera) -> Iterator[Pixels]:
        yield picture(5)

    camera = Camera(script)
    room = watch(camera)
    await until(lambda: len(camera.opened) > 2 and room.stream.problem == "the source ended")
    assert room.shown == 5


async def test_each_failure_doubles_the_wait_up_to_a_bound(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "RETRY_MOST", 0.03)

    def script(camera: Camera) -> Iterator[Pixels]:
        raise OSError
        yield

    camera = Camera(script)
    watch(camera)
    await until(lambda: len(camera.opened) > 12)  # without the bound, that would be 40 s
    waits = np.diff(camera.opened[:13])
    assert (waits >= [0.01, 0.02, *[0.03] * 10]).all()


async def test_a_picture_makes_the_wait_short_again(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def script(camera: Camera) -> Iterator[Pixels]:
        yield picture(len(camera.opened))
        raise OSError

    monkeypatch.setattr(reader, "RETRY_MOST", 10**6)
    camera = Camera(script)
    watch(camera)
    await until(lambda: len(camera.opened) > 20)  # doubled each time, that would be three hours


async def test_viewers_that_come_and_go_do_not_shorten_the_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reader, "RETRY_FIRST", 60.0)

    def script(camera: Camera) -> Iterator[Pixels]:
        raise OSError
        yield

    camera = Camera(script)
    room = Room(camera)
    for _ in range(5):
        room.enter()
        await until(lambda: room.stream.problem is not None)
        await asyncio.sleep(0.01)
        room.leave()
        await until(lambda: not threads())  # one that waits to try again ends at once
    assert len(camera.opened) == 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (np.zeros((2, 3)), "dtype float64 is no gray8 picture"),
        (np.zeros((2, 0), np.uint8), "is no gray8 picture"),
        (None, "NoneType is no picture"),  # what OpenCV gives when the camera is unplugged
    ],
    ids=["dtype", "empty", "none"],
)
async def test_an_array_that_does_not_fit_is_told_and_the_source_read_on(
    watch: Watch, caplog: pytest.LogCaptureFixture, wrong: Pixels, sentence: str
) -> None:
    def script(camera: Camera) -> Iterator[Pixels]:
        while not camera.may_go_on.wait(0.001):
            yield wrong
        yield picture(9)
        camera.may_go_on.clear()
        camera.may_go_on.wait()

    camera = Camera(script)
    room = watch(camera)
    await until(lambda: room.stream.problem is not None)
    await asyncio.sleep(0.02)
    assert room.stream.problem == Failure.UNFIT
    camera.may_go_on.set()
    await until(lambda: room.shown == 9 and room.stream.problem is None)
    assert len(camera.opened) == 1
    (message,) = caplog.messages
    assert sentence in message


async def test_pictures_may_be_of_another_format_each_time() -> None:
    may_go_on, arrays = threading.Semaphore(0), (np.full((2, 3, 3), 7, np.uint8), picture(8))

    def pictures() -> Iterator[Pixels]:
        for array in (*arrays, arrays[0]):
            yield array
            may_go_on.acquire()

    stream = Stream("camera", producer=Reader(pictures))
    seer = viewer.Room(stream).enter()
    for value, pixel_format in ((7, RGB888), (8, GRAY8), (7, RGB888)):
        await seer.sees(value)
        assert seer.held
        assert seer.held.format is pixel_format
        assert stream.problem is None
        may_go_on.release()
    stream.close()


async def test_an_iterator_that_cannot_be_closed_will_do() -> None:
    stream = Stream("camera", format=GRAY8, producer=Reader(lambda: [picture(3)]))
    room = viewer.Room(stream)
    room.enter()
    await until(lambda: stream.problem == "the source ended")
    assert room.enter().shown == 3
    stream.close()


async def test_a_source_that_fails_while_it_is_closed_is_left_in_peace_and_opened_again() -> None:
    def script(camera: Camera) -> Iterator[Pixels]:
        try:
            yield from endless(camera)
        finally:
            if len(camera.opened) == 1:
                raise OSError("cannot let go")

    camera = Camera(script)
    room = Room(camera)
    for _ in range(2):
        room.enter()
        await until(lambda: camera.inside == 1 and room.shown is not None)
        room.leave()
        await until(lambda: not threads())
    assert len(camera.opened) == 2


async def test_nobody_waits_for_a_stuck_thread_or_hears_of_it_after_the_last_viewer_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reader, "STALL", 0.05)
    camera = Camera(blocking_after(1))
    room = Room(camera)
    room.enter()
    await until(lambda: room.shown == 1)
    room.leave()
    room.stream.set_problem(None)  # it may have stalled before
    await asyncio.sleep(0.15)
    assert (camera.inside, room.stream.problem) == (1, None)
    camera.may_go_on.set()
    await until(lambda: not threads())
    assert camera.closed == 1


async def test_who_returns_while_the_thread_is_stuck_is_told_and_served_by_the_same_thread(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "STALL", 0.05)
    camera = Camera(blocking_after(1))
    room = watch(camera)
    await until(lambda: room.shown == 1)
    for _ in range(3):
        room.leave()
        room.enter()
        await asyncio.sleep(0)  # the reader has been asked
        await until(lambda: bool(room.stream.problem and "no picture" in room.stream.problem))
        assert (len(camera.opened), len(threads())) == (1, 1)
    monkeypatch.setattr(reader, "STALL", 60)
    camera.may_go_on.set()
    await until(lambda: room.shown == 250 and room.stream.problem is None)
    assert len(camera.opened) == 1


async def test_who_returns_while_the_source_is_being_closed_gets_it_opened_again_afterwards(
    watch: Watch,
) -> None:
    closing, may_close = threading.Event(), threading.Event()

    def script(camera: Camera) -> Iterator[Pixels]:
        try:
            yield from endless(camera)
        finally:
            closing.set()
            may_close.wait()

    camera = Camera(script)
    room = watch(camera)
    await until(lambda: room.shown is not None)
    room.leave()
    await until(closing.is_set)
    room.enter()
    await asyncio.sleep(0.02)
    assert len(camera.opened) == 1
    may_close.set()
    await until(lambda: len(camera.opened) == 2)


async def test_however_quickly_viewers_come_and_go_the_source_is_never_read_twice_at_a_time(
    watch: Watch,
) -> None:
    camera = Camera(endless)
    room = watch(camera)
    for pause in np.random.default_rng(1).uniform(0, 0.006, 200):
        room.leave()
        await asyncio.sleep(pause / 2)
        room.enter()
        await asyncio.sleep(pause)
    await until(lambda: room.shown is not None and room.stream.problem is None)


async def test_a_source_is_not_read_while_everybodys_page_is_hidden(watch: Watch) -> None:
    camera = Camera(endless)
    room = watch(camera)
    for time_round in (1, 2):
        await until(lambda: camera.inside == 1 and room.shown is not None)
        assert len(camera.opened) == time_round
        assert room.viewer
        room.viewer.subscription.set_request(Request(fps=0), time.monotonic())
        room.stream.demand()
        await until(lambda: not threads())
        assert camera.closed == time_round
        await asyncio.sleep(0.02)  # it is checked meanwhile
        assert len(camera.opened) == time_round
        room.viewer.subscription.set_request(Request(), time.monotonic())
        room.stream.demand()


async def test_a_check_starts_nothing_that_nobody_wants(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[object] = []
    monkeypatch.setattr(threading.Thread, "start", started.append)
    source = Reader(Camera(endless).pictures)
    stream = Stream("camera", format=GRAY8, producer=source)
    source.check(stream)
    viewer.Room(stream).enter(Request(fps=0))
    source.check(stream)
    stream.close()
    source.check(stream)
    assert started == []


async def test_closing_the_stream_ends_the_thread_although_somebody_watches() -> None:
    camera = Camera(endless)
    room = Room(camera)
    room.enter()
    await until(lambda: room.shown is not None)
    room.stream.close()
    await until(lambda: not threads())
    assert camera.closed == 1


def test_a_picture_that_comes_when_the_loop_is_gone_is_dropped_in_silence(
    caplog: pytest.LogCaptureFixture,
) -> None:
    camera = Camera(blocking_after(1))

    async def watch_briefly() -> None:
        room = Room(camera)
        room.enter()
        await until(lambda: room.shown == 1)
        room.stream.close()

    asyncio.run(watch_briefly())
    camera.may_go_on.set()
    for thread in threads():
        thread.join(20)
    assert camera.closed == 1
    assert not caplog.records


def test_a_program_whose_source_is_stuck_ends(caplog: pytest.LogCaptureFixture) -> None:
    program = """
import asyncio, threading
from ws_stream.hub.stream import Stream
from ws_stream.producers.reader import Reader
from ws_stream.protocol.request import Request

stuck = threading.Event()

class Peer:
    may_operate = True

    def fileno(self): return -1
    def write(self, message): pass
    def finish_picture(self): pass
    def time_out(self): pass
    def fail(self): pass

def pictures():
    stuck.set()
    threading.Event().wait()
    yield

async def main():
    stream = Stream("camera", producer=Reader(pictures))
    stream.begin(stream.join(Peer()))
    while not stuck.is_set():
        await asyncio.sleep(0.01)
    stream.close()

asyncio.run(main())
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
