"""Descriptors are used up: newcomers are refused, who is there sees what he saw, and nobody turns in circles."""

import asyncio
import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from .conftest import SERVED
from .processes import WS_STREAM, Server, serving, until, without
from .viewer import watching

CONNECTIONS = 80
"""As many as there may be descriptors, and more; fewer than there may be of one address."""
SECONDS = 1.0


@pytest.fixture(params=[without("uvloop"), WS_STREAM], ids=["asyncio", "uvloop"], scope="module")
def server(source: str, request: pytest.FixtureRequest) -> Iterator[Server]:
    with serving(source, *SERVED, python=request.param) as process:
        yield process


def descriptors(server: Server) -> int:
    return len(list(Path(f"/proc/{server.pid}/fd").iterdir()))


@contextmanager
def connections(server: Server) -> Iterator[None]:
    """Each has had its reply, if there was one, and stays."""
    with ExitStack() as stack:
        for _ in range(CONNECTIONS):
            peer = stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            peer.sendall(b"GET /streams HTTP/1.1\r\nHost: localhost\r\n\r\n")
        yield


def is_answered(server: Server) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", server.port), 1) as peer:
            peer.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            return peer.recv(12) == b"HTTP/1.1 200"
    except OSError:
        return False


async def test_the_last_are_the_device_s_own(server: Server) -> None:
    server.limit(resource.RLIMIT_NOFILE, 64)
    await see_that_nobody_is_harmed(server)
    (line,) = server.errors().splitlines()
    assert "right would be a higher limit: ulimit -n" in line


async def test_even_if_the_device_has_used_them_all_itself(server: Server) -> None:
    before = server.errors()
    await see_that_nobody_is_harmed(server, is_all_used=True)
    told = server.errors().removeprefix(before).count("out of system resource")
    assert told <= 10 * SECONDS, "once a second, however many would come in"


async def see_that_nobody_is_harmed(server: Server, *, is_all_used: bool = False) -> None:
    async with watching(f"ws://127.0.0.1:{server.port}/stream/ring") as viewer:
        most = 64 - 16
        if is_all_used:
            most = descriptors(server)
            server.limit(resource.RLIMIT_NOFILE, most)
        with connections(server):
            before = server.cpu_seconds()
            await asyncio.sleep(SECONDS)
            assert server.cpu_seconds() - before < SECONDS / 2
            await viewer.fresh_again()
            assert descriptors(server) <= most
        server.limit(resource.RLIMIT_NOFILE, 1024)
        await until(lambda: is_answered(server))
        assert viewer.losses == []
