"""A real X program operated from the page: what it heard, and what the page shows of that, by examples/operate_x.py."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.async_api import Page
from websockets.asyncio.client import connect as open_websocket
from websockets.typing import Subprotocol

from tests.browser.browser import Browser, opened, shows
from tests.browser.display import Display
from ws_stream import Pointer, Touch
from ws_stream.protocol.control import serialize
from ws_stream.protocol.input import Action
from ws_stream.protocol.messages import Input
from ws_stream.protocol.picture import SUBPROTOCOL

EXAMPLE = Path(__file__).parents[2] / "examples" / "operate_x.py"
COLUMN, ROW = 6, 13
"""Pixels of a letter of the font `fixed`."""
BORDER = 2
"""Pixels around an xterm's letters."""


class Terminal(Display):
    """An xterm whose program writes to a file what it hears from keyboard and mouse, and shows it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "xterm", "xdotool")
        self.output = folder / "heard"
        program = r"""printf '\033[?1002h\033[?1006h'; stty -icanon -echo; tee "$0" | cat -v"""
        options = "-geometry", "170x46+0+0", "-fn", "fixed", "-u8"
        self.start("xterm", *options, "-e", "sh", "-c", program, self.output, LC_ALL="C.UTF-8")

    async def has_heard(self, text: str) -> None:
        for _ in range(1000):
            if self.output.exists() and text in self.output.read_text(errors="replace"):
                return
            await asyncio.sleep(0.01)
        assert text in self.output.read_text(errors="replace")


@pytest.fixture
async def terminal(tmp_path: Path) -> AsyncIterator[Terminal]:
    terminal = Terminal(tmp_path)
    try:
        await terminal.has_heard("")
        await terminal.still()
        yield terminal
    finally:
        terminal.close()


@pytest.fixture
def url(terminal: Terminal) -> Iterator[str]:
    command = [sys.executable, str(EXAMPLE), terminal.name, "0"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdin
        assert program.stdout
        yield program.stdout.readline().strip()
        program.stdin.close()
        assert program.wait(10) == 0


async def place(page: Page, column: int, row: int) -> tuple[float, float]:
    """Where on the page the middle of this letter of the terminal is."""
    box = await page.locator("#picture").bounding_box()
    assert box
    x, y = BORDER + COLUMN * (column - 0.5), BORDER + ROW * (row - 0.5)
    return box["x"] + x / 1024 * box["width"], box["y"] + y / 600 * box["height"]


async def operate(page: Page) -> None:
    await page.click("button[aria-label=Operate]")
    await page.wait_for_selector("button[aria-label=Operate][aria-pressed=true]")


async def test_an_x_program_is_operated_from_the_page_which_shows_what_it_does(
    terminal: Terminal, url: str, chromium: Browser
) -> None:
    async with opened(url, chromium) as page:
        before = terminal.rgb()
        assert np.array_equal(await shows(page, before), before)
        await operate(page)
        await page.mouse.click(*await place(page, 34, 8))
        await terminal.has_heard("\x1b[<0;34;8M\x1b[<0;34;8m")
        await page.keyboard.type("Hi 5!")
        await page.keyboard.press("ArrowUp")
        await page.keyboard.insert_text("größer")
        await terminal.has_heard("Hi 5!\x1b[Agrößer")
        await page.mouse.wheel(0, 100)
        await terminal.has_heard("größer\x1b[<65;34;8M")
        after = await terminal.still(unlike=before)
        assert np.array_equal(await shows(page, after), after)


async def test_fingers_press_and_small_turns_of_a_wheel_add_up(
    terminal: Terminal, url: str
) -> None:
    x, y = BORDER + COLUMN * 9.5, BORDER + ROW * 4.5
    address = url.replace("http://", "ws://").partition("?")[0] + "stream"
    protocols = [Subprotocol(SUBPROTOCOL)]
    async with open_websocket(address, subprotocols=protocols, proxy=None) as websocket:
        await websocket.recv()
        right = x + COLUMN
        one = Touch(7, x, y, "start"), Touch(7, right, y, "move"), Touch(7, right, y, "end")
        other = Touch(8, 0, 0, "start"), Touch(8, 50, 50, "move"), Touch(8, 50, 50, "end")
        both: list[Action] = [one[0], other[0], one[1], one[2], *other[1:]]
        await websocket.send(serialize(Input(1, 1, (*both, *[Pointer(x, y, 0, (0, -25))] * 4))))
        heard = "<0;10;5M", "<32;11;5M", "<0;11;5m", "<64;10;5M"
        await terminal.has_heard("".join(f"\x1b[{report}" for report in heard))


async def test_what_a_user_holds_down_goes_up_when_the_page_is_gone(
    terminal: Terminal, url: str, chromium: Browser
) -> None:
    async with opened(url, chromium) as page:
        await operate(page)
        await page.mouse.move(*await place(page, 10, 5))
        await page.mouse.down()
        await terminal.has_heard("\x1b[<0;10;5M")
        assert "\x1b[<0;10;5m" not in terminal.output.read_text()
    await terminal.has_heard("\x1b[<0;10;5m")
