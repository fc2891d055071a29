import asyncio
import socket
import threading
import time
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.odd import ArrayLike
from tests.strategies import CONTENTS, SEEDS, formats, pixels, shapes
from ws_stream.errors import UsageError
from ws_stream.hub import newest as newest_module
from ws_stream.hub import stream as stream_module
from ws_stream.hub.audience import Limits
from ws_stream.hub.stream import Stream
from ws_stream.limits import MAX_STEP
from ws_stream.pixels.colours import to_rgb
from ws_stream.pixels.described import named
from ws_stream.pixels.formats import (
    BGRX8888,
    GRAY8,
    RGB444,
    RGB565,
    RGB888,
    RGBX8888,
    PixelFormat,
    Pixels,
)
from ws_stream.pixels.rendition import Crop, Rendition
from ws_stream.pixels.resample import resample
from ws_stream.protocol import messages
from ws_stream.protocol.request import Request
from ws_stream.walk import NumpyWalk, new_walk
from ws_stream.walk.numpy_walk import WHOLES

from .viewer import (
    BOTH_WALKS,
    UNHURRIED,
    NewWalk,
    Room,
    Viewer,
    in_a_thread,
    picture,
    publishing,
    until,
)


def publish_all(stream: Stream, values: Iterable[int]) -> None:
    for value in values:
        stream.publish(picture(value))


def distort(array: Pixels, how: str) -> Pixels:
    """The same picture in memory of other strides."""
    if how == "upside down":
        return array[::-1].copy()[::-1]
    if how == "mirrored":
        return array[:, ::-1].copy()[:, ::-1]
    if how == "sparse":
        wide = np.zeros((2 * array.shape[0], 3 * array.shape[1], *array.shape[2:]), array.dtype)
        wide[::2, ::3] = array
        return wide[::2, ::3]
    if how == "planar":
        return np.moveaxis(np.moveaxis(array, -1, 0).copy(), 0, -1)
    if how == "read-only":
        array.flags.writeable = False
    return array


DISTORTIONS = ("as it is", "upside down", "mirrored", "sparse", "planar", "read-only")


