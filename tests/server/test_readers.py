"""MJPEG over real sockets: each reader sees the newest picture, shares what it costs, and holds up nobody."""

import asyncio
import socket
import ssl
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.hub.viewer import until
from tests.pair import made_pair
from ws_stream import Server, Stream
from ws_stream.pixels.frame import Frame
from ws_stream.server import lens, readers, stills
from ws_stream.server.readers import COSTLY
from ws_stream.server.stills import CLOSING, FRESH, MULTIPART

from .film import asked, gray, reading


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server(port=0) as server:
        yield server


@pytest.fixture
def encoded(monkeypatch: pytest.MonkeyPatch) -> Counter[tuple[int, int, int]]:
    """How often each picture was packed, by its epoch, its number and its width."""
    counts = Counter[tuple[int, int, int]]()

    def counted(frame: Frame) -> bytes:
        counts[frame.epoch, frame.number, frame.width] += 1
        return whole(frame)

    whole: Callable[[Frame], bytes] = stills.KINDS["jpg"].encode
    kinds = {**stills.KINDS, "jpg": stills.Kind("image/jpeg", counted)}
    monkeypatch.setattr(lens, "KINDS", kinds)
    return counts


def lenses(server: Server) -> list[Any]:
    return list(server._listener._reception.admission._readers._lenses)


async def test_pictures_come_as_they_change_and_stand_in_the_reply_as_any_reader_knows_it(
    server: Server,
) -> None:
    stream = server.stream("camera")
    stream.publish(gray(20))
    async with reading(server) as film:
        assert film.status == 200
        assert film.headers["Content-Type"] == MULTIPART
        assert film.headers["Cache-Control"] == FRESH["Cache-Control"]
        assert film.headers["Connection"] == "close"
        assert "Content-Length" not in film.headers
        assert "Transfer-Encoding" not in film.headers
        first = await film.shows(20)
        assert first.headers["Content-Type"] == "image/jpeg"
        for shade in (60, 100, 140):
            stream.publish(gray(shade))
            assert (await film.shows(shade)).number > first.number


async def test_a_picture_that_stands_still_is_sent_again_and_not_packed_again(
    server: Server, encoded: Counter[tuple[int, int, int]]
) -> None:
    server.stream("camera").publish(gray(20))
    async with reading(server) as film:
        parts = [await film.part() for _ in range(3)]
    assert len({part.jpeg for part in parts if part}) == 1
    assert list(encoded.values()) == [1]


async def test_however_many_readers_there_are_each_picture_is_packed_once_for_a_rendition(
    server: Server, encoded: Counter[tuple[int, int, int]]
) -> None:
    stream = server.stream("camera")
    stream.publish(gray(0))
    paths = [*["/mjpeg/camera"] * 8, *["/mjpeg/camera?step=2"] * 4, *["/mjpeg?step=2&fps=20"] * 4]
    films = [await asked(server, path) for path in paths]
    try:
        for film in films:
            await film.begin()
        assert len(lenses(server)) == 2
        assert len(stream.audience.subscriptions) == 2
        for shade in (40, 80, 120, 160, 200):
            stream.publish(gray(shade))
            await asyncio.gather(*(film.shows(shade) for film in films))
        assert set(encoded.values()) == {1}
        assert {width for _, _, width in encoded} == {60, 30}
        assert 10 <= len(encoded) <= 12
    finally:
        for film in films:
            film.writer.transport.abort()
    await until(lambda: not stream.watched and not lenses(server))


async def test_a_reader_that_stalls_holds_a_part_of_a_picture_and_holds_up_nobody(
    server: Server,
) -> None:
    stream = server.stream("camera", fps=100)
    noise = np.random.default_rng(1).integers(0, 256, (600, 800, 3), np.uint8)
    stream.publish(noise)
    stalled = socket.socket()
    stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    stalled.setblocking(False)
    await asyncio.get_running_loop().sock_connect(stalled, ("127.0.0.1", server.port))
    stalled.send(b"GET /mjpeg/camera HTTP/1.1\r\nHost: localhost\r\n\r\n")
    async with reading(server) as film:
        last, largest = 0, 0
        for turn in range(20):
            stream.publish(np.roll(noise, turn + 1, axis=1))
            part = await film.part()
            assert part
            last, largest = part.number, max(largest, len(part.jpeg))
        assert last >= 15
        waiting = [
            connection.transport.get_write_buffer_size()
            for connection in server._listener._reception.connections
        ]
        assert 0 < max(waiting) < largest + 2000
    stalled.close()
    await until(lambda: not stream.watched)


