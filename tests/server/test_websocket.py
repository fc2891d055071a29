"""One viewer's connection on a real socket that the test holds the other end of: what is heard there, and when.

What the peer says is put in as its bytes; what is written is read from the socket by the library's own client.
"""

import asyncio
import contextlib
import gc
import json
import logging
import socket
import threading
import time
from collections.abc import Callable
from itertools import cycle, pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.server import Server
from websockets.frames import Frame, Opcode
from websockets.protocol import Protocol, Side, State
from websockets.server import ServerProtocol

from tests.hub.viewer import publishing
from ws_stream.codec import decode
from ws_stream.hub.stream import Stream
from ws_stream.hub.subscription import DEAD_AFTER
from ws_stream.limits import MAX_VIEWER_MESSAGE
from ws_stream.pixels.formats import GRAY8, Pixels
from ws_stream.protocol import control, messages
from ws_stream.protocol.picture import parse
from ws_stream.protocol.request import Request
from ws_stream.server import hearing
from ws_stream.server.viewer import SILENT, UNREAD_BYTES, Viewer
from ws_stream.server.websocket import ViewerConnection
from ws_stream.walk import NumpyWalk, Walk, new_walk

SMALL_BUFFER = 4096
"""Bytes asked for as the socket's buffer: Linux takes twice that, far less than a large picture."""
WALKS = {"numpy": NumpyWalk, "quickest": new_walk}
CLOCK = '{"type":"clock","viewer_time":5}'
UNHEARD = Request(acknowledge=False)
"""Of a viewer to which pictures are sent whatever it says."""


def said(text: str | bytes, fin: bool = True, opcode: Opcode = Opcode.TEXT) -> bytes:
    """A frame as a viewer sends it: masked."""
    payload = text.encode() if isinstance(text, str) else text
    return Frame(opcode, payload, fin).serialize(mask=True)


def gray(value: int) -> Pixels:
    return np.full((4, 6), value, np.uint8)


def noise(seed: int) -> Pixels:
    """A picture that is far larger than a small buffer, however it is packed."""
    return np.random.default_rng(seed).integers(0, 256, (300, 400), np.uint8)


class Room:
    """A stream, and a viewer's connection that is open already."""

    def __init__(
        self, stream: Stream | None = None, walk: Callable[[float], Walk] = new_walk
    ) -> None:
        self.stream = stream or Stream("camera", format=GRAY8, fps=1000, walk=walk)
        self.here: list[str] = []
        server = SimpleNamespace(handler=_nothing, handler_tasks=set())
        self.connection = ViewerConnection(
            SimpleNamespace(
                standing_headers={},
                on_open=lambda _: self.here.append("come"),
                on_close=lambda _: self.here.append("gone"),
            ),
            ServerProtocol(state=State.OPEN, max_size=MAX_VIEWER_MESSAGE),
            cast("Server", server),
            write_limit=0,
        )
        self.connection.request = cast("Any", object())  # the handshake is done
        self._peer = Protocol(Side.CLIENT, state=State.OPEN, max_size=None)
        self.viewer: Viewer | None = None

    async def __aenter__(self) -> Self:
        ours, self.theirs = socket.socketpair()
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL_BUFFER)
        self.theirs.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.connect_accepted_socket(lambda: self.connection, ours)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.connection.detach()
        self.connection.transport.abort()
        await asyncio.wait_for(self.connection.wait_closed(), 5)
        self.theirs.close()

    def attach(self, request: Request | None = None) -> Viewer:
        self.viewer = self.connection.attach(self.stream, request or Request())
        return self.viewer

    async def begin(self) -> list[Frame]:
        """A viewer comes, is shown a first picture, and may have another: what it heard."""
        self.attach(UNHEARD)
        self.stream.publish(np.zeros_like(noise(0)))
        frames = self.heard()
        assert [kind(frame) for frame in frames] == ["stream", "picture"]
        await asyncio.sleep(5 / self.stream.fps)
        return frames

    def say(self, *frames: bytes) -> None:
        """The peer's bytes are there."""
        self.connection.data_received(b"".join(frames))

    def heard(self) -> list[Frame]:
        """Every message that is through since this was asked last. No other begins within one."""
        with contextlib.suppress(BlockingIOError):
            while data := self.theirs.recv(1 << 20):
                self._peer.receive_data(data)
        assert self._peer.parser_exc is None
        return [cast("Frame", event) for event in self._peer.events_received()]

    async def all_heard(self, count: int) -> list[Frame]:
        """So many messages, however long the socket takes for them."""
        frames = self.heard()
        async with asyncio.timeout(10):
            while len(frames) < count:
                await asyncio.sleep(0.001)
                frames += self.heard()
        assert len(frames) == count
        return frames

    def told(self) -> list[str]:
        """The types of the messages that are through; a picture is one too."""
        return [kind(frame) for frame in self.heard()]

    def publish_elsewhere(self, picture: Pixels) -> None:
        """Another thread publishes, and the event loop does not come to hear of it meanwhile."""
        thread = threading.Thread(target=self.stream.publish, args=(picture,))
        thread.start()
        thread.join()

    @property
    def waiting(self) -> int:
        """Bytes that the transport keeps, as the socket is full."""
        return self.connection.transport.get_write_buffer_size()

    @property
    def verdict(self) -> tuple[int, str] | None:
        assert self.viewer
        return self.viewer.ended.result() if self.viewer.ended.done() else None


