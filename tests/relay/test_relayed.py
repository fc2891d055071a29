"""Another server's stream, shown again: every pixel, its time, what is said of it; and nothing for nobody."""

import time
from itertools import product

import numpy as np
import pytest

from tests.faults.processes import until
from tests.relay.chain import NAME, Viewer, address, chain
from tests.strategies import CONTENTS, INDEXED, pixels, possible
from ws_stream import Server, UsageError, retry
from ws_stream.errors import Failure
from ws_stream.pixels.formats import FORMATS, Pixels
from ws_stream.pixels.raw import RAW_FORMATS
from ws_stream.relay import relayed
from ws_stream.relay.relayed import Relayed


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "FIRST_PAUSE", 0.02)


def gray(value: int) -> Pixels:
    return np.full((4, 6), value, np.uint8)


async def test_through_three_relays_every_picture_of_any_format_is_the_device_s() -> None:
    async with chain(3) as servers:
        stream = servers[0].stream(NAME, fps=1000)
        async with Viewer(servers[-1]) as viewer:
            for pixel_format, content in product((*FORMATS, *RAW_FORMATS[:-1], INDEXED), CONTENTS):
                width, height = possible(pixel_format, 33, 18)
                array = pixels(pixel_format, width, height, content, np.random.default_rng(1))
                said = {"of": f"{pixel_format} {content}"}
                stream.format = pixel_format
                stream.publish(array, meta=said)
                await until(lambda: viewer.frames and viewer.frames[-1].meta == said)  # noqa: B023 - at once
                assert viewer.frames[-1].format is pixel_format
                assert np.array_equal(viewer.frames[-1].pixels, array)
            assert viewer.connection.refused_messages == 0


async def test_sizes_and_formats_may_change_on_the_way() -> None:
    arrays = [gray(1), gray(2)[:3], np.full((4, 6, 3), 3, np.uint8), gray(4)]
    async with chain(2) as servers:
        stream = servers[0].stream(NAME)
        async with Viewer(servers[-1]) as viewer:
            for array in arrays:
                stream.publish(array)
                await until(
                    lambda: viewer.frames and np.array_equal(viewer.frames[-1].pixels, array)  # noqa: B023 - at once
                )


async def test_a_picture_is_as_old_as_the_device_says_it_is() -> None:
    async with chain(3) as servers:
        stream = servers[0].stream(NAME, fps=1000)
        async with Viewer(servers[-1]) as viewer:
            stream.publish(gray(0))  # so that clocks become known
            number = 0

            def is_known() -> bool:
                nonlocal number
                number = (number + 1) % 250
                stream.publish(gray(number), time_us=time.time_ns() // 1000 - 60_000_000)
                frame = viewer.frames[-1] if viewer.frames else None
                age = viewer.connection.age(frame) if frame else None
                return age is not None and 60 <= age.seconds + age.uncertainty < 80

            await until(is_known)


async def test_while_nobody_watches_nothing_is_asked_and_whoever_comes_sees_nothing_old() -> None:
    async with chain(2) as servers:
        stream = servers[0].stream(NAME)
        for value in (7, 8):
            stream.publish(gray(value))
            async with Viewer(servers[-1]) as viewer:
                await until(lambda: viewer.frames)
                assert (viewer.frames[0].pixels == value).all()
                assert len(stream.audience.subscriptions) == 1
            await until(lambda: not stream.watched)
            await until(lambda: servers[-1].streams[NAME].newest.array is None)


async def test_the_device_sends_no_more_pictures_than_somebody_wants() -> None:
    async with chain(2) as servers:
        stream = servers[0].stream(NAME, fps=60)
        stream.publish(gray(7))
        async with Viewer(servers[-1], "?fps=5"):
            await until(lambda: stream.wanted == 5)
            async with Viewer(servers[-1], "?fps=12.5"), Viewer(servers[1], "?fps=2"):
                await until(lambda: stream.wanted == 12.5)
            await until(lambda: stream.wanted == 5)
            assert len(stream.audience.subscriptions) == 1


async def test_each_viewer_has_its_own_rendition_and_the_device_makes_one() -> None:
    async with chain(1) as (device, relay):
        stream = device.stream(NAME)
        array = np.arange(24, dtype=np.uint8).reshape(4, 6)
        stream.publish(array)
        async with Viewer(relay, "?step=2") as half, Viewer(relay, "?crop=1,1,3,2") as part:
            await until(lambda: half.frames and part.frames)
            assert np.array_equal(half.frames[-1].pixels, array[::2, ::2])
            assert np.array_equal(part.frames[-1].pixels, array[1:3, 1:4])
            assert len(stream.audience.shown) == 1


async def test_a_problem_is_told_in_the_words_of_the_device_and_ends() -> None:
    async with chain(2) as servers:
        stream = servers[0].stream(NAME)
        stream.publish(gray(7))
        async with Viewer(servers[-1]) as viewer:
            await until(lambda: viewer.frames)
            stream.set_problem("the lens is dirty")
            await until(lambda: viewer.connection.problem == "the lens is dirty")
            stream.set_problem(None)
            await until(lambda: viewer.connection.problem is None)


async def test_a_device_that_restarts_is_found_again_and_viewers_stay() -> None:
    async with Server(port=0) as relay:
        port = 0
        viewer = Viewer(relay)
        for value in (7, 8):
            async with Server(port=port) as device:
                port = device.port
                if not relay.streams:
                    relay.serve(address(device))
                    await viewer.__aenter__()
                device.stream(NAME).publish(gray(value))
                await until(lambda: viewer.frames and viewer.frames[-1].pixels[0, 0] == value)  # noqa: B023 - at once
                await until(lambda: viewer.connection.problem is None)
            await until(lambda: viewer.connection.problem == Failure.UNREACHED)
        assert viewer.connection.received_bytes
        assert viewer.connection.lost is None
        await viewer.__aexit__()


async def test_a_device_that_falls_silent_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relayed, "QUIET", 0.2)
    async with chain(1) as (device, relay):
        stream = device.stream(NAME)
        stream.publish(gray(7))
        async with Viewer(relay) as viewer:
            await until(lambda: viewer.frames)
            with stream._lock:  # nothing is said by a device that hangs
                monkeypatch.setattr(stream.audience, "report", lambda _: None)
            await until(lambda: viewer.connection.problem == Failure.UNREACHED)
            monkeypatch.undo()
            stream.publish(gray(8))
            await until(lambda: viewer.connection.problem is None)


