"""A viewer behind a channel that keeps whoever sends waiting: nothing grows, nothing is out of order."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus

import numpy as np
import pytest

from tests.hub.viewer import BOTH_WALKS, NewWalk
from ws_stream import Server, Stream
from ws_stream.codec import decode
from ws_stream.limits import MAX_VIEWER_MESSAGE
from ws_stream.pixels.formats import GRAY8, Pixels
from ws_stream.protocol import control, messages
from ws_stream.protocol.picture import SUBPROTOCOL
from ws_stream.server.admission import NO_STREAM, Entry
from ws_stream.server.hearing import BYTES_AT_ONCE
from ws_stream.server.mounted import MountedViewer
from ws_stream.server.pages import Reply
from ws_stream.server.request import HttpRequest
from ws_stream.server.viewer import CLOSE_TIMEOUT, GONE_AFTER, SILENT, UNREAD_BYTES

CLOCK = '{"type":"clock","viewer_time":5}'
GONE = None


def asked(path: str = "/stream/camera", **headers: str) -> HttpRequest:
    offered = {"upgrade": "websocket", "sec-websocket-protocol": SUBPROTOCOL, "host": "localhost"}
    return HttpRequest("GET", path, "HTTP/1.1", {**offered, **headers})


def gray(value: int) -> Pixels:
    return np.full((40, 60), value, np.uint8)


def noise(seed: int) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (300, 400), np.uint8)


class Channel:
    """Another program's WebSocket, which has room for so many messages."""

    def __init__(self, room: int = 1 << 30) -> None:
        self.taken: list[str | bytes] = []
        self.goodbye: tuple[int, str] | None = None
        self.most_at_once = self._at_once = 0
        self._room = asyncio.Semaphore(room)

    def make_room(self, count: int = 1) -> None:
        for _ in range(count):
            self._room.release()

    async def send(self, message: str | bytes) -> None:
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        await self._room.acquire()
        self._at_once -= 1
        self.taken.append(message)

    async def close(self, code: int, reason: str) -> None:
        await self._room.acquire()
        self.goodbye = code, reason

    @property
    def kinds(self) -> list[str]:
        return [
            "picture" if isinstance(m, bytes) else str(json.loads(m)["type"]) for m in self.taken
        ]

    def shown(self) -> Pixels:
        """What a viewer shows that took all of this."""
        held = None
        for message in self.taken:
            if isinstance(message, bytes):
                assert held
                held = decode(message, held)
            elif isinstance(told := control.parse_from_server(message), messages.Announcement):
                held = told.blank()
        assert held
        return held.pixels


class Room:
    """A server that listens nowhere, and a viewer of its stream."""

    def __init__(self, server: Server, stream: Stream, channel: Channel) -> None:
        self.server, self.stream, self.channel = server, stream, channel
        self.words: asyncio.Queue[str | bytes | None] = asyncio.Queue()
        self.task: asyncio.Task[None] | None = None

    async def said(self) -> AsyncIterator[str | bytes]:
        while (word := await self.words.get()) is not GONE:
            yield word

    def say(self, *words: str | bytes | None) -> None:
        for word in words:
            self.words.put_nowait(word)

    async def enter(self, path: str = "/stream/camera") -> "MountedViewer | None":
        mount = self.server.mounted()
        entry = await mount.answer(asked(path), "127.0.0.1")
        assert isinstance(entry, Entry)
        self.task = asyncio.create_task(mount.follow(entry, self.channel, self.said()))
        await settled()
        return next(iter(mount._guests), None)

    async def ended(self) -> tuple[int, str] | None:
        assert self.task
        await asyncio.wait_for(self.task, 60)
        return self.channel.goodbye


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0)