async def _nothing(_: object) -> None: ...


def kind(frame: Frame) -> str:
    match frame.opcode:
        case Opcode.BINARY:
            return "picture"
        case Opcode.TEXT:
            return str(json.loads(bytes(frame.data))["type"])
        case other:
            return other.name.lower()


def shown(frames: list[Frame]) -> Pixels:
    """What a viewer shows that heard these messages."""
    held = None
    for frame in frames:
        if frame.opcode is Opcode.BINARY:
            assert held
            held = decode(bytes(frame.data), held)
        elif kind(frame) == "stream":
            told = control.parse_from_server(bytes(frame.data).decode())
            assert isinstance(told, messages.Announcement)
            held = told.blank()
    assert held
    return held.pixels


# Who says what, and when.


async def test_a_picture_is_sent_in_the_call_that_publishes_it() -> None:
    async with Room() as room:
        room.attach()
        room.stream.publish(gray(1))
        assert room.told() == ["stream", "picture"]


async def test_a_picture_published_by_another_thread_needs_no_event_loop_to_be_sent() -> None:
    async with Room() as room:
        room.stream.publish(gray(1))
        room.attach(UNHEARD)
        assert room.told() == ["stream", "picture"]
        await asyncio.sleep(1 / room.stream.fps)
        room.publish_elsewhere(gray(2))
        assert room.told() == ["picture"]


async def test_who_comes_to_a_stream_that_has_a_picture_is_sent_it_at_once() -> None:
    async with Room() as room:
        room.stream.publish(gray(1))
        room.attach()
        assert room.told() == ["stream", "picture"]


async def test_a_word_is_answered_in_the_call_that_brings_it() -> None:
    async with Room() as room:
        room.attach()
        room.say(said(CLOCK))
        assert room.told() == ["clock"]


async def test_a_message_in_fragments_is_heeded_when_its_last_one_is_there() -> None:
    async with Room() as room:
        room.attach()
        for first in range(len(CLOCK) - 1):
            room.say(said(CLOCK[:first], fin=False))
            room.say(said(CLOCK[first : first + 1], fin=False, opcode=Opcode.CONT))
            assert room.told() == []
            room.say(said(CLOCK[first + 1 :], opcode=Opcode.CONT))
            assert room.told() == ["clock"]


@given(st.lists(st.integers(0, 60), max_size=6), st.integers(1, 40))
def test_however_words_are_cut_into_frames_and_segments_each_is_answered_once(
    cuts: list[int], segment: int
) -> None:
    async def play() -> None:
        async with Room() as room:
            room.attach()
            parts = [0, *sorted(min(cut, len(CLOCK)) for cut in cuts), len(CLOCK)]
            texts = [CLOCK[first:end] for first, end in pairwise(parts)]
            frames = [
                said(text, index == len(texts) - 1, Opcode.CONT if index else Opcode.TEXT)
                for index, text in enumerate(texts)
            ]
            data = b"".join(frames) * 3
            for first in range(0, len(data), segment):
                room.say(data[first : first + segment])
            assert room.told() == ["clock"] * 3

    asyncio.run(play())


