"""Streams that come and go while others are watched."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import numpy as np
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from ws_stream import Server, Stream, UsageError
from ws_stream.codec import decode
from ws_stream.pixels.formats import GRAY8
from ws_stream.protocol import control, messages
from ws_stream.server import reception
from ws_stream.server.lasting import Write
from ws_stream.server.tokens import new_token
from ws_stream.server.websocket import ViewerConnection
from ws_stream.sources import Picture

from .film import reading
from .test_server import picture, receive_frame, refusal, viewing


class Screen:
    """A source that says whether it is let go of, and may be stuck."""

    name, format, width, height = "screen", GRAY8, 6, 4

    def __init__(self) -> None:
        self.polled, self.closed = threading.Event(), threading.Event()
        self.may_return = threading.Event()
        self.may_return.set()

    def poll(self, seen: object = None) -> Picture | None:
        self.polled.set()
        self.may_return.wait()
        return None if seen else Picture(np.full((4, 6), 7, np.uint8), 1, lambda: True, 1)

    def close(self) -> None:
        self.closed.set()


async def goodbye(websocket: ClientConnection) -> tuple[int, str]:
    """Close code and reason of a viewer that hears of nothing else any more."""
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            await asyncio.wait_for(websocket.recv(), 10)
    assert closed.value.rcvd
    return closed.value.rcvd.code, closed.value.rcvd.reason


async def until(done: threading.Event) -> None:
    assert await asyncio.to_thread(done.wait, 10)


async def next_picture(websocket: ClientConnection) -> bytes | None:
    """None: another stream is announced before it."""
    while True:
        message = await asyncio.wait_for(websocket.recv(), 10)
        if isinstance(message, bytes):
            return message
        if isinstance(control.parse_from_server(message), messages.Announcement):
            return None


@asynccontextmanager
async def steadily_watched(server: Server) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """A stream whose viewer is shown every picture, and told of no other stream; `go_on` is ten more."""
    steady = server.stream("steady")
    steady.publish(picture(0))
    async with viewing(server, "steady") as websocket:
        held, value = await receive_frame(websocket), 0

        async def go_on() -> None:
            nonlocal held, value
            for _ in range(10):
                value += 1
                steady.publish(picture(value))
                message = await next_picture(websocket)
                assert message, "a picture, and no other stream"
                before, held = held, decode(message, held)
                assert (held.epoch, held.number) == (before.epoch, before.number + 1)
                assert (held.pixels == value).all()
                await websocket.send(control.serialize(messages.Acknowledge(held.number)))

        yield go_on


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server(port=0) as server:
        yield server


async def test_a_stream_that_is_removed_is_there_no_more_and_nobody_else_notices(
    server: Server,
) -> None:
    source = Screen()
    async with steadily_watched(server) as go_on:
        screen = server.serve(source)
        async with viewing(server, "screen") as websocket:
            await receive_frame(websocket)
            await go_on()
            server.remove(screen)
            assert list(server.streams) == ["steady"]
            await go_on()
            assert await goodbye(websocket) == (4004, "the stream is not there any more")
        await until(source.closed)
        await go_on()
        assert (await refusal(server, "/stream/screen"))[0] == 4004


async def test_a_source_that_is_stuck_holds_up_nobody_when_its_stream_is_removed(
    server: Server,
) -> None:
    source = Screen()
    source.may_return.clear()
    async with steadily_watched(server) as go_on:
        screen = server.serve(source)
        async with viewing(server, "screen") as websocket:
            await until(source.polled)
            server.remove(screen)
            assert (await goodbye(websocket))[0] == 4004
            await go_on()
            assert not source.closed.is_set(), "it is being read"
            source.may_return.set()
            await until(source.closed)


async def test_a_name_is_free_at_once(server: Server) -> None:
    before = server.stream("camera")
    before.publish(picture(1))
    server.remove(before)
    server.stream("camera").publish(picture(2))
    async with viewing(server) as websocket:
        assert ((await receive_frame(websocket)).pixels == 2).all()
    before.publish(picture(3))


async def test_a_stream_that_was_removed_may_be_served_elsewhere(server: Server) -> None:
    camera = server.stream("camera")
    camera.publish(picture(5))
    async with viewing(server) as websocket:
        await receive_frame(websocket)
        server.remove(camera)
        await goodbye(websocket)
    async with Server(port=0) as other:
        other.add(camera)
        async with viewing(other) as websocket:
            assert ((await receive_frame(websocket)).pixels == 5).all()


def test_it_is_removed_from_any_thread_and_before_it_is_served_at_all() -> None:
    sources = [Screen() for _ in range(3)]
    with Server(port=0) as server:
        for number, source in enumerate(sources):
            server.serve(source, name=f"s{number}")
        server.remove(server.streams["s0"])
        thread = threading.Thread(target=server.remove, args=(server.streams["s1"],))
        thread.start()
        thread.join()
        assert sources[0].closed.wait(10)
        assert sources[1].closed.wait(10)
        assert not sources[2].closed.is_set()
    assert sources[2].closed.is_set()
    early, server = Screen(), Server(port=0)
    server.remove(server.serve(early))
    assert early.closed.wait(10)
    server.__exit__(None, None, None)


async def test_only_a_stream_of_the_server_is_removed_and_only_while_that_is_there(
    server: Server,
) -> None:
    camera = server.stream("camera")
    with pytest.raises(UsageError, match="'camera' is not on this server; right would be one of"):
        server.remove(Stream("camera"))
    server.remove(camera)
    with pytest.raises(UsageError, match="'camera' is not on this server"):
        server.remove(camera)
    other = Server(port=0)
    stream = other.stream("a")
    other.__exit__(None, None, None)
    with pytest.raises(UsageError, match="this server was closed"):
        other.remove(stream)


def remove_when_answered(monkeypatch: pytest.MonkeyPatch, server: Server, stream: Stream) -> None:
    """Whoever comes then was told that it is there."""
    answer = reception.Reception.answer

    def answer_and_remove(
        itself: reception.Reception, connection: ViewerConnection, request: Request
    ) -> Response | Write | None:
        answered = answer(itself, connection, request)
        server.remove(stream)
        return answered

    monkeypatch.setattr(reception.Reception, "answer", answer_and_remove)


async def test_a_viewer_that_comes_as_its_stream_goes_is_told_so(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera = server.stream("camera")
    remove_when_answered(monkeypatch, server, camera)
    assert await refusal(server, "/stream/camera") == (4004, "the stream is not there any more")


async def test_a_reader_that_comes_as_its_stream_goes_is_told_so(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera = server.stream("camera")
    camera.publish(picture(1))
    remove_when_answered(monkeypatch, server, camera)
    async with reading(server, "/mjpeg/camera") as film:
        assert film.status == 503
        assert await film.body() == b"the stream is not there any more\n"
    assert not camera.watched


class TestChange:
    async def test_what_is_the_same_is_untouched_and_the_rest_comes_and_goes(
        self, server: Server
    ) -> None:
        async with steadily_watched(server) as go_on:
            gone, before, after, new = (Screen() for _ in range(4))
            server.serve(gone, name="gone")
            server.serve(before, name="other")
            async with viewing(server, "gone") as first, viewing(server, "other") as second:
                await receive_frame(first)
                await receive_frame(second)
                changed = Server()
                changed.serve(after, name="other")
                changed.serve(new, name="new")
                await go_on()
                server.change(changed, ["new", "steady", "other"])
                await go_on()
                assert list(server.streams) == ["new", "steady", "other"]
                assert (await goodbye(first))[0] == 4004
                assert await goodbye(second) == (1012, "the stream is another one now")
            await until(gone.closed)
            await until(before.closed)
            for name in ("other", "new"):
                async with viewing(server, name) as websocket:
                    assert ((await receive_frame(websocket)).pixels == 7).all()
            await go_on()
            assert not after.closed.is_set()

    async def test_what_came_is_closed_with_the_server_or_removed(self, server: Server) -> None:
        sources = {name: Screen() for name in ("a", "b")}
        changed = Server()
        for name, source in sources.items():
            changed.serve(source, name=name)
        server.change(changed, ["a", "b"])
        server.remove(server.streams["a"])
        await until(sources["a"].closed)
        assert not sources["b"].closed.is_set()
        await server.close()
        assert sources["b"].closed.is_set()

    async def test_who_may_not_watch_any_more_is_sent_away_and_no_other(self) -> None:
        async with Server(port=0, allow_origins=["http://a:1", "http://b:1"]) as server:
            camera = server.stream("camera")
            camera.publish(picture(1))
            async with (
                viewing(server) as program,
                page(server, "http://a:1") as first,
                page(server, "http://b:1") as second,
            ):
                held = await receive_frame(program)
                await receive_frame(first)
                kept = await receive_frame(second)
                server.change(Server(allow_origins=["http://b:1"]), ["camera"])
                code, reason = await goodbye(first)
                assert (code, reason[:40]) == (1008, "pages of http://a:1 are not answered; ri")
                camera.publish(picture(2))
                assert ((await receive_frame(program, held)).pixels == 2).all()
                assert ((await receive_frame(second, kept)).pixels == 2).all()
            assert (await refusal(server, "/stream/camera", "http://a:1"))[0] == 1008

    async def test_tokens_count_at_once(
        self, server: Server, caplog: pytest.LogCaptureFixture
    ) -> None:
        server.stream("camera").publish(picture(1))
        async with viewing(server) as websocket:
            await receive_frame(websocket)
            server.change(Server(tokens=f"view:{new_token()}"), ["camera"])
            assert (await goodbye(websocket))[0] == 1012
            assert (await refusal(server, "/stream/camera"))[0] == 4401
        server.change(Server(), ["camera"])
        async with viewing(server) as websocket:
            await receive_frame(websocket)
        assert caplog.messages == []

    async def test_who_serves_a_network_is_told_when_no_token_is_asked_for_any_more(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with Server("0.0.0.0", port=0, tokens=f"view:{new_token()}") as server:
            server.change(Server(tokens=f"view:{new_token()}"), [])
            assert caplog.messages == []
            server.change(Server(), [])
            server.change(Server(), [])
            (said,) = caplog.messages
            assert said.startswith("whoever reaches this server by a network sees what it serves")


def page(server: Server, origin: str) -> connect:
    websocket = viewing(server)
    websocket.additional_headers = {"Origin": origin}
    return websocket
