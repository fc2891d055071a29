"""A real Jupyter server for the tests, without a token and on the loopback only, and notebooks open in a browser."""

import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import NamedTuple

import nbformat
import numpy as np
from numpy.typing import NDArray
from playwright.async_api import Page, async_playwright

from tests.browser.browser import Browser

OPTIONS = (
    *("--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=0", "--IdentityProvider.token="),
    *("--LabApp.expose_app_in_browser=True", "--JupyterNotebookApp.expose_app_in_browser=True"),
    *("--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--LabApp.news_url="),
)
PATHS = {"jupyterlab": "doc/tree", "notebook": "notebooks"}

IS_READY = """async () => {
  const panels = [...(window.jupyterapp?.shell.widgets('main') ?? [])];
  window.panel = panels.find((one) => one.sessionContext);
  const context = window.panel?.sessionContext;
  if (!context) return false;
  await context.ready;
  const kernel = context.session?.kernel;
  return kernel?.connectionStatus === 'connected' && kernel.status === 'idle';
}"""
KERNEL = "window.panel.sessionContext.session.kernel"
"""Of the notebook that is open, in the page."""
RUN = """([index]) => {
  window.jupyterapp.shell.activateById(window.panel.id);
  window.panel.content.activeCellIndex = index;
  const running = window.jupyterapp.commands.execute('notebook:run-cell');
  window.isRunning = true;
  window.running = running.then(() => {
    window.isRunning = false;
  });
}"""
ELEMENTS = """
  const found = [...document.querySelectorAll('.jp-OutputArea-output *')];
  const elements = found.filter((one) => one.localName.startsWith('ws-stream-'));
"""
STATES = f"""() => {{{ELEMENTS}
  return elements.map((element) => [element.state, element.status?.reason]);
}}"""
READ = f"""(index) => {{{ELEMENTS}
  const element = elements[index];
  if (!element?.shown) return null;
  const canvas = element.shadowRoot.querySelector('canvas');
  const {{ width, height }} = canvas;
  const copy = new OffscreenCanvas(width, height).getContext('2d', {{ willReadFrequently: true }});
  copy.drawImage(canvas, 0, 0);
  const {{ data }} = copy.getImageData(0, 0, width, height);
  return {{ width, height, pixels: btoa(String.fromCharCode(...data)) }};
}}"""


class Jupyter(NamedTuple):
    """A server that runs."""

    program: str
    url: str
    folder: Path

    @asynccontextmanager
    async def opened(
        self, browser: Browser, name: str, cells: Sequence[str]
    ) -> AsyncIterator[Page]:
        """A new notebook of these cells in a page, with a kernel that is ready."""
        python = {"name": "python3", "display_name": "Python 3", "language": "python"}
        book = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
            metadata={"kernelspec": python},
        )
        nbformat.write(book, self.folder / f"{name}.ipynb")
        async with async_playwright() as driver:
            connected = await driver.chromium.connect(browser.socket)
            window = await connected.new_context(viewport={"width": 1200, "height": 1000})
            page = await window.new_page()
            try:
                await page.goto(f"{self.url}{PATHS[self.program]}/{name}.ipynb")
                await ready(page)
                yield page
            finally:
                await window.close()


@contextmanager
def served(program: str, home: Path) -> Iterator[Jupyter]:
    """JupyterLab or Jupyter Notebook, with all its files in a folder of its own."""
    folder = home / "notebooks"
    folder.mkdir()
    places = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    environment = {**os.environ, **{place: str(home / place) for place in places}}
    environment["PATH"] = ""  # JupyterLab would ask its own Node.js first whether it is to be built
    with (
        (home / "log").open("w") as log,
        subprocess.Popen(
            [sys.executable, "-m", program, *OPTIONS, f"--ServerApp.root_dir={folder}"],
            env=environment,
            cwd=home,
            stderr=log,
        ) as process,
    ):
        try:
            yield Jupyter(program, _address(home / "JUPYTER_RUNTIME_DIR", process), folder)
        finally:
            process.terminate()
            process.wait(20)


def _address(runtime: Path, process: "subprocess.Popen[bytes]") -> str:
    while True:
        for file in runtime.glob("jpserver-*.json"):
            if text := file.read_text():
                return str(json.loads(text)["url"])
        assert process.poll() is None, (runtime.parent / "log").read_text()
        time.sleep(0.05)


async def ready(page: Page) -> None:
    """Wait until the notebook is open and its kernel idle."""
    while not await page.evaluate(IS_READY):
        await page.wait_for_timeout(50)


async def run(page: Page, index: int) -> None:
    """Begin to run a cell."""
    await page.evaluate(RUN, [index])


async def finished(page: Page) -> None:
    """The cell that runs has ended."""
    await page.evaluate("() => window.running")


async def read(page: Page, index: int = 0) -> NDArray[np.uint8] | None:
    """What the canvas of an output shows, as uint8 (height, width, 4); None before there is a picture."""
    found = await page.evaluate(READ, index)
    if found is None:
        return None
    pixels = np.frombuffer(base64.b64decode(found["pixels"]), np.uint8)
    return pixels.reshape(found["height"], found["width"], 4)


async def shows(page: Page, expected: NDArray[np.uint8], index: int = 0) -> None:
    """Wait until an output shows exactly these RGB pixels; the test's own time limit is the only one."""
    while True:
        seen = await read(page, index)
        if seen is not None and np.array_equal(seen[..., :3], expected):
            return
        await page.wait_for_timeout(20)


async def value(page: Page, index: int = 0) -> int | None:
    """The first channel of the last pixel shown."""
    seen = await read(page, index)
    return None if seen is None else int(seen[-1, -1, 0])