async def test_a_ping_between_two_fragments_is_answered_and_parts_nothing() -> None:
    async with Room() as room:
        room.attach()
        room.say(said(CLOCK[:9], fin=False), said("?", opcode=Opcode.PING))
        room.say(said(CLOCK[9:], opcode=Opcode.CONT))
        assert room.told() == ["pong", "clock"]


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        ([said(b"\x00", opcode=Opcode.BINARY)], 1003),
        ([said(b"", fin=False, opcode=Opcode.BINARY)], 1003),
        ([said(b"\xff")], 1007),
        ([said(b"\xc3", fin=False), said(b"(", opcode=Opcode.CONT)], 1007),
        ([said("")], 1008),
        ([said("[" * 4000)], 1008),
        ([said('{"type":"request","step":0}')], 1008),
    ],
    ids=["binary", "begun binary", "no UTF-8", "cut UTF-8", "empty", "deep", "a step of 0"],
)
async def test_what_breaks_the_protocol_ends_with_its_code(frames: list[bytes], code: int) -> None:
    async with Room() as room:
        room.attach()
        room.say(*frames)
        assert room.verdict
        assert room.verdict[0] == code
        assert len(room.verdict[1].encode()) <= 123, "what fits into a closing frame"


async def test_a_character_cut_in_two_by_fragments_is_one_all_the_same() -> None:
    async with Room() as room:
        room.attach()
        text = '{"type":"of a later version","é":1}'.encode()
        middle = text.index(b"\xc3") + 1
        room.say(said(text[:middle], fin=False), said(text[middle:], opcode=Opcode.CONT))
        room.say(said(CLOCK))
        assert room.verdict is None
        assert room.told() == ["clock"]


async def test_fragments_without_end_are_cut_off_by_their_sum() -> None:
    async with Room() as room:
        room.attach()
        room.say(said("x" * 4000, fin=False))
        room.say(said("x" * 200, fin=False, opcode=Opcode.CONT))
        (goodbye,) = room.heard()
        assert goodbye.opcode is Opcode.CLOSE
        assert bytes(goodbye.data[:2]) == (1009).to_bytes(2, "big")
        assert len(room.connection._fragments) <= MAX_VIEWER_MESSAGE


async def test_the_first_to_say_how_it_ends_counts() -> None:
    async with Room() as room:
        viewer = room.attach()
        viewer.end((4001, "first"))
        viewer.end((1008, "second"))
        viewer.end(None)
        assert room.verdict == (4001, "first")


async def test_words_that_come_before_there_is_a_viewer_are_heeded_in_their_order() -> None:
    async with Room() as room:
        room.say(said('{"type":"request","fps":0}'), said('{"type":"clo', fin=False))
        room.say(said('ck","viewer_time":5}', opcode=Opcode.CONT))
        assert room.told() == []
        room.attach()
        assert room.told() == ["clock"]
        while room.stream.wanted:
            await asyncio.sleep(0)
        room.stream.publish(gray(1))
        assert room.told() == ["granted", "stream"], "a rate of 0 is wanted"
        room.say(said('{"type":"request","fps":null}'))
        while not room.stream.wanted:
            await asyncio.sleep(0)
        assert room.told() == ["granted", "picture"]


def just_dead() -> float:
    """A moment at which whoever said its last before now is dead, and who says something from now on is not."""
    now = before = time.monotonic()
    while now == before:
        now = time.monotonic()
    return now + DEAD_AFTER


@pytest.mark.parametrize("is_full", [False, True], ids=["", "its socket is full"])
async def test_a_viewer_in_silence_is_to_be_closed(is_full: bool) -> None:
    async with Room() as room:
        room.attach()
        if is_full:
            room.stream.publish(noise(1))
            assert room.waiting
        room.stream.audience.report(just_dead())
        assert room.verdict
        assert room.verdict[0] == SILENT


async def test_any_word_is_a_sign_of_life() -> None:
    async with Room() as room:
        room.attach()
        dead = just_dead()
        room.say(said('{"type":"of a later version"}'))
        room.stream.audience.report(dead)
        assert room.verdict is None


async def test_who_need_not_acknowledge_may_be_silent_for_ever() -> None:
    async with Room() as room:
        room.attach(UNHEARD)
        room.stream.audience.report(just_dead() + 10**6)
        assert room.verdict is None


# Whose the socket is.


def answer_the_clock(room: Room) -> None:
    room.say(said(CLOCK))


def answer_a_ping(room: Room) -> None:
    room.say(said("?", opcode=Opcode.PING))


def tell_a_problem(room: Room) -> None:
    room.stream.set_problem("out of film")