@asynccontextmanager
async def room(channel: Channel | None = None, stream: Stream | None = None) -> AsyncIterator[Room]:
    server = Server()
    found = server.add(stream or Stream("camera", format=GRAY8, fps=1000))
    one = Room(server, found, channel or Channel())
    try:
        yield one
    finally:
        if one.task:
            one.task.cancel()
            await asyncio.gather(one.task, return_exceptions=True)
        await server.close()


@BOTH_WALKS
async def test_a_viewer_is_shown_exactly_what_is_published(walk: NewWalk) -> None:
    stream = Stream("camera", format=GRAY8, fps=1000, walk=walk)
    async with room(stream=stream) as one:
        stream.publish(noise(1))
        await one.enter()
        assert one.channel.kinds == ["stream", "picture"]
        assert np.array_equal(one.channel.shown(), noise(1))


@BOTH_WALKS
async def test_of_all_pictures_published_while_one_waits_the_newest_follows(walk: NewWalk) -> None:
    stream = Stream("camera", format=GRAY8, fps=1000, walk=walk)
    async with room(Channel(room=1), stream) as one:
        stream.publish(noise(0))
        viewer = await one.enter("/stream/camera?acknowledge=0")
        assert viewer
        for seed in range(1, 50):
            stream.publish(noise(seed))
            await asyncio.sleep(0)
            assert sum(isinstance(m, bytes) for m in viewer._speech._waiting) == 0, (
                "one is in `send`"
            )
        assert one.channel.kinds == ["stream"]
        one.channel.make_room(2)
        await until(lambda: one.channel.kinds.count("picture") == 2)
        assert np.array_equal(one.channel.shown(), noise(49))
        assert one.channel.most_at_once == 1, "the channel is never asked twice at a time"


async def test_what_is_said_stands_behind_the_picture_before_it() -> None:
    async with room(Channel(room=1)) as one:
        one.stream.publish(gray(1))
        await one.enter()
        one.say(CLOCK, CLOCK)
        await settled()
        one.channel.make_room(10)
        await until(lambda: one.channel.kinds == ["stream", "picture", "clock", "clock"])