async def test_a_picture_that_does_not_fit_is_a_problem_until_one_does() -> None:
    async with chain(1, crop=(0, 0, 4, 4)) as (device, relay):
        stream = device.stream(NAME)
        stream.publish(gray(7)[:2])
        async with Viewer(relay) as viewer:
            await until(lambda: viewer.connection.problem == Failure.UNFIT)
            stream.publish(gray(8))
            await until(lambda: viewer.frames and viewer.connection.problem is None)


@pytest.mark.parametrize("relays", [1, 2, 3])
async def test_relays_in_a_ring_say_so_and_let_go(
    relays: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ws_stream.hub.wishes.EVERY", 0.01)
    async with chain(relays - 1) as servers:
        servers[0].serve(address(servers[-1]))
        rings = [server.streams[NAME] for server in servers]
        async with Viewer(servers[-1]) as viewer:
            await until(lambda: viewer.connection.problem == Failure.RING)
        await until(lambda: not any(stream.watched for stream in rings))


async def test_a_ring_that_is_opened_has_pictures_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ws_stream.hub.wishes.EVERY", 0.01)
    monkeypatch.setattr(relayed, "APART", 0.1)
    async with chain(1) as servers:
        own = servers[0].serve(address(servers[1]))
        async with Viewer(servers[1]) as viewer:
            await until(lambda: viewer.connection.problem == Failure.RING)
            servers[0].remove(own)
            servers[0].stream(NAME).publish(gray(7))
            await until(lambda: viewer.frames and viewer.connection.problem is None)


async def test_a_stream_that_is_removed_asks_for_nothing_more_whoever_still_leaves() -> None:
    async with chain(1) as (device, relay):
        device.stream(NAME).publish(gray(7))
        shown = relay.streams[NAME]
        async with Viewer(relay, "?fps=5") as slow:
            async with Viewer(relay, "?fps=10") as quick:
                await until(lambda: slow.frames and quick.frames)
                producer = shown._producer
                assert isinstance(producer, Relayed)
                thread = producer._thread
                shown.close()
                await until(lambda: not (thread and thread._thread.is_alive()))
            await until(lambda: len(shown.audience.subscriptions) == 1)
            shown.demand()


async def test_input_is_refused_where_it_would_be_heard_by_nobody() -> None:
    async with Server(port=0) as server:
        with pytest.raises(UsageError, match="right would be input where the device is"):
            server.serve("ws://127.0.0.1:1/stream/a", input=True)