def say_goodbye(room: Room) -> None:
    room.connection.protocol.send_close(1001, "going")
    room.connection.send_data()


both_walks = pytest.mark.parametrize("walk", WALKS.values(), ids=WALKS)


@both_walks
@pytest.mark.parametrize("is_told", [True, False], ids=["", "before the loop hears of it"])
@pytest.mark.parametrize(
    ("speak", "message"),
    [
        (answer_the_clock, "clock"),
        (tell_a_problem, "problem"),
        (answer_a_ping, "pong"),
        (say_goodbye, "close"),
    ],
)
async def test_no_message_begins_within_a_picture_of_which_the_socket_took_a_part(
    walk: Callable[[float], Walk], is_told: bool, speak: Callable[[Room], None], message: str
) -> None:
    async with Room(walk=walk) as room:
        before = await room.begin()
        if is_told:
            room.stream.publish(noise(1))
        else:
            room.publish_elsewhere(noise(1))
        assert bool(room.waiting) is is_told
        speak(room)
        assert room.waiting
        frames = await room.all_heard(2)
        assert [kind(frame) for frame in frames] == ["picture", message]
        assert np.array_equal(shown([*before, *frames]), noise(1))


@both_walks
async def test_a_full_socket_is_given_back_when_all_has_gone_and_the_newest_picture_follows(
    walk: Callable[[float], Walk],
) -> None:
    async with Room(walk=walk) as room:
        before = await room.begin()
        for seed in range(1, 100):
            room.stream.publish(noise(seed))
        waiting = room.waiting
        room.say(said(CLOCK))
        assert waiting < room.waiting < waiting + 200, "one picture, and what was said since"
        frames = await room.all_heard(3)
        assert [kind(frame) for frame in frames] == ["picture", "clock", "picture"]
        assert parse(bytes(frames[-1].data)).number == 100
        assert np.array_equal(shown([*before, *frames]), noise(99))
        assert not room.waiting


@both_walks
async def test_a_viewer_that_never_reads_has_a_part_of_one_picture_kept_for_it_and_no_more(
    walk: Callable[[float], Walk],
) -> None:
    async with Room(walk=walk) as room:
        await room.begin()
        for seed in range(1, 5000):  # how many are sent is a matter of the rate
            room.publish_elsewhere(noise(seed))
            await asyncio.sleep(0)
            assert room.waiting < 1.1 * noise(1).size
            if room.waiting and seed > 200:
                break
        assert room.waiting


async def test_a_peer_that_asks_and_never_reads_is_cut_off_at_the_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hearing, "BYTES_AT_ONCE", 10**9)
    async with Room() as room:
        room.attach()
        ping = said("p" * 125, opcode=Opcode.PING)
        while not room.connection.transport.is_closing():
            assert room.waiting <= UNREAD_BYTES + 2 * len(ping)
            before = room.waiting
            room.say(ping)
        assert before > UNREAD_BYTES


async def test_one_that_never_reads_what_it_is_told_is_cut_off_at_the_limit() -> None:
    async with Room() as room:
        room.attach()
        for _ in range(10**6):
            room.connection.write("x" * 1000)
            assert room.waiting <= UNREAD_BYTES + 2000
            if room.connection.transport.is_closing():
                break
        assert room.connection.transport.is_closing()


async def test_what_a_large_picture_leaves_waiting_does_not_count_against_its_peer() -> None:
    async with Room() as room:
        await room.begin()
        room.stream.publish(noise(1))
        assert room.waiting > UNREAD_BYTES
        room.say(said(CLOCK))
        room.say(said(CLOCK))
        assert not room.connection.transport.is_closing()


async def test_nothing_is_sent_behind_a_goodbye() -> None:
    async with Room() as room:
        await room.begin()
        say_goodbye(room)
        assert room.told() == ["close"]
        room.stream.publish(noise(1))
        room.publish_elsewhere(noise(2))
        room.say(said(CLOCK))
        room.stream.set_problem("out of film")
        room.stream.audience.report(time.monotonic())
        with pytest.raises(BlockingIOError):
            room.theirs.recv(1)


# How it ends.


