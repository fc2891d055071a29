"""`ws-stream serve` in a process of its own and `connect` in another show what lies in memory, on any processor."""

import re
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from ws_stream import Frame, connect

WIDTH, HEIGHT = 60, 40
PATIENCE = 60
"""Seconds: an emulated board is slow."""


def _holds(memory: bytes, frame: Frame) -> bool:
    return frame.pixels.tobytes() == memory


@pytest.mark.parametrize(("name", "size"), [("rgb565", 2), ("rgbx8888", 4)])
def test_what_is_written_is_what_is_seen(tmp_path: Path, name: str, size: int) -> None:
    random = np.random.default_rng(1)
    memory = random.integers(0, 256, (HEIGHT, WIDTH, size), np.uint8)
    memory[..., 3:] = 255
    file = tmp_path / "picture"
    file.write_bytes(memory.tobytes())
    source = f"mmap:{file}?width={WIDTH}&height={HEIGHT}&format={name}"
    command = [sys.executable, "-m", "ws_stream", "serve", source, "--step", "1", "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as server:
        try:
            assert server.stdout is not None
            address = next(
                found for line in server.stdout if (found := re.search(r"http://([^/\s]+)", line))
            )
            with connect(f"ws://{address[1]}/stream/{file.name}") as screen:
                for row in (0, HEIGHT // 2, HEIGHT - 1):
                    shows = partial(_holds, memory.tobytes())
                    assert screen.wait_for(shows, PATIENCE)
                    memory[row] ^= np.array([0x5A, 0xA5, 0x33, 0][:size], np.uint8)
                    with file.open("r+b") as written:
                        written.write(memory.tobytes())
        finally:
            server.terminate()
