"""The browsers of this machine for the tests, and what their pages show."""

import asyncio
import base64
import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from playwright.async_api import Frame, Page, async_playwright

VIEWPORT = {"width": 1280, "height": 800}

NO_FAULT = re.compile(
    r"t establish a connection to the server at ws:|^The connection to ws:|blocked an inline style"
    r"|it is in a cross-site context and its “SameSite” is"
)
"""Firefox tells as of errors of lost connections, of a cookie that is meant to be refused in a frame of another site,
and that a page did not take the driver's style for screenshots."""

COPY = """
  const canvas = document.querySelector('#picture');
  const { width, height } = canvas;
  if (!width) return null;
  const copy = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  const { data } = copy.getImageData(0, 0, width, height);
"""
"""Whatever draws on the canvas."""

READ_CANVAS = f"""() => {{{COPY}
  let text = '';
  for (let i = 0; i < data.length; i += 32768) {{
    text += String.fromCharCode(...data.subarray(i, i + 32768));
  }}
  return {{ width, height, pixels: btoa(text) }};
}}"""

PROBE_CANVAS = f"""() => {{{COPY}
  const words = new Uint32Array(data.buffer);
  let sum = 0;
  for (let i = 0; i < words.length; i += 1) sum = (sum + Math.imul(words[i], (i % 65521) + 1)) | 0;
  return `${{width}} ${{height}} ${{sum >>> 0}}`;
}}"""
"""A weighted sum of all pixels: quick enough to ask often, before they are all read and compared."""

PROBE_EVERY_REFRESH = f"""
window.probes = new Set();
const probe = {PROBE_CANVAS};
(function look() {{
  requestAnimationFrame(look);
  const {{ width, height }} = document.querySelector('#picture') ?? {{}};
  if (width * height < 65536) window.probes.add(probe());
}})();
"""
"""All that the canvas ever showed, of small pictures; to be added before the page's own scripts."""


class Browser(NamedTuple):
    """One that runs, in a process of its own: tests on any event loop take it."""

    name: str
    socket: str
    pid: int


@contextmanager
def started(
    name: str, *arguments: str, preferences: Mapping[str, object] | None = None
) -> Iterator[Browser]:
    """A browser for many pages; `arguments` are its own, `preferences` are Firefox's."""
    options = name, json.dumps(arguments), json.dumps(preferences)
    with subprocess.Popen(
        [sys.executable, "-m", "tests.browser.launch", *options],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        socket = process.stdout.readline().strip()
        assert socket, f"{name} does not start; tests/install.sh installs what the tests need"
        try:
            yield Browser(name, socket, process.pid)
        finally:
            assert process.stdin
            process.stdin.close()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()  # its driver ends the browser


@asynccontextmanager
async def opened(
    url: str, browser: Browser | None = None, **context: object
) -> AsyncIterator[Page]:
    """A page at the address; an error on the page, or one it logs, fails the test.

    It has nothing in common with other pages of the browser. Without one, Chromium is started for it alone.
    """
    errors: list[str] = []
    with ExitStack() as stack:
        browser = browser or stack.enter_context(started("chromium"))
        async with async_playwright() as driver:
            connected = await getattr(driver, browser.name).connect(browser.socket)
            size = {} if "no_viewport" in context else {"viewport": VIEWPORT}
            window = await connected.new_context(**{**size, **context})
            try:
                page = await window.new_page()
                page.on("pageerror", lambda error: errors.append(str(error)))
                await page.goto(url)
                yield page
            finally:
                with suppress(TimeoutError):  # one that is stuck ends with its browser
                    await asyncio.wait_for(window.close(), 10)
    assert not (faults := [error for error in errors if not NO_FAULT.search(error)]), faults


async def canvas(page: Page | Frame) -> NDArray[np.uint8]:
    """What the canvas shows, as uint8 (height, width, 4); waits for the first picture."""
    await page.wait_for_function("() => document.querySelector('#picture').width > 0")
    read = await page.evaluate(READ_CANVAS)
    pixels = np.frombuffer(base64.b64decode(read["pixels"]), np.uint8)
    return pixels.reshape(read["height"], read["width"], 4)


def probe(rgb: NDArray[np.uint8]) -> str:
    """What PROBE_CANVAS says of a canvas that shows these pixels."""
    height, width = rgb.shape[:2]
    words = np.full((height, width, 4), 255, np.uint8)
    words[..., :3] = rgb
    weights = np.arange(width * height, dtype=np.uint32) % 65521 + 1
    return f"{width} {height} {(words.view('<u4').ravel() * weights).sum(dtype=np.uint32)}"


async def shows(page: Page | Frame, expected: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Wait until the canvas seems to show these RGB pixels, then read every one of them.

    Before there is a picture it is not read: Firefox 153 then stands still for 20 s while a worker opens a socket.
    """
    await page.wait_for_function("() => window.wsStream?.view.shown")
    wanted = probe(expected)
    for _ in range(300):
        if await page.evaluate(PROBE_CANVAS) == wanted:
            break
        await page.wait_for_timeout(10)
    seen = await canvas(page)
    assert (seen[..., 3] == 255).all()
    return seen[..., :3]
