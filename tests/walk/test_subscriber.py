"""What one viewer is sent and when, and its socket: never does a message begin within another.

Where a law is of what comes out, both walks are held to it; a socket is a real one whose other end is read as slowly
as one likes.
"""

import contextlib
import socket
import struct
from collections.abc import Iterator
from math import inf
from random import Random
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ws_stream.walk
from ws_stream.codec import decode
from ws_stream.pixels.formats import BGRX8888, GRAY8, PixelFormat, Pixels
from ws_stream.pixels.frame import Frame, blank
from ws_stream.pixels.rendition import Rendition
from ws_stream.protocol.picture import HAS_CHECKSUM, NO_ACK, parse
from ws_stream.walk import COMPILED, NumpyWalk
from ws_stream.walk.outlet import BY_TRANSPORT, Outlet
from ws_stream.walk.subscriber import CHECKSUM_EVERY
from ws_stream.walk.window import AWAIT_EVERY, IDLE_RESET, START, UNCONGESTED

from ..world import LIBRARY, twins

FLAGS_AT = 3
EPOCH = 7
ALL = -1.0
"""As many pictures a second as there are."""


def gray(value: int) -> Pixels:
    return np.full((3, 4), value, np.uint8)


class Stage:
    """A stream of gray pictures and viewers without sockets, in both walks at once."""

    def __init__(self, fps: float = 1000) -> None:
        self.walk = twins(fps)
        self.walk.open(0, GRAY8, Rendition(), (4, 3), EPOCH)
        self.held: dict[int, Frame] = {}
        self.flags: dict[int, list[int]] = {}
        self.value = 0

    def join(self, fps: float = ALL, *, acknowledges: bool = True, now: float = 0) -> int:
        place = self.walk.join(-1, 0, acknowledges, fps, now)
        self.flags[place] = []
        self.announce(place, now)
        return place

    def announce(self, place: int, now: float) -> None:
        self.walk.announced(place, now)
        self.held[place] = blank(self.walk.state(0)[0], GRAY8, 4, 3)

    def publish(self, now: float) -> float:
        """Another picture; when the next one of somebody is due."""
        self.value += 1
        _, due, _ = self.walk.publish(gray(self.value % 256), None, 1, now)
        self.receive()
        return due

    def flush(self, now: float) -> float:
        due = self.walk.flush(now)
        self.receive()
        return due

    def receive(self) -> None:
        for place, message in self.walk.messages():
            self.held[place] = decode(message, self.held[place])
            self.flags[place].append(message[FLAGS_AT])

    def acknowledge(self, place: int, now: float) -> None:
        self.walk.acknowledge(place, self.held[place].number, now)

    def shows(self, place: int) -> bool:
        """Whether it is the newest picture that this viewer shows."""
        return self.held[place].number == self.value and bool(
            (self.held[place].pixels == self.value % 256).all()
        )

    def sent(self, place: int) -> int:
        return len(self.flags[place])


# Who is told of it.


def test_no_picture_comes_before_its_epoch_was_announced() -> None:
    stage = Stage()
    place = stage.walk.join(-1, 0, True, ALL, 0.0)
    assert stage.publish(0) == inf
    stage.flags[place] = []
    stage.announce(place, 1)
    stage.flush(1)
    assert stage.shows(place)


def test_even_a_picture_that_equals_the_blank_one_is_sent_to_who_has_none() -> None:
    stage = Stage()
    place = stage.join()
    stage.walk.publish(gray(0), None, 1, 0.0)
    stage.receive()
    assert stage.held[place].number == 1


def test_a_picture_without_a_change_is_not_sent() -> None:
    stage = Stage()
    place = stage.join(acknowledges=False)
    stage.publish(0)
    stage.walk.publish(gray(1), None, 1, 1.0)
    stage.flush(2)
    stage.receive()
    assert stage.sent(place) == 1


