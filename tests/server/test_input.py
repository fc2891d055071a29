"""What viewers do with the pictures, over real sockets: to the device's program, bounded, and released in the end."""

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode

from ws_stream import InputEvents, Key, Pointer, Server, Stream, Text
from ws_stream.protocol import control, messages
from ws_stream.protocol.input import Action

from .test_requests import heard
from .test_server import viewing

PRESSED, RELEASED = Key("a", "KeyA", True), Key("a", "KeyA", False)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server(port=0) as server:
        yield server


def operated(server: Server) -> tuple[Stream, InputEvents]:
    stream = server.stream("camera", input=True)
    stream.publish(np.zeros((4, 6), np.uint8))
    return stream, stream.input()


async def do(websocket: ClientConnection, *actions: Action) -> None:
    await websocket.send(control.serialize(messages.Input(1, 1, actions)))


async def next_action(events: InputEvents) -> Action:
    return (await asyncio.wait_for(anext(events), 5)).action


async def test_what_a_viewer_does_reaches_the_program(server: Server) -> None:
    _, events = operated(server)
    async with viewing(server) as websocket:
        told = await heard(websocket, messages.Announcement)
        assert told.input
        message = messages.Input(told.epoch, 1, (PRESSED, Pointer(1, 9, 0)))
        await websocket.send(control.serialize(message))
        first = await asyncio.wait_for(anext(events), 5)
        assert first[:3] == (1, told.epoch, 1)
        assert first.time
        assert first.action == PRESSED
        assert await next_action(events) == Pointer(1, 4, 0)


@pytest.mark.parametrize("goodbye", [True, False])
async def test_all_goes_up_when_a_viewer_goes_with_and_without_a_goodbye(
    server: Server, goodbye: bool
) -> None:
    _, events = operated(server)
    async with viewing(server) as websocket:
        await heard(websocket, messages.Announcement)
        await do(websocket, PRESSED, Pointer(1, 2, 3))
        assert await next_action(events) == PRESSED
        assert await next_action(events) == Pointer(1, 2, 3)
        if not goodbye:
            websocket.transport.abort()
    assert await next_action(events) == RELEASED
    assert await next_action(events) == Pointer(1, 2, 0)


async def test_all_goes_up_before_the_server_is_closed_and_then_it_ends() -> None:
    async with Server(port=0) as server:
        _, events = operated(server)
        async with viewing(server) as websocket:
            await heard(websocket, messages.Announcement)
            await do(websocket, PRESSED)
            assert await next_action(events) == PRESSED
            await server.close()
    assert [event.action async for event in events] == [RELEASED]


async def test_where_it_is_off_viewers_are_told_so_and_what_they_do_is_ignored(
    server: Server,
) -> None:
    server.stream("camera").publish(np.zeros((4, 6), np.uint8))
    async with viewing(server) as websocket:
        assert not (await heard(websocket, messages.Announcement)).input
        await do(websocket, PRESSED)
        await websocket.send(control.serialize(messages.ClockQuestion(5)))
        assert (await heard(websocket, messages.ClockAnswer)).viewer_time == 5


@pytest.mark.parametrize("hears", [False, True])
async def test_what_breaks_the_table_ends_the_viewer_with_a_sentence_also_where_it_is_off(
    server: Server, hears: bool
) -> None:
    server.stream("camera", input=hears).publish(np.zeros((4, 6), np.uint8))
    async with viewing(server) as websocket:
        await websocket.send('{"type":"input","epoch":1,"number":1,"events":[]}')
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                await asyncio.wait_for(websocket.recv(), 5)
    assert closed.value.rcvd
    assert closed.value.rcvd.code == CloseCode.POLICY_VIOLATION
    assert closed.value.rcvd.reason == "a 'input' message without a valid 'events'"


async def test_a_source_and_a_function_can_be_operated_as_well() -> None:
    done: list[Action] = []

    def pictures() -> list[np.ndarray]:
        return [np.zeros((4, 6, 3), np.uint8)]

    async with Server(port=0) as server:
        for offered in ("test:", pictures):
            stream = server.serve(offered, input=lambda event: done.append(event.action))
            async with viewing(server, stream.name) as websocket:
                assert (await heard(websocket, messages.Announcement)).input
                await do(websocket, Text(stream.name))
                while stream.name not in [text for text, *_ in done]:
                    await asyncio.sleep(0.001)
    assert done == [Text("test"), Text("pictures")]


def test_a_program_without_an_event_loop_hears_viewers_by_for() -> None:
    async def operate(server: Server) -> None:
        async with viewing(server) as websocket:
            await heard(websocket, messages.Announcement)
            await do(websocket, Text("a"), PRESSED)
            await websocket.close()

    with Server(port=0) as server:
        _, events = operated(server)
        asyncio.run(operate(server))
        said = [next(events).action for _ in range(3)]
    assert said == [Text("a"), PRESSED, RELEASED]
    assert list(events) == []
