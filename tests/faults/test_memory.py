"""No more memory is to be had: whoever it would have been for hears so, the others see what they saw."""

import asyncio
import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ws_stream import ConnectError, Frame, connect
from ws_stream.errors import Failure
from ws_stream.walk import COMPILED

from .processes import WS_STREAM, Server, serving, until, without

WIDTH, HEIGHT = 1500, 1000
FLAT = np.full((HEIGHT, WIDTH, 4), 50, np.uint8)
NOISE = np.random.default_rng(1).integers(0, 256, FLAT.shape, np.uint8)
EACH_FROM_THE_SYSTEM = {"MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_ARENA_MAX": "1"}
"""What was given back is not there for the next who asks."""
LITTLE = 1 << 20
"""Bytes that a server may still have: for words, not for a picture."""


class Screen:
    """What one viewer shows."""

    def __init__(self, url: str) -> None:
        self.connection = connect(url)
        self.frame: Frame | None = None

    async def watch(self) -> None:
        async for frame in self.connection:
            self.frame = frame

    def shows(self, pixels: NDArray[np.uint8]) -> bool:
        return self.frame is not None and np.array_equal(self.frame.to_rgb(), pixels[..., :3])


@asynccontextmanager
async def screen(url: str) -> AsyncIterator[Screen]:
    shown = Screen(url)
    task = asyncio.ensure_future(shown.watch())
    try:
        yield shown
        assert not task.done(), task.exception()
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    path = tmp_path / "memory"
    path.write_bytes(FLAT.tobytes())
    return path


@pytest.fixture(
    params=[
        pytest.param(WS_STREAM, marks=pytest.mark.skipif(not COMPILED, reason="there is no core")),
        without("ws_stream.walk.compiled_walk"),
    ],
    ids=["compiled", "numpy"],
)
def server(memory: Path, request: pytest.FixtureRequest) -> Iterator[Server]:
    source = f"mmap:{memory}?width={WIDTH}&height={HEIGHT}&format=rgbx8888"
    named = "--name", "big"
    environment = EACH_FROM_THE_SYSTEM
    with serving(source, *named, python=request.param, environment=environment) as server:
        yield server


def starve(server: Server) -> None:
    server.limit(resource.RLIMIT_AS, server.kilobytes("VmSize") * 1024 + LITTLE)


def feed(server: Server) -> None:
    server.limit(resource.RLIMIT_AS, resource.RLIM_INFINITY)


def write(memory: Path, pixels: NDArray[np.uint8]) -> None:
    with memory.open("r+b") as file:
        file.write(pixels.tobytes())


async def test_who_would_have_needed_it_is_told_so(memory: Path, server: Server) -> None:
    url = f"ws://127.0.0.1:{server.port}/stream/big"
    async with screen(url) as there:
        await until(lambda: there.shows(FLAT))
        starve(server)
        with pytest.raises(ConnectError, match="the device has no memory for what was asked"):
            await connect(f"{url}?step=2").wait_for(lambda _: True, 20)
        feed(server)
        assert (await connect(f"{url}?step=2").wait_for(lambda _: True, 20)).width == WIDTH / 2
        write(memory, NOISE)
        await until(lambda: there.shows(NOISE))
        assert there.connection.lost is None
    assert "Traceback" not in server.errors()


async def test_a_picture_that_has_no_room_is_told_of_and_follows(
    memory: Path, server: Server
) -> None:
    async with screen(f"ws://127.0.0.1:{server.port}/stream/big") as there:
        await until(lambda: there.shows(FLAT))
        starve(server)
        write(memory, NOISE)
        await until(lambda: there.connection.problem == Failure.NO_MEMORY)
        feed(server)
        await until(lambda: there.shows(NOISE))
        assert there.connection.checksum_mismatches == 0
    assert "right would be more of it" in server.errors()
    assert "Traceback" not in server.errors()