def test_a_new_epoch_is_to_be_announced_first() -> None:
    stage = Stage()
    place = stage.join(acknowledges=False)
    stage.publish(0)
    stage.walk.open(0, GRAY8, Rendition(), (4, 3), EPOCH + 1)
    stage.value = 0
    stage.publish(1)
    assert stage.sent(place) == 1
    stage.announce(place, 2)
    stage.flush(2)
    assert stage.shows(place)


def test_who_moves_is_sent_nothing_before_that_is_announced_and_starts_from_blank_there() -> None:
    stage = Stage()
    place = stage.join()
    stage.publish(0)
    stage.walk.open(1, GRAY8, Rendition(step=2), (4, 3), 99)
    stage.walk.move(place, 1, 1.0)
    stage.publish(1)
    assert stage.sent(place) == 1
    stage.walk.announced(place, 2.0)
    stage.walk.flush(2.0)
    ((_, message),) = stage.walk.messages()
    assert (parse(message).epoch, parse(message).base) == (99, 0)
    assert (decode(message, blank(99, GRAY8, 2, 2)).pixels == stage.value).all()


def test_who_moves_to_where_it_was_is_told_anew_as_well() -> None:
    stage = Stage()
    place = stage.join()
    stage.publish(0)
    stage.walk.move(place, 0, 1.0)
    assert stage.publish(1) == inf
    assert stage.sent(place) == 1
    stage.announce(place, 2)
    stage.flush(2)
    assert stage.shows(place)


def test_who_holds_nothing_any_more_is_sent_a_picture_from_blank_even_when_nothing_changed() -> (
    None
):
    stage = Stage()
    place = stage.join()
    stage.publish(0)
    stage.held[place] = blank(EPOCH, GRAY8, 4, 3)
    stage.walk.forget(place, 0.1)
    stage.flush(0.1)
    assert stage.shows(place)


def test_a_torn_picture_is_shown_to_nobody() -> None:
    stage = Stage()
    place = stage.join(acknowledges=False)
    stage.publish(0)
    stage.walk.update(gray(99), None, 1.0)
    stage.walk.abandon()
    stage.walk.forget(place, 1.0)
    assert stage.flush(1) == inf
    assert stage.sent(place) == 1


# The window.


def test_a_viewer_that_does_not_acknowledge_is_sent_as_many_pictures_as_the_window_holds() -> None:
    stage = Stage()
    place = stage.join()
    for turn in range(10):
        stage.publish(turn / 100)
    assert stage.sent(place) == START
    assert stage.walk.report(place)[3] is False
    stage.acknowledge(place, 0.11)
    stage.flush(0.11)
    assert stage.shows(place)


def test_one_that_said_it_never_does_is_sent_them_all_and_asked_for_nothing() -> None:
    stage = Stage()
    place = stage.join(acknowledges=False)
    for turn in range(100):
        stage.publish(turn / 1000)
    assert stage.sent(place) == 100
    assert all(flags & NO_ACK for flags in stage.flags[place])


def test_what_was_on_its_way_before_all_was_forgotten_holds_nothing_back() -> None:
    stage = Stage()
    place = stage.join()
    for turn in range(10):
        stage.publish(turn / 100)
    stage.announce(place, 1)
    stage.flush(1)
    assert stage.shows(place)


def test_on_a_calm_way_most_pictures_are_not_to_be_acknowledged() -> None:
    stage = Stage()
    place = stage.join()
    for turn in range(UNCONGESTED + 10 * AWAIT_EVERY):
        stage.publish(turn / 30)
        if not stage.flags[place][-1] & NO_ACK:
            stage.acknowledge(place, turn / 30 + 0.005)
    assert stage.shows(place)
    no_ack = [flags & NO_ACK for flags in stage.flags[place]]
    assert not any(no_ack[: UNCONGESTED - 1])
    assert sum(not flag for flag in no_ack[UNCONGESTED:]) == 10


