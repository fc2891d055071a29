"""A stream of pictures in a GPU's memory shows what one of arrays does, and brings over only what somebody sees."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.gpu import Bus, noise
from ws_stream import Stream, UsageError
from ws_stream.hub import newest as newest_module
from ws_stream.hub import stream as stream_module
from ws_stream.pixels.described import named
from ws_stream.pixels.formats import DEPTHS, RGBX8888, PixelFormat
from ws_stream.pixels.raw import NV12
from ws_stream.pixels.rendition import Crop, Rendition
from ws_stream.pixels.resample import resample
from ws_stream.protocol.request import Request

from ..strategies import CHANGES, SEEDS, changed, pixels, possible
from .viewer import BOTH_WALKS, NewWalk, Room, Viewer, until

FORMATS = tuple(
    named(name)
    for name in ("rgbx8888", "bgr888", "rgb565", "gray8", "rgb332", "xrgb1555", "gray10", "nv12")
)
"""Plain ones, some that do not travel, and a raw one."""
WIDTH, HEIGHT = 34, 22


def request(rendition: Rendition, fps: float | None = None) -> Request:
    """For all of it, by one who acknowledges nothing."""
    members = {name: value for name, value in rendition._asdict().items() if name != "plain"}
    return Request(acknowledge=False, fps=fps, **members)


WISHES = st.lists(
    st.builds(
        Rendition,
        st.sampled_from([None, Crop(3, 2, 20, 9)]),
        st.integers(1, 4),
        st.booleans(),
        st.sampled_from([0, 6]),
        st.sampled_from(list(DEPTHS)),
    ),
    min_size=1,
    max_size=3,
)


Turn = tuple[str, bool, bool]
"""How the picture changes, whether it is said where, and whether it is an array."""


@contextmanager
def told(now: Callable[[], float]) -> Iterator[None]:
    """It is so late, for whoever shows pictures."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (newest_module, stream_module):
            patch.setattr(module, "time", SimpleNamespace(monotonic=now))
        yield


@contextmanager
def at_one_moment() -> Iterator[None]:
    """However long it takes, nobody has a turn meanwhile for whom it is too early."""
    moment = time.monotonic()
    with told(lambda: moment):
        yield


def seen(viewer: Viewer) -> bytes | None:
    return None if viewer.pixels is None else viewer.pixels.tobytes()


@BOTH_WALKS
@settings(max_examples=30)  # each is a history
@given(
    pixel_format=st.sampled_from(FORMATS),
    wishes=WISHES,
    seed=SEEDS,
    turns=st.lists(st.tuples(st.sampled_from(CHANGES), st.booleans(), st.booleans()), max_size=5),
)
async def test_every_viewer_sees_what_it_would_see_of_arrays(
    walk: NewWalk,
    pixel_format: PixelFormat,
    wishes: list[Rendition],
    seed: int,
    turns: list[Turn],
) -> None:
    random, bus = np.random.default_rng(seed), Bus()
    now = count(1000)  # seconds, one after the other: each rendition has its turn
    with told(lambda: float(next(now))):
        play(walk, pixel_format, wishes, (random, bus), turns)


def play(
    walk: NewWalk,
    pixel_format: PixelFormat,
    wishes: list[Rendition],
    what: tuple[np.random.Generator, Bus],
    turns: list[Turn],
) -> None:
    random, bus = what
    there, here = (Room(Stream(name, format=pixel_format, fps=1000, walk=walk)) for name in "ab")
    pairs = [(there.enter(request(wish)), here.enter(request(wish))) for wish in wishes]
    source = pixels(pixel_format, *possible(pixel_format, WIDTH, HEIGHT), "noise", random)
    for how, is_said, is_mixed in [("nothing", False, False), *turns]:
        before, source = source, changed(source, how, random)
        differing = (source != before).reshape(len(source), -1).any(axis=1)
        rows = np.flatnonzero(differing[:HEIGHT])
        is_luma = not differing[
            HEIGHT:
        ].any()  # where chroma has lines, these are not told apart here
        damage = [(0, int(row), 1, 1) for row in rows] if is_said and is_luma else None
        there.stream.publish(source if is_mixed else bus.tensor(source), damage=damage)
        here.stream.publish(source, damage=damage)
        for one, other in pairs:
            assert seen(one) == seen(other) is not None
    for room in (there, here):
        room.stream.close()


async def test_while_nobody_watches_nothing_is_done_with_it() -> None:
    bus, stream = Bus(), Stream("camera")
    for shade in range(3):
        stream.publish(bus.tensor(np.full((HEIGHT, WIDTH, 3), shade, np.uint8)))
    assert bus.touched == 0
    viewer = Room(stream).enter()
    assert viewer.shown == 2
    assert bus.brought == HEIGHT * WIDTH * 3
    stream.close()


async def test_a_viewer_that_comes_sees_what_lies_there_then() -> None:
    bus, array, stream = Bus(), np.zeros((HEIGHT, WIDTH, 3), np.uint8), Stream("camera")
    stream.publish(bus.tensor(array))
    array[:] = 200  # where it lies, as with an array
    assert Room(stream).enter().shown == 200
    stream.close()


