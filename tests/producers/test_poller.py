"""The thread that brings a source's pictures: over files that others write to and sources that fail, and both walks."""

import asyncio
import gc
import logging
import os
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.hub.viewer import (
    BOTH_WALKS,
    UNHURRIED,
    NewWalk,
    Room,
    Viewer,
    beside,
    until,
)
from tests.sources.ring import FRONTS, PICTURES_AT, TYPES, Buffers, Ring
from ws_stream.errors import Failure, SourceError
from ws_stream.hub import subscription
from ws_stream.hub.stream import Stream
from ws_stream.pixels.formats import BGRX8888, GRAY8, RGB888, RGBX8888, PixelFormat, Pixels
from ws_stream.pixels.raw import BY_CODE
from ws_stream.pixels.rendition import Rendition
from ws_stream.producers import patience, poller
from ws_stream.producers.poller import Poller
from ws_stream.producers.polls import TORN_TRIES, TORN_TURNS
from ws_stream.protocol import messages
from ws_stream.protocol.request import Request
from ws_stream.sources import Picture, Source, memory, open_source
from ws_stream.sources.layout import Layout
from ws_stream.sources.mapped import MappedSource
from ws_stream.sources.packed import packed_gray

pytestmark = BOTH_WALKS

Watch = Callable[..., Room]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "RETRY_MOST", 0.01)
    monkeypatch.setattr(patience, "GRACE", 0.0)


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("ws-stream p")]


@pytest.fixture
async def polled(walk: NewWalk) -> AsyncIterator[Watch]:
    """Makes a room for those who watch a source; afterwards no thread is left."""
    rooms: list[Room] = []

    def open_room(source: Source, fps: float = 500) -> Room:
        stream = Stream("polled", fps=fps, producer=Poller(source), walk=walk)
        rooms.append(Room(stream))
        return rooms[-1]

    yield open_room
    for room in rooms:
        room.stream.close()
    assert not threads()


class Fake(MappedSource):
    """A source that no walk can read by itself. Each picture is filled with the number of those given."""

    format = GRAY8

    def __init__(self) -> None:
        self.name = "fake"
        self.size = 3, 2
        self.polls = self.given = self.torn = 0
        self.still = False
        self.pause = 0.0
        self.failures: list[Exception] = []

    @property
    def width(self) -> int:
        return self.size[0]

    @property
    def height(self) -> int:
        return self.size[1]

    def mapping(self) -> None:
        return None

    def poll(self, seen: object = None) -> Picture | None:
        self.polls += 1
        if self.failures:
            raise self.failures.pop(0)
        if self.still and seen == self.given:
            return None
        self.given += 1
        time.sleep(self.pause)
        return Picture(self.pixels(), self.given, self.intact)

    def pixels(self) -> Pixels:
        return np.full(self.size[::-1], self.given % 256, np.uint8)

    def intact(self) -> bool:
        self.torn -= 1
        return self.torn < 0

    def close(self) -> None: ...


class Sized(MappedSource):
    """A file that begins with the width and height of its picture."""

    def __init__(self, path: Path) -> None:
        super().__init__("sized", path, self.locate)
        self.polls = 0

    def locate(self, fd: int) -> Layout:
        width, height = os.pread(fd, 2, 0)
        return Layout(width, height, GRAY8, width, 2)

    def mapping(self) -> object:  # type: ignore[override]  # handed on as it is
        self.polls += 1
        return super().mapping()

    def poll(self, seen: object = None) -> Picture | None:
        self.polls += 1
        return super().poll(seen)


def was_polled(source: Sized | Fake) -> bool:
    """Some times since that was counted from 0."""
    return source.polls > 3


def write(path: Path, value: int, width: int = 3, height: int = 2) -> None:
    """Put another file in the place of the one there is."""
    new = path.with_suffix(".new")
    new.write_bytes(bytes((width, height)) + bytes((value,)) * (width * height))
    new.replace(path)