def test_a_picture_that_was_held_back_ends_the_calm() -> None:
    stage = Stage()
    place = stage.join()
    for turn in range(60):
        stage.publish(turn / 30)
        stage.acknowledge(place, turn / 30)
    now = 2.0
    while stage.shows(place):
        now += 0.01
        stage.publish(now)
    stage.acknowledge(place, now)
    stage.flush(now)
    stage.acknowledge(place, now)
    for turn in range(1, UNCONGESTED):
        stage.publish(now + turn / 30)
        stage.acknowledge(place, now + turn / 30)
        assert not stage.flags[place][-1] & NO_ACK


@pytest.mark.parametrize("limit", [0.0, 1000.0])
def test_only_a_picture_that_the_window_held_back_counts_as_one(limit: float) -> None:
    walk = NumpyWalk(1000.0)
    walk.open(0, GRAY8, Rendition(), (4, 3), EPOCH)
    walk.limit(0, limit)
    window = walk._subscribers[walk.join(-1, 0, True, ALL, 0.0)][0].window
    walk.announced(0, 0.0)
    window.size, window._uncongested = 0, UNCONGESTED
    walk.publish(gray(1), None, 1, 1.0)
    assert window._uncongested == (0 if limit else UNCONGESTED)


# The rate.


@pytest.mark.parametrize("fps", [1, 7.5, 30])
def test_a_viewer_is_sent_no_more_pictures_a_second_than_it_wants_and_not_fewer(fps: float) -> None:
    stage = Stage()
    place = stage.join(fps)
    for tick in range(600):
        stage.publish(tick / 60)
        stage.acknowledge(place, tick / 60)
    assert 10 * fps - 1 <= stage.sent(place) <= 10 * fps + 2


@pytest.mark.parametrize("wanted", [ALL, 1000.0, 30.0])
def test_nor_more_than_the_stream_allows(wanted: float) -> None:
    stage = Stage()
    place = stage.join(wanted)
    stage.walk.limit(0, 5.0)
    for tick in range(600):
        stage.publish(tick / 60)
        stage.acknowledge(place, tick / 60)
    assert 49 <= stage.sent(place) <= 52


def test_a_picture_that_came_too_early_is_sent_when_it_is_due() -> None:
    stage = Stage()
    place = stage.join(2)
    stage.publish(0)
    stage.acknowledge(place, 0.1)
    stage.publish(0.1)
    stage.acknowledge(place, 0.2)
    due = stage.publish(0.2)
    assert 0.2 < due <= 1
    assert not stage.shows(place)
    assert stage.flush(due - 0.001) == due
    assert stage.flush(due) == inf
    assert stage.shows(place)


def test_a_viewer_that_wants_no_pictures_is_sent_none_and_then_one() -> None:
    stage = Stage()
    place = stage.join()
    stage.publish(0)
    stage.acknowledge(place, 0)
    stage.walk.set_rate(place, 0.0, 0.0)
    for turn in range(1, 100):
        assert stage.publish(turn / 100) == inf
    assert stage.sent(place) == 1
    stage.walk.set_rate(place, ALL, 3.0)
    stage.flush(3)
    assert stage.sent(place) == 2
    assert stage.shows(place)


@pytest.mark.parametrize("fps", [0.01, 1e-320])
def test_a_viewer_that_wants_more_again_need_not_wait_for_what_was_due_before(fps: float) -> None:
    stage = Stage()
    place = stage.join(fps)
    stage.publish(0)
    stage.acknowledge(place, 0)
    stage.walk.set_rate(place, ALL, 0.1)
    stage.publish(0.1)
    assert stage.shows(place)


# Checksums.


