"""What a viewer asks for and offers, over real sockets: each is answered, and what it cannot decode is not sent."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, TypeVar

import numpy as np
import pytest
from websockets.asyncio.client import ClientConnection

from ws_stream import Server, UsageError
from ws_stream.protocol import control, messages
from ws_stream.protocol.picture import content_lengths, parse
from ws_stream.protocol.request import parse_request

from ..hub.viewer import until
from .test_server import picture, receive_frame, viewing

Said = TypeVar("Said", bound=messages.ServerMessage)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server(port=0) as server:
        yield server


async def heard(websocket: ClientConnection, kind: type[Said]) -> Said:
    """The next message of this kind."""
    while True:
        text = await asyncio.wait_for(websocket.recv(), 5)
        said = control.parse_from_server(text) if isinstance(text, str) else None
        if isinstance(said, kind):
            return said


async def test_each_request_is_answered_also_one_that_changes_nothing(server: Server) -> None:
    server.stream("camera", fps=20).publish(np.zeros((4, 6), np.uint8))
    async with viewing(server, "camera") as websocket:
        await receive_frame(websocket)
        for id, members, fps in (  # noqa: A001 - the wire's word
            (1, {"step": 1}, 20),
            (2, {"fps": 5}, 5),
            (3, {}, 5),
            (4, {"fps": None, "step": 2}, 20),
            (None, {"fps": 0}, 0),
        ):
            await websocket.send(control.serialize(messages.Requested(id, members)))
            assert await heard(websocket, messages.Granted) == (id, fps)


async def test_what_a_request_leaves_out_stays_and_null_is_the_server_s(server: Server) -> None:
    server.stream("camera", step=2).publish(np.zeros((40, 60), np.uint8))
    async with viewing(server, "camera?crop=0,0,12,8&step=4") as websocket:
        assert (await heard(websocket, messages.Announcement)).step == 4
        for members, step, crop in (
            ({"average": True}, 4, (0, 0, 12, 8)),
            ({"step": None}, 2, (0, 0, 12, 8)),
            ({"crop": None}, 2, None),
            ({"fit": [15, 10]}, 4, None),
        ):
            await websocket.send(control.serialize(messages.Requested(None, members)))
            told = await heard(websocket, messages.Announcement)
            assert (told.step, told.crop, told.source) == (step, crop, (60, 40))


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("formats=rgb565", ("rgb565", 600, 400)),
        ("formats=rgb332,gray8", ("rgb332", 600, 400)),
        ("fit=200x1000", ("rgbx8888", 200, 134)),
        ("max_picture=100000", ("rgbx8888", 150, 100)),
        ("max_picture=100000&depth=16", ("rgb565", 200, 134)),
        ("max_message=100000&kinds=marked", ("rgbx8888", 200, 134)),
        ("max_segment=1024", ("rgbx8888", 300, 200)),
    ],
)
async def test_a_viewer_is_sent_what_it_can_decode_and_nothing_else(
    server: Server, query: str, told: tuple[str, int, int]
) -> None:
    camera = server.stream("camera")
    noise = np.random.default_rng(1).integers(0, 256, (400, 600, 4), np.uint8)
    camera.publish(noise)
    async with viewing(server, f"camera?{query}") as websocket:
        announced = await heard(websocket, messages.Announcement)
        assert (announced.format.name, announced.width, announced.height) == told
        for turn in range(2):
            data = b""
            while not data:
                message = await asyncio.wait_for(websocket.recv(), 5)
                data = message if isinstance(message, bytes) else b""
            offer = parse_request(query).offer
            segments = parse(data).segments
            assert len(data) <= offer.max_message
            assert {segment.kind for segment in segments} <= offer.kinds
            longest = (content_lengths(announced.format, announced.width, s.rows) for s in segments)
            assert max(most for _, most in longest) <= offer.max_segment
            if not turn:
                camera.publish(np.roll(noise, 7, axis=0))  # rows that moved


@pytest.mark.parametrize(
    "query", ["formats=gray8", "formats=yuv9", "fit=1x1", "max_segment=1024&step=1&fit=4000x3"]
)
async def test_one_that_can_decode_nothing_of_it_is_told_so_for_good(
    server: Server, query: str
) -> None:
    camera = server.stream("camera")
    camera.publish(np.zeros((400, 600, 4), np.uint8))
    async with viewing(server, f"camera?{query}") as websocket:
        await websocket.wait_closed()
        assert websocket.close_code == 4406
        assert "are 600x400 rgbx8888" in str(websocket.close_reason)
    async with viewing(server, "camera") as websocket:
        await receive_frame(websocket)


async def test_so_is_one_that_cannot_decode_what_comes_later(server: Server) -> None:
    camera = server.stream("camera")
    async with viewing(server, "camera?formats=gray8") as websocket:
        camera.publish(np.zeros((4, 6), np.uint8))
        await receive_frame(websocket)
        camera.publish(np.zeros((4, 6, 4), np.uint8))
        await websocket.wait_closed()
        assert websocket.close_code == 4406
    await until(lambda: not camera.watched)


async def test_it_is_told_on_the_event_loop_whatever_thread_shows_it_what_it_cannot_decode(
    server: Server,
) -> None:
    asyncio.get_running_loop().set_debug(True)  # what is not safe for threads raises
    camera = server.stream("camera")
    async with viewing(server, "camera?formats=gray8") as websocket:
        await until(lambda: camera.watched)
        await asyncio.to_thread(camera.publish, np.zeros((4, 6, 4), np.uint8))
        await asyncio.wait_for(websocket.wait_closed(), 5)
        assert websocket.close_code == 4406


async def test_side_data_goes_with_exactly_its_picture(server: Server) -> None:
    camera = server.stream("camera", fps=1000)
    shown = picture(1)
    async with viewing(server, "camera?acknowledge=no") as websocket:
        held = None
        for meta in ({"exposure": 0.5}, {"exposure": 0.25, "name": "\u00e9"}, None, {}):
            camera.publish(shown, meta=meta)  # the same pixels
            held = await receive_frame(websocket, held)
            assert held.meta == meta
            assert (held.pixels == shown).all()


async def test_who_comes_later_has_what_is_said_of_the_picture_that_is_shown(
    server: Server,
) -> None:
    server.stream("camera").publish(picture(1), meta={"sensor": 7})
    async with viewing(server) as websocket:
        assert (await receive_frame(websocket)).meta == {"sensor": 7}


@pytest.mark.parametrize(
    ("meta", "sentence"),
    [
        ({"a": "x" * 4090}, r"meta is 4098 bytes long; right would be a dict .* in 4096 bytes"),
        ([1], r"meta=\[1\] cannot be; right would be a dict"),
        ({"a": float("nan")}, "cannot be .*; right would be a dict of what JSON can say"),
        ({"a": object()}, "cannot be .*; right would be a dict of what JSON can say"),
        ({"a": "\ud800"}, "cannot be .*; right would be a dict of what JSON can say"),
    ],
)
async def test_what_is_no_side_data_is_refused_at_the_call(
    server: Server,
    meta: Any,  # noqa: ANN401 - odd on purpose
    sentence: str,
) -> None:
    camera = server.stream("camera")
    camera.publish(picture(1))
    with pytest.raises(UsageError, match=sentence):
        camera.publish(picture(2), meta=meta)
    async with viewing(server) as websocket:
        assert ((await receive_frame(websocket)).pixels == 1).all()
