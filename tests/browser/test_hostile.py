"""A page shown whatever a hostile server says: it stays alive and within bounds, and no wrong picture is ever seen."""

import asyncio
import json
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from playwright.async_api import Page
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from tests.browser.browser import PROBE_EVERY_REFRESH, Browser, opened, probe, shows
from tests.browser.listening import listening
from ws_stream.codec import encode
from ws_stream.conformance.vectors import expanded, vectors
from ws_stream.limits import MAX_SIDE
from ws_stream.pixels.frame import Frame
from ws_stream.pixels.raw import BY_NAME
from ws_stream.protocol.control import serialize
from ws_stream.protocol.messages import Announcement

WAYS = ["", "?worker=off"]
"""Queries of the page: each makes it do its work in another way."""

RETRY_SOON = "Math.random = () => 1;"
NO_PROBES = "window.probes = new Set();"
"""Only the last picture is looked at."""
MEBIBYTE = 2**20
SIDE, LARGE = 2048, 16
"""Pictures of 16 MiB, each of another epoch."""
MOST_MEMORY = 600 * MEBIBYTE
"""A page that lets nothing go takes 16 times the picture's pixels, their colours and what was unpacked: 1 GiB."""

EPOCH = 7
GOOD = Frame(EPOCH, 1, 0, BY_NAME["gray8"], np.arange(48 * 64, dtype=np.uint8).reshape(48, 64))
LAST = replace(GOOD, epoch=EPOCH + 1, pixels=255 - GOOD.pixels)
"""What is shown behind all that is wrong."""


def announcement(frame: Frame, **other: object) -> str:
    height, width = frame.pixels.shape[:2]
    told = Announcement(
        name="hostile",
        epoch=frame.epoch,
        format=frame.format,
        width=width,
        height=height,
        source=(width, height),
        step=1,
        crop=None,
        average=False,
        tolerance=0,
        fps=30,
        input=False,
    )
    return json.dumps({**json.loads(serialize(told)), **other})


def held(vector: dict[str, object]) -> Frame:
    """What the viewer of this vector holds."""
    base = vector["base"]
    assert isinstance(base, dict)
    kind = BY_NAME[base["format"]]
    shape = base["height"], base["width"], *kind.components
    pixels = np.frombuffer(expanded(base["pixels"]), kind.dtype).reshape(shape)
    return Frame(base["epoch"], base["number"], 0, kind, pixels)


def can_be_announced(frame: Frame) -> bool:
    return all(1 <= side <= MAX_SIDE for side in frame.pixels.shape[:2])


INVALID = [
    (frame, expanded(vector["message"]))
    for vector in vectors("invalid")
    if can_be_announced(frame := held(vector))
]

NO_MESSAGES = [
    "",
    "null",
    "[" * 60_000,
    '{"type": "stream"' + " " * 200_000 + "}",
    '{"type": "stream"}',
    '{"type": "problem", "reason": 1e999}',
    '{"type": "clock", "viewer_time": -1, "time": 0}',
    announcement(GOOD, width=65535, height=65535),
    announcement(GOOD, width=1e999),
    announcement(GOOD, format="__proto__"),
    announcement(GOOD, crop=[-1, 0, 64, 48]),
]
"""Each ends a connection."""


async def heard(connection: ServerConnection, kind: str) -> None:
    """Wait until the viewer says this."""
    async for text in connection:
        if json.loads(text)["type"] == kind:
            return


async def show(connection: ServerConnection, frame: Frame) -> None:
    await connection.send(announcement(frame))
    await connection.send(encode(frame))


@asynccontextmanager
async def shown(
    talk: Callable[[ServerConnection], Awaitable[None]], browser: Browser, way: str
) -> AsyncIterator[Page]:
    """The page, all whose pictures are noted."""

    faults: list[Exception] = []

    async def until_closed(connection: ServerConnection) -> None:
        try:
            await talk(connection)
            async for _ in connection:  # what is not read would hold up the end
                pass
        except ConnectionClosed:
            pass  # as it should be
        except Exception as fault:
            faults.append(fault)
            raise

    async with listening(until_closed) as url, opened("about:blank", browser) as page:
        # Firefox 153 stands still for 20 s where a page reads a worker's canvas while that opens a socket.
        is_read = browser.name == "chromium" or way
        await page.add_init_script(RETRY_SOON + (PROBE_EVERY_REFRESH if is_read else NO_PROBES))
        await page.goto(url + way)
        yield page
    assert not faults, faults


