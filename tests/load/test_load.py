"""What must hold whatever viewers do: memory, descriptors, tasks and the event loop."""

import asyncio
import json
import os
import random
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_websocket
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from ws_stream import connect
from ws_stream.protocol import control, messages
from ws_stream.protocol.picture import SUBPROTOCOL, parse

from .child import Child

MINUTE = 60


class Device:
    """The server under load."""

    def __init__(self) -> None:
        self._child = Child("device", subprocess.PIPE)
        self.port = self._child.port
        self.terminate = self._child.terminate
        self.close = self._child.close

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/stream/card"

    async def report(self) -> dict[str, Any]:
        report: dict[str, Any] = json.loads(await asyncio.to_thread(self._child.ask))
        return report


@pytest.fixture
async def device() -> AsyncIterator[Device]:
    device = Device()
    try:
        yield device
    finally:
        errors = device.close()
    assert errors == ""


@asynccontextmanager
async def raw(device: Device, query: str = "") -> AsyncIterator[ClientConnection]:
    async with open_websocket(
        device.url + query,
        subprotocols=[Subprotocol(SUBPROTOCOL)],
        compression=None,
        proxy=None,
        open_timeout=30,
    ) as websocket:
        yield websocket


async def watch_well(device: Device, until: asyncio.Event) -> int:
    """A healthy viewer, which applies and checks every picture; how many it saw."""
    connection, seen = connect(device.url), 0
    async for _ in connection:
        seen += 1
        if until.is_set():
            break
    assert connection.refused_messages == 0
    assert connection.checksum_mismatches == 0
    return seen


async def come_and_go(device: Device, chance: random.Random) -> None:
    """A viewer that stays a moment, perhaps requests something, perhaps never reads, and leaves without a word."""
    query = chance.choice(["", "?step=8", "?step=16&fps=5", "?crop=0,0,64,64&step=1", "?fps=0"])
    try:
        async with raw(device, query) as websocket:
            stay = time.monotonic() + chance.random()
            while time.monotonic() < stay:
                message = await asyncio.wait_for(websocket.recv(), 3)
                if isinstance(message, bytes) and chance.random() < 0.9:
                    number = parse(message).number
                    await websocket.send(control.serialize(messages.Acknowledge(number)))
                if chance.random() < 0.05:
                    await websocket.send(control.serialize(messages.Resync()))
            if chance.random() < 0.5:
                websocket.transport.abort()
    except (ConnectionClosed, TimeoutError):
        pass


async def soak(device: Device, seconds: float) -> dict[str, Any]:
    """Viewers come in bursts of a hundred and go, beside three that stay; the last report."""
    chance, over = random.Random(7), asyncio.Event()
    steady = [asyncio.create_task(watch_well(device, over)) for _ in range(3)]
    ends = time.monotonic() + seconds
    reports: list[dict[str, Any]] = []
    while time.monotonic() < ends:
        burst = time.monotonic() + 1
        comers = [asyncio.create_task(come_and_go(device, chance)) for _ in range(100)]
        await asyncio.gather(*comers)
        await asyncio.sleep(max(0, burst - time.monotonic()) + chance.random())
        await asyncio.sleep(0.3)
        reports.append(await device.report())
        if len(reports) % 60 == 0:
            print(json.dumps({k: v for k, v in reports[-1].items() if k != "worst_callback"}))
    over.set()
    seen = await asyncio.gather(*steady)
    assert min(seen) > seconds * 10
    judge(reports)
    return reports[-1]


def judge(reports: list[dict[str, Any]]) -> None:
    settled = reports[len(reports) // 4 :]
    first, last = settled[0], settled[-1]
    print(json.dumps(first), json.dumps(last), sep="\n")
    assert last["resident_kb"] < first["resident_kb"] * 1.1 + 4096
    assert max(report["descriptors"] for report in settled) <= first["descriptors"] + 2
    assert last["viewers"] == 3
    assert last["tasks"] <= first["tasks"] + 4
    assert last["logged"] == []


@pytest.mark.timeout(120)
async def test_viewers_that_come_in_bursts_and_go_leave_nothing_behind(device: Device) -> None:
    await soak(device, 20)


@pytest.mark.long
@pytest.mark.timeout(60 * MINUTE)
async def test_half_an_hour_of_viewers_coming_and_going(device: Device) -> None:
    last = await soak(device, float(os.environ.get("SOAK_MINUTES", "30")) * MINUTE)
    assert last["worst_ms"] < 20, last["worst_callback"]


@pytest.mark.timeout(120)
async def test_a_hundred_healthy_viewers_all_see_the_stream(device: Device) -> None:
    over = asyncio.Event()
    watching = [asyncio.create_task(watch_well(device, over)) for _ in range(100)]
    await asyncio.sleep(10)
    assert (await device.report())["variants"] == 1
    over.set()
    assert min(await asyncio.gather(*watching)) > 20


@pytest.mark.timeout(60)
async def test_sigterm_ends_the_server_within_two_seconds_under_load(device: Device) -> None:
    over = asyncio.Event()
    watching = [asyncio.create_task(watch_well(device, over)) for _ in range(20)]
    async with raw(device) as deaf:
        deaf.transport.pause_reading()
        await asyncio.sleep(2)
        assert await asyncio.to_thread(device.terminate) < 2
    for task in watching:
        task.cancel()
    await asyncio.gather(*watching, return_exceptions=True)