class TestPictures:
    @pytest.mark.parametrize("index", TYPES)
    async def test_those_of_a_ring_are_shown_newest_last(
        self, polled: Watch, tmp_path: Path, index: str
    ) -> None:
        path = tmp_path / "ring"
        ring = Ring(path, 5, 3, 4, index, count=9)
        viewer = polled(open_source(ring.address(path))).enter()
        await viewer.sees(9)
        for count in range(10, 40):
            ring.write()
            await viewer.sees(count)
        assert viewer.heard(messages.Problem) == []

    @pytest.mark.parametrize(("slots", "distance"), [(1, 0), (3, 15), (4, 4096), (7, 17)])
    async def test_slots_may_lie_apart_and_the_counter_pass_through_0(
        self, polled: Watch, tmp_path: Path, slots: int, distance: int
    ) -> None:
        path = tmp_path / "ring"
        ring = Ring(path, 5, 3, slots, count=2**32 - 4, distance=distance)
        room = polled(open_source(ring.address(path)))
        viewer = room.enter()
        await viewer.sees(252)
        for count in (253, 254, 255, 0, 1, 2, 3):
            ring.write()
            await viewer.sees(count)
            newcomer = room.enter(Request(step=2, acknowledge=False))
            await newcomer.sees(count)
            newcomer.leave()
        assert viewer.heard(messages.Problem) == []

    @pytest.mark.parametrize("index", FRONTS)
    async def test_of_buffers_the_one_in_front_is_shown(
        self, polled: Watch, tmp_path: Path, index: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        path = tmp_path / "buffers"
        buffers = Buffers(path, 5, 3, 2, index, distance=64)
        viewer = polled(open_source(buffers.address(path))).enter()
        await viewer.sees(0)
        for value in range(1, 30):
            buffers.write(value)
            await viewer.sees(value)
        for value in range(30, 60):  # the same one is in front each time
            buffers.write(0)
            buffers.write(value)
            await viewer.sees(value)
        assert viewer.heard(messages.Problem) == []
        buffers.count = 2
        await until(lambda: bool(viewer.heard(messages.Problem)))
        assert "slot 2 is in front; right would be one from 0 to 1" in caplog.text
        buffers.count = 1
        await until(lambda: viewer.heard(messages.Problem)[-1] == (None,))

    async def test_their_time_is_the_device_s_which_nobody_can_set(
        self, polled: Watch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ahead = subscription.AHEAD_US + 10**13  # as if the wall clock had been set since
        for module in (subscription, poller):
            monkeypatch.setattr(module, "AHEAD_US", ahead)
        path = tmp_path / "ring"
        ring = Ring(path, 5, 3, 4, count=9)
        began = subscription.now_us()
        viewer = polled(open_source(ring.address(path))).enter()
        await viewer.sees(9)
        assert viewer.held
        assert began - 2 <= viewer.held.time <= subscription.now_us()

    async def test_a_torn_one_is_never_shown(self, polled: Watch, tmp_path: Path) -> None:
        path = tmp_path / "ring"
        ring = Ring(path, 64, 400, 3, count=1)
        viewer = polled(open_source(ring.address(path)), fps=1000).enter()
        written, is_seen = threading.Event(), threading.Event()

        def go_on() -> None:
            for step, _ in enumerate(ring.steps()):
                if step > 200_000 and is_seen.is_set():
                    break
            written.set()

        writer = threading.Thread(target=go_on)
        writer.start()
        try:
            async with asyncio.timeout(60):
                while not written.is_set():
                    await asyncio.sleep(0.002)
                    shown = viewer.pixels
                    assert shown is None or (shown == shown[0, 0]).all()
                    if viewer.pictures > 5:
                        is_seen.set()
        finally:
            is_seen.set()
            writer.join(20)
        ring.write()
        await viewer.sees(ring.count % 256)
        assert viewer.pictures > 5

    async def test_a_viewer_never_waits_for_a_turn_that_is_far_off(
        self, polled: Watch, tmp_path: Path
    ) -> None:
        path = tmp_path / "ring"
        ring = Ring(path, 5, 3, 4, count=9)
        room = polled(open_source(ring.address(path)))
        first = room.enter(Request(fps=0.001, acknowledge=False))
        await first.sees(9)
        other = room.enter(Request(fps=0.001, step=2, acknowledge=False))
        await other.sees(9)
        ring.write()
        quick = room.enter()
        await quick.sees(10)
        ring.write()
        await quick.sees(11)

    async def test_one_that_changes_size_is_announced_and_shown_without_a_fault(
        self, polled: Watch, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        path = tmp_path / "sized"
        write(path, 1)
        viewer = polled(Sized(path)).enter()
        await viewer.sees(1)
        for value in range(2, 12):
            write(path, value, 3 + value % 4, 2 + value % 3)
            await viewer.sees(value)
            assert viewer.pixels is not None
            assert viewer.pixels.shape == (2 + value % 3, 3 + value % 4)
        assert len(viewer.heard(messages.Announcement)) == 11
        assert viewer.heard(messages.Problem) == []
        assert not caplog.records

    async def test_one_that_changes_its_format_is_announced_and_shown_without_a_fault(
        self, polled: Watch, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Also to one whose pixels have as many bytes."""

        class Coded(Sized):
            """The third byte of the file says which format it holds."""

            def locate(self, fd: int) -> Layout:
                width, height, code = os.pread(fd, 3, 0)
                pixel_format = BY_CODE[code]
                return Layout(width, height, pixel_format, width * pixel_format.bytes_per_pixel, 3)

        def write_coded(value: int, pixel_format: PixelFormat) -> None:
            new = tmp_path / "new"
            pixels = bytes((value,)) * (6 * pixel_format.bytes_per_pixel)
            new.write_bytes(bytes((3, 2, pixel_format.code)) + pixels)
            new.replace(path)

        path = tmp_path / "coded"
        write_coded(1, GRAY8)
        source = Coded(path)
        viewer = polled(source).enter()
        await viewer.sees(1)
        for value, pixel_format in enumerate((RGBX8888, BGRX8888, RGB888, GRAY8), 2):
            write_coded(value, pixel_format)
            await viewer.sees(value)
            assert viewer.held
            assert viewer.held.format is source.format is pixel_format
        assert len(viewer.heard(messages.Announcement)) == 5
        assert viewer.heard(messages.Problem) == []
        assert not caplog.records

    async def test_one_may_come_to_be_looked_up_and_cease_to_be(
        self, polled: Watch, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        """In a file of one byte each two bits are a pixel; a longer one is of whole bytes."""

        class Turning(Sized):
            def locate(self, fd: int) -> Layout:
                if (size := os.fstat(fd).st_size) > 1:
                    return Layout(size, 1, GRAY8, size)
                return Layout(1, 1, GRAY8, 1, packed=packed_gray("gray2lsb", 4))

        def turn(content: bytes) -> None:
            (tmp_path / "new").write_bytes(content)
            (tmp_path / "new").replace(path)

        path = tmp_path / "turning"
        turn(b"\x07\x07")
        viewer = polled(Turning(path)).enter()
        await viewer.sees(7)
        for content, first, width in ((b"\x03", 255, 4), (b"\x04", 0, 4), (b"\x09\x09", 9, 2)):
            turn(content)
            await viewer.sees(first)
            assert viewer.pixels is not None
            assert viewer.pixels.shape == (1, width)
        assert viewer.heard(messages.Problem) == []
        assert not caplog.records

    async def test_a_source_of_which_nobody_knows_where_pictures_lie_may_change_size_too(
        self, polled: Watch
    ) -> None:
        source = Fake()
        viewer = polled(source).enter()
        for size in ((3, 2), (5, 2), (5, 7), (3, 2)):
            source.size = size
            async with asyncio.timeout(20):
                while viewer.pixels is None or viewer.pixels.shape != size[::-1]:
                    await asyncio.sleep(0.001)
        assert viewer.heard(messages.Problem) == []

    async def test_one_that_a_socket_does_not_take_wholly_is_finished_by_its_transport(
        self, polled: Watch
    ) -> None:
        class Noise(Fake):  # hard to pack
            def pixels(self) -> Pixels:
                return np.random.default_rng(self.given).integers(0, 256, (200, 300), np.uint8)

        source = Noise()
        source.size = 300, 200
        tellers: list[int] = []
        near, far = socket.socketpair()

        class Connection(Viewer):
            may_operate = True

            def fileno(self) -> int:
                return near.fileno()

            def finish_picture(self) -> None:
                tellers.append(threading.get_ident())

        with near, far:
            near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
            room = polled(source)
            viewer = Connection(room, UNHURRIED)
            room.stream.begin(viewer.subscription)
            await until(lambda: bool(tellers))
            assert set(tellers) == {threading.get_ident()}
            assert viewer.subscription.take()
            room.stream.leave(viewer.subscription)


class TestRest:
    async def test_nothing_is_polled_unless_somebody_wants_pictures(
        self, polled: Watch, tmp_path: Path
    ) -> None:
        path = tmp_path / "sized"
        write(path, 1)
        for source in (Sized(path), Fake()):
            room = polled(source)
            assert not threads()
            hidden = room.enter(Request(fps=0))
            await asyncio.sleep(0.05)
            assert source.polls == 0
            for _ in range(3):
                viewer = room.enter()
                await viewer.sees()
                viewer.leave()
                await asyncio.sleep(0.05)
                polls = source.polls
                await asyncio.sleep(0.1)
                assert source.polls == polls
            hidden.leave()
            room.stream.close()

    async def test_a_picture_that_is_not_new_costs_the_event_loop_nothing(
        self, polled: Watch, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        path = tmp_path / "sized"
        write(path, 1)
        for source in (Sized(path), Fake()):
            room = polled(source, fps=1000)
            viewer = room.enter()
            await viewer.sees()
            if isinstance(source, Fake):
                source.still = True
            await asyncio.sleep(0.05)
            errands: list[object] = []
            monkeypatch.setattr(room.stream._errands, "run", errands.append)
            source.polls = 0
            await until(partial(was_polled, source))
            assert errands == []
            monkeypatch.undo()
            room.stream.close()

    async def test_the_thread_ends_when_the_stream_is_closed_whatever_it_does(
        self, polled: Watch, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(patience, "RETRY_FIRST", 1e9)
        monkeypatch.setattr(patience, "RETRY_MOST", 1000)
        path = tmp_path / "ring"
        ring = Ring(path, 5, 3, 4, count=9)

        polled(Fake()).stream.close()  # nobody ever watched

        working = polled(open_source(ring.address(path)))
        viewer = working.enter()
        await viewer.sees(9)
        working.stream.close()

        for fps in (0.001, 1e-308, 1e-320):
            waiting = polled(open_source(ring.address(path)), fps=fps)
            late = waiting.enter()
            await late.sees(9)
            waiting.stream.close()

        idle = polled(open_source(ring.address(path)))
        idle.enter().leave()
        idle.stream.close()

        ring.count = 0
        failing = polled(open_source(ring.address(path)))
        failing.enter()
        await until(lambda: failing.stream.problem is not None)
        failing.stream.close()
        assert not threads()

    async def test_however_quickly_viewers_come_and_go_each_is_shown_the_picture(
        self, polled: Watch, tmp_path: Path
    ) -> None:
        path = tmp_path / "ring"
        ring = Ring(path, 5, 3, 4, count=9)
        room = polled(open_source(ring.address(path)))
        for pause in np.random.default_rng(1).uniform(0, 0.004, 100):
            viewer = room.enter()
            await asyncio.sleep(pause)
            viewer.leave()
            if pause < 0.001:
                viewer = room.enter()
                await viewer.sees(9)
                viewer.leave()


class TestFaults:
    async def test_a_file_may_be_cut_off_grow_vanish_return_and_be_replaced(
        self, polled: Watch, tmp_path: Path
    ) -> None:
        path = tmp_path / "ring"
        ring = Ring(path, 5, 3, 4, count=9)
        room = polled(open_source(ring.address(path)))
        viewer = room.enter()
        await viewer.sees(9)
        for count, harm in enumerate((self.cut_off, self.empty, self.delete), 10):
            harm(path)
            await until(lambda: viewer.heard(messages.Problem)[-1:] not in ([], [(None,)]))
            Ring(path, 5, 3, 4, count=count)
            await viewer.sees(count)
            await until(lambda: viewer.heard(messages.Problem)[-1:] == [messages.Problem(None)])
        replacement = tmp_path / "other"
        Ring(replacement, 5, 3, 4, count=99)
        replacement.replace(path)
        await viewer.sees(99)
        ring.write()
        assert viewer.shown == 99
        reasons = [said.reason for said in viewer.heard() if isinstance(said, messages.Problem)]
        assert [reason is None for reason in reasons if reason is None] == [True] * 3
        begun_anew = Failure.NOTHING_YET  # the new file's count is written last
        assert set(reasons) <= {Failure.UNFIT, Failure.UNREADABLE, begun_anew, None}

    @staticmethod
    def cut_off(path: Path) -> None:
        os.truncate(path, PICTURES_AT + 20)

    @staticmethod
    def empty(path: Path) -> None:
        os.truncate(path, 0)

    @staticmethod
    def delete(path: Path) -> None:
        path.unlink()

    async def test_a_file_that_is_cut_off_again_and_again_while_it_is_read_ends_nobody(
        self, polled: Watch, tmp_path: Path
    ) -> None:
        path = tmp_path / "sized"
        write(path, 1, 200, 200)
        viewer = polled(Sized(path), fps=1000).enter()
        await viewer.sees(1)
        for value in range(2, 30):
            write(path, value, 200, 10 * (1 + value % 20))
            await asyncio.sleep(0.002)
        await viewer.sees(29)

    @pytest.mark.parametrize("is_guarded", [True, False])
    async def test_one_that_is_written_anew_for_each_picture_is_shown_and_said_so_once(
        self,
        polled: Watch,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
        tmp_path: Path,
        is_guarded: bool,
    ) -> None:
        """The first thing that anybody writes: while True: open("ring", "wb").write(picture)."""
        monkeypatch.setattr(patience, "GRACE", 60.0)
        if not is_guarded:
            monkeypatch.setattr(memory, "GUARDED", None)
        path = tmp_path / "ring"
        path.write_bytes(bytes(2**20))
        viewer = polled(open_source(f"mmap:{path}?width=1024&height=1024&format=gray8")).enter()
        await viewer.sees()
        done = threading.Event()

        def write_on() -> None:
            value = 0
            while not done.is_set():
                value = value % 250 + 1
                path.write_bytes(bytes((value,)) * 2**20)
                time.sleep(0.002)

        with beside(write_on):
            before = viewer.pictures
            async with asyncio.timeout(60):
                while viewer.pictures < before + 60 or not caplog.records:
                    assert viewer.pixels is not None
                    await asyncio.sleep(0.001)
            done.set()
        path.write_bytes(bytes((255,)) * 2**20)
        await viewer.sees(255)
        assert viewer.heard(messages.Problem) == []
        (record,) = caplog.records
        assert "is cut off and written anew while it is read; right would be" in record.message

    async def test_one_that_changes_each_time_between_two_looks_does_not_keep_it_busy(
        self, polled: Watch, walk: NewWalk, tmp_path: Path
    ) -> None:
        class Growing(Sized):
            is_growing = True

            def mapping(self) -> object:  # type: ignore[override]  # handed on as it is
                mapping = super().mapping()
                if self.is_growing:
                    os.truncate(path, path.stat().st_size + 1)
                return mapping

        path = tmp_path / "sized"
        write(path, 1)
        source = Growing(path)
        viewer = polled(source).enter()
        if hasattr(walk(1), "run"):
            await until(lambda: bool(viewer.heard(messages.Problem)))
            assert viewer.heard(messages.Problem)[0] == messages.Problem(Failure.UNREADABLE)
            source.is_growing = False
        await viewer.sees(1)

    async def test_memory_is_let_go_of_while_nobody_watches(
        self, polled: Watch, tmp_path: Path
    ) -> None:
        path = tmp_path / "ring"
        ring = Ring(path, 5, 3, 4, count=9)
        room = polled(open_source(ring.address(path)))

        def maps() -> int:
            gc.collect()
            return Path("/proc/self/maps").read_text().count(str(path))

        own = maps() - isinstance(memory.GUARDED, type)
        for _ in range(3):
            viewer = room.enter()
            await viewer.sees(9)
            viewer.leave()
            await until(lambda: maps() == own)

    async def test_who_watches_a_ring_that_nobody_has_written_to_is_told_until_somebody_does(
        self, polled: Watch, tmp_path: Path
    ) -> None:
        path = tmp_path / "ring"
        ring = Ring(path, 5, 3, 4)
        viewer = polled(open_source(ring.address(path))).enter()
        await until(lambda: bool(viewer.heard(messages.Problem)))
        assert "nothing written yet" in str(viewer.heard(messages.Problem)[0])
        ring.write()
        await viewer.sees(1)
        await until(lambda: viewer.heard(messages.Problem)[-1] == (None,))
        assert len(viewer.heard(messages.Problem)) == 2

    async def test_a_source_that_raises_is_told_logged_once_and_asked_again(
        self, polled: Watch, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO, "ws_stream")
        source = Fake()
        viewer = None
        failures = SourceError("the camera is gone"), ZeroDivisionError("oops")
        said = Failure.NO_PICTURE, Failure.FAILED
        room = polled(source)
        for failure, sentence in zip(failures, said, strict=True):
            source.failures = [failure] * 10**6
            viewer = viewer or room.enter()
            await until(lambda: viewer.said[-1:] == [messages.Problem(sentence)])  # noqa: B023 - it ends in the loop
        source.failures = []
        assert viewer
        await until(lambda: viewer.shown is not None and viewer.said[-1] == messages.Problem(None))
        assert viewer.heard(messages.Problem) == [
            *map(messages.Problem, said),
            messages.Problem(None),
        ]
        own, foreign, again = caplog.records
        assert own.levelno == foreign.levelno == logging.WARNING
        assert own.getMessage() == "stream polled: the camera is gone"
        assert "\n    ZeroDivisionError: oops" in foreign.getMessage()
        assert again.getMessage() == "stream polled: there are pictures again"

    async def test_one_that_tears_every_picture_is_said_to_be_too_quick(
        self, polled: Watch
    ) -> None:
        source = Fake()
        source.torn = 10**9
        viewer = polled(source).enter()
        await until(lambda: bool(viewer.heard(messages.Problem)))
        assert viewer.heard(messages.Problem) == [messages.Problem(Failure.TORN)]
        assert viewer.pixels is None
        source.torn = 0
        await viewer.sees()

    async def test_one_that_goes_on_tearing_is_said_so_once(
        self, polled: Watch, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        source = Fake()
        source.torn = 10**9
        viewer = polled(source, fps=1000).enter()
        await until(lambda: bool(viewer.heard(messages.Problem)))
        source.polls = 0
        await until(lambda: source.polls > 5 * TORN_TRIES * TORN_TURNS)
        assert len(viewer.heard(messages.Problem)) == len(caplog.records) == 1
        source.torn = 0
        await until(lambda: viewer.said[-1] == messages.Problem(None))

    async def test_a_rate_of_next_to_nothing_is_none(self, polled: Watch) -> None:
        source = Fake()
        viewer = polled(source).enter(Request(fps=1e-300, acknowledge=False))
        await viewer.sees()
        source.polls = 0
        await asyncio.sleep(0.05)
        assert source.polls == 0
        assert viewer.heard(messages.Problem) == []

    async def test_who_comes_while_it_waits_to_ask_again_need_not_wait(
        self, polled: Watch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(patience, "RETRY_FIRST", 1e9)
        monkeypatch.setattr(patience, "RETRY_MOST", 1000)
        source = Fake()
        source.failures = [SourceError("a long glitch")] * 1000
        room = polled(source)
        early = room.enter()
        await until(lambda: bool(early.heard(messages.Problem)))
        source.failures.clear()
        viewer = room.enter()
        await viewer.sees()


class TestDevicesThatCannotKeepUp:
    async def test_viewers_are_told_of_one_and_when_it_can_again(self, polled: Watch) -> None:
        source = Fake()
        source.pause = 0.02
        room = polled(source, fps=100)
        room.enter()
        await until(lambda: room.stream.audience.limits.behind)
        source.pause = 0
        await until(lambda: not room.stream.audience.limits.behind)

    async def test_of_memory_that_is_read_without_python_it_is_said_as_viewers_are_told_it(
        self, walk: NewWalk, tmp_path: Path
    ) -> None:
        """By true and false: they refuse any other value."""
        path = tmp_path / "ring"
        source = open_source(Ring(path, 5, 3, 4, count=9).address(path))
        reader: Any = walk(1000)
        if not hasattr(reader, "run"):
            pytest.skip("this walk reads nothing by itself")
        assert isinstance(source, MappedSource)
        reader.open(0, GRAY8, Rendition(), (5, 3), 1)
        mapping = source.mapping()
        assert mapping
        reader.set_source(*mapping.arguments())
        assert {type(reader.run(1e-9, True, 0)[1]) for _ in range(20)} == {bool}
        source.close()

    async def test_it_is_not_forgotten_to_be_told_when_there_was_a_pause_between(
        self, polled: Watch
    ) -> None:
        source = Fake()
        source.pause = 0.02
        room = polled(source, fps=100)
        viewer = room.enter()
        await until(lambda: room.stream.audience.limits.behind)
        viewer.leave()
        source.pause = 0
        room.enter()
        await until(lambda: not room.stream.audience.limits.behind)


async def test_what_a_source_says_of_a_picture_goes_with_it_also_while_the_picture_is_still(
    polled: Watch,
) -> None:
    class Talking(Fake):
        def poll(self, seen: object = None) -> Picture | None:
            picture = super().poll(seen)
            return picture and picture._replace(meta={"number": self.given})

        def pixels(self) -> Pixels:
            return np.full(self.size[::-1], 7, np.uint8)

    viewer = polled(Talking()).enter()
    said: set[int] = set()

    def has_heard_enough() -> bool:
        viewer._room.carry()
        if viewer.held and viewer.held.meta:
            said.add(viewer.held.meta["number"])
        return len(said) > 30

    await until(has_heard_enough)
    assert viewer.shown == 7
