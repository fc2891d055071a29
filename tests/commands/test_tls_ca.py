"""`--tls-ca` counts for the addresses that have TLS, and is in the way of no others."""

from collections.abc import Iterator

import pytest

from tests.faults.processes import WS_STREAM, running
from tests.pair import made_pair
from tests.relay.nats_server import HOST, NatsServer, nats_server
from ws_stream import Connection, UsageError, trust
from ws_stream.commands.arguments import parser
from ws_stream.commands.serving import settings
from ws_stream.commands.settings import new_server, open_streams
from ws_stream.commands.sources import played

Pair = tuple[str, str]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return made_pair(tmp_path_factory.mktemp("pair"))


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory, pair: Pair) -> Iterator[NatsServer]:
    cert, key = pair
    tls = {"tls": {"cert_file": cert, "key_file": key}}
    with nats_server(tmp_path_factory.mktemp("nats"), tls) as server:
        yield server


@pytest.fixture(scope="module")
def clear(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    with nats_server(tmp_path_factory.mktemp("nats")) as server:
        yield server


@pytest.mark.parametrize(
    ("address", "has_one"),
    [
        *(("wss://h/stream/a", True), ("HTTPS://h", True), ("tls://h/a", True)),
        *(("ws://h/stream/a", False), ("http://h", False), ("nats://h/a", False)),
        *(("test:", False), ("https", False), ("wss.wss", False), ("tls://[", True)),
    ],
)
def test_which_addresses_have_a_certificate(address: str, has_one: bool) -> None:
    assert trust.has_certificate(address) == has_one


@pytest.mark.parametrize("scheme", ["ws", "wss"])
@pytest.mark.parametrize("nats", ["tls", "nats"])
def test_a_publisher_believes_it_of_whichever_has_tls(
    pair: Pair, clear: NatsServer, secure: NatsServer, nats: str, scheme: str
) -> None:
    port = (secure if nats == "tls" else clear).port
    command = "publish", "--tls-ca", pair[0], "--nats", f"{nats}://{HOST}:{port}"
    with running(*WS_STREAM, *command, f"{scheme}://{HOST}:1/stream/a") as publisher:
        if (nats, scheme) == ("nats", "ws"):
            assert publisher.line() == ""
            assert "has no certificate that tls_ca could be for" in publisher.errors()
        else:
            assert publisher.line() == f"ws-stream.a: {nats}://{HOST}:{port}\n"


async def test_streams_with_tls_and_without_are_served_together(pair: Pair) -> None:
    sources = "ws://h/stream/a", "wss://h/stream/b", "test:", "tls://h/lab.c", "nats://h/lab.d"
    wanted = settings(parser().parse_args(["serve", *sources, "--tls-ca", pair[0], "--port", "0"]))
    async with new_server(wanted.server, {}) as server:
        opened = [played(source, wanted.streams[0].options) for source in sources]
        assert isinstance(opened[1], Connection)
        assert opened[1]._how["ssl"]
        assert [isinstance(one, str) for one in opened] == [True, False, True, False, True]
        open_streams(server, wanted.streams[:3], lambda: None)
        assert [*server.streams] == ["a", "b", "test"]


def test_where_no_address_has_tls_it_is_refused(pair: Pair) -> None:
    for source in ("ws://h/stream/a", "nats://h/lab.a", "test:"):
        with pytest.raises(UsageError, match="right would be a source wss://HOST:PORT/stream/NAME"):
            settings(parser().parse_args(["serve", source, "--tls-ca", pair[0]]))
