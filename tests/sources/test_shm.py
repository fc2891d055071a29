import subprocess
import sys
from collections.abc import Iterator
from multiprocessing import shared_memory

import numpy as np
import pytest

from ws_stream.errors import SourceError
from ws_stream.sources import open_source

from .newest import pixels

QUERY = "?width=4&height=2&format=gray8"


@pytest.fixture
def memory() -> Iterator[shared_memory.SharedMemory]:
    memory = shared_memory.SharedMemory(create=True, size=8)
    yield memory
    memory.close()
    memory.unlink()


def test_named_shared_memory_is_shown_live(memory: shared_memory.SharedMemory) -> None:
    source = open_source(f"shm:{memory.name}{QUERY}")
    assert source.name == memory.name
    picture = pixels(source)
    assert memory.buf is not None
    memory.buf[:8] = bytes(range(8))
    assert picture.tobytes() == bytes(range(8))
    source.close()


def test_the_name_may_have_the_slash_of_shm_open(memory: shared_memory.SharedMemory) -> None:
    open_source(f"shm:/{memory.name}{QUERY}").close()


def test_the_writers_memory_outlives_a_reader_that_exits(
    memory: shared_memory.SharedMemory,
) -> None:
    program = (
        "import sys; from ws_stream.sources import open_source; open_source(sys.argv[1]).poll()"
    )
    command = [sys.executable, "-c", program, f"shm:{memory.name}{QUERY}"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert result.stderr == ""
    again = open_source(f"shm:{memory.name}{QUERY}")
    assert np.array_equal(pixels(again), np.zeros((2, 4)))
    again.close()


def test_memory_that_is_not_there_yet_is_the_devices_error() -> None:
    with pytest.raises(SourceError, match="/dev/shm/ws-stream-nothing cannot be read: No such"):
        open_source(f"shm:ws-stream-nothing{QUERY}")
