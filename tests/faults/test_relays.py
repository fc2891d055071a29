"""What becomes of relays: one that fails or stands still hurts nobody behind another, and finds back by itself."""

import asyncio
import socket

import pytest

from ws_stream.errors import Failure

from .cable import cabled
from .conftest import SERVED
from .processes import Server, serving, until
from .test_stopped import MOST_GROWTH
from .viewer import watching

ASKS = (
    b"GET /stream/ring HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ws-stream.v1\r\n\r\n"
)
SECONDS = pytest.mark.parametrize("seconds", [1.0, pytest.param(20, marks=pytest.mark.long)])


def address(port: int) -> str:
    return f"ws://127.0.0.1:{port}/stream/ring"


@SECONDS
async def test_a_relay_that_stands_still_hurts_only_who_is_behind_it(
    server: Server, seconds: float
) -> None:
    source = address(server.port)
    with serving(source, *SERVED) as still, serving(source, *SERVED) as other:
        async with (
            watching(address(still.port)) as behind,
            watching(address(other.port)) as beside,
        ):
            before = server.kilobytes()
            with still.stopped():
                await asyncio.sleep(seconds)
                await beside.fresh_again()
                grown = server.kilobytes() - before
            await behind.fresh_again()
        assert grown < MOST_GROWTH
        assert beside.losses == []
        assert server.errors() == other.errors() == ""


@SECONDS
async def test_a_viewer_that_stands_still_behind_a_relay_costs_nobody_anything(
    server: Server, seconds: float
) -> None:
    with serving(address(server.port), *SERVED) as relay:
        async with watching(address(relay.port)) as other:
            with socket.create_connection(("127.0.0.1", relay.port)) as never_read:
                never_read.sendall(ASKS)
                before = relay.kilobytes()
                await asyncio.sleep(seconds)
                await other.fresh_again()
                assert relay.kilobytes() - before < MOST_GROWTH
            assert other.losses == []


@pytest.mark.parametrize("seconds", [4.0, pytest.param(10, marks=pytest.mark.long)])
async def test_a_device_that_is_cut_off_is_told_of_and_found_again(
    server: Server, seconds: float
) -> None:
    async with cabled(server.port) as link:
        with serving(address(link.port), *SERVED) as relay:
            async with watching(address(relay.port)) as viewer:
                link.carries.clear()
                await until(lambda: viewer.connection.problem == Failure.UNREACHED)
                await asyncio.sleep(seconds - 3)
                link.carries.set()
                await viewer.fresh_again()
                assert viewer.connection.problem is None
                assert viewer.losses == []


async def test_a_relay_that_is_killed_is_found_again_and_so_is_its_device(server: Server) -> None:
    source, port = address(server.port), 0
    with serving(source, *SERVED) as relay:
        port = relay.port
        async with watching(address(port)) as viewer:
            relay.kill()
            with serving(source, *SERVED, port=port):
                await viewer.fresh_again()
