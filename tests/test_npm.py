"""The package `ws-stream` of npm: packed, installed without a network, and used by programs of others."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import numpy as np
import pytest

from tests.node import node, nodes
from ws_stream import Server

ROOT = Path(__file__).parents[1]
TSC = ROOT / "node_modules/.bin/tsc"
PATH = os.pathsep.join([str(Path(node()).parent), os.environ["PATH"]])

TYPED = """
import { Screen, Stream, loadKernel, type Granted, type Picture } from "ws-stream";
import { StreamElement } from "ws-stream/element.js";

const stream = new Stream("ws://device:8000/stream/camera", { kernel: await loadKernel() });
stream.addEventListener("frame", ({ picture, runs, message }) => {
  const shown: Picture = picture;
  const rows: number = runs.reduce((sum, [, count]) => sum + count, 0);
  console.log(shown.width, rows, message.byteLength);
});
const granted: Granted | null = await stream.request({ step: 2, fps: null, crop: [0, 0, 8, 8] });
const screen = new Screen(document.createElement("canvas"), stream);
screen.close();
console.log(granted?.fps, stream.state satisfies string);

const element: StreamElement = document.createElement("ws-stream");
element.src = "ws://device:8000/stream/camera";
element.step = 4;
element.crop = [0, 0, 320, 200];
element.controls = true;
element.addEventListener("frame", ({ detail }) => console.log(detail.number, detail.announced.width));
element.addEventListener("state", ({ detail }) => console.log(detail.state, detail.held?.number));
element.addEventListener("stats", ({ detail }) => console.log(detail.age ?? "unknown"));
element.addEventListener("click", (event) => console.log(event.clientX));
const file: Blob = await element.save();
console.log(file.size);

// @ts-expect-error a word is no step
element.step = "four";
// @ts-expect-error there is no such thing to be requested
stream.request({ zoom: 2 });
"""

HEADLESS = """
import { Stream, loadKernel } from "ws-stream";
import "ws-stream/element.js"; // as frameworks do that render pages in Node

const stream = new Stream(process.argv[2], { kernel: await loadKernel() });
stream.addEventListener("frame", ({ picture }) => {
  console.log(JSON.stringify([picture.width, picture.height, [...picture.pixels.subarray(0, 3)]]));
  stream.close();
});
"""


def npm(*arguments: str, at: Path) -> None:
    program = shutil.which("npm", path=str(Path(sys.executable).parent)) or shutil.which("npm")
    assert program
    command = [program, *arguments, "--offline", "--no-audit", "--no-fund", "--silent"]
    subprocess.run(command, cwd=at, env={**os.environ, "PATH": PATH}, check=True)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program's folder that has nothing but the package."""
    npm("run", "pack", at=ROOT)
    folder = tmp_path_factory.mktemp("program")
    (folder / "package.json").write_text('{"name": "program", "private": true, "type": "module"}')
    (version,) = re.findall(r'^version = "(.*)"$', (ROOT / "pyproject.toml").read_text(), re.M)
    npm("install", str(ROOT / f"build/ws-stream-{version}.tgz"), at=folder)
    return folder


def test_a_program_in_typescript_is_checked_by_the_package_s_own_types(installed: Path) -> None:
    (installed / "program.ts").write_text(TYPED)
    options = "--noEmit --strict --module nodenext --target es2023 --lib es2023,dom,dom.iterable"
    command = [str(TSC), *options.split(), "program.ts"]
    environment = {**os.environ, "PATH": PATH}
    done = subprocess.run(
        command, cwd=installed, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


async def test_a_program_without_a_page_receives_pictures(installed: Path) -> None:
    program = installed / "program.mjs"
    program.write_text(HEADLESS)
    async with Server(port=0) as server:
        server.stream("camera").publish(np.full((3, 5, 3), (1, 2, 3), np.uint8))
        for command in nodes():
            running = await asyncio.create_subprocess_exec(
                *command,
                str(program),
                f"ws://127.0.0.1:{server.port}/stream/camera",
                stdout=asyncio.subprocess.PIPE,
            )
            out, _ = await running.communicate()
            assert (running.returncode, json.loads(out)) == (0, [5, 3, [1, 2, 3]])


@pytest.mark.usefixtures("installed")
def test_the_reference_is_what_the_modules_say() -> None:
    command = [node(), str(ROOT / "docs/javascript.mjs")]
    written = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert written == (ROOT / "docs/javascript.md").read_text(), "right would be: npm run reference"


def named(package: Path, file: PurePosixPath) -> Iterator[PurePosixPath]:
    """What a file of the package imports, loads or refers to."""
    text = (package / file).read_text()
    for name in re.findall(
        r"(?:from|import\(?|new URL\()\s*\"(\.[^\"]+|[a-z]+\.(?:js|wasm))\"", text
    ):
        yield PurePosixPath(os.path.normpath(file.parent / name))


def test_all_that_its_files_name_is_in_it_and_nothing_of_the_viewer_page(installed: Path) -> None:
    package = installed / "node_modules/ws-stream"
    files = [path for path in package.rglob("*") if path.is_file()]
    there = {PurePosixPath(path.relative_to(package)) for path in files}
    reached, new = set[PurePosixPath](), {PurePosixPath("index.js"), PurePosixPath("element.js")}
    while new:
        reached |= new
        scripts = [file for file in new if file.suffix == ".js"]
        new = {other for file in scripts for other in named(package, file)} - reached
    assert {file for file in reached if not file.name.endswith(".d.ts")} <= there
    assert {"README.md", "LICENSE"} <= {str(file) for file in there}
    assert not there & {
        PurePosixPath(name) for name in ("viewer.js", "index.html", "page/place.js")
    }
    assert json.loads((package / "package.json").read_text()).get("dependencies") is None
    with tarfile.open(next((ROOT / "build").glob("ws-stream-*.tgz"))) as packed:
        assert sum(member.size for member in packed.getmembers()) < 500_000