async def test_a_slow_reader_goes_on_with_the_newest_picture(server: Server) -> None:
    stream = server.stream("camera", fps=1000)
    stream.publish(gray(0))
    async with reading(server, "/mjpeg/camera?fps=10") as film:
        for turn in range(60):
            stream.publish(gray(turn * 4))
            await asyncio.sleep(0.01)
        await film.shows(59 * 4)
        assert stream.walk.counts().sent < 20


async def test_as_many_pictures_are_read_as_the_quickest_reader_wants(server: Server) -> None:
    stream = server.stream("camera", fps=50)
    stream.publish(gray(0))
    async with reading(server, "/mjpeg/camera?fps=2"):
        assert stream.wanted == 2
        async with reading(server, "/mjpeg/camera?fps=5"):
            await until(lambda: stream.wanted == 5)
            async with reading(server):
                await until(lambda: stream.wanted == 50)
            await until(lambda: stream.wanted == 5)
        await until(lambda: stream.wanted == 2)
    await until(lambda: stream.wanted == 0)


async def test_a_picture_s_size_may_change_in_between(server: Server) -> None:
    stream = server.stream("camera")
    stream.publish(gray(50))
    async with reading(server) as film:
        assert (await film.shows(50)).size == (60, 40)
        stream.publish(gray(90, 33, 21))
        assert (await film.shows(90)).size == (33, 21)
        stream.publish(np.full((10, 12), 130, np.uint8))
        part = await film.shows(130)
        assert part.size == (12, 10)
        assert part.headers["X-Format"] == "gray8"


async def test_a_budget_makes_pictures_fewer_and_coarser_for_readers_too(server: Server) -> None:
    stream = server.stream("camera", fps=100)
    stream.publish(gray(50))
    async with reading(server) as film:
        await film.shows(50)
        stream.limit(stream.audience.limits._replace(fps=3.0, extra_step=2, throttled=True))
        assert stream.wanted == 3
        while (part := await film.part()) and part.size != (30, 20):
            pass
        assert part


async def test_readers_may_go_at_any_moment_and_the_rest_see_all(server: Server) -> None:
    stream = server.stream("camera")
    stream.publish(gray(10))
    async with reading(server) as stays:
        for shade in range(20, 200, 20):
            goes = await asked(server, "/mjpeg/camera")
            if shade % 40:
                await goes.begin()
            goes.writer.transport.abort()
            stream.publish(gray(shade))
            await stays.shows(shade)
        await until(lambda: len(server._listener._reception.connections) == 1)
        assert len(list(server._listener._reception.admission.viewers)) == 1
    await until(lambda: not stream.watched)


@pytest.mark.parametrize("ended_by", ["remove", "close", "another token"])
async def test_it_ends_with_its_last_boundary_when_the_stream_or_the_server_does(
    ended_by: str,
) -> None:
    server = Server(port=0)
    await server.start()
    stream = server.stream("camera")
    stream.publish(gray(10))
    async with reading(server) as film:
        await film.shows(10)
        if ended_by == "remove":
            server.remove(stream)
        elif ended_by == "close":
            await server.close()
        else:
            other = Server(tokens=[f"view:{'t' * 30}"])
            server.change(other, ["camera"])
        while await film.part():
            pass
        assert await film.reader.read() == b""
    await until(lambda: not stream.watched)
    await server.close()


async def test_while_there_is_a_problem_nothing_old_is_sent_as_if_it_were_now(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "SHOWN_AFTER", 0.02)
    monkeypatch.setattr(readers, "AGAIN_AFTER", 0.02)
    stream = server.stream("camera")
    stream.publish(gray(10))
    async with reading(server) as film:
        await film.shows(10)
        stream.set_problem("no signal")
        while not lenses(server)[0].problem:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.5)  # in which it would be sent again 25 times
        stream.set_problem(None)
        stream.publish(gray(80))
        old = 0
        while (part := await film.part()) and part.shade < 70:
            old += 1
        assert part
        assert old < 15


