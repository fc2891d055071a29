"""One viewer's connection without sockets: the bytes of a peer go in, and what is written to a wire is looked at."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.server import Server
from websockets.frames import Frame, Opcode
from websockets.protocol import Protocol, Side, State
from websockets.server import ServerProtocol

from ws_stream.hub.stream import Stream
from ws_stream.limits import MAX_VIEWER_MESSAGE
from ws_stream.pixels.formats import GRAY8, Pixels
from ws_stream.protocol.picture import parse
from ws_stream.protocol.request import Request
from ws_stream.server.websocket import SILENT, UNREAD_BYTES, Connection, Link


class Wire(asyncio.Transport):
    """A socket that notes what is written to it, and takes nothing while it is full."""

    def __init__(self) -> None:
        super().__init__()
        self.is_full = False
        self.aborted = False
        self.waiting = b""
        self._peer = Protocol(Side.CLIENT, state=State.OPEN, max_size=None)

    def heard(self) -> list[Frame]:
        """What a peer, the library's own, has understood since it was last asked."""
        return [cast("Frame", event) for event in self._peer.events_received()]

    def write(self, data: Any) -> None:  # noqa: ANN401 - whatever holds bytes
        if self.is_full:
            self.waiting += bytes(data)
        else:
            self._peer.receive_data(bytes(data))

    def writelines(self, list_of_data: Any) -> None:  # noqa: ANN401 - as above
        for data in list_of_data:
            self.write(data)

    def drain(self) -> None:
        self.is_full, waiting = False, self.waiting
        self.waiting = b""
        self.write(waiting)

    def get_write_buffer_size(self) -> int:
        return len(self.waiting)

    def abort(self) -> None:
        self.aborted = True

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None: ...

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


def said(text: str | bytes, fin: bool = True, opcode: Opcode = Opcode.TEXT) -> bytes:
    """A frame as a viewer sends it: masked."""
    payload = text.encode() if isinstance(text, str) else text
    return Frame(opcode, payload, fin).serialize(mask=True)


ACKNOWLEDGED = '{"type":"acknowledge","number":1}'
CLOCK = '{"type":"clock","viewer_time":5}'


class Room:
    """A stream, and a viewer's connection that is open already."""

    def __init__(self) -> None:
        self.wire = Wire()
        self.stream = Stream("camera", format=GRAY8)
        self.here: list[str] = []
        server = SimpleNamespace(handler=_nothing, handler_tasks=set())
        protocol = ServerProtocol(state=State.OPEN, max_size=MAX_VIEWER_MESSAGE)
        self.connection = Connection(
            lambda _: self.here.append("come"),
            lambda _: self.here.append("gone"),
            protocol,
            cast("Server", server),
        )
        self.connection.request = cast("Any", object())  # the handshake is done
        self.connection.connection_made(self.wire)

    def attach(self, request: Request | None = None) -> Link:
        self.link = self.connection.attach(self.stream, request or Request())
        return self.link

    def say(self, *frames: bytes) -> None:
        self.connection.data_received(b"".join(frames))

    def told(self) -> list[str]:
        """The types of the messages that arrived; a picture is one too."""
        return [
            "picture" if frame.opcode is Opcode.BINARY else json.loads(bytes(frame.data))["type"]
            for frame in self.wire.heard()
        ]

    @property
    def verdict(self) -> tuple[int, str] | None:
        return self.link.ended.result() if self.link.ended.done() else None


async def _nothing(_: object) -> None: ...


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    room = Room()
    yield room
    if room.stream.watched:
        room.link.leave()
    room.connection.connection_lost(None)


def gray(value: int) -> Pixels:
    return np.full((4, 6), value, np.uint8)


async def test_a_picture_is_written_in_the_call_that_publishes_it(room: Room) -> None:
    room.attach()
    room.stream.publish(gray(1))
    assert room.told() == ["stream", "picture"]


async def test_who_comes_to_a_stream_that_has_a_picture_is_sent_it_at_once(room: Room) -> None:
    room.stream.publish(gray(1))
    room.attach()
    assert room.told() == ["stream", "picture"]


