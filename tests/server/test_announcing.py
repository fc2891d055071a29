"""A server is found by others while it listens, if its owner wants that and others can reach it."""

import sys
from pathlib import Path

import pytest

from tests.discovery.loopback import LOOPBACK, asked, new_name
from tests.leftovers import nothing_left_behind
from tests.pair import made_pair
from ws_stream import Server, UsageError
from ws_stream.discovery import announcer
from ws_stream.discovery.service import TYPE
from ws_stream.server import announcing


@pytest.fixture
def name(monkeypatch: pytest.MonkeyPatch) -> str:
    """This machine's name; its only network is loopback, and names are probed more often than devices do."""
    name = new_name()
    monkeypatch.setattr("socket.gethostname", lambda: f"{name}.example.org")
    monkeypatch.setattr(
        announcing,
        "elsewhere",
        lambda sockets: [(LOOPBACK, listening.getsockname()[1]) for listening in sockets],
    )
    monkeypatch.setattr("zeroconf._core._CHECK_TIME", 200)
    monkeypatch.setattr(announcer, "LOOK_EVERY", 0.05)
    return name


async def test_a_server_is_found_with_its_port_and_its_streams_also_those_of_later(
    name: str,
) -> None:
    async with Server("0.0.0.0", 0, announce=True) as server:
        server.stream("camera")
        await asked(f"{name}.{TYPE}", "SRV", lambda said: f" 0 0 {server.port} " in said)
        await asked(f"{name}.{TYPE}", "TXT", lambda said: '"streams=camera"' in said)
        server.stream("screen")
        await asked(f"{name}.{TYPE}", "TXT", lambda said: '"streams=camera,screen"' in said)


async def test_what_needs_a_token_is_not_told_to_all_but_that_it_does_and_where_it_is(
    name: str, tmp_path: Path
) -> None:
    cert, key = made_pair(tmp_path)
    options = {"tokens": ["view:" + "v" * 22], "tls_cert": cert, "tls_key": key}
    async with Server("0.0.0.0", 0, announce=True, root_path="/cam", **options) as server:  # type: ignore[arg-type]  # of these three
        server.stream("secret")
        await asked(f"{name}.{TYPE}", "TXT", lambda said: '"token=1"' in said and "tls=1" in said)
        told = await asked(f"{name}.{TYPE}", "TXT", lambda said: '"path=/cam/"' in said)
        assert "secret" not in str(told)


async def test_a_server_in_a_thread_is_found_as_well_and_leaves_nothing(name: str) -> None:
    with nothing_left_behind(), Server("0.0.0.0", 0, announce=True):
        await asked(f"{name}.{TYPE}", "SRV")


async def test_unless_its_owner_wants_that_nothing_is_said_and_the_library_not_imported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "zeroconf", None)
    monkeypatch.setitem(sys.modules, "zeroconf.asyncio", None)
    async with Server("0.0.0.0", 0):
        pass


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_one_that_nobody_else_can_reach_is_refused_and_its_port_free_again(host: str) -> None:
    server = Server(host, 0, announce=True)
    with pytest.raises(UsageError, match=r"cannot be found by others; right would be --host 0\."):
        await server.start()
    assert server.urls() == []
    with nothing_left_behind(), pytest.raises(UsageError), Server(host, 0, announce=True):
        pass


def test_that_the_library_is_missing_is_said_at_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zeroconf.asyncio", None)
    with pytest.raises(UsageError, match=r"pip install 'ws-stream\[discovery\]'"):
        Server("0.0.0.0", 0, announce=True)
