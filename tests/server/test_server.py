"""The server on real sockets, from its front listener to its last goodbye."""

import asyncio
import contextlib
import itertools
import json
import logging
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode
from websockets.typing import Subprotocol

from ws_stream import Server, UsageError
from ws_stream.codec import decode
from ws_stream.pixels.formats import RGB888
from ws_stream.pixels.frame import Frame, blank
from ws_stream.protocol import control, messages
from ws_stream.protocol.picture import SUBPROTOCOL
from ws_stream.server import hearing, peers, viewer
from ws_stream.server.viewer import SILENT, UNREAD_BYTES
from ws_stream.server.websocket import ViewerConnection

PROTOCOL = [Subprotocol(SUBPROTOCOL)]


def picture(value: int) -> np.ndarray:
    return np.full((4, 6, 3), value, np.uint8)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server(port=0) as server:
        yield server


def viewing(server: Server, name: str = "camera") -> connect:
    url = f"ws://127.0.0.1:{server.port}/stream/{name}"
    return connect(url, subprotocols=PROTOCOL, compression=None, proxy=None)


async def refusal(server: Server, path: str, origin: str | None = None) -> tuple[int, str]:
    """The close code and the reason for which a viewer is not let in."""
    url = f"ws://127.0.0.1:{server.port}{path}"
    headers = {} if origin is None else {"Origin": origin}
    async with connect(
        url, subprotocols=PROTOCOL, additional_headers=headers, compression=None, proxy=None
    ) as websocket:
        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.wait_for(websocket.recv(), 5)
    assert closed.value.rcvd
    return closed.value.rcvd.code, closed.value.rcvd.reason


async def receive_frame(websocket: ClientConnection, held: Frame | None = None) -> Frame:
    """The next picture, applied to the one held."""
    while True:
        message = await asyncio.wait_for(websocket.recv(), 5)
        if isinstance(message, bytes):
            assert held
            return decode(message, held)
        told = control.parse_from_server(message)
        if isinstance(told, messages.Announcement):
            held = told.blank()


async def test_two_streams_on_one_port_do_not_mix(server: Server) -> None:
    for value, name in enumerate(("camera", "screen")):
        server.stream(name).publish(picture(value))
    for value, name in enumerate(("camera", "screen")):
        async with viewing(server, name) as websocket:
            assert ((await receive_frame(websocket)).pixels == value).all()


async def test_pictures_arrive_one_after_another_as_they_are_acknowledged(server: Server) -> None:
    camera = server.stream("camera")
    camera.publish(picture(0))
    async with viewing(server) as websocket:
        held = None
        for value in range(50):
            camera.publish(picture(value))
            held = await receive_frame(websocket, held)
            assert (held.pixels == value).all()
            await websocket.send(control.serialize(messages.Acknowledge(held.number)))


async def test_a_resync_brings_the_whole_picture_again(server: Server) -> None:
    server.stream("camera").publish(picture(7))
    async with viewing(server) as websocket:
        first = await receive_frame(websocket)
        await websocket.send(control.serialize(messages.Resync()))
        held = blank(first.epoch, first.format, first.width, first.height)
        assert ((await receive_frame(websocket, held)).pixels == 7).all()


async def test_a_still_picture_is_reported_unchanged_every_second(server: Server) -> None:
    server.stream("camera").publish(picture(1))
    async with viewing(server) as websocket:
        frame = await receive_frame(websocket)
        await websocket.send(control.serialize(messages.Acknowledge(frame.number)))
        told = [
            control.parse_from_server(str(await asyncio.wait_for(websocket.recv(), 2)))
            for _ in range(3)
        ]
        assert isinstance(told[0], messages.Pace), "of the second in which it was sent"
        for unchanged in told[1:]:
            assert isinstance(unchanged, messages.Unchanged)
            assert unchanged.number == frame.number


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"\x00", 1003),
        ("{", 1008),
        ('{"type":"acknowledge","number":-1}', 1008),
        ("x" * 4097, 1009),
    ],
)
async def test_a_viewer_that_breaks_the_protocol_is_closed_with_its_code(
    server: Server, message: str | bytes, code: int
) -> None:
    server.stream("camera").publish(picture(1))
    async with viewing(server) as websocket:
        await websocket.send(message)
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                await asyncio.wait_for(websocket.recv(), 5)
        assert closed.value.rcvd
        assert closed.value.rcvd.code == code
    assert (await fetch(server, "/healthz"))[0] == 200