def test_a_viewers_first_picture_and_the_first_after_each_whole_second_bear_a_checksum() -> None:
    stage = Stage()
    often, seldom = (stage.join(acknowledges=False, now=0.3) for _ in range(2))
    stage.walk.set_rate(seldom, 0.0, 0.3)
    times: dict[int, list[float]] = {often: [], seldom: []}
    for tick in range(100):
        now = 0.3 + tick * 0.1
        before = {place: stage.sent(place) for place in times}
        stage.publish(now)
        if tick % 25 == 24:
            stage.walk.set_rate(seldom, ALL, now)
            stage.flush(now)
            stage.walk.set_rate(seldom, 0.0, now)
        for place, found in times.items():
            new = stage.flags[place][before[place] :]
            found += [now for flags in new if flags & HAS_CHECKSUM]
    assert stage.sent(seldom) == len(times[seldom]) == 4
    assert len(times[often]) == 1 + int(0.3 + 9.9 / CHECKSUM_EVERY)
    assert all(now % CHECKSUM_EVERY < 0.1 + 1e-9 for now in times[often][1:])


def test_the_checksums_of_all_viewers_are_those_of_the_same_pictures() -> None:
    stage = Stage()
    places = [stage.join(acknowledges=False, now=late / 10) for late in range(8)]
    for tick in range(8, 60):
        stage.publish(tick / 10)
    marked = [[flags & HAS_CHECKSUM for flags in stage.flags[place]] for place in places]
    assert all(one == marked[0] for one in marked)
    assert sum(map(bool, marked[0])) == 6


# What is told of it.


def test_a_report_counts_what_was_sent_and_what_there_was_since_the_last_one() -> None:
    stage = Stage()
    place = stage.join()
    for turn in range(40):
        stage.publish(turn / 30)
        if turn % 3 == 2:
            stage.acknowledge(place, turn / 30)
    base, sent, published, _ = stage.walk.report(place)
    assert base == stage.held[place].number
    assert sent == stage.sent(place)
    assert base == published > sent
    assert stage.walk.report(place)[1:3] == (0, 0)


def test_a_report_tells_whether_the_picture_sent_last_is_the_newest_one() -> None:
    stage = Stage()
    place = stage.join(2)
    assert is_newest(stage, place), "there is none yet"
    turn = 0
    while stage.shows(place):
        assert is_newest(stage, place)
        stage.acknowledge(place, turn / 10)
        stage.publish(turn / 10)
        turn += 1
    assert not is_newest(stage, place), "its rate held it back, and not its window"
    stage.flush(turn)
    assert is_newest(stage, place)
    stage.walk.update(gray(99), None, turn + 1)
    assert is_newest(stage, place), "what is not committed is no picture"


def test_who_holds_nothing_or_a_picture_of_another_epoch_does_not_hold_the_newest_one() -> None:
    stage = Stage()
    place = stage.join()
    stage.publish(0)
    stage.walk.forget(place, 0.1)
    stage.held[place] = blank(EPOCH, GRAY8, 4, 3)
    assert not is_newest(stage, place)
    stage.flush(0.1)
    assert is_newest(stage, place)
    stage.walk.open(0, GRAY8, Rendition(), (4, 3), EPOCH + 1)
    stage.walk.update(gray(1), None, 1)
    stage.walk.commit(1)
    assert stage.walk.state(0)[1] == stage.held[place].number
    assert not is_newest(stage, place), "its number is the same, its epoch is not"
    stage.walk.close_variant(0)
    assert not is_newest(stage, place)


def is_newest(stage: Stage, place: int) -> bool:
    return stage.walk.report(place)[3]


def test_pictures_from_before_a_viewer_came_are_not_counted_as_missed() -> None:
    stage = Stage()
    for turn in range(10):
        stage.publish(turn)
    place = stage.join(now=10)
    stage.flush(10)
    assert stage.walk.report(place)[1:3] == (1, 1)


def test_a_pause_forgets_what_was_learnt_and_not_the_picture() -> None:
    stage = Stage()
    place = stage.join()
    stage.publish(0)
    stage.acknowledge(place, 0)
    stage.publish(10 * IDLE_RESET)
    assert stage.shows(place)


# Its socket.