async def test_a_word_is_answered_in_the_call_that_brings_it(room: Room) -> None:
    room.attach()
    room.say(said(CLOCK))
    assert room.told() == ["clock"]


async def test_a_message_in_fragments_is_heeded_when_its_last_one_is_there(room: Room) -> None:
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
        room = Room()
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
        room.link.leave()

    asyncio.run(play())


async def test_a_ping_between_two_fragments_is_answered_and_parts_nothing(room: Room) -> None:
    room.attach()
    room.say(said(CLOCK[:9], fin=False), said("?", opcode=Opcode.PING))
    room.say(said(CLOCK[9:], opcode=Opcode.CONT))
    assert [frame.opcode for frame in room.wire.heard()] == [Opcode.PONG, Opcode.TEXT]


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        ([said(b"\x00", opcode=Opcode.BINARY)], 1003),
        ([said(b"", fin=False, opcode=Opcode.BINARY)], 1003),
        ([said(b"\xff")], 1007),
        ([said(b"\xc3", fin=False), said(b"(", opcode=Opcode.CONT)], 1007),
        ([said("")], 1008),
        ([said("[" * 4000)], 1008),
        ([said('{"type":"rendition","step":0,"crop":null,"average":false}')], 1008),
    ],
    ids=["binary", "begun binary", "no UTF-8", "cut UTF-8", "empty", "deep", "a step of 0"],
)
async def test_what_breaks_the_protocol_ends_with_its_code(
    room: Room, frames: list[bytes], code: int
) -> None:
    room.attach()
    room.say(*frames)
    assert room.verdict
    assert room.verdict[0] == code
    assert len(room.verdict[1].encode()) <= 123, "what fits into a closing frame"


async def test_a_character_cut_in_two_by_fragments_is_one_all_the_same(room: Room) -> None:
    room.attach()
    text = '{"type":"of a later version","é":1}'.encode()
    middle = text.index(b"\xc3") + 1
    room.say(said(text[:middle], fin=False), said(text[middle:], opcode=Opcode.CONT))
    room.say(said(CLOCK))
    assert room.verdict is None
    assert room.told() == ["clock"]


async def test_fragments_without_end_are_cut_off_by_their_sum(room: Room) -> None:
    room.attach()
    room.say(said("x" * 4000, fin=False))
    room.say(said("x" * 200, fin=False, opcode=Opcode.CONT))
    (goodbye,) = room.wire.heard()
    assert (goodbye.opcode, bytes(goodbye.data[:2])) == (Opcode.CLOSE, (1009).to_bytes(2, "big"))
    assert len(room.connection._fragments) <= MAX_VIEWER_MESSAGE


async def test_the_first_to_say_how_it_ends_counts(room: Room) -> None:
    link = room.attach()
    link.end((4001, "first"))
    link.end((1008, "second"))
    link.end(None)
    assert room.verdict == (4001, "first")


async def test_words_that_come_before_there_is_a_viewer_are_heeded_in_their_order(
    room: Room,
) -> None:
    room.say(said('{"type":"rate","fps":0}'), said('{"type":"clo', fin=False))
    room.say(said('ck","viewer_time":5}', opcode=Opcode.CONT))
    assert room.told() == []
    room.attach()
    assert room.told() == ["clock"]
    room.stream.publish(gray(1))
    assert room.told() == ["stream"], "a rate of 0 is wanted"
    room.say(said('{"type":"rate","fps":null}'))
    assert room.told() == ["picture"]


async def test_nothing_is_written_while_the_socket_is_full_and_then_only_the_newest(
    room: Room,
) -> None:
    room.attach()
    room.wire.is_full = True
    room.stream.publish(gray(1))
    room.connection.pause_writing()
    waiting = len(room.wire.waiting)
    for value in range(2, 100):
        room.stream.publish(gray(value))
    room.say(said(CLOCK))
    assert len(room.wire.waiting) == waiting
    room.wire.drain()
    room.wire.heard()
    room.connection.resume_writing()
    frames: list[Frame] = []
    async with asyncio.timeout(5):
        while len(frames) < 2:
            frames += room.wire.heard()
            await asyncio.sleep(0.001)
    clock, picture = frames
    assert b'"clock"' in bytes(clock.data)
    assert parse(bytes(picture.data)).number == 99


