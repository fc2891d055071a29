"""The Python client against the real server, and against one that does everything wrong."""

import asyncio
import json
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from websockets.asyncio.server import Server as WebSocketServer
from websockets.asyncio.server import ServerConnection, serve
from websockets.frames import Opcode
from websockets.typing import Subprotocol

from tests.strategies import with_checksum
from ws_stream import (
    ConnectError,
    Connection,
    Frame,
    Server,
    UsageError,
    client,
    clock,
    connect,
    dial,
    retry,
)
from ws_stream.codec import encode
from ws_stream.pixels.formats import GRAY8, RGB888, RGBX8888, PixelFormat
from ws_stream.protocol import control, messages
from ws_stream.protocol.picture import SUBPROTOCOL
from ws_stream.walk.outlet import frame_head


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "FIRST_PAUSE", 0.02)
    monkeypatch.setattr(client, "SILENCE", SILENCE)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server(port=0) as server:
        yield server


SILENCE = 0.5
"""Seconds, in the place of the client's own."""


def picture(value: int) -> np.ndarray:
    return np.full((4, 6), value, np.uint8)


def url(server: Server) -> str:
    return f"ws://127.0.0.1:{server.port}/stream/camera"


async def test_frames_carry_array_format_number_and_times(server: Server) -> None:
    server.stream("camera").publish(picture(7), time_us=1_760_000_000_000_000)
    async for frame in connect(url(server)):
        assert np.array_equal(frame.pixels, picture(7))
        assert (frame.width, frame.height, frame.format, frame.number) == (6, 4, GRAY8, 1)
        assert frame.time == 1_760_000_000_000_000
        break


async def test_a_stream_may_change_its_format_while_it_is_followed(server: Server) -> None:
    camera = server.stream("camera")
    colour, gray = np.full((4, 6, 4), 255, np.uint8), picture(9)
    arrays = [gray, colour, colour[..., :3], gray]
    camera.publish(arrays[0])
    connection = connect(url(server))
    formats: list[PixelFormat] = []
    async for frame in connection:
        assert np.array_equal(frame.pixels, arrays[len(formats)])
        formats.append(frame.format)
        if len(formats) == len(arrays):
            break
        camera.publish(arrays[len(formats)])
    assert formats == [GRAY8, RGBX8888, RGB888, GRAY8]
    assert connection.refused_messages == 0


async def test_frames_cannot_be_changed_since_the_next_one_builds_on_them(server: Server) -> None:
    server.stream("camera").publish(picture(7))
    async for frame in connect(url(server)):
        with pytest.raises(ValueError, match="read-only"):
            frame.pixels[0, 0] = 1
        break


async def test_age_and_round_trip_are_known_once_the_clock_is_answered(server: Server) -> None:
    camera = server.stream("camera")
    camera.publish(picture(0))
    connection = connect(url(server))
    seen = 0
    async for frame in connection:
        seen += 1
        if seen == 5:
            age, round_trip = connection.age(frame), connection.round_trip
            assert age is not None
            assert round_trip is not None
            assert 0 <= age.seconds - age.uncertainty < 5
            assert age.uncertainty <= round_trip / 2 + 0.01
            break
        camera.publish(picture(seen))


async def test_a_slow_consumer_skips_pictures_and_gets_the_newest(server: Server) -> None:
    camera = server.stream("camera")
    camera.publish(picture(0))
    numbers = []
    async for frame in connect(url(server)):
        numbers.append(int(frame.pixels[0, 0]))
        if numbers[-1] == 100:
            break
        for value in range(numbers[-1] + 1, min(numbers[-1] + 20, 101)):
            camera.publish(picture(value))
        await asyncio.sleep(0.01)
    assert numbers == sorted(numbers)
    assert len(numbers) < 50