class TestPictures:
    @given(
        pixel_format=formats,
        size=shapes,
        content=st.sampled_from(CONTENTS),
        seed=SEEDS,
        how=st.sampled_from(DISTORTIONS),
        step=st.integers(1, 3),
        walk=st.sampled_from([NumpyWalk, new_walk]),
    )
    def test_whatever_its_strides_a_published_picture_is_shown_exactly(
        self,
        pixel_format: PixelFormat,
        size: tuple[int, int],
        content: str,
        seed: int,
        how: str,
        step: int,
        walk: NewWalk,
    ) -> None:
        array = pixels(pixel_format, *size, content, np.random.default_rng(seed))

        async def publish() -> None:
            rendition = Rendition(step=step)
            stream = Stream("a", format=pixel_format, rendition=rendition, walk=walk)
            viewer = Room(stream).enter()
            stream.publish(distort(array, how))
            assert np.array_equal(viewer.pixels, resample(array, pixel_format, rendition))  # type: ignore[arg-type]  # None is unequal
            stream.close()

        asyncio.run(publish())

    @BOTH_WALKS
    async def test_who_comes_later_sees_the_picture_that_was_published_last(
        self, walk: NewWalk
    ) -> None:
        stream = Stream("a", walk=walk)
        stream.publish(picture(1))
        stream.publish(picture(2))
        room = Room(stream)
        assert room.enter().shown == 2
        assert room.enter(Request(step=2)).shown == 2

    async def test_the_array_may_be_changed_once_publish_has_returned(self) -> None:
        stream = Stream("a")
        viewer = Room(stream).enter()
        array = picture(1)
        stream.publish(array)
        array[:] = 9
        assert viewer.shown == 1

    async def test_nothing_is_read_while_nobody_watches(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stream = Stream("a", walk=NumpyWalk)
        monkeypatch.setattr(stream.walk, "publish", None)
        stream.publish(picture(1))
        assert not stream.watched

    async def test_a_still_picture_published_again_and_again_is_one_picture(self) -> None:
        stream = Stream("a", fps=1000)
        viewer = Room(stream).enter()
        for _ in range(3):
            stream.publish(picture(1))
            await asyncio.sleep(0.01)
        assert viewer.pixels is not None
        assert viewer.pictures == 1

    @BOTH_WALKS
    async def test_a_picture_that_is_news_to_one_rendition_only_does_not_lose_that_of_another(
        self, walk: NewWalk
    ) -> None:
        stream = Stream("a", fps=1000, walk=walk)
        room = Room(stream)
        whole, part = room.enter(), room.enter(Request(crop=Crop(0, 0, 8, 2), acknowledge=False))
        stream.publish(picture(1))
        array = picture(2)
        stream.publish(array)
        array[5] = 9  # outside of the part
        stream.publish(array)
        await until(lambda: whole.pixels is not None and bool(whole.pixels[5, 0, 0] == 9))
        await part.sees(2)
        assert whole.shown == 2

    async def test_with_a_depth_viewers_get_fewer_bits(self) -> None:
        stream = Stream("a", rendition=Rendition(depth=12))
        viewer = Room(stream).enter()
        stream.publish(picture(0xA7))
        assert viewer.pixels is not None
        assert (viewer.pixels == 0xAAA).all()
        assert viewer.held
        assert viewer.held.format is RGB444


class TestSizes:
    @BOTH_WALKS
    async def test_a_new_size_is_announced_before_its_first_picture_and_an_equal_one_is_not(
        self, walk: NewWalk
    ) -> None:
        stream = Stream("a", fps=1000, walk=walk)
        viewer = Room(stream).enter()
        for value, width in enumerate((8, 8, 5, 5, 8), 1):
            stream.publish(picture(value, width))
            await viewer.sees(value)
        announced = viewer.heard(messages.Announcement)
        assert [told.width for told in announced if isinstance(told, messages.Announcement)] == [
            8,
            5,
            8,
        ]
        assert (
            len({told.epoch for told in announced if isinstance(told, messages.Announcement)}) == 3
        )

    @BOTH_WALKS
    async def test_whenever_sizes_change_in_a_thread_no_picture_comes_before_it_is_announced(
        self, walk: NewWalk
    ) -> None:
        stream = Stream("a", fps=1000, walk=walk)
        room, random = Room(stream), np.random.default_rng(1)
        calls = iter(range(10**9))

        def publish() -> None:
            value = next(calls)
            stream.publish(picture(1 + value % 250, int(random.integers(1, 4))))

        with publishing(publish):
            for _ in range(100):
                viewer = room.enter(Request(step=int(random.integers(1, 3)), acknowledge=False))
                await asyncio.sleep(0)
                await viewer.sees()
                viewer.leave()
            last = room.enter()
        stream.publish(picture(255, 7))
        await last.sees(255)
        assert last.held
        assert last.held.width == 7

    @BOTH_WALKS
    async def test_a_new_format_is_announced_before_its_first_picture(self, walk: NewWalk) -> None:
        """A viewer here holds what was announced, and takes no picture of another format."""
        stream = Stream("a", fps=1000, walk=walk)
        viewer = Room(stream).enter()
        colour, gray = picture(1), picture(2)[..., 0]
        for array in (colour, gray, gray, colour[..., :3], colour):
            stream.publish(array)
            await until(partial(shows, viewer, array))
        announced = [
            m for m in viewer.heard(messages.Announcement) if isinstance(m, messages.Announcement)
        ]
        assert [told.format for told in announced] == [RGBX8888, GRAY8, RGB888, RGBX8888]
        assert len({told.epoch for told in announced}) == 4

    async def test_a_given_format_is_that_of_every_array(self) -> None:
        stream = Stream("a", format=BGRX8888)
        viewer = Room(stream).enter()
        stream.publish(picture(1))
        with pytest.raises(UsageError, match="no bgrx8888 picture"):
            stream.publish(picture(2)[..., 0])
        assert viewer.shown == 1
        assert viewer.held
        assert viewer.held.format is BGRX8888

    @pytest.mark.parametrize("name", ["rgb565", "gray16", "bgr565", "xrgb1555"])
    async def test_words_of_16_bits_need_a_format(self, name: str) -> None:
        words = np.full((6, 8), 0x1234, "<u2")
        with pytest.raises(UsageError, match="format='rgb565' or format='gray16'"):
            Stream("a").publish(words)
        stream = Stream("a", format=named(name))
        viewer = Room(stream).enter()
        stream.publish(words)
        await viewer.sees()
        assert viewer.held
        shown = to_rgb(viewer.held.pixels, viewer.held.format)
        assert np.array_equal(shown, to_rgb(words, named(name)))

    async def test_an_array_that_does_not_fit_is_refused_and_nothing_is_lost(self) -> None:
        stream = Stream("a", rendition=Rendition(crop=Crop(0, 0, 8, 6)))
        stream.publish(picture(1))
        refused = r"the crop 0,0,8,6 leaves the picture, which is 4x4"
        with pytest.raises(UsageError, match=refused):
            stream.publish(picture(2, 4, 4))
        viewer = Room(stream).enter()
        with pytest.raises(UsageError, match=refused):
            stream.publish(picture(2, 4, 4))
        assert viewer.shown == 1


class OfAnotherMind(np.ndarray):
    """What it does is not what arrays do, as numpy's matrix."""

    def __getitem__(self, key: object) -> NoReturn:
        raise TypeError(key)


class TestArrays:
    """Whatever holds the pixels, they are shown."""

    @BOTH_WALKS
    @pytest.mark.parametrize(
        "array",
        [
            np.full((6, 8), 7, np.uint8).view(OfAnotherMind),
            np.full((6, 8), 7, np.uint8).view(np.recarray),
            np.broadcast_to(np.uint8(7), (6, 8)),
            np.full(6 * 8 * 2 + 1, 7, np.uint8)[1:].view("<u2").reshape(6, 8),
            np.frombuffer(bytes([7]) * 48, np.uint8).reshape(6, 8),
            np.full((6, 8), 7, np.dtype(np.uint8, metadata={"a": 1})),
        ],
        ids=["subclass", "recarray", "broadcast", "unaligned", "read-only", "metadata"],
    )
    async def test_it_is_shown(self, array: Pixels, walk: NewWalk) -> None:
        stream = Stream("a", format=GRAY8 if array.itemsize == 1 else RGB565, walk=walk)
        viewer = Room(stream).enter()
        stream.publish(array)
        assert viewer.shown == (7 if array.itemsize == 1 else 0x0707)

    @BOTH_WALKS
    async def test_what_its_owner_makes_of_the_array_afterwards_does_not_matter(
        self, walk: NewWalk
    ) -> None:
        stream = Stream("a", format=GRAY8, walk=walk)
        array = np.full((6, 8), 7, np.uint8)
        stream.publish(array)
        array.shape = (8, 6)
        assert Room(stream).enter().shown == 7

    @BOTH_WALKS
    async def test_a_mapped_file_is_shown(self, walk: NewWalk, tmp_path: Path) -> None:
        (tmp_path / "raw").write_bytes(bytes([7]) * 48)
        stream = Stream("a", walk=walk)
        viewer = Room(stream).enter()
        stream.publish(np.memmap(tmp_path / "raw", np.uint8, "r", shape=(6, 8)))
        assert viewer.shown == 7


def shows(viewer: Viewer, array: Pixels) -> bool:
    """Whether the colours on the screen are the array's, which has as many components."""
    pixels = viewer.pixels
    return pixels is not None and np.array_equal(pixels[..., :3], array[..., :3])


class TestThreads:
    @BOTH_WALKS
    async def test_pictures_of_two_threads_are_all_whole(self, walk: NewWalk) -> None:
        stream = Stream("a", fps=1000, walk=walk)
        viewer = Room(stream).enter()
        with (
            publishing(lambda: stream.publish(picture(1))),
            publishing(lambda: stream.publish(picture(2))),
        ):
            for _ in range(100):
                await asyncio.sleep(0)
                assert viewer.pixels is None or np.ptp(viewer.pixels[..., :3]) == 0
        stream.publish(picture(3))
        await viewer.sees(3)

    @BOTH_WALKS
    async def test_pictures_published_by_a_thread_arrive_newest_last(self, walk: NewWalk) -> None:
        stream = Stream("a", fps=1000, walk=walk)
        viewer = Room(stream).enter()
        in_a_thread(lambda: publish_all(stream, range(200)))
        await viewer.sees(199)
        assert viewer.pictures <= 200

    @BOTH_WALKS
    async def test_a_thread_may_publish_before_anybody_watches_and_while_viewers_come_and_go(
        self, walk: NewWalk
    ) -> None:
        stream = Stream("a", fps=1000, walk=walk)
        room, calls = Room(stream), iter(range(10**9))
        in_a_thread(lambda: stream.publish(picture(1)))
        with publishing(lambda: stream.publish(picture(1 + next(calls) % 250))):
            for turn in range(100):
                viewer = room.enter()
                may_wait = turn >= WHOLES
                assert viewer.shown or may_wait, "a viewer never waits for the next picture"
                await asyncio.sleep(0)
                viewer.leave()
        assert not stream.watched
        assert not stream.audience.shown

    @BOTH_WALKS
    async def test_who_joins_while_pictures_are_published_is_not_left_with_an_older_one(
        self, walk: NewWalk
    ) -> None:
        stream = Stream("a", fps=1000, walk=walk)
        room = Room(stream)
        for last in range(1, 50):
            viewers: list[Viewer] = []
            published = threading.Thread(target=publish_all, args=(stream, (250, 251, last)))
            published.start()
            viewers.append(room.enter())
            viewers.append(room.enter(Request(step=2, acknowledge=False)))
            await asyncio.to_thread(published.join, 20)
            for viewer in viewers:
                await viewer.sees(last)
                viewer.leave()

    async def test_who_joins_is_not_shown_an_older_picture_after_one_that_comes_meanwhile(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stream = Stream("a", fps=1000, walk=NumpyWalk)
        stream.publish(picture(1))
        thread = threading.Thread(target=stream.publish, args=(picture(2),))
        publish = stream.walk.publish

        def let_the_thread_go_first(*arguments: Any) -> object:  # noqa: ANN401 - handed on as they came
            if threading.current_thread() is not thread:
                thread.start()
                thread.join(0.2)  # as far as it comes
            return publish(*arguments)

        monkeypatch.setattr(stream.walk, "publish", let_the_thread_go_first)
        viewer = Room(stream).enter()
        await asyncio.to_thread(thread.join, 20)
        await viewer.sees(2)

    @BOTH_WALKS
    @pytest.mark.parametrize("is_early", [True, False], ids=["at first", "later"])
    async def test_no_picture_of_another_size_gets_between_an_announcement_and_its_picture(
        self, walk: NewWalk, is_early: bool
    ) -> None:
        stream = Stream("a", fps=1000, walk=walk)
        stream.publish(picture(1))
        thread = threading.Thread(target=stream.publish, args=(picture(2, 3, 3),))

        class Interrupted(Viewer):
            is_armed = is_early

            def write(self, message: str) -> None:
                super().write(message)
                if self.is_armed:
                    self.is_armed = False
                    thread.start()
                    thread.join(0.2)  # as far as it comes

        room = Room(stream)
        viewer = Interrupted(room, UNHURRIED)
        room.viewers[viewer.subscription.place] = viewer
        stream.begin(viewer.subscription)
        if not is_early:
            viewer.is_armed = True
            stream.limit(Limits(1000, 2))
        await asyncio.to_thread(thread.join, 20)
        await viewer.sees(2)

    async def test_who_joins_does_not_wait_for_a_picture_that_is_still_being_drawn(self) -> None:
        stream = Stream("a")
        stream.publish(picture(1))
        begun, joined, was_joined = threading.Event(), threading.Event(), []

        class Drawing:
            def __dlpack_device__(self) -> tuple[int, int]:
                return picture(2).__dlpack_device__()

            def __dlpack__(self, **how: Any) -> object:  # noqa: ANN401 - handed on as they came
                begun.set()
                was_joined.append(joined.wait(2))
                return picture(2).__dlpack__(**how)

        thread = threading.Thread(target=stream.publish, args=(Drawing(),))
        thread.start()
        assert begun.wait(20)
        viewer = Room(stream).enter()
        joined.set()
        await asyncio.to_thread(thread.join, 20)
        assert was_joined == [True]
        await viewer.sees(2)

    async def test_a_picture_of_a_thread_does_not_come_after_a_later_one(self) -> None:
        stream = Stream("a", fps=1000)
        viewer = Room(stream).enter()
        in_a_thread(lambda: stream.publish(picture(1)))
        stream.publish(picture(2))
        await viewer.sees(2)
        await asyncio.sleep(0.01)
        assert viewer.shown == 2

    @BOTH_WALKS
    async def test_a_stream_may_be_closed_while_a_thread_publishes_and_be_joined_again(
        self, walk: NewWalk
    ) -> None:
        stream = Stream("a", fps=1000, walk=walk)
        room, calls = Room(stream), iter(range(10**9))

        def publish() -> None:
            value = next(calls)
            stream.publish(picture(1 + value % 250, 3 + value % 2))

        with publishing(publish):
            for _ in range(20):
                viewer = room.enter()
                await viewer.sees()
                stream.close()
                await asyncio.sleep(0.001)
                viewer.leave()
            viewer = room.enter()
        stream.publish(picture(255, 9))
        await viewer.sees(255)

    def test_no_viewer_is_told_anything_by_another_thread_also_after_the_stream_is_closed(
        self,
    ) -> None:
        stream, tellers = Stream("a", fps=1000), set[int]()

        class Listener(Viewer):
            def write(self, message: str) -> None:
                tellers.add(threading.get_ident())
                super().write(message)

        async def watch() -> None:
            viewer = Listener(Room(stream), Request())
            stream.begin(viewer.subscription)
            stream.publish(picture(1))
            stream.close()
            in_a_thread(lambda: stream.publish(picture(2, 3)))
            in_a_thread(lambda: stream.set_problem("gone"))
            in_a_thread(lambda: stream.set_behind(behind=True))

        asyncio.run(watch())
        in_a_thread(lambda: stream.publish(picture(3, 5)))
        assert tellers == {threading.get_ident()}


class TestRates:
    async def test_a_picture_that_comes_too_early_is_shown_when_its_turn_comes(self) -> None:
        stream = Stream("a", fps=20)
        viewer = Room(stream).enter()
        for value in (1, 2, 3, 4):
            stream.publish(picture(value))
        assert viewer.shown is not None
        assert viewer.shown < 4
        await viewer.sees(4)

    async def test_a_socket_that_fills_up_when_its_turn_comes_is_handed_over_at_once(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(stream_module, "REPORT_EVERY", 1000)  # a report would take it anyway
        stream = Stream("a", fps=4)
        near, far = socket.socketpair()

        class Connection(Viewer):
            def fileno(self) -> int:
                return near.fileno()

        near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        viewer = Connection(Room(stream), Request(acknowledge=False))
        stream.begin(viewer.subscription)
        stream.publish(picture(1))
        assert not viewer.finished
        with near, far:
            near.setblocking(False)
            while True:
                try:
                    near.send(bytes(4096))
                except BlockingIOError:
                    break
            stream.publish(picture(2))  # too early
            await until(lambda: viewer.finished > 0)
            stream.leave(viewer.subscription)

    async def test_as_many_are_wanted_as_the_hungriest_viewer_may_have(self) -> None:
        stream = Stream("a", fps=30)
        room = Room(stream)
        assert stream.wanted == 0
        room.enter(Request(fps=0))
        assert (stream.watched, stream.wanted) == (True, 0)
        room.enter(Request(fps=2))
        assert stream.wanted == 2
        hungry = room.enter(Request(fps=500))
        assert stream.wanted == 30
        stream.limit(Limits(10))
        assert stream.wanted == 10
        hungry.leave()
        assert stream.wanted == 2


class TestLimits:
    async def test_viewers_are_told_anew_only_of_what_becomes_coarser(self) -> None:
        stream = Stream("a", fps=1000)
        room = Room(stream)
        fine, coarsest = room.enter(), room.enter(Request(step=MAX_STEP))
        stream.publish(picture(1))
        steps: list[int] = []
        for limits in (
            Limits(9),
            Limits(9, 2),
            Limits(8, 2),
            Limits(8, 2, behind=True),
            Limits(30),
        ):
            stream.limit(limits)
            (*_, told) = fine.heard(messages.Announcement)
            assert isinstance(told, messages.Announcement)
            steps.append(told.step)
            await fine.sees(1)
        assert steps == [1, 2, 2, 2, 1]
        assert len(fine.heard(messages.Announcement)) == 3
        assert len(coarsest.heard(messages.Announcement)) == 1

    async def test_a_device_that_cannot_keep_up_says_so_from_any_thread(self) -> None:
        stream = Stream("a")
        Room(stream).enter()
        in_a_thread(lambda: stream.set_behind(behind=True))
        await until(lambda: stream.audience.limits.behind)
        in_a_thread(lambda: stream.set_behind(behind=False))
        await until(lambda: not stream.audience.limits.behind)


class TestProblems:
    async def test_each_is_told_once_and_also_to_who_comes_later(self) -> None:
        stream = Stream("a")
        room = Room(stream)
        stream.set_problem("the camera is gone")
        early = room.enter()
        stream.publish(picture(1))
        stream.set_problem("the camera is gone")
        late = room.enter(Request(step=2))
        for viewer in (early, late):
            assert viewer.heard(messages.Problem) == [("the camera is gone",)]
        stream.set_problem(None)
        stream.set_problem(None)
        for viewer in (early, late):
            assert viewer.heard(messages.Problem) == [("the camera is gone",), (None,)]
        assert room.enter().heard(messages.Problem) == []

    async def test_one_that_is_over_before_the_loop_has_heard_of_it_does_not_stay(self) -> None:
        stream = Stream("a")
        viewer = Room(stream).enter()

        def stutter() -> None:
            stream.set_problem("a glitch")
            stream.set_problem(None)

        in_a_thread(stutter)
        await asyncio.sleep(0.01)
        assert stream.problem is None
        assert viewer.heard(messages.Problem) in ([], [("a glitch",), (None,)])


class TestDamage:
    @BOTH_WALKS
    async def test_only_the_rows_it_names_are_read(self, walk: NewWalk) -> None:
        stream = Stream("a", fps=1000, walk=walk)
        viewer = Room(stream).enter()
        array = picture(1)
        stream.publish(array)
        array[:] = 9
        stream.publish(array, damage=[(2, 1, 3, 2)])
        await until(
            lambda: (
                viewer.pixels is not None and viewer.pixels[:, 0, 0].tolist() == [1, 9, 9, 1, 1, 1]
            )
        )

    @BOTH_WALKS
    async def test_that_of_pictures_nobody_was_sent_is_not_lost(self, walk: NewWalk) -> None:
        stream = Stream("a", fps=30, walk=walk)
        viewer = Room(stream).enter()
        array = picture(1)
        stream.publish(array)

        def publish() -> None:
            for row in range(6):
                array[row] = 9
                stream.publish(array, damage=[(0, row, 8, 1)])

        in_a_thread(publish)
        await until(lambda: viewer.pixels is not None and bool((viewer.pixels[..., :3] == 9).all()))

    @BOTH_WALKS
    async def test_who_joins_between_gets_the_whole_picture(self, walk: NewWalk) -> None:
        stream = Stream("a", fps=1000, walk=walk)
        array = picture(1)
        stream.publish(array)
        array[3] = 9
        stream.publish(array, damage=[(0, 3, 8, 1)])
        room = Room(stream)
        viewer = room.enter()
        array[4] = 9
        stream.publish(array, damage=[(0, 4, 8, 1)])
        late = room.enter(Request(step=2, acknowledge=False))
        await until(
            lambda: (
                viewer.pixels is not None and viewer.pixels[:, 0, 0].tolist() == [1, 1, 1, 9, 9, 1]
            )
        )
        assert late.pixels is not None
        assert late.pixels[:, 0, 0].tolist() == [1, 1, 9]

    async def test_a_first_picture_is_read_wholly_whatever_its_damage(self) -> None:
        stream = Stream("a")
        viewer = Room(stream).enter()
        stream.publish(picture(5), damage=[])
        assert viewer.pixels is not None
        assert (viewer.pixels[..., :3] == 5).all()

    @BOTH_WALKS
    async def test_a_wrong_one_is_found_where_that_is_asked_for(self, walk: NewWalk) -> None:
        stream = Stream("a", fps=1000, verify_damage=True, walk=walk)
        viewer = Room(stream).enter()
        array = picture(1)
        stream.publish(array)
        array[4] = 9
        with pytest.raises(UsageError, match=r"rows outside of the damage .* have changed"):
            stream.publish(array, damage=[(0, 3, 8, 1)])
        await until(lambda: viewer.pixels is not None and bool(viewer.pixels[4, 0, 0] == 9))
        stream.publish(array, damage=[(0, 4, 8, 1)])

    @BOTH_WALKS
    @pytest.mark.parametrize(
        "damage", [[(0, -5, 8, 3)], [(0, 99, 8, 3)], [(0, 2**62, 8, 2**62)], [], [(0, 0, 0, 0)]]
    )
    async def test_one_outside_of_the_picture_changes_nothing(
        self, damage: list[tuple[int, int, int, int]], walk: NewWalk
    ) -> None:
        stream = Stream("a", walk=walk)
        stream.publish(picture(1))
        viewer = Room(stream).enter()
        stream.publish(picture(9), damage=damage)
        await asyncio.sleep(0)
        assert viewer.shown == 1

    @pytest.mark.parametrize("damage", [[(0, 0, 8)], [(0, 0.5, 8, 1)], [3], [None], ["four"]])
    async def test_what_is_none_is_refused(self, damage: object) -> None:
        stream = Stream("a")
        viewer = Room(stream).enter()
        stream.publish(picture(1))
        with pytest.raises(UsageError, match=r"right would be rectangles \(x, y, width, height\)"):
            stream.publish(picture(9), damage=damage)  # type: ignore[arg-type]  # wrong on purpose
        assert viewer.shown == 1


class TestTolerance:
    @BOTH_WALKS
    @pytest.mark.parametrize(
        ("default", "request_"),
        [(8, Request(acknowledge=False)), (0, Request(tolerance=8, acknowledge=False))],
        ids=["the stream's", "the viewer's"],
    )
    async def test_a_picture_is_exact_soon_after_publishing_has_stopped(
        self, walk: NewWalk, default: int, request_: Request
    ) -> None:
        stream = Stream("a", fps=1000, rendition=Rendition(tolerance=default), walk=walk)
        viewer = Room(stream).enter(request_)
        stream.publish(picture(100))
        stream.publish(picture(105))
        assert viewer.shown == 100
        await viewer.sees(105)
        assert stream.walk.is_settled()
        stream.close()

    @BOTH_WALKS
    async def test_rows_that_stand_still_become_exact_while_others_are_published_for_ever(
        self, walk: NewWalk
    ) -> None:
        stream = Stream("a", fps=1000, rendition=Rendition(tolerance=8), walk=walk)
        viewer = Room(stream).enter()
        array = picture(100)
        stream.publish(array)
        array[1:] = 105
        stream.publish(array)

        def shown() -> list[int]:
            return [] if viewer.pixels is None else viewer.pixels[1:, 0, 0].tolist()

        async with asyncio.timeout(20):
            while shown() != [105] * 5:
                array[0] = (int(array[0, 0, 0]) + 50) % 200
                stream.publish(array, damage=[(0, 0, 8, 1)])
                await asyncio.sleep(0.01)
        stream.close()

    @BOTH_WALKS
    async def test_right_damage_passes_for_right_also_while_a_picture_becomes_exact(
        self, walk: NewWalk
    ) -> None:
        stream = Stream(
            "a", fps=1000, rendition=Rendition(tolerance=8), verify_damage=True, walk=walk
        )
        viewer = Room(stream).enter()
        array = picture(100)
        stream.publish(array)
        array[2] = 104
        stream.publish(array, damage=[(0, 2, 8, 1)])
        async with asyncio.timeout(20):
            while viewer.pixels is None or viewer.pixels[2, 0, 0] != 104:
                stream.publish(array, damage=[])
                await asyncio.sleep(0.01)
        array[4] = 120
        with pytest.raises(UsageError, match="rows outside of the damage"):
            stream.publish(array, damage=[(0, 2, 8, 1)])
        stream.close()

    @BOTH_WALKS
    async def test_right_damage_passes_for_right_whatever_looks_at_the_picture_first(
        self, walk: NewWalk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(newest_module, "SETTLE_EVERY", 1000)
        rendition = Rendition(tolerance=8)
        stream = Stream("a", fps=1000, rendition=rendition, verify_damage=True, walk=walk)
        Room(stream).enter()
        array = picture(100)
        stream.publish(array)
        array[2] = 104
        for _ in range(12):
            stream.publish(array, damage=[(0, 2, 8, 1)])
            await asyncio.sleep(0.1)
        stream.close()


class Producer:
    """Notes what is asked of it."""

    def __init__(self) -> None:
        self.wanted: list[float] = []
        self.checks = self.closed = 0

    def demand(self, stream: Stream) -> None:
        self.wanted.append(stream.wanted)

    def check(self, stream: Stream) -> None:
        assert stream.watched
        self.checks += 1

    def overdue(self, stream: Stream, now: float) -> float | None:
        return now if stream.watched else None

    def close(self, stream: Stream) -> None:
        assert stream.name
        self.closed += 1


class TestProducers:
    async def test_one_is_told_whenever_more_or_less_is_wanted(self) -> None:
        producer = Producer()
        stream = Stream("a", fps=30, producer=producer)
        room = Room(stream)
        assert producer.wanted == []
        slow = room.enter(Request(fps=2))
        quick = room.enter()
        stream.limit(Limits(10))
        quick.subscription.set_request(Request(fps=1), time.monotonic())
        stream.demand()
        slow.leave()
        quick.leave()
        assert producer.wanted == [2, 30, 10, 2, 1, 0]

    async def test_one_is_checked_and_viewers_hear_of_their_stream_again_and_again_while_they_watch(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(stream_module, "REPORT_EVERY", 0.01)
        producer = Producer()
        stream = Stream("a", producer=producer)
        room = Room(stream)
        for _ in range(2):
            producer.checks = 0
            viewer = room.enter()
            await until(lambda: producer.checks > 3)
            assert len(viewer.heard(messages.Unchanged)) > 2
            viewer.leave()
        await asyncio.sleep(0.03)
        checks = producer.checks
        await asyncio.sleep(0.05)
        assert producer.checks == checks

    async def test_reports_go_on_for_who_joins_a_stream_again_that_was_closed_with_viewers(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(stream_module, "REPORT_EVERY", 0.01)
        stream = Stream("a")
        room = Room(stream)
        room.enter()
        stream.close()
        viewer = room.enter()
        await until(lambda: len(viewer.heard(messages.Unchanged)) > 2)
        stream.close()

    async def test_one_is_closed_with_its_stream(self) -> None:
        producer = Producer()
        stream = Stream("a", producer=producer)
        Room(stream).enter()
        stream.close()
        assert producer.closed == 1


class TestRefusals:
    @pytest.mark.parametrize("name", ["", "a b", "a/b", "ä", "a" * 65, "a\n"])
    def test_a_name_that_would_not_do_in_an_address(self, name: str) -> None:
        with pytest.raises(UsageError, match=r"name=.* cannot be; right would be 1 to 64 letters"):
            Stream(name)

    @pytest.mark.parametrize("fps", [0, -1, float("nan"), float("inf"), 1001])
    def test_an_impossible_rate(self, fps: float) -> None:
        with pytest.raises(UsageError, match="pictures per second"):
            Stream("a", fps=fps)

    @pytest.mark.parametrize(
        ("array", "sentence"),
        [
            ([[1]], "list is no picture; right would be a numpy array"),
            (np.zeros((20000, 2), np.uint8), "a picture of 2x20000 gray8 is too large to send"),
            (np.zeros((2, 20000), np.uint8), "a picture of 20000x2 gray8 is too large to send"),
            (np.zeros((2, 0), np.uint8), "no picture|hold no pixel|is no"),
            (np.broadcast_to(np.uint8(0), (8192, 8193, 4)), "8193x8192 rgbx8888 is too large"),
        ],
    )
    def test_what_no_viewer_could_be_shown(self, array: Pixels, sentence: str) -> None:
        with pytest.raises(UsageError, match=sentence):
            Stream("a").publish(array)

    @pytest.mark.parametrize(
        "array",
        [
            np.zeros((), np.uint8),
            np.zeros(12, np.uint8),
            np.zeros((2, 3, 4, 5), np.uint8),
            np.zeros((4, 6), object),
            np.zeros((4, 6), bool),
            np.zeros((4, 6), np.int8),
            np.zeros((4, 6), np.float32),
            np.zeros((4, 6), ">u2"),
            np.zeros((4, 6), "S1"),
            np.zeros((4, 6), "M8[s]"),
            np.zeros((4, 6), [(f"field{number}", "u1") for number in range(500)]),
            np.zeros((4, 6), np.uint8).view(np.recarray).view([("a", "u1")]),
            np.ma.zeros((4, 6), np.uint8),
            np.zeros((4, 6), np.uint8).data,
            np.zeros((4, 6), np.uint8).tolist(),
            ArrayLike(),
            bytes(24),
            None,
        ],
        ids=lambda value: f"{type(value).__name__} {getattr(value, 'shape', '')}",
    )
    def test_what_is_no_picture_is_refused_in_one_sentence(self, array: object) -> None:
        with pytest.raises(UsageError, match=r" is no picture; right would be ") as refused:
            Stream("a").publish(array)
        assert str(refused.value).isprintable()
        assert len(str(refused.value)) < 400

    @pytest.mark.parametrize("time_us", [-1, 2**53])
    def test_a_time_that_cannot_be(self, time_us: int) -> None:
        with pytest.raises(UsageError, match="right would be microseconds since 1970"):
            Stream("a", format=GRAY8).publish(picture(1), time_us=time_us)


async def test_who_asks_for_another_rendition_and_is_given_its_own_goes_on_seeing_pictures() -> (
    None
):
    stream = Stream("a", fps=1000)
    room = Room(stream)
    stream.publish(picture(1))
    for step in (1, 2, 3):
        room.enter(Request(step=step, acknowledge=False))
    one, other = (room.enter(Request(step=4, acknowledge=False)) for _ in range(2))
    await one.sees(1)
    stream.ask(one.subscription, {"step": 5}, 7)  # all places are taken, and 4 is the nearest
    await until(lambda: bool(one.heard(messages.Granted)))
    assert one.heard(messages.Granted) == [messages.Granted(7, 1000)]
    assert len(one.heard(messages.Announcement)) == 1
    stream.publish(picture(2))
    await one.sees(2)
    await other.sees(2)
