"""Watches a stream in Chromium: when each picture was taken, came, was on the canvas and on the screen.

Knows nothing of servers or tables.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

import numpy as np
from numpy.typing import NDArray
from playwright.async_api import Browser, Page
from playwright.async_api import TimeoutError as PlaywrightTimeout

from .processes import BenchError

FIRST_WITHIN = 20.0
"""Seconds until a page must have shown something."""
WARM_UP = 2.0
"""Seconds that are not counted: code is compiled, windows grow."""

_PROBE = Path(__file__).parent / "latency_probe.js"
_IMAGE = """path => {
  const image = new Image();
  image.src = path;
  document.body.replaceChildren(image);
  latency.watchImage(image);
}"""
_CANVAS = "latency.watchRefreshes(document.querySelector('#picture'))"


class Seen(NamedTuple):
    """Milliseconds; one value per picture that was seen. The parts are empty where a page does not tell them."""

    canvas: NDArray[np.float64]
    """From complete in memory to on the canvas, or ready to be drawn there from an image."""
    screen: NDArray[np.float64]
    """From complete in memory to the end of the first refresh that shows it."""
    wait: NDArray[np.float64]
    """Part of `canvas`: from complete in memory to read by the server."""
    way: NDArray[np.float64]
    """Part of `canvas`: from there to the message handed to the page."""
    drawing: NDArray[np.float64]
    """Part of `canvas`: from there to its end."""


async def watch(browser: Browser, url: str, seconds: float, times: NDArray[np.int64]) -> Seen:
    """Follow a viewer page, or else a stream of JPEGs, whose pictures were complete at these times."""
    async with _page(browser) as page:
        if url.endswith("/stream"):
            await _visit(page, urljoin(url, "/page"))  # any page of the same origin, to read pixels
            await page.evaluate(_IMAGE, "/stream")
        else:
            await _visit(page, url)
            await page.evaluate(_CANVAS)
        await _first(page, url)
        await asyncio.sleep(WARM_UP)
        await page.evaluate("latency.drawn.length = latency.shown.length = 0")
        await asyncio.sleep(seconds)
        notes = await page.evaluate("({ drawn: latency.drawn, shown: latency.shown })")
        return _seen(notes, await page.evaluate("latency.ahead()"), times)


async def first_picture(browser: Browser, url: str) -> float:
    """When a page that is tried until the server answers has its first picture, in seconds since 1970."""
    async with _page(browser) as page:
        await _visit(page, url)
        await _first(page, url)
        first = await page.evaluate("latency.drawn[0].at - latency.ahead()")
        return float(first) / 1000


@asynccontextmanager
async def _page(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    await context.add_init_script(path=_PROBE)
    try:
        yield await context.new_page()
    finally:
        await context.close()


async def _visit(page: Page, url: str) -> None:
    """Open the address once somebody listens there: servers say it a little before they do."""
    host = urlsplit(url)
    until = time.monotonic() + FIRST_WITHIN
    while True:
        try:
            _, writer = await asyncio.open_connection(host.hostname, host.port)
        except ConnectionRefusedError:
            if time.monotonic() > until:
                raise BenchError(f"nobody answered at {url} within {FIRST_WITHIN:.0f} s") from None
            await asyncio.sleep(0.005)
        else:
            writer.close()
            break
    await page.goto(url)


async def _first(page: Page, url: str) -> None:
    try:  # a function, as the page's policy forbids to evaluate text
        await page.wait_for_function("() => latency.drawn.length", timeout=1000 * FIRST_WITHIN)
    except PlaywrightTimeout:
        raise BenchError(f"no picture from {url} within {FIRST_WITHIN:.0f} s") from None


def _seen(notes: dict[str, list[dict[str, float]]], ahead: float, times: NDArray[np.int64]) -> Seen:
    """What was noted, by the browser's clock, which is so many milliseconds ahead of the system's."""

    def since(kind: str, name: str, ahead: float = ahead) -> NDArray[np.float64]:
        kept = [note for note in notes[kind] if name in note]
        at = np.array([note[name] for note in kept], np.float64) - ahead
        complete = times[[int(note["number"]) for note in kept]] / 1e6
        return np.asarray(at - complete, np.float64)

    canvas, arrived = since("drawn", "at"), since("drawn", "arrived")
    wait = since("drawn", "taken", ahead=0)  # by the server's clock
    drawing = canvas - arrived if arrived.size else arrived
    return Seen(canvas, since("shown", "at"), wait, arrived - wait, drawing)
