"""What is announced is what there is, as another library reads it from the network; and at the end it is taken back."""

import asyncio
import logging
import sys
from collections.abc import Callable
from typing import Any

import pytest
import zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncZeroconf

from tests.discovery.loopback import LOOPBACK, announced, asked, new_name, service
from ws_stream.discovery import announcer as module
from ws_stream.discovery.announcer import Announcer
from ws_stream.discovery.service import TYPE, Service
from ws_stream.errors import UsageError


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names are probed, and networks looked at, more often than devices do."""
    monkeypatch.setattr("zeroconf._core._CHECK_TIME", 200)
    monkeypatch.setattr(module, "LOOK_EVERY", 0.05)


async def test_a_server_is_announced_with_its_address_and_its_streams() -> None:
    name = new_name()
    async with announced(name, lambda: service("camera", "screen", port=8123)):
        records = await asked(f"{name}.{TYPE}", "SRV")
        host = records.partition(" 0 0 8123 ")[2].partition("\n")[0]
        assert records.splitlines() == [
            f"{name}.{TYPE} 120 IN SRV 0 0 8123 {host}",
            f"{host} 120 IN A {LOOPBACK}",
        ]
        assert host.startswith("ws-stream-"), "the machine's own name is its system's to announce"
        assert await asked(f"{name}.{TYPE}", "TXT") == (
            f'{name}.{TYPE} 4500 IN TXT "path=/" "streams=camera,screen" "version=1" "tls=0" "token=0"'
        )
        assert f"{TYPE} 4500 IN PTR {name}.{TYPE}" in await asked(
            TYPE, "PTR", lambda records: name in records
        )


async def test_streams_that_come_later_are_announced() -> None:
    name, streams = new_name(), ["camera"]
    async with announced(name, lambda: service(*streams)):
        await asked(f"{name}.{TYPE}", "TXT", lambda records: '"streams=camera"' in records)
        streams.append("screen")
        await asked(f"{name}.{TYPE}", "TXT", lambda records: '"streams=camera,screen"' in records)


async def test_a_second_server_of_the_name_has_a_number_and_addresses_of_its_own() -> None:
    name = new_name()
    async with announced(name, lambda: service("one", port=8001)):
        await asked(f"{name}.{TYPE}", "SRV")
        async with announced(name, lambda: service("two", port=8002)):
            second = await asked(f"{name}-2.{TYPE}", "SRV")
            first = await asked(f"{name}.{TYPE}", "SRV")
    assert " 8002 " in second
    assert " 8001 " in first
    assert first.splitlines()[1] != second.splitlines()[1], "each has a host of its own"


async def test_a_server_that_closes_says_so() -> None:
    name, gone = new_name(), asyncio.Event()

    def changed(state_change: zeroconf.ServiceStateChange, name: str, **_: object) -> None:
        if state_change is zeroconf.ServiceStateChange.Removed and name == f"{ours}.{TYPE}":
            gone.set()

    ours = name
    async with AsyncZeroconf(interfaces=[LOOPBACK]) as listening:
        browser = AsyncServiceBrowser(listening.zeroconf, TYPE, handlers=[changed])
        async with announced(name, lambda: service("camera")):
            await asked(f"{name}.{TYPE}", "SRV")
        await asyncio.wait_for(gone.wait(), 5)
        await browser.async_cancel()


async def test_another_address_is_announced_anew_and_the_one_before_taken_back() -> None:
    name, ports = new_name(), [8001]
    async with announced(name, lambda: service("camera", port=ports[0])):
        await asked(f"{name}.{TYPE}", "SRV", lambda records: " 8001 " in records)
        ports[0] = 8002
        await asked(
            f"{name}.{TYPE}", "SRV", lambda records: " 8002 " in records and "8001" not in records
        )


class Failing:
    """A network that cannot be had, so many times."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.opened = 0

    def __call__(self, **arguments: Any) -> AsyncZeroconf:  # noqa: ANN401 - as they come
        self.opened += 1
        if self.failures:
            raise self.failures.pop(0)
        return AsyncZeroconf(**arguments)


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Failing]:
    def replace(*failures: Exception) -> Failing:
        replaced = Failing(*failures)
        monkeypatch.setattr("zeroconf.asyncio.AsyncZeroconf", replaced)
        return replaced

    return replace


async def test_a_network_that_fails_is_tried_again_and_the_log_says_it_once(
    failing: Callable[..., Failing], caplog: pytest.LogCaptureFixture
) -> None:
    network = failing(*(OSError(19, "No such device") for _ in range(3)), RuntimeError("none"))
    name = new_name()
    async with announced(name, lambda: service("camera")):
        await asked(f"{name}.{TYPE}", "SRV")
    assert network.opened == 5
    assert [record.message for record in caplog.records if record.levelno == logging.WARNING] == [
        "cannot be found by others now: No such device; it is tried again",
        "cannot be found by others now: none; it is tried again",
    ]


async def test_before_there_is_a_network_nothing_is_opened(
    failing: Callable[..., Failing], caplog: pytest.LogCaptureFixture
) -> None:
    network, looked = failing(), asyncio.Event()
    looks = 0

    def nowhere() -> Service:
        nonlocal looks
        looks += 1
        if looks == 3:
            looked.set()
        return Service((), 0, ("camera",))

    async with announced(new_name(), nowhere):
        await asyncio.wait_for(looked.wait(), 5)
    assert network.opened == 0
    assert not caplog.records


async def test_one_that_is_closed_while_its_name_is_probed_leaves_nothing() -> None:
    name, asked_for = new_name(), asyncio.Event()

    def current() -> Service:
        asked_for.set()
        return service("camera")

    async with announced(name, current):
        await asked_for.wait()
    assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []


def test_where_the_library_is_missing_it_is_said_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "zeroconf.asyncio", None)
    with pytest.raises(UsageError, match=r"pip install 'ws-stream\[discovery\]'") as raised:
        Announcer("kiosk", lambda: service("camera"))
    assert str(raised.value).isprintable()


def test_what_the_network_says_stays_out_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    Announcer("kiosk", lambda: service("camera"))
    logging.getLogger("zeroconf").warning("Received invalid packet %s", "\x1b[2J")
    assert not caplog.records
