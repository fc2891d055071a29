"""A snapshot over real sockets: fresh, exact, once for all who ask at a time, and bounded in what it costs."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator

import numpy as np
import pytest

from tests.hub.viewer import until
from ws_stream import Server
from ws_stream.allowance import Allowance
from ws_stream.pixels.formats import Pixels
from ws_stream.pixels.frame import Frame
from ws_stream.server import lens, snapshots, stills

from .film import asked, gray, opened, reading


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server(port=0) as server:
        yield server


async def taken(server: Server, path: str) -> tuple[dict[str, str], bytes]:
    async with reading(server, path) as film:
        assert film.status == 200
        return film.headers, await film.body()


class Encoder:
    """Makes PNGs when it may, and counts."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.may = threading.Event()
        self.may.set()
        self.made = self.most_at_once = 0
        self._at_once = 0
        self._png = stills.KINDS["png"].encode
        kinds = {**stills.KINDS, "png": stills.Kind("image/png", self)}
        monkeypatch.setattr(lens, "KINDS", kinds)

    def __call__(self, frame: Frame) -> bytes:
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        self.may.wait(20)
        self.made += 1
        self._at_once -= 1
        return self._png(frame)


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Encoder]:
    encoder = Encoder(monkeypatch)
    yield encoder
    encoder.may.set()


@pytest.mark.parametrize("query", ["", "?step=2", "?crop=8,4,20,10", "?crop=8,4,20,10&step=2"])
async def test_png_and_raw_are_what_lies_in_memory_and_say_what_it_is(
    server: Server, query: str
) -> None:
    memory = np.random.default_rng(2).integers(0, 256, (30, 40, 4), np.uint8)
    server.stream("camera", format="bgrx8888").publish(memory)
    part = memory[4:14, 8:28] if "crop" in query else memory
    part = part[::2, ::2] if "step" in query else part
    headers, png = await taken(server, f"/snapshot/camera.png{query}")
    assert headers["Content-Type"] == "image/png"
    assert np.array_equal(opened(png), part[..., 2::-1])
    headers, raw = await taken(server, f"/snapshot/camera.raw{query}")
    assert headers["Cache-Control"] == "no-store"
    assert (headers["X-Format"], headers["Content-Type"]) == (
        "bgrx8888",
        "application/octet-stream",
    )
    shape = int(headers["X-Height"]), int(headers["X-Width"]), 4
    assert np.array_equal(np.frombuffer(raw, np.uint8).reshape(shape)[..., :3], part[..., :3])
    _, jpeg = await taken(server, f"/snapshot/camera.jpg{query}")
    assert opened(jpeg).shape == (*part.shape[:2], 3)


@pytest.mark.parametrize(
    ("name", "width"), [("yuyv422", 40), ("bayer_rggb8", 40), ("mono_msb", 40), ("gray16", 40)]
)
async def test_what_sensors_and_panels_hold_is_sent_as_it_lies(
    server: Server, name: str, width: int
) -> None:
    stream = server.stream("camera", format=name)
    assert stream.format
    shape = stream.format.shape(width, 30)
    memory = np.zeros(shape, stream.format.dtype)
    memory.view(np.uint8)[...] = np.random.default_rng(3).integers(
        0, 256, memory.view(np.uint8).shape
    )
    stream.publish(memory)
    headers, raw = await taken(server, "/snapshot/camera.raw")
    assert headers["X-Format"] == name
    assert raw == memory.tobytes()


async def test_it_is_the_newest_picture_also_beside_a_reader_that_is_behind(server: Server) -> None:
    stream = server.stream("camera", fps=1000)
    stream.publish(gray(0))
    async with reading(server, "/mjpeg/camera?fps=0.01") as film:
        await film.part()
        for shade in (50, 100, 150):
            stream.publish(gray(shade))
            _, png = await taken(server, "/snapshot/camera.png")
            assert opened(png)[0, 0, 0] == shade


async def test_a_connection_is_kept_for_the_next_one(server: Server) -> None:
    server.stream("camera").publish(gray(7))
    film = await asked(server, "/snapshot/camera.png")
    for _ in range(3):
        await film.begin()
        assert opened(await film.body())[0, 0, 0] == 7
        film.writer.write(b"GET /snapshot/camera.png HTTP/1.1\r\nHost: localhost\r\n\r\n")
    film.writer.transport.abort()


