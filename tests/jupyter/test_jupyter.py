"""Real notebooks in a real browser: what is shown is what was published, also while the kernel is busy.

VS Code cannot be run here; tests/jupyter/test_widget.py shows the widget in a page that has nothing but what anywidget
promises.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import nbformat
import numpy as np
import pytest
from playwright.async_api import Page

from tests.browser.browser import Browser, started

from .lab import KERNEL, STATES, Jupyter, finished, ready, run, served, shows, value

SETUP = "import pathlib, time, numpy as np, ws_stream\n"
STILL = (
    "picture = np.arange(21 * 34 * 3, dtype=np.uint8).reshape(21, 34, 3)\nws_stream.show(picture)"
)
PICTURE = np.arange(21 * 34 * 3, dtype=np.uint8).reshape(21, 34, 3)
LOOP = """
view = ws_stream.show()
count = 0
while not pathlib.Path("{stop}").exists():
    count += 1
    view.publish(np.full((30, 40, 3), count % 250, np.uint8))
    time.sleep(0.01)
view.publish(picture)
"""
"""Runs until there is a file of this name."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with started("chromium") as browser:
        yield browser


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jupyter]:
    with served("jupyterlab", tmp_path_factory.mktemp("lab")) as server:
        yield server


async def watch_loop(lab: Jupyter, page: Page, index: int, stop: str) -> None:
    """Run the loop in a cell: its output changes while it runs, and shows its last picture in the end."""
    await run(page, index)
    seen: set[int | None] = set()
    while len(seen) < 8:
        seen.add(await value(page, index))
        await asyncio.sleep(0.02)
    assert await page.evaluate("() => window.isRunning")
    (lab.folder / stop).touch()
    await finished(page)
    await shows(page, PICTURE, index)


@pytest.mark.long  # Jupyter alone takes longer to start than most tests to run
@pytest.mark.timeout(300)
async def test_a_picture_is_shown_to_the_pixel_and_a_loop_while_it_runs(
    lab: Jupyter, chromium: Browser
) -> None:
    cells = [SETUP + STILL, LOOP.format(stop="heard"), LOOP.format(stop="unheard")]
    async with lab.opened(chromium, "loop", cells) as page:
        await run(page, 0)
        await finished(page)
        await shows(page, PICTURE)
        # Words of pages are heard beside the cell, in a subshell.
        await watch_loop(lab, page, 1, "heard")
        # As kernels do before ipykernel 7, and as front ends do other than JupyterLab and Notebook.
        await page.evaluate(f"() => {{ {KERNEL}.commsOverSubshells = 'disabled' }}")
        await watch_loop(lab, page, 2, "unheard")
        await shows(page, PICTURE, 0)
        await page.evaluate("() => window.panel.context.save()")
        saved = nbformat.read(lab.folder / "loop.ipynb", 4)
    for cell in saved.cells:
        (output,) = [one for one in cell.outputs if one.output_type == "display_data"]
        assert output.data["image/png"], "what is shown without a kernel"


COUNTER = """
calls = 0
def take():
    global calls
    calls += 1
    return np.full((30, 40, 3), calls % 250, np.uint8)
view = ws_stream.show(take, fps=20)
"""
ASK = "print('calls', calls, view.stream.watched, view.stream.wanted)"

COMMAND = """([index, name]) => {
  window.panel.content.activeCellIndex = index;
  window.jupyterapp.commands.execute(name);
}"""


async def command(page: Page, index: int, name: str) -> None:
    """Have the program do this with a cell."""
    await page.evaluate(COMMAND, [index, name])


async def said(page: Page, index: int) -> str:
    """What a cell printed."""
    text = "(index) => window.panel.content.widgets[index].outputArea.node.textContent"
    return str(await page.evaluate(text, index))


async def hide_and_show(page: Page) -> None:
    """Hidden, an output is sent none, and the function is not called; seen again, it goes on."""
    await command(page, 1, "notebook:hide-cell-outputs")
    await page.wait_for_timeout(1500)
    await run(page, 2)
    await finished(page)
    first = await said(page, 2)
    await page.wait_for_timeout(1500)
    await run(page, 3)
    await finished(page)
    assert (await said(page, 3)).split()[-4:] == first.split()[-4:], first
    await command(page, 1, "notebook:show-cell-outputs")
    seen: set[int | None] = set()
    while len(seen) < 5:
        seen.add(await value(page, 1))
        await page.wait_for_timeout(50)


async def reload_and_restart(page: Page) -> None:
    """Pages and kernels come and go."""
    # The page is loaded anew, with the same kernel.
    await page.evaluate("() => window.panel.context.save()")
    await page.reload()
    await ready(page)
    await shows(page, PICTURE)
    # The kernel is another: what was shown stays, and says so.
    await page.evaluate(f"() => {{ {KERNEL}.restart() }}")
    while await page.evaluate(STATES) != [] and "refused" not in str(await page.evaluate(STATES)):
        await page.wait_for_timeout(100)
    await run(page, 0)
    await finished(page)
    while "refused" in str((await page.evaluate(STATES))[:1]):
        await page.wait_for_timeout(50)
    await shows(page, PICTURE)


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("program", ["jupyterlab", "notebook"])
async def test_outputs_are_hidden_viewed_twice_reloaded_and_left_by_their_kernel(
    program: str, chromium: Browser, tmp_path: Path
) -> None:
    with served(program, tmp_path) as server:
        cells = [SETUP + STILL, COUNTER, ASK, ASK]
        async with server.opened(chromium, "life", cells) as page:
            for index in (0, 1):
                await run(page, index)
                await finished(page)
            await shows(page, PICTURE)
            while await value(page, 1) is None:
                await page.wait_for_timeout(50)
            if program == "jupyterlab":  # a second view of the same output
                await command(page, 0, "notebook:create-output-view")
                await page.wait_for_timeout(2000)
                await shows(page, PICTURE, 0)
                await page.evaluate("() => window.jupyterapp.shell.activateById(window.panel.id)")
            await hide_and_show(page)
            await reload_and_restart(page)
