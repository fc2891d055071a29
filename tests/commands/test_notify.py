"""What a service manager hears, by a real datagram socket in its place."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hub.viewer import Room
from ws_stream.commands.notify import reloading, say, status, told, watchdog
from ws_stream.hub.stream import Stream

LONG = "3600000000"
"""Microseconds of a watchdog that waits for nobody in a test."""


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[socket.socket]:
    """Where the service manager listens."""
    path = f"{tmp_path}/notify" if request.param == "path" else f"\0ws-stream-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(path)
        listening.settimeout(20)
        yield listening


def environment(manager: socket.socket, **more: str) -> dict[str, str]:
    name = manager.getsockname()
    name = name.decode() if isinstance(name, bytes) else name
    return {"NOTIFY_SOCKET": name.replace("\0", "@"), **more}


async def heard(manager: socket.socket) -> list[str]:
    return (await asyncio.to_thread(manager.recv, 4096)).decode().splitlines()


def waiting(manager: socket.socket) -> list[bytes]:
    """What was said by now."""
    found = []
    manager.setblocking(False)
    try:
        while True:
            found.append(manager.recv(4096))
    except BlockingIOError:
        manager.settimeout(20)
        return found


async def test_it_is_ready_says_how_it_fares_and_that_it_stops(manager: socket.socket) -> None:
    async with told({"camera": Stream("camera")}, environment(manager)):
        assert await heard(manager) == ["READY=1"]
        assert await heard(manager) == ["STATUS=streams: 1, viewers: 0"]
    assert await heard(manager) == ["STOPPING=1"]
    assert waiting(manager) == []


def test_it_is_told_when_files_are_read_anew_and_when_that_is_over(manager: socket.socket) -> None:
    before = time.monotonic_ns() // 1000
    with pytest.raises(ZeroDivisionError), reloading(environment(manager)):
        state, moment = manager.recv(4096).decode().splitlines()
        assert state == "RELOADING=1"
        assert before <= int(moment.removeprefix("MONOTONIC_USEC=")) <= time.monotonic_ns() // 1000
        raise ZeroDivisionError
    assert waiting(manager) == [b"READY=1"]


async def test_it_stops_also_when_it_ends_by_a_fault(manager: socket.socket) -> None:
    with pytest.raises(ZeroDivisionError):
        async with told({}, environment(manager)):
            raise ZeroDivisionError
    assert waiting(manager)[-1] == b"STOPPING=1"


async def test_a_watchdog_is_fed_as_long_as_the_event_loop_turns_and_no_longer(
    manager: socket.socket,
) -> None:
    async with told({}, environment(manager, WATCHDOG_USEC="20000")):
        assert await heard(manager) == ["READY=1"]
        for _ in range(3):
            assert (await heard(manager))[0] == "WATCHDOG=1"
        waiting(manager)
        time.sleep(0.1)  # noqa: ASYNC251 - the loop is stuck, for five times as long
        assert waiting(manager) == []
        assert (await heard(manager))[0] == "WATCHDOG=1"


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "-5"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_it_is_told_by_the_environment_how_often_it_is_to_be_heard_of(
    asked: dict[str, str], seconds: float | None
) -> None:
    assert watchdog(asked) == seconds


async def test_without_a_watchdog_there_are_no_signs_of_life(manager: socket.socket) -> None:
    async with told({}, environment(manager, WATCHDOG_USEC=LONG, WATCHDOG_PID="1")):
        await heard(manager)
        assert (await heard(manager))[0].startswith("STATUS=")


@pytest.mark.parametrize("address", [None, "", "relative", "/no/such/socket", "/" + "x" * 300, "@"])
async def test_where_nobody_listens_all_is_as_ever(address: str | None) -> None:
    said = {} if address is None else {"NOTIFY_SOCKET": address}
    say(said, "READY=1")
    with reloading(said):
        pass
    async with told({}, said):
        await asyncio.sleep(0)


async def test_a_manager_that_does_not_read_is_not_waited_for(manager: socket.socket) -> None:
    for _ in range(2000):
        say(environment(manager), "STATUS=" + "x" * 1000)
    assert waiting(manager)


async def test_the_status_names_ill_streams_in_one_line() -> None:
    streams = {name: Stream(name) for name in ("camera", "screen")}
    room = Room(streams["camera"])
    room.come()
    streams["screen"].set_problem("gone\nREADY=1\x1b[2J")
    reason = "there are no pictures; viewers are told why"
    assert status(streams) == f"streams: 2, viewers: 1; screen: {reason}"


def test_a_served_source_is_a_service(manager: socket.socket) -> None:
    command = [sys.executable, "-m", "ws_stream", "serve", "test:", "--port", "0"]
    with subprocess.Popen(
        command, env={**os.environ, **environment(manager)}, stdout=subprocess.DEVNULL
    ) as process:
        try:
            assert manager.recv(4096) == b"READY=1"
            assert manager.recv(4096) == b"STATUS=streams: 1, viewers: 0"
            process.send_signal(
                signal.SIGHUP
            )  # as systemctl reload does, whatever there is to read
            assert manager.recv(4096).startswith(b"RELOADING=1\nMONOTONIC_USEC=")
            assert manager.recv(4096) == b"READY=1"
            process.send_signal(signal.SIGTERM)
            assert manager.recv(4096) == b"STOPPING=1"
            assert process.wait(20) == 0
        finally:
            process.kill()