async def test_a_server_bears_more_of_one_address_where_it_is_to_bear_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(peers, "MAX_ADDRESS_VIEWERS", 1)
    async with Server(port=0, max_viewers=512) as server:
        server.stream("camera")
        async with viewing(server), viewing(server):
            assert await refusal(server, "/stream/camera") == (
                1013,
                "2 viewers are connected from your address, and that is the limit",
            )


async def test_viewers_over_the_limit_are_turned_away_and_a_place_is_freed_again(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "MAX_VIEWERS", 2)
    camera = server.stream("camera")
    async with viewing(server), viewing(server):
        assert await refusal(server, "/stream/camera") == (
            CloseCode.TRY_AGAIN_LATER,
            "2 viewers are connected, and that is the limit",
        )
    async with asyncio.timeout(5):
        while camera.watched:
            await asyncio.sleep(0.01)
    async with viewing(server):
        pass


async def test_no_compression_is_agreed_upon_even_when_offered(server: Server) -> None:
    server.stream("camera")
    url = f"ws://127.0.0.1:{server.port}/stream/camera"
    async with connect(url, subprotocols=PROTOCOL, compression="deflate", proxy=None) as websocket:
        assert websocket.response
        assert "Sec-WebSocket-Extensions" not in websocket.response.headers
        assert websocket.subprotocol == SUBPROTOCOL


async def test_a_closing_server_says_goodbye(server: Server) -> None:
    server.stream("camera").publish(picture(1))
    async with viewing(server) as websocket:
        await receive_frame(websocket)
        await server.close()
        with pytest.raises(ConnectionClosed) as closed:
            await websocket.recv()
        assert closed.value.rcvd
        assert closed.value.rcvd.code == 1001


