"""web/stream.js in Node, without a browser: the example of docs/clients.md against a real server."""

import asyncio
import json
import re
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from ws_stream import Server

from .node import nodes

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "node_save.mjs"
PICTURE = np.random.default_rng(1).integers(0, 256, (37, 61, 3), np.uint8)


async def run(*command: str) -> tuple[int | None, str, str]:
    """Exit status, output and errors."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe)
    out, errors = await process.communicate()
    return process.returncode, out.decode(), errors.decode()


@pytest.mark.parametrize("node", nodes(), ids=" ".join)
async def test_node_saves_a_picture_of_a_live_stream(node: list[str], tmp_path: Path) -> None:
    file = tmp_path / "picture.ppm"
    async with Server(port=0) as server:
        server.stream("camera").publish(PICTURE)
        url = f"ws://127.0.0.1:{server.port}/stream/camera"
        status, out, errors = await run(*node, str(EXAMPLE), url, str(file))
    assert (status, errors) == (0, "")
    assert json.loads(out) == {"number": 1, "meta": None}
    assert file.read_bytes() == b"P6\n61 37\n255\n" + PICTURE.tobytes()


async def test_what_docs_clients_says_of_programs_without_a_page_runs(tmp_path: Path) -> None:
    blocks = re.findall(r"```js\n(.*?)```", (ROOT / "docs" / "clients.md").read_text(), re.DOTALL)
    program = tmp_path / "program.mjs"
    async with Server(port=0) as server:
        stream = server.stream("camera", fps=100)
        for block in blocks:
            text = block.replace("./web/", f"{ROOT}/web/").replace("fps=5", "fps=100")
            program.write_text(text.replace("device:8000", f"127.0.0.1:{server.port}"))
            running = asyncio.create_task(run(*nodes()[0], str(program)))
            for number in count():
                if running.done():
                    break
                stream.publish(PICTURE + np.uint8(number % 256), meta={"exposure": 5})
                await asyncio.sleep(0.02)
            status, out, errors = running.result()
            assert (status, errors) == (0, "")
            assert all(line[1:] == ["61", "37", "{", "exposure:", "5", "}"] for line in _heads(out))
    assert blocks


def _heads(out: str) -> list[list[str]]:
    return [line.split()[:7] for line in out.splitlines()]


async def test_node_is_told_why_there_is_no_picture(tmp_path: Path) -> None:
    node, file = nodes()[0], tmp_path / "picture.ppm"
    async with Server(port=0) as server:
        server.stream("camera").publish(PICTURE)
        base = f"ws://127.0.0.1:{server.port}/stream"
        absent = await run(*node, str(EXAMPLE), f"{base}/kamera", str(file))
        refused = await run(*node, str(EXAMPLE), f"{base}/camera?step=99", str(file))
    assert (absent[0], refused[0]) == (1, 1)
    assert absent[2].startswith("absent: there is no stream at /stream/kamera")
    assert refused[2].startswith("refused: step=99 cannot be")
    assert not file.exists()
    assert (await run(*node, str(EXAMPLE)))[0] == 2