async def test_where_there_is_no_picture_a_status_and_a_sentence_say_why(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lens, "PROBLEM_FOR", 0.1)
    monkeypatch.setattr(lens, "PICTURE_WITHIN", 0.3)
    server.stream("camera")
    broken = server.stream("broken")
    broken.publish(gray(3))
    broken.set_problem("no signal")
    for path in ("/mjpeg/", "/snapshot/"):
        kind = ".png" if path == "/snapshot/" else ""
        async with reading(server, f"{path}camera{kind}") as film:
            assert film.status == 503
            assert await film.body() == b"no picture came within 0 seconds\n"
        async with reading(server, f"{path}broken{kind}") as film:
            assert film.status == 503
            assert await film.body() == b"no signal\n"
    assert not server.streams["camera"].watched


@pytest.mark.parametrize("path", ["/mjpeg/camera", "/snapshot/camera.png"])
@pytest.mark.parametrize(
    ("ended_by", "why"),
    [
        ("remove", "the stream is not there any more"),
        ("close", "the server is closing"),
        ("another token", "the server's tokens are others now"),
    ],
)
async def test_who_is_sent_away_before_there_was_a_picture_hears_why(
    server: Server, path: str, ended_by: str, why: str
) -> None:
    stream = server.stream("camera")
    film = await asked(server, path)
    await until(lambda: stream.watched)
    if ended_by == "remove":
        server.remove(stream)
    elif ended_by == "close":
        await server.close()
    else:
        server.change(Server(tokens=[f"view:{'t' * 30}"]), ["camera"])
    await film.begin()
    assert film.status == 503
    assert (await film.body()).decode() == f"{why}\n"
    film.writer.transport.abort()


@pytest.mark.parametrize("path", ["/mjpeg/camera", "/snapshot/camera.png"])
async def test_where_the_first_picture_is_none_that_was_asked_for_its_sentence_says_so(
    server: Server, path: str
) -> None:
    stream = server.stream("camera")
    film = await asked(server, f"{path}?formats=gray8")
    await until(lambda: stream.watched)
    stream.publish(gray(5))
    await film.begin()
    assert film.status == 406
    assert b"rgb888" in await film.body()
    film.writer.transport.abort()
    await until(lambda: not stream.watched)


async def test_nothing_is_read_for_head_nor_for_what_is_refused(server: Server) -> None:
    calls: list[int] = []

    def pictures() -> Any:  # noqa: ANN401 - a generator
        calls.append(1)
        yield gray(1)

    server.serve(pictures, name="camera")
    for path, method, status in (
        ("/mjpeg/camera", "HEAD", 200),
        ("/snapshot/camera.raw", "HEAD", 200),
        ("/mjpeg/camera", "POST", 405),
        ("/mjpeg/kamera", "GET", 404),
        ("/snapshot/kamera.png", "GET", 404),
        ("/snapshot/camera.gif", "GET", 404),
        ("/snapshot/camera", "GET", 404),
        ("/mjpeg/camera?step=99", "GET", 400),
        ("/mjpeg/camera?fps=0", "GET", 400),
        ("/mjpeg/camera?fps=nan", "GET", 400),
        ("/mjpeg/camera?" + "&".join(["step=1"] * 65), "GET", 400),
        ("/snapshot/camera.jpg?crop=1,2,3", "GET", 400),
    ):
        film = await asked(server, path, method)
        await film.begin()
        assert film.status == status, path
        film.writer.transport.abort()
    assert not calls
    assert not server.streams["camera"].watched


async def test_by_tls_and_with_a_token_it_is_the_same(tmp_path: Path) -> None:
    cert, key = made_pair(tmp_path)
    token = "t" * 30
    async with Server(port=0, tls_cert=cert, tls_key=key, tokens=[f"view:{token}"]) as server:
        stream = server.stream("camera", fps=200)
        noise = np.random.default_rng(1).integers(160, 256, (300, 400, 3), np.uint8)  # never dark
        stream.publish(gray(10))
        tls = ssl.create_default_context(cafile=cert)
        film = await asked(server, "/mjpeg/camera", tls=tls, Authorization=f"Bearer {token}")
        await film.begin()
        assert (await film.shows(10)).size == (60, 40)
        transport: Any = film.writer.transport
        transport.pause_reading()
        for turn in range(100):  # 3 MB, of which it reads nothing
            stream.publish(np.roll(noise, turn, axis=1))
            await asyncio.sleep(0.005)
        (connection,) = server._listener._reception.connections
        assert connection.transport.get_write_buffer_size() < 200_000
        transport.resume_reading()
        stream.publish(gray(70))
        assert (await film.shows(70)).size == (60, 40)
        film.writer.transport.abort()