async def test_of_each_rendition_what_it_keeps_comes_over_once_however_many_watch() -> None:
    bus, stream = Bus(), Stream("camera", fps=1000)
    room = Room(stream)
    wishes = [Rendition(step=2), Rendition(Crop(0, 0, 8, 8), 1), Rendition(step=4, depth=8)]
    for wish in wishes * 5:
        room.enter(request(wish))
    array = noise(1, HEIGHT, WIDTH, 4)
    stream.publish(bus.tensor(array))
    assert bus.brought == sum(resample(array, RGBX8888, wish).nbytes for wish in wishes)
    stream.close()


async def test_a_rendition_that_has_no_turn_stays_there_and_comes_later() -> None:
    bus, stream = Bus(), Stream("camera", fps=1000)
    viewer = Room(stream).enter(request(Rendition(), fps=20))
    with at_one_moment():
        stream.publish(bus.tensor(np.full((HEIGHT, WIDTH), 1, np.uint8)))
        bus.brought = 0
        stream.publish(bus.tensor(np.full((HEIGHT, WIDTH), 2, np.uint8)))
        assert bus.brought == 0
    await viewer.sees(2)
    stream.close()


class TestDamage:
    async def test_only_rows_that_are_said_to_have_changed_come_over(self) -> None:
        bus, stream = Bus(), Stream("camera", fps=1000)
        room, array = Room(stream), noise(2, HEIGHT, WIDTH, 3)
        viewer = room.enter(request(Rendition(step=2)))
        stream.publish(bus.tensor(array))
        array[8:10] = 5
        bus.brought = 0
        stream.publish(bus.tensor(array), damage=[(0, 8, WIDTH, 2)])
        assert bus.brought == WIDTH // 2 * 3
        assert viewer.pixels is not None
        assert np.array_equal(viewer.pixels, array[::2, ::2])
        stream.publish(bus.tensor(array), damage=[(0, 9, 1, 0)])
        assert bus.brought == WIDTH // 2 * 3
        stream.close()

    async def test_a_wrong_hint_is_found_where_it_is_verified(self) -> None:
        bus, stream = Bus(), Stream("camera", fps=1000, verify_damage=True)
        viewer = Room(stream).enter()
        stream.publish(bus.tensor(np.zeros((HEIGHT, WIDTH), np.uint8)))
        with pytest.raises(UsageError, match="outside of the damage"):
            stream.publish(bus.tensor(np.ones((HEIGHT, WIDTH), np.uint8)), damage=[(0, 3, 1, 1)])
        await viewer.sees(1)
        assert viewer.pixels is not None
        assert (viewer.pixels == 1).all()
        stream.close()


class TestFaults:
    async def test_what_the_gpu_refused_is_shown_whole_by_the_next_picture(self) -> None:
        bus, stream = Bus(), Stream("camera", fps=1000)
        viewer, array = Room(stream).enter(), noise(3, HEIGHT, WIDTH)
        stream.publish(bus.tensor(array))
        array[:] = 1
        bus.error = RuntimeError("illegal memory access")
        with pytest.raises(UsageError, match="illegal memory access"):
            stream.publish(bus.tensor(array), damage=[(0, 0, WIDTH, HEIGHT)])
        bus.error = None
        array[0] = 2
        stream.publish(bus.tensor(array), damage=[(0, 0, WIDTH, 1)])
        assert viewer.pixels is not None
        assert np.array_equal(viewer.pixels, array)
        stream.close()

    async def test_what_cannot_be_read_when_its_turn_comes_is_read_when_it_can_be(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(newest_module, "TRY_AGAIN", 0.001)
        faults: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, fault: faults.append(fault))
        bus, stream = Bus(), Stream("camera", fps=1000)
        viewer = Room(stream).enter(request(Rendition(), fps=20))
        with at_one_moment():
            for shade in (1, 2):  # the second one has to wait
                stream.publish(bus.tensor(np.full((HEIGHT, WIDTH), shade, np.uint8)))
        bus.error = RuntimeError("the device is lost")
        await until(lambda: bus.failed > 2)
        bus.error = None
        await viewer.sees(2)
        assert not faults
        stream.close()

    async def test_a_tolerance_settles_as_with_arrays(self) -> None:
        bus, stream = Bus(), Stream("camera", fps=1000, rendition=Rendition(tolerance=9))
        viewer = Room(stream).enter()
        for shade in (50, 52):
            stream.publish(bus.tensor(np.full((HEIGHT, WIDTH), shade, np.uint8)))
        assert viewer.shown == 50
        await viewer.sees(52)
        stream.close()


async def test_raw_pictures_come_over_whole_and_once() -> None:
    """What the walk makes of them needs all."""
    bus, stream = Bus(), Stream("camera", format=NV12, fps=1000)
    room = Room(stream)
    for step in (1, 2, 4):
        room.enter(request(Rendition(step=step)))
    array = noise(4, HEIGHT * 3 // 2, WIDTH)
    stream.publish(bus.tensor(array))
    assert bus.brought == array.nbytes
    stream.close()


def test_a_notebook_s_still_is_of_what_lies_there() -> None:
    still: Any = pytest.importorskip("ws_stream.jupyter.still").still
    array, (one, other) = noise(5, HEIGHT, WIDTH, 3), (Stream("a"), Stream("b"))
    one.publish(array)
    other.publish(Bus().tensor(array))
    assert still(one) == still(other) is not None
