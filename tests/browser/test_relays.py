"""What a page shows behind relays is what lies in the device's memory."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from tests.browser.browser import Browser, opened, shows
from tests.relay.chain import NAME, chain
from tests.relay.nats_server import free_port

EXAMPLES = Path(__file__).parents[2] / "examples"
MEMORY = np.random.default_rng(6).integers(0, 256, (48, 64, 4), np.uint8)


async def test_through_three_relays_the_canvas_is_the_device_s_memory(browser: Browser) -> None:
    async with chain(3) as servers:
        stream = servers[0].stream(NAME)
        stream.publish(MEMORY)
        async with opened(f"http://127.0.0.1:{servers[-1].port}/", browser) as page:
            for turned in (MEMORY, MEMORY[::-1], MEMORY[:, ::-1].copy()):
                stream.publish(turned)
                assert np.array_equal(await shows(page, turned[..., :3]), turned[..., :3])


@contextmanager
def recipe(picture: Path, first: int) -> Iterator["subprocess.Popen[bytes]"]:
    """What examples/relays.sh starts."""
    source = f"mmap:{picture}?width=64&height=48&format=rgbx8888"
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    with subprocess.Popen(
        ["bash", EXAMPLES / "relays.sh", str(first)],
        env={**os.environ, "SOURCE": source, "PATH": path},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as program:
        try:
            yield program
        finally:
            program.terminate()
            program.wait(20)


def is_there(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_ports(count: int) -> int:
    """The first of so many in a row."""
    while any(map(is_there, range(first := free_port(), first + count))):
        pass
    return first


def of_group(group: int) -> list[int]:
    """The processes that are left of it."""
    found = subprocess.run(["pgrep", "-g", str(group)], capture_output=True, text=True, check=False)
    return [int(pid) for pid in found.stdout.split()]


async def test_the_recipe_shows_the_device_s_memory_behind_nats_and_a_relay_and_ends_whole(
    chromium: Browser, tmp_path: Path
) -> None:
    picture, first = tmp_path / "picture", free_ports(6)
    picture.write_bytes(MEMORY.tobytes())
    with recipe(picture, first) as program:
        while not is_there(first + 5):
            assert program.poll() is None
            await asyncio.sleep(0.05)
        async with opened(f"http://127.0.0.1:{first + 5}/", chromium) as page:
            assert np.array_equal(await shows(page, MEMORY[..., :3]), MEMORY[..., :3])
        assert program.poll() is None
    assert not of_group(program.pid)
