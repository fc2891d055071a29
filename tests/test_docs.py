"""Programs in the documents run as they stand there, and those quoted from examples are what the examples say."""

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import numpy as np
import pytest
from websockets.asyncio.client import connect as open_websocket
from websockets.typing import Subprotocol

from ws_stream import Key, Pointer, Server
from ws_stream.protocol.control import serialize
from ws_stream.protocol.messages import Input
from ws_stream.protocol.picture import SUBPROTOCOL

ROOT = Path(__file__).parents[1]
ADDRESS = "ws://device:8000/stream/camera"


def programs(document: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (ROOT / "docs" / document).read_text(), re.DOTALL)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A camera that shows one picture after another."""
    over = Event()
    with Server(port=0) as server:
        camera = server.stream("camera")

        def film() -> None:
            for number in range(10**9):
                camera.publish(np.full((150, 256, 3), 100 + number % 100, np.uint8))
                if over.wait(0.02):
                    break

        thread = Thread(target=film)
        thread.start()
        yield f"ws://127.0.0.1:{server.port}/stream/camera"
        over.set()
        thread.join()


PROGRAMS = [text for text in programs("clients.md") if ADDRESS in text]
assert PROGRAMS


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_client_s_program_runs(program: str, address: str) -> None:
    command = [sys.executable, "-c", program.replace(ADDRESS, address)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.stderr == ""
    assert re.search(r"\(150, 256, 3\)|^\d+$|of 256x150$", done.stdout), done.stdout


def test_the_program_that_is_operated_hears_what_viewers_do() -> None:
    async def operate(url: str) -> None:
        async with open_websocket(
            url, subprotocols=[Subprotocol(SUBPROTOCOL)], proxy=None
        ) as websocket:
            await websocket.recv()
            done = Key("a", "KeyA", True), Pointer(1, 2, 4)
            await websocket.send(serialize(Input(1, 1, done)))

    program = programs("input.md")[0].replace("Server()", "Server(port=0)")
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdin
        assert running.stdout
        found = re.search(r"http://([\d.:]+)/", running.stdout.readline())
        assert found
        asyncio.run(operate(f"ws://{found[1]}/stream"))
        lines = [running.stdout.readline() for _ in range(4)]
        running.stdin.write("\n")
    assert lines == [
        *("a goes down\n", "viewer 1 points at 1.0, 2.0; down: 4\n"),
        *("a goes up\n", "viewer 1 points at 1.0, 2.0; down: 0\n"),
    ]


def test_what_is_quoted_of_the_examples_is_what_they_say() -> None:
    examples = "".join(path.read_text() for path in (ROOT / "examples").rglob("*.py"))
    quoted = programs("migrating-from-mjpeg.md")
    assert len(quoted) >= 5
    assert [text for text in quoted if text not in examples] == []