@both_walks
@pytest.mark.parametrize("is_full", [False, True], ids=["", "its socket is full"])
async def test_a_picture_for_which_the_socket_is_lost_ends_the_connection(
    walk: Callable[[float], Walk], is_full: bool
) -> None:
    async with Room(walk=walk) as room:
        await room.begin()
        if is_full:
            room.stream.publish(noise(1))
        room.connection.transport.pause_reading()  # so that it is the picture that finds out
        room.theirs.close()
        room.stream.publish(noise(2))
        assert room.connection.transport.is_closing() or is_full
        assert room.viewer
        await asyncio.wait_for(asyncio.shield(room.viewer.ended), 5)
        assert room.verdict is None
        assert room.here == ["come", "gone"]
        room.stream.publish(noise(3))
        room.connection.detach()
        assert not room.stream.watched


async def test_a_peer_that_is_gone_ends_its_viewer() -> None:
    async with Room() as room:
        viewer = room.attach()
        room.theirs.close()
        await asyncio.wait_for(asyncio.shield(viewer.ended), 5)
        assert room.here == ["come", "gone"]


async def test_a_connection_that_closed_with_data_waiting_may_be_closed_and_aborted_again() -> None:
    async with Room() as room:
        await room.begin()
        room.stream.publish(noise(1))
        assert room.waiting
        room.connection.transport.close()
        async with asyncio.timeout(10):
            while "gone" not in room.here:
                room.heard()
                await asyncio.sleep(0.001)
        await room.connection.close(1001)
        room.connection.transport.abort()
        room.connection.write("too late")
        room.connection.finish_picture()


@both_walks
async def test_connections_that_end_while_pictures_are_sent_leave_nothing_behind(
    walk: Callable[[float], Walk], caplog: pytest.LogCaptureFixture
) -> None:
    """However they end, and wherever in its picture the other thread just is."""
    stream = Stream("camera", format=GRAY8, fps=1000, walk=walk)
    faults: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, fault: faults.append(fault))
    ends: list[Callable[[Room], None]] = [
        lambda room: room.connection.transport.abort(),
        lambda room: room.connection.transport.close(),
        lambda room: room.theirs.close(),
        lambda room: room.theirs.shutdown(socket.SHUT_RDWR),
        say_goodbye,
    ]
    pictures = cycle([noise(seed) for seed in range(4)])

    def publish() -> None:
        time.sleep(0.0005)
        stream.publish(next(pictures))

    with publishing(publish):
        await _come_and_go(stream, ends[0])
        gc.collect()
        before = descriptors()
        for number in range(100):
            await _come_and_go(stream, ends[number % len(ends)])
    assert not stream.watched
    assert descriptors() == before
    assert faults == []
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def descriptors() -> int:
    """How many files and sockets this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


async def _come_and_go(stream: Stream, end: Callable[[Room], None]) -> None:
    async with Room(stream) as room:
        viewer = room.attach(UNHEARD)
        async with asyncio.timeout(10):
            while not room.waiting:
                await asyncio.sleep(0)
            end(room)
            if end is say_goodbye:
                room.theirs.close()
            while not viewer.ended.done():
                with contextlib.suppress(OSError):
                    room.theirs.recv(1 << 20)  # what waits must go before a transport closes
                await asyncio.sleep(0.001)


@pytest.mark.parametrize(
    "length", sorted({0, *(edge + by for edge in (125, 126, 2**16) for by in (-1, 0, 1)), 2**20})
)
async def test_a_message_of_any_length_is_understood_by_the_librarys_own_client(
    length: int,
) -> None:
    async with Room() as room:
        room.connection.write("t" * length)
        (text,) = await room.all_heard(1)
        assert (text.opcode, bytes(text.data), text.fin) == (Opcode.TEXT, b"t" * length, True)


async def test_a_socket_that_breaks_at_the_moment_when_all_that_waited_has_gone_is_closed_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    faults: list[Any] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: faults.append(context))
    async with Room() as room:
        viewer = room.attach()
        transport = cast(Any, room.connection.transport)
        broken = ConnectionResetError("by the peer")
        fail = getattr(transport, "_fatal_error", None)
        if fail is None:
            pytest.skip("only asyncio's own transports can be told to fail")
        monkeypatch.setattr(viewer.subscription, "give", lambda: fail(broken))
        transport.write(bytes(1 << 22))
        assert room.waiting
        async with asyncio.timeout(10):
            while not room.connection.transport.is_closing():
                room.theirs.recv(1 << 20)
                await asyncio.sleep(0.001)
        await asyncio.sleep(0.01)
    assert not faults
