import gc
from pathlib import Path

import numpy as np
import pytest

from ws_stream.sources.segment import segment

KNOWN = Path("/proc/sysvipc/shm")
"""What the kernel says of all that there are."""


def numbers() -> set[int]:
    return {int(line.split()[1]) for line in KNOWN.read_text().splitlines()[1:]}


def test_it_is_zero_at_first_and_lives_as_long_as_a_view_of_it() -> None:
    number, memory = segment(5000)
    view = np.frombuffer(memoryview(memory), np.uint8)[17:]
    assert number in numbers()
    del memory
    gc.collect()
    assert number in numbers()
    assert not view.any()
    view[:] = 7
    del view
    gc.collect()
    assert number not in numbers(), "nothing is left behind"


def test_what_cannot_be_is_an_error_of_the_system_s() -> None:
    with pytest.raises(OSError, match="Invalid argument"):
        segment(0)
