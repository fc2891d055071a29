"""The README's Flask program, as printed: its page lies on another port than the pictures, and shows them exactly."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.browser.browser import Browser, opened, shows
from tests.test_readme import program

PICTURE = np.random.default_rng(5).integers(0, 256, (600, 1024, 4), np.uint8)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@pytest.fixture
def page(tmp_path: Path) -> Iterator[str]:
    """The address of the page that the program serves."""
    memory = tmp_path / "picture"
    memory.write_bytes(PICTURE.tobytes())
    pages, pictures = str(free_port()), str(free_port())
    text = program("from flask").replace("/dev/shm/picture", str(memory))
    text = text.replace("8000", pictures).replace("5000", pages)
    with subprocess.Popen(
        [sys.executable, "-c", text], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    ) as running:
        try:
            for _ in range(200):
                with socket.socket() as probe:
                    if not probe.connect_ex(("127.0.0.1", int(pages))):
                        break
                time.sleep(0.05)
            yield f"http://127.0.0.1:{pages}/camera"
        finally:
            running.kill()


async def test_the_page_of_flask_shows_the_memory_as_it_is(browser: Browser, page: str) -> None:
    async with opened(page, browser) as shown:
        (frame,) = shown.main_frame.child_frames
        expected = PICTURE[::4, ::4, :3]
        assert np.array_equal(await shows(frame, expected), expected)