async def test_two_that_iterate_one_connection_see_every_picture_without_a_resync(
    server: Server,
) -> None:
    camera = server.stream("camera", fps=1000)
    camera.publish(picture(0))
    connection = connect(url(server))
    seen: list[list[int]] = [[], []]

    async def look(values: list[int]) -> None:
        async for frame in connection:
            values.append(int(frame.pixels[0, 0]))
            if values[-1] == 50:
                break
            camera.publish(picture(1 + min(max(map(max, filter(None, seen))), 49)))

    async with asyncio.timeout(10):
        await asyncio.gather(*map(look, seen))
    assert all(values == sorted(values) for values in seen)
    assert connection.refused_messages == 0


async def test_a_connection_may_be_iterated_again_after_it_was_left(server: Server) -> None:
    server.stream("camera").publish(picture(7))
    connection = connect(url(server))
    for _ in range(3):
        async for frame in connection:
            assert (frame.pixels == 7).all()
            break
    assert connection.refused_messages == 0


def test_a_connection_may_be_iterated_in_one_event_loop_after_another() -> None:
    async def first(connection: Connection) -> int:
        async for frame in connection:
            return int(frame.pixels[0, 0])
        raise AssertionError

    with Server(port=0) as server:
        server.stream("camera").publish(picture(7))
        connection = connect(url(server))
        assert [asyncio.run(first(connection)) for _ in range(2)] == [7, 7]


async def test_a_restarted_server_is_found_again_and_no_wrong_picture_is_seen() -> None:
    port, values = 0, []

    async def serve_once(value: int) -> None:
        nonlocal port
        async with Server(port=port) as server:
            port = server.port
            server.stream("camera").publish(picture(value))
            started.set()
            while value not in values:
                await asyncio.sleep(0.01)

    started = asyncio.Event()
    serving = asyncio.create_task(serve_once(1))
    await started.wait()
    async with asyncio.timeout(10):
        async for frame in connect(f"ws://127.0.0.1:{port}/stream/camera"):
            assert np.ptp(frame.pixels) == 0
            values.append(int(frame.pixels[0, 0]))
            if values[-1] == 3:
                break
            await serving
            serving = asyncio.create_task(serve_once(values[-1] + 1))
    await serving
    assert values == [1, 2, 3]


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        (
            "/stream/kamera",
            r"/stream/kamera: there is no stream at /stream/kamera; there are: camera$",
        ),
        ("/nothing", "nothing at"),
        (
            "/stream/camera?step=99",
            "step=99 cannot be; right would be a whole number from 1 to 16$",
        ),
    ],
)
async def test_what_the_server_refuses_is_raised_in_its_own_words(
    server: Server, path: str, sentence: str
) -> None:
    server.stream("camera")
    with pytest.raises(ConnectError, match=sentence):
        async for _ in connect(f"ws://127.0.0.1:{server.port}{path}"):
            pass


async def test_a_stream_that_is_gone_after_a_restart_is_waited_for() -> None:
    port, values = 0, []
    async with Server(port=0) as server:
        port = server.port
        server.stream("camera").publish(picture(1))
        connection = connect(url(server))
        frames = connection.__aiter__()
        values.append(int((await anext(frames)).pixels[0, 0]))
    waiting = asyncio.ensure_future(anext(frames))
    async with Server(port=port) as server, asyncio.timeout(10):
        while "there is no stream" not in (connection.lost or ""):
            await asyncio.sleep(0.01)
        server.stream("camera").publish(picture(2))
        values.append(int((await waiting).pixels[0, 0]))
        assert connection.lost is None
    assert values == [1, 2]


HOSTILE = "\x1b]0;gone\x07\r\u202e\u2066\u200f\u061c"