async def test_of_a_source_that_nobody_watches_one_picture_is_taken(server: Server) -> None:
    begun, ended, read = [], [], []

    def pictures() -> Iterator[Pixels]:
        begun.append(1)
        try:
            for shade in range(255):
                read.append(1)
                yield gray(shade)
                threading.Event().wait(0.2)
        finally:
            ended.append(1)

    server.serve(pictures, name="camera")
    await asyncio.sleep(0.05)
    assert not begun
    await taken(server, "/snapshot/camera.png")
    await until(lambda: bool(ended))
    assert len(begun) == 1
    assert len(read) <= 2, "the one that was taken, and the one by which the source hears of it"
    assert not server.streams["camera"].watched


async def test_who_asks_for_the_same_at_a_time_has_the_same_file(
    server: Server, encoder: Encoder
) -> None:
    server.stream("camera").publish(gray(7))
    encoder.may.clear()
    films = [await asked(server, "/snapshot/camera.png") for _ in range(12)]
    await until(lambda: encoder.most_at_once == 1)
    films += [await asked(server, "/snapshot/camera.png") for _ in range(12)]
    await asyncio.sleep(0.1)
    encoder.may.set()
    for film in films:
        await film.begin()
        assert opened(await film.body())[0, 0, 0] == 7
        film.writer.transport.abort()
    assert encoder.made <= 3
    assert encoder.most_at_once == 1


async def test_of_one_stream_files_are_made_one_after_the_other_whatever_is_asked_for(
    server: Server, encoder: Encoder
) -> None:
    stream = server.stream("camera")
    stream.publish(gray(7))
    films = [await asked(server, f"/snapshot/camera.png?crop={x},0,9,9") for x in range(6)]
    for film in films:
        await film.begin()
        assert (film.status, opened(await film.body()).shape) == (200, (9, 9, 3))
        film.writer.transport.abort()
    assert (encoder.made, encoder.most_at_once) == (6, 1)
    await until(lambda: not stream.watched)


async def test_who_has_no_turn_in_time_hears_so_and_who_goes_leaves_nothing(
    server: Server, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = server.stream("camera")
    stream.publish(gray(7))
    encoder.may.clear()
    first = await asked(server, "/snapshot/camera.png")
    await until(lambda: encoder.most_at_once == 1)
    monkeypatch.setattr(snapshots, "PICTURE_WITHIN", 0.1)
    async with reading(server, "/snapshot/camera.png?step=2") as film:
        assert film.status == 503
        assert await film.body() == b"too many snapshots are asked for; right would be fewer\n"
    goes = [await asked(server, f"/snapshot/camera.png?step={step}") for step in range(3, 9)]
    for film in goes:
        film.writer.transport.abort()
    first.writer.transport.abort()
    admission = server._listener._reception.admission
    await until(lambda: not list(admission.viewers))
    encoder.may.set()
    await until(lambda: not admission._readers._snapshots._tasks)
    assert encoder.made == 1
    assert not stream.watched


async def test_the_time_that_files_take_is_counted_and_more_waits_until_it_is_allowed(
    server: Server, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    spent: list[float] = []
    allowed = time.monotonic() + 0.5

    class Counted(Allowance):
        def due(self, amount: float = 1.0) -> float:
            return allowed

        def take(self, now: float, amount: float = 1.0) -> None:
            spent.append(amount)

    monkeypatch.setattr(snapshots, "Allowance", Counted)
    stream = server.stream("camera")
    stream.publish(gray(7))
    film = await asked(server, "/snapshot/camera.png")
    await until(lambda: bool(server._listener._reception.admission._readers._snapshots._turns))
    assert not encoder.made
    assert not stream.watched, "nothing is read before"
    await film.begin()
    assert film.status == 200
    assert time.monotonic() >= allowed
    assert len(spent) == 1
    assert spent[0] > 0
    film.writer.transport.abort()


async def test_who_would_wait_too_long_for_what_is_allowed_hears_so_at_once(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Spent(Allowance):
        def due(self, amount: float = 1.0) -> float:
            return time.monotonic() + 32

    monkeypatch.setattr(snapshots, "Allowance", Spent)
    stream = server.stream("camera")
    stream.publish(gray(7))
    async with reading(server, "/snapshot/camera.png") as film:
        assert film.status == 503
        assert await film.body() == b"too many snapshots are asked for; right would be fewer\n"
    assert not stream.watched


async def test_one_that_is_under_way_when_the_server_closes_is_told_so(encoder: Encoder) -> None:
    server = Server(port=0)
    await server.start()
    server.stream("camera").publish(gray(7))
    encoder.may.clear()
    film = await asked(server, "/snapshot/camera.png")
    await until(lambda: encoder.most_at_once == 1)
    await server.close()
    await film.begin()
    assert film.status == 503
    assert await film.body() == b"the server is closing\n"
    film.writer.transport.abort()
    encoder.may.set()
