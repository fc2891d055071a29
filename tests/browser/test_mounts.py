"""Pages of other programs, as examples/ has them, show the pictures that are mounted in them."""

import asyncio
import os
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path

import numpy as np
import pytest

from tests.browser.browser import Browser, opened, shows
from tests.mounts.hosts import HOST, free_port, get

EXAMPLES = Path(__file__).parents[2] / "examples"
MEMORY = np.random.default_rng(6).integers(0, 256, (600, 1024, 4), np.uint8)
SHADE = 200
STRIPES = np.zeros((120, 160, 3), np.uint8)
STRIPES[:, ::2] = SHADE


def is_there(port: int) -> bool:
    try:
        return get(port, "/")[0] == 200
    except OSError:
        return False


@pytest.mark.parametrize(
    ("program", "expected"),
    [("fastapi_app.py", STRIPES), ("flask_app.py", MEMORY[::4, ::4, :3])],
    ids=["FastAPI", "Flask"],
)
async def test_the_page_of_a_program_shows_its_pictures_to_the_pixel(
    chromium: Browser, tmp_path: Path, program: str, expected: np.ndarray
) -> None:
    (tmp_path / "picture").write_bytes(MEMORY.tobytes())
    port = free_port()
    settings = {
        "PICTURE": os.fspath(tmp_path / "picture"),
        "PORT": str(port),
        "PICTURES_PORT": str(free_port()),
    }
    with subprocess.Popen(  # noqa: ASYNC220 - it is at once
        [sys.executable, os.fspath(EXAMPLES / program), str(port)],
        env={**os.environ, **settings},
        stderr=subprocess.DEVNULL,
    ) as running:
        try:
            while not is_there(port):
                assert running.poll() is None
                await asyncio.sleep(0.05)
            async with opened(f"http://{HOST}:{port}/", chromium) as page:
                (viewer,) = page.main_frame.child_frames
                if program == "fastapi_app.py":
                    connection = HTTPConnection(HOST, port)
                    connection.request("POST", f"/shade/{SHADE}")
                    assert connection.getresponse().status == 200
                    connection.close()
                assert np.array_equal(await shows(viewer, expected), expected)
        finally:
            running.kill()
