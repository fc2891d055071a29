"""LVGL draws into a ring, and only the rows that it flushed are read: itself from Python, its callback in C."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.ring.written import EXAMPLES, ROOT, compiled
from ws_stream.sources import Picture, Source, open_source

HERE = Path(__file__).parent
FLAGS = (
    "-std=c99",
    "-pedantic",
    "-Wall",
    "-Wextra",
    "-Wconversion",
    "-Werror",
    "-D_POSIX_C_SOURCE=200809L",
)
SANITIZERS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")


def next_one(source: Source, seen: object) -> Picture:
    while True:
        if picture := source.poll(seen):
            return picture


class Mirror:
    """Reads nothing but damage."""

    def __init__(self, source: Source) -> None:
        self._source = source
        first = next_one(source, None)
        self._seen = first.version
        self.pixels: NDArray[np.uint16] = first.pixels.copy()
        self.rows = len(self.pixels)

    def follow(self) -> None:
        """The next picture: it is what its damage makes of the one before."""
        picture = next_one(self._source, self._seen)
        assert picture.damage is not None
        rows = sorted({row for _, y, _, height in picture.damage for row in range(y, y + height)})
        self.pixels[rows] = picture.pixels[rows]
        whole = picture.pixels.copy()
        if picture.intact():
            assert np.array_equal(self.pixels, whole)
        self.rows, self._seen = len(rows), picture.version


@pytest.mark.parametrize("slots", [1, 3])
def test_the_callback_copies_what_lvgl_flushes_and_that_is_all_that_is_read(
    tmp_path: Path, slots: int
) -> None:
    ring = tmp_path / "ring"
    includes = [f"-I{folder}" for folder in (HERE, EXAMPLES / "ring", ROOT / "clients/c")]
    program = compiled(HERE / "lvgl_flushes.c", tmp_path, *FLAGS, *SANITIZERS, *includes)
    with subprocess.Popen(
        [program, ring, str(slots), "40"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
    ) as flushing:
        assert flushing.stdin
        assert flushing.stdout
        expected, mirror = np.ones((150, 256), np.uint16), None
        for number in range(2, 41):
            assert flushing.stdout.readline() == b"refreshed\n"
            expected[number % 100 : number % 100 + 30, 10:246] = number
            expected[140:146, 3:58] = number
            if mirror is None:
                mirror = Mirror(open_source(f"ring:{ring}"))
            else:
                mirror.follow()
                assert mirror.rows == 36
            assert np.array_equal(mirror.pixels, expected)
            flushing.stdin.write(b"\n")
        assert flushing.wait(10) == 0


def test_lvgl_itself_flushes_a_bar_and_no_other_row_is_read(tmp_path: Path) -> None:
    pytest.importorskip("lvgl", reason="right would be: pip install pydevices-lvgl")
    ring = tmp_path / "ring"
    command = [sys.executable, os.fspath(EXAMPLES / "ring/lvgl_ring.py"), os.fspath(ring)]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as drawing:
        try:
            while not ring.exists() or int.from_bytes(ring.read_bytes()[128:132], "little") < 2:
                assert drawing.poll() is None, drawing.stderr and drawing.stderr.read()
            mirror = Mirror(open_source(f"ring:{ring}"))
            before = mirror.pixels.copy()
            for _ in range(10):
                mirror.follow()
                assert mirror.rows <= 22, "the bar is 20 rows high"
            assert len(np.unique(before)) > 1, "there is a bar"
            assert not np.array_equal(mirror.pixels, before), "it moves"
        finally:
            drawing.kill()
