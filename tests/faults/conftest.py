"""What most faults happen to: a device's program that writes pictures, and a server that shows them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .processes import Server, running, serving

SERVED = ("--name", "ring", "--fps", 30)


@pytest.fixture(scope="package")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """What is served of a program that writes on, whatever happens to others."""
    with running("-m", "tests.faults.writer", tmp_path_factory.mktemp("ring") / "ring") as writer:
        yield writer.line().strip()


@pytest.fixture
def server(source: str) -> Iterator[Server]:
    with serving(source, *SERVED) as process:
        yield process


@pytest.fixture
def ring(tmp_path: Path) -> Path:
    """Where a test's own program writes."""
    return tmp_path / "ring"