async def test_a_viewer_that_asks_and_takes_nothing_is_left_when_too_much_waits() -> None:
    async with room(Channel(room=1)) as one:
        one.stream.publish(noise(1))
        viewer = await one.enter()
        assert viewer
        for _ in range(UNREAD_BYTES // len(CLOCK) + 2):
            viewer.write(CLOCK)
        assert sum(map(len, viewer._speech._waiting)) <= UNREAD_BYTES + len(CLOCK)
        await one.ended()
        assert not one.stream.watched


async def test_a_viewer_that_takes_nothing_for_long_is_left() -> None:
    async with room(Channel(room=1)) as one:
        one.stream.publish(gray(1))
        viewer = await one.enter("/stream/camera?acknowledge=0")
        assert viewer
        viewer.write(CLOCK)
        await settled()
        assert one.stream.watched
        assert viewer._speech._sends_since is not None
        viewer._speech._sends_since -= GONE_AFTER
        viewer.write(CLOCK)
        await one.ended()
        assert not one.stream.watched


async def test_a_goodbye_stands_behind_all_that_waits() -> None:
    async with room(Channel(room=1)) as one:
        one.stream.publish(gray(1))
        viewer = await one.enter()
        assert viewer
        viewer.end((SILENT, "nothing was heard"))
        await settled()
        one.channel.make_room(10)
        assert await one.ended() == (SILENT, "nothing was heard")
        assert one.channel.kinds == ["stream", "picture"]


async def test_who_does_not_take_its_goodbye_holds_nothing_up() -> None:
    async with room(Channel(room=0)) as one:
        await one.enter()
        async with asyncio.timeout(CLOSE_TIMEOUT + 60):
            await one.server.close()
        assert await one.ended() is None


async def test_when_the_server_closes_viewers_hear_that_it_goes_away() -> None:
    async with room() as one:
        await one.enter()
        await one.server.close()
        assert await one.ended() == (1001, "")


async def test_when_the_program_ends_its_viewers_hear_that_it_goes_away() -> None:
    async with room() as one:
        await one.enter()
        assert one.task
        one.task.cancel()
        await asyncio.wait([one.task])
        assert one.channel.goodbye == (1001, "")
        assert not one.stream.watched


async def test_a_viewer_that_leaves_is_said_nothing_more() -> None:
    async with room() as one:
        await one.enter()
        one.say(GONE)
        assert await one.ended() is None
        assert not one.stream.watched


@pytest.mark.parametrize(
    ("word", "code"),
    [
        (b"\x00", 1003),
        ("{", 1008),
        ("\ud800", 1007),
        ('{"type":"acknowledge","number":-1}', 1008),
        ("x" * (MAX_VIEWER_MESSAGE + 1), 1009),
        ("é" * (MAX_VIEWER_MESSAGE // 2 + 1), 1009),
    ],
    ids=["binary", "cut", "surrogate", "negative", "long", "long in UTF-8"],
)
async def test_what_breaks_the_protocol_ends_with_its_code(word: str | bytes, code: int) -> None:
    async with room() as one:
        await one.enter()
        one.say(word)
        goodbye = await one.ended()
        assert goodbye
        assert goodbye[0] == code


async def test_who_says_too_much_is_heard_later_and_is_not_silent() -> None:
    async with room() as one:
        viewer = await one.enter()
        assert viewer
        assert not viewer.is_behind
        words = 20 * BYTES_AT_ONCE // len(CLOCK)
        one.say(*[CLOCK] * words)
        await until(lambda: viewer.is_behind)
        await settled()
        heard = one.channel.kinds.count("clock")
        assert BYTES_AT_ONCE // len(CLOCK) - 1 <= heard < words / 2
        viewer.time_out()
        await settled()
        assert one.stream.watched


@pytest.mark.parametrize("raised", [ConnectionResetError(), BrokenPipeError()])
async def test_a_channel_that_is_lost_is_a_viewer_that_is_gone(
    raised: OSError, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(_: object) -> None:
        raise raised

    async with room() as one:
        monkeypatch.setattr(one.channel, "send", lost)
        one.stream.publish(gray(1))
        await one.enter()
        assert await one.ended() is None
        assert not one.stream.watched
    assert not caplog.records


async def test_a_fault_of_the_program_s_is_told_in_the_log_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def wrong(_: object) -> None:
        raise RuntimeError("no such message")

    async with room() as one:
        monkeypatch.setattr(one.channel, "send", wrong)
        for _ in range(3):
            await one.enter()
            await one.ended()
    (record,) = caplog.records
    assert "no such message" in record.getMessage()


async def test_each_fault_of_ours_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*_: object) -> None:
        raise MemoryError

    async with room() as one:
        await one.enter()
        monkeypatch.setattr("ws_stream.server.viewer.Viewer.on_message", wrong)
        one.say(CLOCK)
        goodbye = await one.ended()
        assert goodbye
        assert goodbye[0] == 1013


async def test_a_stream_that_is_removed_says_goodbye_to_those_of_mounts_as_well() -> None:
    async with room() as one:
        await one.enter()
        one.server.remove(one.stream)
        assert await one.ended() == (NO_STREAM, "the stream is not there any more")


async def test_who_is_refused_hears_why_behind_the_handshake() -> None:
    async with room() as one:
        await one.enter("/stream/nothing")
        goodbye = await one.ended()
        assert goodbye == (NO_STREAM, "there is no stream at /stream/nothing; there are: camera")


async def test_a_closed_server_says_so() -> None:
    async with room() as one:
        mount = one.server.mounted()
        await one.server.close()
        reply = await mount.answer(asked(), "127.0.0.1")
        assert isinstance(reply, Reply)
        assert reply.status is HTTPStatus.SERVICE_UNAVAILABLE
        assert reply.body == b"this server was closed; right would be a new one\n"
