"""One NATS server for the tests that leave it as it is; nobody waits for long before he tries again."""

from collections.abc import Iterator

import pytest

from ws_stream.relay import nats_link, nats_node, nats_presence

from .nats_server import NatsServer, nats_server


@pytest.fixture(scope="package")
def nats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    with nats_server(tmp_path_factory.mktemp("nats")) as server:
        yield server


@pytest.fixture(autouse=True)
def _tried_again_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nats_link, "TRY_EVERY", 0.1)
    monkeypatch.setattr(nats_node, "AGAIN", (0.02, 0.1))
    monkeypatch.setattr(nats_presence, "WITHIN", 0.3)