async def fetch(
    server: Server, path: str, method: str = "GET", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    def get() -> tuple[int, dict[str, str], bytes]:
        url = f"http://127.0.0.1:{server.port}{path}"
        request = urllib.request.Request(url, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=5) as response:
                return response.status, dict(response.headers), response.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, dict(error.headers), error.read()

    return await asyncio.to_thread(get)


async def test_the_page_is_served_under_a_strict_policy(server: Server) -> None:
    status, headers, body = await fetch(server, "/")
    assert status == 200
    assert b"<canvas" in body
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "'unsafe-" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


async def test_head_is_answered_like_get_without_the_body(server: Server) -> None:
    _, get, body = await fetch(server, "/viewer.js")
    status, head, nothing = await fetch(server, "/viewer.js", "HEAD")
    assert (status, nothing) == (200, b"")
    assert head["Content-Length"] == get["Content-Length"] == str(len(body))


async def test_the_list_of_streams_tells_size_and_format_while_watched(server: Server) -> None:
    server.stream("camera", step=2).publish(picture(1))
    async with viewing(server) as websocket:
        await receive_frame(websocket)
        _, _, body = await fetch(server, "/streams")
        size = {"format": "rgb888", "width": 3, "height": 2}
        assert json.loads(body) == [{"name": "camera", **size, "viewers": 1}]


GARBAGE = [
    b"\r\n\r\n",
    b"GET\r\n\r\n",
    b"GET / HTTP/2.0\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello",
    b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 1000 + b"\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00",
    bytes(range(256)) * 64,
    (
        b"GET /stream/camera HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
        b"Connection: Upgrade\r\nSec-WebSocket-Protocol: ws-stream.v1\r\n\r\n"
    ),
    *(
        b"GET /stream/camera HTTP/1.1\r\nHost: localhost\r\n"
        + name
        + b": a\r\n"
        + name
        + b": b\r\n\r\n"
        for name in (b"Upgrade", b"Origin", b"Connection", b"Sec-WebSocket-Protocol")
    ),
    b"GET / HTTP/1.1\r\nHost: \x1b[2J\xe2\x80\xae\r\n\r\n",
    b"GET /\x1b[2J HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /stream?step=" + b"9" * 5000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\n folded: b\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"",
    b"GET / HT",
]


HANDSHAKE = (
    b"GET /stream/camera HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Protocol: ws-stream.v1\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)

BINARY = b"\x82\x80\0\0\0\0"
"""What a server closes the connection for."""


@pytest.mark.parametrize("ends", [True, False], ids=["ends", "waits"])
@pytest.mark.parametrize("garbage", GARBAGE, ids=lambda garbage: repr(garbage[:20]))
async def test_whatever_bytes_arrive_the_server_lives_and_logs_no_traceback(
    server: Server, garbage: bytes, ends: bool, caplog: pytest.LogCaptureFixture
) -> None:
    server.stream("camera").publish(picture(1))
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(garbage)
    with contextlib.suppress(OSError, TimeoutError):
        if ends:
            writer.write_eof()
        await asyncio.wait_for(reader.read(), 0.3)
    writer.close()
    async with viewing(server) as websocket:
        assert ((await receive_frame(websocket)).pixels == 1).all()
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.parametrize(
    "rest", [b"", b"\r\n", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"\x81\x05"]
)
@pytest.mark.parametrize("cut", [1, 7, 10**6])
async def test_a_request_is_answered_whatever_follows_it_and_however_it_is_cut(
    server: Server, rest: bytes, cut: int
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n" + rest
    for position in range(0, len(request), cut):
        writer.write(request[position : position + cut])
        await asyncio.sleep(0)
    reply = await asyncio.wait_for(reader.readuntil(b'{"status": "ok"}'), 5)
    assert reply.startswith(b"HTTP/1.1 200")
    writer.close()


async def test_who_pings_and_never_reads_costs_little_memory(server: Server) -> None:
    server.stream("camera").publish(picture(1))
    async with viewing(server) as websocket:
        websocket.transport.pause_reading()
        (connection,) = server._listener._reception.connections
        assert isinstance(connection, ViewerConnection)
        ping = b"\x89\xfd" + bytes(4) + b"p" * 125
        for _ in range(40):
            websocket.transport.write(ping * 1000)
            await asyncio.sleep(0.005)
            unheard = len(connection._hearing._unheard)
            waiting = connection.transport.get_write_buffer_size()
            assert unheard + waiting < 4 * hearing.RECEIVED_BYTES + UNREAD_BYTES
        assert unheard
        websocket.transport.abort()


async def test_more_connections_than_the_limit_are_cut_off_and_viewers_go_on(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "MAX_CONNECTIONS", 5)
    server.stream("camera").publish(picture(1))
    async with viewing(server) as websocket:
        held = await receive_frame(websocket)
        idle = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(10)]
        await asyncio.sleep(0.05)
        assert len(server._listener._reception.connections) <= 5
        server.streams["camera"].publish(picture(2))
        assert ((await receive_frame(websocket, held)).pixels == 2).all()
        for _, writer in idle:
            writer.close()


@pytest.mark.parametrize("query", ["step=1&" * 99, "&" * 3000, "crop=%00", "fps=" + "9" * 5000])
async def test_whatever_the_query_it_is_answered_and_nothing_is_logged(
    server: Server, query: str, caplog: pytest.LogCaptureFixture
) -> None:
    server.stream("camera")
    code, reason = await refusal(server, f"/stream/camera?{query}")
    assert code == CloseCode.POLICY_VIOLATION
    assert " cannot be" in reason
    assert not caplog.records


async def test_a_viewer_that_cannot_be_shown_anything_leaves_no_trace(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera = server.stream("camera")
    camera.publish(picture(1))
    with monkeypatch.context() as patch:
        patch.setattr(camera.newest, "send", lambda: (_ for _ in ()).throw(MemoryError))
        async with viewing(server) as websocket:
            with pytest.raises(ConnectionClosed):
                while True:
                    await websocket.recv()
    while server._listener._reception.connections:
        await asyncio.sleep(0.001)
    assert not camera.watched
    async with viewing(server) as websocket:
        assert ((await receive_frame(websocket)).pixels == 1).all()


async def test_viewers_that_hang_up_at_any_moment_leave_no_trace(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    camera = server.stream("camera", fps=1000)
    random = np.random.default_rng(1)
    for number in range(60):
        camera.publish(random.integers(0, 256, (300, 400, 3), np.uint8))
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(HANDSHAKE)
        for _ in range(number % 6):
            await asyncio.sleep(0)
        if number % 2:
            await reader.read(number * 100)
        if number % 3:
            writer.write(BINARY)
            await writer.drain()
        writer.transport.abort()
    async with asyncio.timeout(10):
        while camera.watched or server._listener._reception.connections:
            await asyncio.sleep(0.01)
    assert caplog.records == []


async def test_a_viewer_that_is_closed_while_a_picture_waits_for_it_hears_all_and_why(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """Also when it has said that it will say no more: asyncio then ends a transport in a way of its own."""
    camera = server.stream("camera")
    camera.publish(np.random.default_rng(1).integers(0, 256, (2000, 2000, 4), np.uint8))
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(HANDSHAKE)
    await reader.readuntil(b"\r\n\r\n")
    writer.write(BINARY)
    writer.write_eof()
    heard = await asyncio.wait_for(reader.read(), 10)
    assert b"\x03\xebviewers send text only" in heard[-100:]
    async with asyncio.timeout(10):
        while server._listener._reception.connections:
            await asyncio.sleep(0.01)
    writer.close()
    assert caplog.records == []


async def test_closing_waits_for_nobody_longer_than_the_limit(server: Server) -> None:
    server.stream("camera").publish(picture(1))
    _, writer = await asyncio.open_connection("127.0.0.1", server.port)
    async with viewing(server) as deaf:
        deaf.transport.pause_reading()
        async with asyncio.timeout(viewer.CLOSE_TIMEOUT + 2):
            await server.close()
        deaf.transport.abort()
    writer.close()


async def test_a_viewer_without_a_sign_of_life_is_closed_with_its_own_code(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ws_stream.hub.subscription.DEAD_AFTER", 0.5)
    server.stream("camera").publish(picture(1))
    async with viewing(server) as websocket:
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                await asyncio.wait_for(websocket.recv(), 5)
        assert closed.value.rcvd
        assert closed.value.rcvd.code == SILENT


async def test_a_silent_viewer_is_forgotten_also_when_its_socket_is_full(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ws_stream.hub.subscription.DEAD_AFTER", 0.5)
    camera = server.stream("camera")
    random = np.random.default_rng(1)
    async with viewing(server) as deaf:
        deaf.transport.pause_reading()
        async with asyncio.timeout(10):
            while not camera.watched:
                await asyncio.sleep(0.01)
            while camera.watched:
                camera.publish(random.integers(0, 256, (2000, 2000, 4), np.uint8))
                await asyncio.sleep(0.05)
        deaf.transport.abort()


async def test_a_viewer_may_wish_by_its_address_and_later_by_a_message(server: Server) -> None:
    camera = server.stream("camera")
    camera.publish(np.arange(24, dtype=np.uint8).reshape(4, 6))
    async with viewing(server, "camera?step=2") as websocket:
        frame = await receive_frame(websocket)
        assert frame.pixels.tolist() == [[0, 2, 4], [12, 14, 16]]
        await websocket.send('{"type":"request","id":7,"step":1,"crop":[4,1,9,2]}')
        assert (await receive_frame(websocket)).pixels.tolist() == [[10, 11], [16, 17]]


async def test_a_function_that_waits_for_its_pictures_is_served_from_a_thread(
    server: Server,
) -> None:
    def camera() -> Iterator[np.ndarray]:
        for value in range(1, 1000):
            time.sleep(0.01)
            yield picture(value % 256)

    assert server.serve(camera).name == "camera"
    async with viewing(server) as websocket:
        assert np.ptp((await receive_frame(websocket)).pixels) == 0


async def test_over_budget_viewers_are_sent_fewer_pictures_and_told_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ws_stream.server.budgeting.BUDGET_EVERY", 0.05)
    used = itertools.count()
    monkeypatch.setattr("ws_stream.server.budgeting.time.process_time", lambda: float(next(used)))
    async with Server(port=0, cpu_budget=10) as server:
        stream = server.serve("test:", name="camera", fps=30)
        for _ in range(100):
            await asyncio.sleep(0.05)
            if stream.audience.limits.extra_step == 4:
                break
        assert stream.audience.limits.extra_step == 4
        async with viewing(server) as websocket:
            assert (await receive_frame(websocket)).width == 256


@pytest.mark.parametrize(
    ("options", "size"),
    [
        ({"crop": tuple(np.array([0, 0, 4, 2]))}, (4, 2)),
        ({"crop": np.array([0, 0, 4, 2])}, (4, 2)),
        ({"crop": [0, 0, 4, 2]}, (4, 2)),
        ({"step": np.int64(2)}, (3, 2)),
        ({"fps": np.float32(30)}, (6, 4)),
        ({"fps": Fraction(30)}, (6, 4)),
        ({"average": np.bool_(1), "step": np.uint8(2)}, (3, 2)),
        ({"tolerance": np.int8(8), "depth": np.uint16(16)}, (6, 4)),
        ({"name": np.str_("camera"), "format": RGB888}, (6, 4)),
    ],
    ids=str,
)
async def test_what_numpy_and_others_make_of_numbers_is_as_good(
    server: Server, options: dict[str, Any], size: tuple[int, int]
) -> None:
    server.stream(**{"name": "camera", **options}).publish(
        picture(7),
        time_us=np.float64(time.time() * 1e6),  # type: ignore[arg-type]  # as many write it
    )
    async with viewing(server) as websocket:
        frame = await receive_frame(websocket)
        assert (frame.width, frame.height) == size
        assert abs(frame.time / 1e6 - time.time()) < 60


@pytest.mark.parametrize(
    "arguments",
    [
        *({"port": port} for port in (99999, -1, 65536, True, "8000", 80.0, None)),
        *({"host": host} for host in (None, b"127.0.0.1", 5, "a b", "a\0b", "x" * 300, ["::"])),
        *({"allow_hosts": hosts} for hosts in (None, 5, b"a", [b"a"], ["a", 5], [""])),
        *({"cpu_budget": budget} for budget in (0, -1, float("nan"), float("inf"), "10", True)),
    ],
    ids=str,
)
def test_a_server_that_cannot_be_is_refused_when_it_is_made(arguments: dict[str, Any]) -> None:
    (name,) = arguments
    with pytest.raises(UsageError, match=f"^{name}=.* cannot be; right would be "):
        Server(**arguments)


async def test_one_host_that_is_allowed_is_not_taken_letter_by_letter() -> None:
    async with Server(port=0, allow_hosts="cam.example") as server:
        server.stream("camera")
        status = {}
        for host in ("cam.example", "c", "example"):
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(f"GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            status[host] = (await asyncio.wait_for(reader.readline(), 5)).split()[1]
            writer.close()
    assert status == {"cam.example": b"200", "c": b"403", "example": b"403"}


async def test_a_port_that_is_taken_is_one_clear_sentence(server: Server) -> None:
    with pytest.raises(
        UsageError, match=rf"cannot listen on 127.0.0.1 port {server.port}: .*in use"
    ):
        await Server(port=server.port).start()


@pytest.mark.parametrize("host", ["no.such.host.invalid", "203.0.113.1"])
async def test_an_address_that_is_not_ours_is_one_clear_sentence(host: str) -> None:
    with pytest.raises(UsageError, match=f"cannot listen on {host} port 0: "):
        await Server(host, 0).start()


async def test_names_are_unique_and_numbered_where_they_were_not_chosen(server: Server) -> None:
    assert [server.serve("test:").name for _ in range(3)] == ["test", "test-2", "test-3"]
    with pytest.raises(UsageError, match="'test' already"):
        server.stream("test")


@pytest.fixture
def threaded() -> Iterator[Server]:
    with Server(port=0) as server:
        yield server


def test_a_program_without_an_event_loop_serves_from_a_with_block(threaded: Server) -> None:
    camera = threaded.stream("camera")
    camera.publish(picture(3))

    async def look() -> None:
        async with viewing(threaded) as websocket:
            held = await receive_frame(websocket)
            assert (held.pixels == 3).all()
            await asyncio.to_thread(camera.publish, picture(4))
            assert ((await receive_frame(websocket, held)).pixels == 4).all()

    asyncio.run(look())


def test_the_thread_and_the_port_are_free_after_the_with_block() -> None:
    before = threading.active_count()
    with Server(port=0) as server:
        port = server.port
    assert threading.active_count() == before
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_with_block_that_cannot_listen_raises_and_leaves_no_thread(threaded: Server) -> None:
    before = threading.active_count()
    with pytest.raises(UsageError, match="in use"), Server(port=threaded.port):
        pass
    assert threading.active_count() == before
