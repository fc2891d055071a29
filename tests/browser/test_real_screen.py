"""Real input, end to end: programs draw into Xvfb's mapped framebuffer, browsers show it, every pixel is compared."""

import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from tests.browser.browser import Browser, opened, shows
from tests.browser.display import Display

PICTURES = 12


class Terminal(Display):
    """An xterm that prints what it is told."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "xterm")
        pipe = folder / "told"
        os.mkfifo(pipe)
        self.start("xterm", "-geometry", "170x46+0+0", "-fn", "fixed", "-e", "cat", pipe)
        self._told = pipe.open("w", buffering=1)

    def say(self, text: str) -> None:
        self._told.write(text)

    def close(self) -> None:
        self._told.close()
        super().close()


@pytest.fixture
async def terminal(tmp_path: Path) -> AsyncIterator[Terminal]:
    terminal = Terminal(tmp_path)
    try:
        terminal.say("ready\n")
        await terminal.still()
        yield terminal
    finally:
        terminal.close()


@contextmanager
def serving(*arguments: str) -> Iterator[str]:
    """The address that `ws-stream serve` prints."""
    command = [sys.executable, "-m", "ws_stream", "serve", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            found = re.search(r"http://\S+", process.stdout.readline())
            assert found
            yield found[0]
        finally:
            process.terminate()
            process.wait(10)


def line(number: int) -> str:
    """Something that looks different each time: coloured words, sometimes a cleared or scrolled screen."""
    colours = "".join(
        f"\x1b[{40 + (number + i) % 8};{30 + i % 8}m word {number * i} " for i in range(9)
    )
    clear = "\x1b[2J\x1b[H" if number % 25 == 24 else ""
    return f"{clear}{colours}\x1b[0m {number}\n"


async def compare(terminal: Terminal, url: str, step: int, browser: Browser) -> bool:
    """Show changing pictures and compare each; whether the page's context was secure."""
    async with opened(url, browser) as page:
        before = terminal.rgb()
        for number in range(PICTURES):
            terminal.say(line(number))
            before = await terminal.still(unlike=before)
            expected = before[::step, ::step]
            assert np.array_equal(await shows(page, expected), expected), f"picture {number}"
        secure: bool = await page.evaluate("isSecureContext")
        return secure


async def test_the_canvas_equals_the_framebuffer_in_every_pixel(
    terminal: Terminal, chromium: Browser
) -> None:
    with serving(f"xwd:{terminal.framebuffer}", "--step", "4", "--port", "0") as url:
        assert await compare(terminal, url, 4, chromium) is True


async def test_the_same_at_a_lan_address_where_the_browser_s_context_is_not_secure(
    terminal: Terminal, address: str, browser: Browser
) -> None:
    with serving(f"xwd:{terminal.framebuffer}", "--host", address, "--port", "8000") as url:
        assert url.startswith(f"http://{address}:8000/")
        assert await compare(terminal, url, 1, browser) is False
