"""The source in docs/sources.md runs as it stands there."""

import asyncio
import re
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np

from ws_stream import connect

DOCUMENT = (Path(__file__).parents[2] / "docs" / "sources.md").read_text()
PROGRAMS: list[str] = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)

MOST_LINES = 25
"""Of an example: a longer one is not read."""


def test_there_is_one_program_and_it_is_short() -> None:
    (program,) = PROGRAMS
    assert len(program.splitlines()) <= MOST_LINES


async def test_its_pictures_are_seen_whole_and_in_order() -> None:
    program = PROGRAMS[0].replace("Server()", "Server(port=0)")
    program = program.replace("    while", "    print(server.port, flush=True)\n    while")
    serving = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", "-c", program), stdout=asyncio.subprocess.PIPE
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
