"""SIGSTOP: a process that stands still hurts nobody else, and goes on where all the others are by then."""

import asyncio
import socket
import time
from pathlib import Path

import pytest

from .conftest import SERVED
from .processes import Server, running, serving
from .viewer import shown_fresh, watching

SECONDS = pytest.mark.parametrize("seconds", [1.0, pytest.param(20, marks=pytest.mark.long)])
MOST_GROWTH = 8_000
"""Kilobytes that a server may keep for a viewer that does not read: of 1.5 MB a second, in 20 s, 30 MB came to be."""


@SECONDS
async def test_a_server_goes_on_and_so_do_its_viewers(server: Server, seconds: float) -> None:
    async with watching(f"ws://127.0.0.1:{server.port}/stream/ring") as viewer:
        with server.stopped():
            await asyncio.sleep(seconds)
        await viewer.fresh_again()
        assert all(
            "nothing was heard" in reason or "timed out" in reason for reason in viewer.losses
        )
        assert server.errors() == ""


@SECONDS
async def test_a_viewer_that_stops_costs_nobody_anything_and_sees_the_newest_at_once(
    server: Server, seconds: float
) -> None:
    url = f"ws://127.0.0.1:{server.port}/stream/ring"
    async with watching(url) as other:
        with running("-m", "tests.faults.viewer", url) as viewer:
            shown_fresh(viewer, 0)
            before = server.kilobytes()
            with viewer.stopped():
                await asyncio.sleep(seconds)
                await other.fresh_again()
                grown = server.kilobytes() - before
            began = time.monotonic()
            lasted = await asyncio.to_thread(shown_fresh, viewer, began) - began
        assert grown < MOST_GROWTH
        assert other.losses == []
        if seconds > 10:
            assert lasted < 1.0


@SECONDS
async def test_a_writer_that_stops_leaves_its_last_picture_and_then_goes_on(
    ring: Path, seconds: float
) -> None:
    program = "-m", "tests.faults.writer", ring
    with running(*program) as writer, serving(writer.line().strip(), *SERVED) as server:
        async with watching(f"ws://127.0.0.1:{server.port}/stream/ring") as viewer:
            with writer.stopped():
                await asyncio.sleep(seconds)
            await viewer.fresh_again()
            assert viewer.losses == []
            assert server.errors() == ""


async def test_systemd_s_watchdog_misses_a_server_that_stands_still(tmp_path: Path) -> None:
    name = f"{tmp_path}/notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(name)
        manager.settimeout(20)
        with serving(
            "test:", environment={"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "400000"}
        ) as server:
            while not manager.recv(4096).startswith(b"WATCHDOG=1"):
                pass
            with server.stopped():
                _empty(manager)
                manager.settimeout(1)
                with pytest.raises(TimeoutError):
                    manager.recv(4096)
                manager.settimeout(20)
            assert manager.recv(4096).startswith(b"WATCHDOG=1")


def _empty(manager: socket.socket) -> None:
    manager.setblocking(False)
    try:
        while True:
            manager.recv(4096)
    except BlockingIOError:
        pass