async def is_alive(page: Page) -> None:
    async with asyncio.timeout(60):
        assert await page.evaluate("6 * 7") == 42


async def has_shown_nothing_but(page: Page, *frames: Frame) -> None:
    """Ends with the last picture; what was seen before is among these."""
    last = LAST.to_rgb()
    await page.wait_for_function(
        "(epoch) => window.wsStream?.view.shown?.epoch === epoch", arg=LAST.epoch
    )
    async with asyncio.timeout(60):
        while not np.array_equal(await shows(page, last), last):
            pass
    seen = await page.evaluate("[...probes]")
    assert set(filter(None, seen)) <= {probe(frame.to_rgb()) for frame in (LAST, *frames)}


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    query: str = request.param
    return query


async def test_of_invalid_pictures_nothing_is_seen(browser: Browser, way: str) -> None:
    async def talk(connection: ServerConnection) -> None:
        for frame, message in INVALID:
            await connection.send(announcement(frame))
            if frame.number:
                await connection.send(encode(frame))
            await connection.send(message)
            await heard(connection, "resync")
        await show(connection, LAST)

    async with shown(talk, browser, way) as page:
        await has_shown_nothing_but(page, *(frame for frame, _ in INVALID))


async def test_messages_that_are_none_end_a_connection_and_not_the_page(
    browser: Browser, way: str
) -> None:
    left = [*NO_MESSAGES]

    async def talk(connection: ServerConnection) -> None:
        await show(connection, GOOD if left else LAST)
        if left:
            await heard(connection, "acknowledge")
            await connection.send(left.pop())

    async with shown(talk, browser, way) as page:
        async with asyncio.timeout(60):
            while left:
                await is_alive(page)
                await page.wait_for_timeout(50)
        await has_shown_nothing_but(page, GOOD)


async def test_a_flood_of_all_that_is_wrong_hangs_nothing(browser: Browser, way: str) -> None:
    async def talk(connection: ServerConnection) -> None:
        await show(connection, GOOD)
        for number, (frame, message) in enumerate(INVALID):
            await connection.send(message)
            if number % 7 == 0:
                await connection.send(announcement(frame))
                await connection.send(json.dumps({"type": "problem", "reason": "\u202e" * 200}))
        await show(connection, LAST)

    async with shown(talk, browser, way) as page:
        for _ in range(10):
            await is_alive(page)
        await has_shown_nothing_but(page, GOOD)


def memory(pid: int) -> int:
    """Bytes of the browser's processes among this one and all that it started; what they share is counted once.

    The driver that started it is told, and keeps for a while, whatever a socket brings.
    """
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        is_driver = Path(f"/proc/{pid}/exe").readlink().name.startswith(("python", "node"))
    except (FileNotFoundError, ProcessLookupError):
        return 0  # it has just ended
    own = next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return (0 if is_driver else own * 1024) + sum(memory(int(child)) for child in children)


def large() -> Iterator[tuple[Frame, bytes]]:
    pixels = np.full((SIDE, SIDE, 4), 255, np.uint8)
    frame = Frame(EPOCH, 1, 0, BY_NAME["rgbx8888"], pixels)
    message = bytearray(encode(frame))
    for epoch in range(100, 100 + LARGE):
        struct.pack_into("<I", message, 4, epoch)
        yield Frame(epoch, 1, 0, frame.format, frame.pixels), bytes(message)


async def test_memory_stays_bounded_whatever_is_announced(browser: Browser, way: str) -> None:
    async def talk(connection: ServerConnection) -> None:
        await show(connection, GOOD)
        await heard(connection, "acknowledge")
        for frame, message in large():
            for epoch in range(10):
                await connection.send(announcement(frame, epoch=epoch))
            await connection.send(announcement(frame))
            await connection.send(message)
            await heard(connection, "acknowledge")
        await connection.send(bytes(16 * MEBIBYTE))  # of a type that is not known
        await show(connection, LAST)

    before = memory(browser.pid)
    async with shown(talk, browser, way) as page:
        await has_shown_nothing_but(page, GOOD)
        async with asyncio.timeout(60):
            while memory(browser.pid) - before > MOST_MEMORY:
                await asyncio.sleep(0.5)  # the collector takes its time