def test_who_does_not_use_it_does_not_import_its_library() -> None:
    program = "import sys, ws_stream; ws_stream.Server(); sys.exit('simplejpeg' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


async def test_without_the_extra_a_sentence_says_what_to_install(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "simplejpeg", None)
    server.stream("camera").publish(gray(5))
    for path in ("/mjpeg/camera", "/snapshot/camera.jpg"):
        async with reading(server, path) as film:
            assert film.status == 501
            assert (await film.body()).endswith(b"right would be: pip install 'ws-stream[mjpeg]'\n")
    async with reading(server, "/snapshot/camera.png") as film:
        assert film.status == 200


async def test_they_count_among_viewers_and_one_too_many_hears_so(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ws_stream.server.peers.MAX_ADDRESS_VIEWERS", 2)
    server.stream("camera").publish(gray(5))
    async with reading(server) as first, reading(server) as second:
        assert (first.status, second.status) == (200, 200)
        async with reading(server) as third:
            assert third.status == 503
            assert b"the limit" in await third.body()
        async with reading(server, "/snapshot/camera.png") as fourth:
            assert fourth.status == 503


async def test_the_log_says_once_what_it_costs(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    server.stream("camera").publish(gray(5))
    for _ in range(3):
        async with reading(server) as film:
            await film.part()
    assert [record.message for record in caplog.records] == [COSTLY]


async def unread(server: Server, caplog: pytest.LogCaptureFixture) -> socket.socket:
    """A connection on which a film begins behind a file of 60 kB of which nothing is read."""
    server.stream("camera").publish(gray(7, 200, 100))
    peer = socket.socket()
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    peer.setblocking(False)
    await asyncio.get_running_loop().sock_connect(peer, ("127.0.0.1", server.port))
    connections = server._listener._reception.connections
    await until(lambda: len(connections) == 1)
    (connection,) = connections
    ours = connection.transport.get_extra_info("socket")
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    peer.send(b"GET /snapshot/camera.raw HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await until(lambda: connection.transport.get_write_buffer_size() > 0)
    peer.send(b"GET /mjpeg/camera HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await until(lambda: COSTLY in caplog.messages)
    return peer


async def test_one_whose_beginning_waits_as_it_is_sent_away_has_no_second_reply_within(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    peer = await unread(server, caplog)
    server.remove(server.streams["camera"])
    received = b""
    while data := await asyncio.get_running_loop().sock_recv(peer, 1 << 20):
        received += data
    peer.close()
    assert received.count(b"HTTP/1.1 200") == 2
    assert received.count(b"HTTP/1.1 ") == 2
    assert received.endswith(b"\r\n\r\n" + CLOSING)


async def test_one_that_does_not_take_its_beginning_is_left(
    server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(readers, "GONE_AFTER", 0.2)
    peer = await unread(server, caplog)
    await until(lambda: not server.streams["camera"].watched)
    await until(lambda: not list(server._listener._reception.connections))
    peer.close()


async def test_a_reader_that_takes_nothing_for_too_long_is_left(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "GONE_AFTER", 0.2)
    monkeypatch.setattr(readers, "SLOWEST", 1e9)
    stream: Stream = server.stream("camera", fps=1000)
    noise = np.random.default_rng(1).integers(0, 256, (600, 800, 3), np.uint8)
    stream.publish(noise)
    film = await asked(server, "/mjpeg/camera")
    await film.begin()
    film.writer.transport.pause_reading()  # type: ignore[attr-defined]  # a socket's has it
    turns = 0
    while stream.watched or not turns:
        turns += 1
        stream.publish(np.roll(noise, turns, axis=1))
        await asyncio.sleep(0.01)
    film.writer.transport.abort()
