"""The programs in docs/sources.md run as they stand there."""

import asyncio
import re
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np

from ws_stream import connect, to_rgb
from ws_stream.pixels.formats import BGR888

DOCUMENT = (Path(__file__).parents[2] / "docs" / "sources.md").read_text()
PROGRAMS: list[str] = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)

MOST_LINES = 25
"""Of an example: a longer one is not read."""


OPENCV = """
import sys, types
import numpy as np
class VideoCapture:
    def __init__(self, number): pass
    def read(self): return True, np.full((4, 6, 3), (1, 2, 3), np.uint8)
sys.modules["cv2"] = types.SimpleNamespace(VideoCapture=VideoCapture)
"""
"""What there is of it here."""


def program(containing: str) -> str:
    return next(text for text in PROGRAMS if containing in text).replace(
        "Server()", "Server(port=0)"
    )


def test_there_are_two_programs_and_they_are_short() -> None:
    assert len(PROGRAMS) == 2
    assert max(len(program.splitlines()) for program in PROGRAMS) <= MOST_LINES


async def test_the_pictures_of_opencv_are_shown_in_their_colours() -> None:
    text = program("cv2").replace("    input", "    print(server.port, flush=True)\n    input")
    serving = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", "-c", OPENCV + text),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert serving.stdin
    assert serving.stdout
    port = int(await serving.stdout.readline())
    async with asyncio.timeout(20):
        async for frame in connect(f"ws://127.0.0.1:{port}/stream/camera"):
            assert frame.format is BGR888
            assert (to_rgb(frame.pixels, frame.format) == (3, 2, 1)).all()
            break
        serving.stdin.write(b"\n")
        assert await serving.wait() == 0


async def test_its_pictures_are_seen_whole_and_in_order() -> None:
    text = program("class Camera").replace(
        "    while", "    print(server.port, flush=True)\n    while"
    )
    serving = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", "-c", text), stdout=asyncio.subprocess.PIPE
    )
    shades = []
    try:
        assert serving.stdout
        port = int(await serving.stdout.readline())
        async with asyncio.timeout(20):
            async for frame in connect(f"ws://127.0.0.1:{port}/stream/camera"):
                assert frame.pixels.shape == (240, 320)
                assert np.ptp(frame.pixels) == 0
                shades.append(int(frame.pixels[0, 0]))
                if len(shades) == 10:
                    break
    finally:
        serving.kill()
        await serving.wait()
    assert all(0 < (after - before) % 256 < 128 for before, after in pairwise(shades))