KINDS = ["numpy", "compiled"] if COMPILED else ["numpy"]
EACH_WALK = pytest.mark.parametrize("kind", KINDS)


def new_walk(kind: str, fps: float = 1000) -> NumpyWalk:
    if kind == "numpy":
        return NumpyWalk(fps)
    return cast(NumpyWalk, ws_stream.walk.CompiledWalk(fps, LIBRARY))


@contextlib.contextmanager
def wire() -> Iterator[tuple[socket.socket, socket.socket]]:
    """The device's end, which takes but little at a time, and the viewer's."""
    device, viewer = socket.socketpair()
    with device, viewer:
        device.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
        device.setblocking(False)
        viewer.setblocking(False)
        yield device, viewer


def read(viewer: socket.socket, most: int = 1 << 30) -> bytes:
    found = b""
    with contextlib.suppress(BlockingIOError):
        while len(found) < most:
            found += viewer.recv(min(most - len(found), 1 << 16))
    return found


def split(stream: bytes) -> tuple[list[tuple[int, bytes]], bytes]:
    """The whole frames of a WebSocket, as opcode and payload, and what is left."""
    frames = []
    while len(stream) >= 2:
        first, length = stream[0], stream[1]
        assert first & 0xF0 == 0x80, "a frame begins here, which is a message of its own"
        at = 2
        if length >= 126:
            form = ">H" if length == 126 else ">Q"
            at += struct.calcsize(form)
            if len(stream) < at:
                break
            (length,) = struct.unpack_from(form, stream, 2)
        if len(stream) < at + length:
            break
        frames.append((first & 15, stream[at : at + length]))
        stream = stream[at + length :]
    return frames, stream


def text(content: bytes) -> bytes:
    """A control message as a transport sends it."""
    return bytes((0x81, len(content))) + content


class Transport:
    """What asyncio's does: sends what it has as far as the socket takes it, and gives the socket back then."""

    def __init__(self, walk: NumpyWalk, place: int, end: socket.socket) -> None:
        self.walk, self.place, self.end = walk, place, end
        self.queue = b""
        self.has_socket = False

    def take(self, message: bytes = b"") -> None:
        if not self.has_socket:
            tail = self.walk.take(self.place)
            assert tail is not None
            self.queue = tail
            self.has_socket = True
        self.queue += message

    def write(self) -> None:
        if not self.has_socket:
            return
        with contextlib.suppress(BlockingIOError):
            while self.queue:
                self.queue = self.queue[self.end.send(self.queue) :]
        if not self.queue:
            self.walk.give(self.place)
            self.has_socket = False


def watched(
    kind: str, device: socket.socket, size: tuple[int, int], *, by_transport: bool = False
) -> tuple[NumpyWalk, int]:
    walk = new_walk(kind)
    walk.open(0, BGRX8888, Rendition(), size, EPOCH)
    place = walk.join(BY_TRANSPORT if by_transport else device.fileno(), 0, False, ALL, 0.0)
    walk.announced(place, 0.0)
    return walk, place


def noise(size: tuple[int, int], seed: int, pixel_format: PixelFormat = BGRX8888) -> Pixels:
    width, height = size
    shape = pixel_format.shape(width, height)
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


