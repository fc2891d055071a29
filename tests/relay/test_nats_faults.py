"""Servers that die, stop or are cut off, nodes that stand still: others notice nothing, and all is well afterwards."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.faults.processes import Process, running, until
from ws_stream.relay import nats_link

from .nats_server import DEBIANS, NEWEST, WAITS_FOR_NOBODY, NatsServer, nats_server
from .streams import SUBJECT, Viewing, device, number_of, publishing, viewing

SMALL: dict[str, Any] = {"max_pending": 131072, "max_payload": 131072, "write_deadline": "500ms"}
OF_BOTH = pytest.mark.parametrize("is_newest", [True, False], ids=["newest", "debian"])


@pytest.fixture
def own(tmp_path: Path) -> Iterator[NatsServer]:
    """A server that faults happen to."""
    with nats_server(tmp_path, SMALL | WAITS_FOR_NOBODY) as server:
        yield server


def fresh(node: Viewing, shown: int) -> bool:
    return bool(node.frames) and number_of(node.frames[-1]) > shown


async def test_a_server_that_dies_and_comes_back_is_found_again_by_all(
    own: NatsServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    async with device() as shown, publishing(shown.url, own.url), viewing(own.url) as node:
        await node.sees(1)
        own.kill()
        await until(lambda: node.losses)
        assert own.url in node.losses[0]
        own.start()
        number = shown.number
        await until(lambda: fresh(node, number))
        assert node.upstream.lost is None
        assert node.numbers == sorted(node.numbers)
        assert shown.viewers == 1


@pytest.mark.long
async def test_a_server_that_is_not_there_yet_is_waited_for(own: NatsServer) -> None:
    own.kill()
    async with device() as shown, viewing(own.url) as node:
        await until(lambda: node.losses)
        assert "cannot be reached" in node.losses[0]
        own.start()
        async with publishing(shown.url, own.url):
            await node.sees(shown.number)


async def test_a_server_that_stands_still_keeps_the_publisher_and_the_device_waiting(
    own: NatsServer,
) -> None:
    """Nothing waits in between: of a picture the acknowledgement is owed, and no newer one is sent."""
    async with (
        device() as shown,
        publishing(shown.url, own.url) as publisher,
        viewing(own.url) as node,
    ):
        await node.sees(1)
        own.send(signal.SIGSTOP)
        try:
            await asyncio.sleep(0.4)
            said = publisher._number
            await asyncio.sleep(0.4)
            assert publisher._number == said
        finally:
            own.send(signal.SIGCONT)
        number = shown.number
        await until(lambda: fresh(node, number))
        assert node.numbers == sorted(node.numbers)


@pytest.mark.long
async def test_a_server_that_stands_still_for_long_is_connected_with_anew(
    own: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nats_link, "ANSWERED_WITHIN", 0.5)
    async with device() as shown, publishing(shown.url, own.url), viewing(own.url) as node:
        await node.sees(1)
        own.send(signal.SIGSTOP)
        try:
            await asyncio.sleep(2)
        finally:
            own.send(signal.SIGCONT)
        number = shown.number
        await until(lambda: fresh(node, number))
        assert node.numbers == sorted(node.numbers)


@asynccontextmanager
async def process_node(url: str) -> AsyncIterator[Process]:
    with running("-m", "tests.relay.node", url, SUBJECT) as process:
        await asyncio.to_thread(process.line)
        yield process


@pytest.mark.long
@OF_BOTH
async def test_a_node_that_stands_still_is_cut_off_and_others_see_every_picture(
    tmp_path: Path, is_newest: bool
) -> None:
    """Debian's server keeps publishers waiting a little for such a node, and yet cuts it off."""
    options = SMALL | (WAITS_FOR_NOBODY if is_newest else {})
    with nats_server(tmp_path, options, NEWEST if is_newest else DEBIANS) as server:
        async with (
            device(scale=25) as shown,
            publishing(shown.url, server.url),
            viewing(server.url) as other,
            process_node(server.url) as node,
        ):
            with node.stopped():
                await until(lambda: "Slow Consumer" in server.log.read_text())
                seen = len(other.frames)
                await until(lambda: len(other.frames) > seen + 10)
            number = shown.number
            async with asyncio.timeout(30):
                while int(await asyncio.to_thread(node.line)) < number:
                    pass
            assert other.numbers == sorted(other.numbers)


@pytest.mark.long
async def test_a_partition_of_ten_seconds_is_survived_by_the_node_and_by_the_publisher(
    own: NatsServer,
) -> None:
    async with device() as shown, partition(own.port) as (cut, url):
        for publisher, watcher in ((url, own.url), (own.url, url)):
            async with publishing(shown.url, publisher), viewing(watcher) as node:
                await node.sees(1)
                cut.clear()
                await asyncio.sleep(10)
                frames = len(node.frames)
                cut.set()
                number = shown.number
                await until(lambda: fresh(node, number))  # noqa: B023 - awaited here
                assert len(node.frames) > frames
                assert node.numbers == sorted(node.numbers)


@asynccontextmanager
async def partition(port: int) -> AsyncIterator[tuple[asyncio.Event, str]]:
    """What forwards nothing while its event is not set, and loses nothing, as TCP."""
    forwards = asyncio.Event()
    forwards.set()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            await forwards.wait()
            writer.write(data)
            await writer.drain()
        writer.close()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far, to_far = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pump(reader, to_far), pump(far, writer), return_exceptions=True)

    server = await asyncio.start_server(carry, "127.0.0.1", 0)
    try:
        yield forwards, f"nats://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        forwards.set()
        server.close()
