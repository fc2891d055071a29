"""bench/ring.py: the device's memory."""

from pathlib import Path

import numpy as np
import pytest

from bench.ring import TIMES, Ring, address
from tests.sources.newest import pixels
from ws_stream.sources import open_source


@pytest.fixture
def ring(tmp_path: Path) -> Ring:
    return Ring(tmp_path / "ring", create=True, width=6, height=4)


def picture(value: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.full((4, 6, 4), value, np.uint8)


def test_another_process_finds_size_and_newest_picture_in_the_file(
    ring: Ring, tmp_path: Path
) -> None:
    for value in range(1, 6):
        ring.write(picture(value))
    number, newest = Ring(tmp_path / "ring").newest()
    assert number == 5
    assert np.array_equal(newest, picture(5))


def test_words_and_bytes_are_the_same_picture(ring: Ring) -> None:
    ring.write(np.arange(4 * 6 * 4, dtype=np.uint8).reshape(4, 6, 4))
    _, words = ring.newest_words()
    assert np.array_equal(words.view(np.uint8).reshape(4, 6, 4), ring.newest()[1])


def test_ws_stream_reads_the_same_picture_at_the_rings_address(ring: Ring, tmp_path: Path) -> None:
    for value in range(1, 3):
        ring.write(picture(value))
    source = open_source(address(tmp_path / "ring"))
    assert np.array_equal(pixels(source)[..., :3], picture(2)[..., :3])
    source.close()


def test_each_picture_writes_its_own_time_and_the_counter_moves_even_if_nothing_changed(
    ring: Ring,
) -> None:
    for _ in range(TIMES + 2):
        ring.write(picture(7))
    assert int(ring.counter) == TIMES + 2
    times = [int(ring.times[number % TIMES]) for number in range(3, TIMES + 3)]
    assert times == sorted(times)
    assert times[0] > 0