@EACH_WALK
@pytest.mark.parametrize("by_transport", [False, True], ids=["socket", "transport"])
@pytest.mark.parametrize("size", [(1, 1), (4, 5), (30, 40), (160, 160)])
def test_whatever_a_socket_takes_at_a_time_messages_arrive_whole_and_one_after_the_other(
    kind: str, size: tuple[int, int], by_transport: bool
) -> None:
    for seed in range(6):
        random = Random(seed)
        with wire() as (device, viewer):
            walk, place = watched(kind, device, size, by_transport=by_transport)
            transport = Transport(walk, place, device)
            stream, said, now = b"", [], 0.0
            for turn in range(120):
                now += 0.01
                event = random.random()
                if event < 0.4:
                    walk.publish(noise(size, random.choice([0, turn])), None, turn, now)
                elif event < 0.5:
                    said.append(b"%d" % turn)
                    transport.take(text(said[-1]))
                elif event < 0.7:
                    transport.write()
                else:
                    stream += read(viewer, random.choice([1, 7, 5000, 1 << 20]))
                if place in walk.handed_over():
                    transport.take()
            while transport.has_socket:
                transport.write()
                stream += read(viewer)
            stream += read(viewer)
            walk.leave(place)
        frames, rest = split(stream)
        assert rest == b""
        assert [content for opcode, content in frames if opcode == 1] == said
        held = blank(EPOCH, BGRX8888, *size)
        for opcode, content in frames:
            if opcode == 2:
                held = decode(content, held)
        assert held.number > 0


@EACH_WALK
@pytest.mark.parametrize(("width", "heights"), [(1, range(1, 90)), (8, range(7800, 8180, 5))])
def test_the_head_of_a_frame_says_how_long_the_message_is_and_is_as_short_as_can_be(
    kind: str, width: int, heights: range
) -> None:
    """Around 126 bytes, and around 65,536."""
    lengths = set()
    for height in heights:
        with wire() as (device, viewer):
            device.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
            walk = new_walk(kind)
            walk.open(0, GRAY8, Rendition(), (width, height), EPOCH)
            walk.announced(walk.join(device.fileno(), 0, False, ALL, 0.0), 0.0)
            walk.publish(noise((width, height), 1, GRAY8), None, 1, 0.0)
            stream = read(viewer)
            assert walk.counts().sent_bytes == len(stream)
            ((_, content),), rest = split(stream)
            assert rest == b""
            lengths.add((len(content), len(stream) - len(content)))
            walk.leave(0)
    heads = dict(lengths)
    assert {2, 4} == set(heads.values()) or {4, 10} == set(heads.values())
    for length, head in heads.items():
        assert head == (2 if length < 126 else 4 if length < 1 << 16 else 10)


@EACH_WALK
def test_a_socket_that_takes_nothing_is_handed_over_with_all_of_the_message(kind: str) -> None:
    with wire() as (device, viewer):
        walk, place = watched(kind, device, (160, 160))
        before = b""
        with contextlib.suppress(BlockingIOError):
            while True:
                before += b"x" * device.send(b"x" * 4096)
        changed, _, is_handed_over = walk.publish(noise((160, 160), 1), None, 1, 0.0)
        assert (changed, is_handed_over) == (True, True)
        assert walk.handed_over() == [place]
        assert walk.handed_over() == [], "it is told once"
        assert walk.flush_one(place, 1.0) == (inf, False)
        walk.publish(noise((160, 160), 2), None, 1, 2.0)
        tail = walk.take(place)
        assert tail is not None
        (frame,), rest = split(tail)
        assert rest == b""
        assert parse(frame[1]).number == 1
        assert read(viewer) == before, "it is the transport's: nobody else writes to it"
        walk.leave(place)


@EACH_WALK
def test_where_the_transport_sends_all_the_socket_hears_nothing_and_the_newest_picture_waits_for_it(
    kind: str,
) -> None:
    with wire() as (device, viewer):
        walk, place = watched(kind, device, (4, 4), by_transport=True)
        for turn in range(3):
            for seed in range(3 * turn, 3 * turn + 3):
                walk.publish(noise((4, 4), seed), None, 1, float(seed))
            assert walk.handed_over() == [place]
            tail = walk.take(place)
            assert tail
            ((_, message),), rest = split(tail)
            assert (parse(message).number, rest) == (3 * turn + 1, b""), "two others were skipped"
            walk.give(place)
        assert read(viewer) == b""
        assert walk.messages() == []
        walk.leave(place)


