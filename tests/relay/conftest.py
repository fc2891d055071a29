"""One NATS server for the tests that leave it as it is."""

from collections.abc import Iterator

import pytest

from .nats_server import NatsServer, nats_server


@pytest.fixture(scope="package")
def nats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    with nats_server(tmp_path_factory.mktemp("nats")) as server:
        yield server
