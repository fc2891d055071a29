"""The programs that all tests of this folder share."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.boards.board import Board, driver_program, running


@pytest.fixture(scope="session")
def driver() -> Path:
    if not (shutil.which("cc") and shutil.which("make")):
        pytest.skip("there is no C compiler on this machine, or no make")
    return driver_program()


@pytest.fixture
def board(driver: Path) -> Iterator[Board]:
    with running(driver) as board:
        yield board