async def reply_to_all(reply: bytes) -> asyncio.Server:
    """A server that answers every request by these bytes, whatever they are."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(reply)
        writer.close()

    return await asyncio.start_server(answer, "127.0.0.1", 0)


@pytest.mark.parametrize(
    "reply",
    [
        f"HTTP/1.1 403 Forbidden\r\nContent-Length: 99\r\n\r\n{HOSTILE:99}".encode()[:200],
        b"HTTP/1.1 403 Forbidden\r\n\r\n" + b"\xff" * 5000,
        b"HTTP/1.1 403 Forbidden\r\n\r\n" + b"<p>\n" * 5000,
        b"HTTP/1.1 101 \x1b[2J\r\nUpgrade: \x1b[2J\r\n\r\n",
        f"HTTP/1.1 101 Hello\r\nUpgrade: {HOSTILE[-4:]}\r\n\r\n".encode(),
        b"HTTP/1.1 302 Found\r\nLocation: http://other\x9b.example/\r\nContent-Length: 0\r\n\r\n",
        b"\x1b[2J",
        b"",
    ],
    ids=lambda reply: repr(reply[:40]),
)
async def test_whatever_a_server_answers_is_raised_as_one_bounded_printable_line(
    reply: bytes,
) -> None:
    server = await reply_to_all(reply)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(ConnectError) as refused:
        async for _ in connect(f"ws://127.0.0.1:{port}/stream"):
            pass
    server.close()
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
async def test_a_redirect_is_not_followed_and_its_place_is_named(
    server: Server, status: str
) -> None:
    server.stream("camera").publish(picture(1))
    place = url(server)
    head = f"HTTP/1.1 {status}\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n"
    other = await reply_to_all(head.encode())
    port = other.sockets[0].getsockname()[1]
    with pytest.raises(ConnectError, match=f"it points to {place}, which is not followed$"):
        async for _ in connect(f"ws://127.0.0.1:{port}/stream/camera"):
            pass
    other.close()
    assert not server.streams["camera"].watched


async def test_a_problem_is_kept_as_it_may_be_printed() -> None:
    for reason in (HOSTILE[:200], "\ud800"):
        told = control.serialize(messages.Problem(reason))
        sent: list[str | bytes] = [announcement(1), told, encode(frame(1, 1, 4))]
        connection, _, _ = await frames_of(sent, expect=1)
        assert connection.problem
        assert connection.problem.isprintable()
        assert 1 <= len(connection.problem) <= 200


async def test_a_close_reason_is_kept_as_it_may_be_printed() -> None:
    async def handle(websocket: ServerConnection) -> None:
        await websocket.close(1008, HOSTILE)

    async with serve(handle, "127.0.0.1", 0, subprotocols=[Subprotocol(SUBPROTOCOL)]) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        with pytest.raises(ConnectError) as refused:
            async for _ in connect(f"ws://127.0.0.1:{port}/stream"):
                pass
    assert str(refused.value).isprintable()


async def test_a_name_that_cannot_be_looked_up_is_raised_in_a_sentence() -> None:
    with pytest.raises(ConnectError, match="no stream from ws://aaaa"):
        async for _ in connect(f"ws://{'a' * 64}.example/stream"):
            pass


async def test_no_server_at_the_first_attempt_is_raised_at_once(server: Server) -> None:
    port = server.port
    await server.close()
    with pytest.raises(ConnectError, match=f"no stream from ws://127.0.0.1:{port}/stream: "):
        async for _ in connect(f"http://127.0.0.1:{port}"):
            pass


@pytest.mark.parametrize(
    ("address", "websocket"),
    [
        ("ws://a:8/stream/b", "ws://a:8/stream/b"),
        ("wss://a/stream/b", "wss://a/stream/b"),
        ("ws://a:8", "ws://a:8/stream"),
        ("http://a:8/", "ws://a:8/stream"),
        ("https://a/?stream=b c", "wss://a/stream/b%20c"),
        ("http://[::1]:8/?stream=b", "ws://[::1]:8/stream/b"),
        ("http://a/camera1/?stream=b", "ws://a/camera1/stream/b"),
        ("http://a/camera1?stream=b", "ws://a/camera1/stream/b"),
        ("https://a/lab/camera1/", "wss://a/lab/camera1/stream"),
        ("http://a/camera1/index.html?stream=b", "ws://a/camera1/stream/b"),
        ("ws://a/camera1/", "ws://a/camera1/stream"),
        ("wss://a/camera1/stream/b?step=2", "wss://a/camera1/stream/b?step=2"),
        ("http://a/camera1/stream/b", "ws://a/camera1/stream/b"),
        ("http://a:8//?stream=b", "ws://a:8/stream/b"),
    ],
)
def test_a_stream_is_named_by_its_own_address_or_by_the_page_s(
    address: str, websocket: str
) -> None:
    assert dial.websocket_url(address) == (websocket, None)
    assert dial.websocket_url(f"{address}#token=abc") == (websocket, "abc")


@pytest.mark.parametrize(
    "address",
    [
        *(
            "",
            "a:8",
            "ftp://a",
            "ws://",
            "ws://a:b",
            "ws://a:99999",
            "http://[a",
            "ws://a/stream/b c",
        ),
        *("ws://a/stream/b\r\nHost: c", "ws://a/\x1b[2J", "ws://a/\udcff", "ws://" + "a" * 5000),
        *(None, 5, b"ws://a/stream/b", Path("ws://a")),
    ],
)
def test_what_is_no_address_is_one_clear_sentence(address: Any) -> None:  # noqa: ANN401 - odd on purpose
    with pytest.raises(UsageError, match=r"right would be ws://HOST:PORT/stream/NAME") as refused:
        connect(address)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 300


async def frames_of(
    sent: list[str | bytes], *, expect: int
) -> tuple[client.Connection, list[Frame], list[str]]:
    """What the client makes of a server that sends these messages at each connection, and what it says back."""
    said: list[str] = []

    async def handle(websocket: ServerConnection) -> None:
        for message in sent:
            await websocket.send(message)
        async for text in websocket:
            said.append(str(text))

    protocols = [Subprotocol(SUBPROTOCOL)]
    async with serve(handle, "127.0.0.1", 0, subprotocols=protocols) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        connection, frames = connect(f"ws://127.0.0.1:{port}/stream"), []
        async with asyncio.timeout(10):
            async for frame in connection:
                frames.append(frame)
                if len(frames) == expect:
                    break
        await asyncio.sleep(0.05)
        return connection, frames, said


def announcement(epoch: int, width: int = 6) -> str:
    told = messages.Announcement(
        "camera", epoch, GRAY8, width, 4, (width, 4), 1, None, False, 0, 30, False
    )
    return control.serialize(told)


def frame(epoch: int, number: int, value: int) -> Frame:
    return Frame(epoch, number, 1, GRAY8, picture(value))


async def test_a_message_for_another_base_or_epoch_is_refused_and_answered_by_a_resync() -> None:
    strange = [encode(frame(1, 9, 3), frame(1, 8, 2)), encode(frame(2, 5, 4)), b"", b"rubbish" * 9]
    good = encode(frame(1, 10, 5))
    connection, frames, said = await frames_of([announcement(1), *strange, good], expect=1)
    assert [int(seen.pixels[0, 0]) for seen in frames] == [5]
    assert connection.refused_messages == len(strange)
    assert said.count('{"type":"resync"}') == 1


async def test_a_wrong_checksum_is_counted_and_the_picture_is_never_seen() -> None:
    wrong = with_checksum(encode(frame(1, 1, 3)), 12345)
    right = encode(frame(1, 2, 4))
    connection, frames, _ = await frames_of([announcement(1), wrong, right], expect=1)
    assert [int(seen.pixels[0, 0]) for seen in frames] == [4]
    assert connection.checksum_mismatches == 1


async def test_words_of_a_later_version_are_ignored() -> None:
    later = '{"type":"dance"}', b"\0\0\7\0 a binary type"
    sent: list[str | bytes] = [*later, announcement(1), *later, encode(frame(1, 1, 4))]
    connection, frames, _ = await frames_of(sent, expect=1)
    assert len(frames) == 1
    assert connection.refused_messages == 0


@pytest.mark.parametrize(
    "words",
    [
        "{",
        "[]",
        announcement(1).replace("6", "99999"),
        announcement(1).replace("6", "16384").replace(":4,", ":16384,"),
        control.serialize(messages.Problem("x" * 65536)),
    ],
)
async def test_words_that_break_the_protocol_end_the_connection_and_another_is_made(
    words: str,
) -> None:
    good: list[str | bytes] = [announcement(1), encode(frame(1, 1, 4))]
    connection, frames, _ = await frames_of([*good, words], expect=2)
    assert [seen.number for seen in frames] == [1, 1]
    assert connection.lost is None


async def test_a_resync_whose_answer_is_refused_too_is_asked_for_again() -> None:
    heartbeat = control.serialize(messages.Unchanged(1, 5))
    bad = with_checksum(encode(frame(1, 1, 3)), 1)
    _, _, said = await frames_of(
        [announcement(1), bad, bad, heartbeat, encode(frame(1, 2, 4))], expect=1
    )
    assert said.count('{"type":"resync"}') == 2


async def test_a_server_that_falls_silent_is_left_and_met_again() -> None:
    _, frames, _ = await frames_of([announcement(1), encode(frame(1, 1, 4))], expect=2)
    assert [seen.number for seen in frames] == [1, 1]


served = partial(serve, host="127.0.0.1", port=0, subprotocols=[Subprotocol(SUBPROTOCOL)])


def address(server: WebSocketServer) -> str:
    return f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/stream"


async def test_a_picture_that_is_longer_on_its_way_than_silence_may_last_arrives() -> None:
    """It comes a byte at a time."""

    async def handle(websocket: ServerConnection) -> None:
        await websocket.send(announcement(1))
        message = encode(frame(1, 1, 4))
        parts = [frame_head(Opcode.BINARY, len(message)), *(bytes([byte]) for byte in message)]
        for part in parts:
            websocket.transport.write(part)
            await asyncio.sleep(1.2 * SILENCE / len(parts))
        await websocket.wait_closed()

    async with served(handle) as server, asyncio.timeout(10):
        async for seen in connect(address(server)):
            assert seen.number == 1
            break


async def test_while_a_picture_is_on_its_way_the_client_gives_signs_of_life(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clock, "ASK_SOON", 0.05)
    questions: list[str | bytes] = []

    async def handle(websocket: ServerConnection) -> None:
        await websocket.send(announcement(1))
        message = encode(frame(1, 1, 4))
        head = frame_head(Opcode.BINARY, len(message))
        websocket.transport.write(head + message[:-1])
        while len(questions) < 3:
            questions.append(await websocket.recv())
        websocket.transport.write(message[-1:])
        await websocket.wait_closed()

    async with served(handle) as server, asyncio.timeout(10):
        async for _ in connect(address(server)):
            break
    assert all(json.loads(question)["type"] == "clock" for question in questions)


async def test_a_server_that_does_not_read_for_a_while_is_not_taken_for_dead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It speaks all the same; what it has not read it cannot answer, no ping either."""
    options = {}

    def note(*_: object, **given: object) -> None:
        options.update(given)

    monkeypatch.setattr(client, "Opening", note)
    connect("ws://a/stream")._open()
    assert options["ping_interval"] is None


async def test_of_another_connection_s_problem_nothing_is_known(server: Server) -> None:
    camera = server.stream("camera")
    camera.publish(picture(0))
    camera.set_problem("the lens is shut")
    connection = connect(url(server))
    async with asyncio.timeout(10):
        async for seen in connection:
            if connection.problem:
                break
            camera.publish(picture(seen.number % 2))
        camera.set_problem(None)
        async for _ in connection:
            break
    assert connection.problem is None


async def test_of_another_connection_s_clock_nothing_is_known(server: Server) -> None:
    server.stream("camera").publish(picture(0))
    connection = connect(url(server))
    connection._talk.session.clock.answered(1, 2, 3)
    async for seen in connection:
        age = connection.age(seen)
        assert age is None or age.seconds < 5
        break