async def test_what_is_written_in_one_go_stops_at_the_message_that_fills_the_socket(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[object] = []

    def fill(message: str | bytes) -> None:
        written.append(message)
        room.connection.pause_writing()

    monkeypatch.setattr(room.connection, "write", fill)
    room.stream.publish(gray(1))
    room.attach()
    assert len(written) == 1
    room.connection.resume_writing()
    assert len(written) == 2


async def test_a_viewer_in_silence_is_to_be_closed_also_while_its_socket_is_full(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ws_stream.hub.window.DEAD_AFTER", 0.03)
    link = room.attach()
    room.connection.pause_writing()
    verdict = await asyncio.wait_for(asyncio.shield(link.ended), 5)
    assert verdict
    assert verdict[0] == SILENT
    room.connection.resume_writing()


async def test_any_word_is_a_sign_of_life(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ws_stream.hub.window.DEAD_AFTER", 10**6)
    link = room.attach()
    link._viewer.window._heard -= 10**6 - 1  # a second before its end
    room.say(said('{"type":"of a later version"}'))
    assert link._viewer.window.life_left(asyncio.get_running_loop().time()) > 10**6 - 5


async def test_who_need_not_acknowledge_may_be_silent_for_ever(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ws_stream.hub.window.DEAD_AFTER", 0.0)
    room.attach(Request(acknowledge=False))
    await asyncio.sleep(0.02)
    assert room.verdict is None


async def test_a_peer_that_is_gone_ends_its_viewer_and_nothing_is_written_to_it_any_more(
    room: Room,
) -> None:
    link = room.attach()
    room.stream.publish(gray(1))
    room.told()
    room.connection.connection_lost(None)
    assert link.ended.done()
    assert room.here == ["come", "gone"]
    room.stream.publish(gray(2))
    assert room.told() == []
    link.leave()
    assert not room.stream.watched
    room.stream.publish(gray(3))
    room.connection = Room().connection  # for the fixture to close


async def test_nothing_is_sent_behind_a_goodbye(room: Room) -> None:
    room.attach()
    room.connection.protocol.send_close(1001, "going")
    room.connection.send_data()
    assert [frame.opcode for frame in room.wire.heard()] == [Opcode.CLOSE]
    room.stream.publish(gray(1))
    room.say(said(CLOCK))
    assert room.wire.heard() == []


async def test_a_peer_that_asks_and_never_reads_is_cut_off_at_the_limit(room: Room) -> None:
    room.attach()
    room.wire.is_full = True
    ping = said("p" * 125, opcode=Opcode.PING)
    while not room.wire.aborted:
        assert len(room.wire.waiting) <= UNREAD_BYTES + 2 * len(ping)
        room.say(ping)
    assert len(room.wire.waiting) > UNREAD_BYTES


async def test_what_a_large_picture_leaves_waiting_does_not_count_against_its_peer(
    room: Room,
) -> None:
    room.stream = Stream("large", format=GRAY8)
    room.attach()
    room.wire.is_full = True
    room.stream.publish(np.random.default_rng(1).integers(0, 256, (1000, 1000), np.uint8))
    assert len(room.wire.waiting) > 10 * UNREAD_BYTES
    room.say(said(ACKNOWLEDGED))
    assert not room.wire.aborted


def lengths() -> Iterator[int]:
    for edge in (125, 126, 2**16 - 1, 2**16, 2**20):
        yield from (edge - 1, edge, edge + 1)


@pytest.mark.parametrize("length", sorted({0, 1, *lengths()}))
async def test_a_message_of_any_length_is_understood_by_the_librarys_own_client(
    room: Room, length: int
) -> None:
    room.connection.write(b"b" * length)
    room.connection.write("t" * length)
    binary, text = room.wire.heard()
    assert (binary.opcode, bytes(binary.data)) == (Opcode.BINARY, b"b" * length)
    assert (text.opcode, bytes(text.data)) == (Opcode.TEXT, b"t" * length)
    assert binary.fin
    assert text.fin