@EACH_WALK
def test_a_socket_is_not_given_back_as_long_as_a_tail_was_not_taken(kind: str) -> None:
    with wire() as (device, viewer):
        walk, place = watched(kind, device, (160, 160))
        walk.publish(noise((160, 160), 1), None, 1, 0.0)
        walk.give(place)
        read(viewer)
        walk.publish(noise((160, 160), 2), None, 1, 1.0)
        assert read(viewer) == b""
        walk.leave(place)


@EACH_WALK
def test_while_a_control_message_is_sent_no_picture_is_and_the_newest_one_follows(
    kind: str,
) -> None:
    with wire() as (device, viewer):
        walk, place = watched(kind, device, (4, 4))
        assert walk.take(place) == b""
        for turn in range(5):
            walk.publish(noise((4, 4), turn), None, 1, turn)
        assert read(viewer) == b""
        walk.give(place)
        walk.flush(9.0)
        ((_, message),), _ = split(read(viewer))
        assert parse(message).number == 5
        walk.leave(place)


@EACH_WALK
def test_a_lost_socket_is_the_transports_to_find_out_and_never_written_to_again(kind: str) -> None:
    with wire() as (device, viewer):
        walk, place = watched(kind, device, (4, 4))
        viewer.close()
        _, _, is_handed_over = walk.publish(noise((4, 4), 1), None, 1, 0.0)
        assert is_handed_over
        assert walk.handed_over() == [place]
        assert walk.take(place) is None
        walk.give(place)
        assert walk.publish(noise((4, 4), 2), None, 1, 1.0)[1:] == (inf, False)
        walk.leave(place)


@EACH_WALK
def test_the_socket_is_one_of_its_own_that_goes_when_the_subscriber_leaves(kind: str) -> None:
    with wire() as (device, viewer):
        walk, place = watched(kind, device, (4, 4))
        device.close()
        walk.publish(noise((4, 4), 1), None, 1, 0.0)
        assert len(split(read(viewer))[0]) == 1
        walk.leave(place)
        assert viewer.recv(1) == b"", "the other end is closed"


@EACH_WALK
def test_of_what_is_no_socket_it_is_said_at_once(kind: str) -> None:
    walk = new_walk(kind)
    walk.open(0, GRAY8, Rendition(), (4, 3), EPOCH)
    with pytest.raises(OSError, match="Bad file descriptor"):
        walk.join(10**6, 0, True, ALL, 0.0)


def test_an_interrupted_call_is_a_socket_that_took_nothing() -> None:
    class Interrupted:
        def sendmsg(self, *_: object) -> int:
            raise InterruptedError

        def close(self) -> None: ...

    outlet = Outlet(BY_TRANSPORT, _never)
    outlet._socket = cast(Any, Interrupted())
    assert outlet.send(b"head", b"body") == 10
    assert (outlet.is_ours, outlet.is_handed_over, outlet.is_lost) == (False, True, False)
    assert outlet.take() == b"\x82\x08headbody"
    outlet.give()
    assert outlet.is_ours


@given(st.binary(max_size=300), st.binary(max_size=300), st.integers(0, 700))
def test_what_a_socket_took_and_the_tail_are_the_message_however_much_it_took(
    head: bytes, body: bytes, taken: int
) -> None:
    class Socket:
        """Takes just so many bytes."""

        content = b""

        def sendmsg(self, buffers: list[bytes], *_: object) -> int:
            self.content += b"".join(buffers)[:taken]
            return len(self.content)

    outlet, into = Outlet(BY_TRANSPORT, _never), Socket()
    outlet._socket = cast(Any, into)
    length = outlet.send(head, body)
    is_whole = taken >= length
    assert (outlet.is_ours, outlet.is_handed_over) == (is_whole, not is_whole)
    tail = outlet.take()
    assert tail is not None
    ((_, message),), rest = split(into.content + tail)
    assert (message, rest) == (head + body, b"")


def _never(message: bytes) -> None:
    pytest.fail(f"{message!r} is not for keeping")
