"""So many bytes a second are heard of a peer, and it is not read meanwhile."""

import asyncio

import pytest

from ws_stream.server import hearing
from ws_stream.server.hearing import BYTES_A_SECOND, BYTES_AT_ONCE, Hearing, RequestHead


class Transport(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__()
        self.reading, self.closing = True, False

    def is_reading(self) -> bool:
        return self.reading

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def is_closing(self) -> bool:
        return self.closing


class Room:
    def __init__(self) -> None:
        self.heard, self.transport = b"", Transport()
        self.hearing = Hearing(self.hear)

    def hear(self, data: bytes) -> None:
        self.heard += data

    def say(self, data: bytes) -> None:
        self.hearing.receive(data, self.transport)


async def test_an_honest_peer_is_heard_at_once() -> None:
    room = Room()
    for word in (b"a", b"bc", b"d" * 3000):
        room.say(word)
    assert room.heard == b"abc" + b"d" * 3000
    assert room.transport.reading
    assert not room.hearing.is_behind


async def test_of_a_flood_so_much_is_heard_and_the_peer_is_not_read() -> None:
    room = Room()
    room.say(b"x" * 10 * BYTES_AT_ONCE)
    assert BYTES_AT_ONCE - 1 <= len(room.heard) <= BYTES_AT_ONCE
    assert not room.transport.reading
    assert room.hearing.is_behind, "and it is not silent"


async def test_the_rest_is_heard_in_its_order_when_it_is_its_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hearing, "BYTES_A_SECOND", 10**6)
    room = Room()
    said = bytes(range(256)) * 400
    room.say(said[:50_000])
    room.say(said[50_000:])  # the transport had read it before it was paused
    async with asyncio.timeout(5):
        while room.heard != said:
            await asyncio.sleep(0.001)
    assert room.transport.reading
    room.say(b"more")
    assert room.heard.endswith(b"more")


async def test_of_one_that_is_gone_nothing_is_heard_any_more() -> None:
    room = Room()
    room.say(b"x" * 10 * BYTES_AT_ONCE)
    before, room.transport.closing = room.heard, True
    room.hearing._listen(room.transport)
    assert not room.hearing.is_behind
    assert room.heard == before


def test_sixty_pictures_a_second_are_acknowledged_well_within_the_rate() -> None:
    acknowledge, frame = len('{"type":"acknowledge","number":4294967295}'), 6
    assert 60 * (acknowledge + frame) < BYTES_A_SECOND / 2


@pytest.mark.parametrize("cut", range(0, 60, 3))
def test_of_a_request_all_is_read_to_the_end_of_its_head_and_nothing_behind(cut: int) -> None:
    head, behind = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"GET /again\r\n\r\n" * 3
    reader, read = RequestHead(), b""
    assert not reader.has_line
    for part in ((head + behind)[:cut], (head + behind)[cut:], behind):
        read += reader.cut(part)
    assert read == head
    assert reader.has_line
    assert reader.is_complete
    assert reader.has_more


def test_behind_a_head_that_is_all_there_is_nothing_more() -> None:
    head, reader = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", RequestHead()
    for byte in head:
        reader.cut(bytes([byte]))
    reader.cut(b"")
    assert reader.is_complete
    assert not reader.has_more
