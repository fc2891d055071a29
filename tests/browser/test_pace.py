"""What a viewer's page asks of the device: nothing while hidden, and no more than it can draw."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from statistics import median

import numpy as np
import pytest
from playwright.async_api import Page

from tests.browser.browser import Browser, canvas, opened
from ws_stream import Server, Stream
from ws_stream.hub import subscription

HIDE = """
window.isHidden = HIDDEN;
for (const [name, get] of Object.entries({
  hidden: () => window.isHidden,
  visibilityState: () => (window.isHidden ? 'hidden' : 'visible'),
})) Object.defineProperty(document, name, { get });
window.hide = (isHidden) => {
  window.isHidden = isHidden;
  document.dispatchEvent(new Event('visibilitychange'));
};
"""
"""A headless page is never hidden, so it is told that it is."""

COUNT = """
window.pictures = 0;
window.sockets = 0;
WebSocket = class extends WebSocket {
  constructor(...rest) {
    super(...rest);
    window.sockets += 1;
    this.addEventListener('message', ({ data }) => {
      if (typeof data !== 'string') window.pictures += 1;
    });
  }
};
"""


def grey(value: int) -> np.ndarray:
    return np.full((48, 64, 3), value, np.uint8)


async def counted(page: Page, hidden: str, url: str) -> None:
    """Open the page, hidden or not, with its pictures counted: on its own thread, as nothing counts in a worker."""
    await page.add_init_script(HIDE.replace("HIDDEN", hidden) + COUNT)
    await page.goto(f"{url}&worker=off")


async def publish(stream: Stream, values: range) -> None:
    for value in values:
        stream.publish(grey(value))
        await asyncio.sleep(0.01)


async def asked(stream: Stream, fps: float | None) -> None:
    """Wait until the page has told the device that it wants this many pictures a second."""
    async with asyncio.timeout(10):
        while [one.request.fps for one in stream.audience.subscriptions] != [fps]:
            await asyncio.sleep(0.01)


async def shown(page: Page, value: int) -> None:
    """Wait until the canvas shows this value."""
    async with asyncio.timeout(10):
        while (await canvas(page))[0, 0, 0] != value:
            await asyncio.sleep(0.02)


async def test_a_hidden_page_is_sent_nothing_and_on_its_return_one_picture(
    chromium: Browser,
) -> None:
    async with Server(port=0) as server, opened("about:blank", chromium) as page:
        stream = server.stream("life", fps=100)
        stream.publish(grey(1))
        await counted(page, "false", server.urls(stream)[0])
        await shown(page, 1)
        await page.evaluate("hide(true)")
        await asked(stream, 0)
        before = await page.evaluate("pictures")
        await publish(stream, range(2, 102))
        assert await page.evaluate("pictures") == before
        await page.evaluate("hide(false)")
        await shown(page, 101)
        await asyncio.sleep(0.2)
        assert await page.evaluate("pictures") == before + 1


async def test_a_page_that_opens_hidden_is_sent_its_first_picture_when_it_is_looked_at(
    chromium: Browser,
) -> None:
    async with Server(port=0) as server, opened("about:blank", chromium) as page:
        stream = server.stream("life", fps=100)
        await counted(page, "true", server.urls(stream)[0])
        await page.wait_for_function("() => window.wsStream?.view.status.silentFor < 1000")
        await publish(stream, range(1, 51))
        assert await page.evaluate("pictures") == 0
        await page.evaluate("hide(false)")
        await shown(page, 50)
        await asyncio.sleep(0.2)
        assert await page.evaluate("pictures") == 1


async def test_a_hidden_page_without_timers_is_not_taken_for_dead(
    monkeypatch: pytest.MonkeyPatch, chromium: Browser
) -> None:
    monkeypatch.setattr(subscription, "DEAD_AFTER", 7.0)
    async with Server(port=0) as server, opened("about:blank", chromium) as page:
        stream = server.stream("life")
        stream.publish(grey(1))
        await counted(page, "false", server.urls(stream)[0])
        await shown(page, 1)
        await page.evaluate("window.setTimeout = () => 0; hide(true)")
        await asyncio.sleep(9)
        assert await page.evaluate("sockets") == 1
        assert len(stream.audience.subscriptions) == 1


async def test_the_pages_address_says_what_is_shown(chromium: Browser) -> None:
    async with Server(port=0) as server, opened("about:blank", chromium) as page:
        stream = server.stream("life")
        stream.publish(np.arange(48 * 64 * 3, dtype=np.uint8).reshape(48, 64, 3))
        address = server.urls(stream)[0].partition("?")[0]
        await page.goto(f"{address}?stream=life&crop=8,4,20,10&step=2")
        assert (await canvas(page)).shape[:2] == (5, 10)
        await page.evaluate("wsStream.view.request({ crop: [0, 0, 30, 20] })")
        async with asyncio.timeout(5):
            while (await canvas(page)).shape[:2] != (10, 15):
                await asyncio.sleep(0.02)


@asynccontextmanager
async def noise(stream: Stream) -> AsyncIterator[None]:
    """Publish pictures that no difference makes smaller, 60 times a second: no more than a browser's driver takes."""
    generator = np.random.default_rng(5)
    pictures = [generator.integers(0, 256, (200, 320, 3), np.uint8) for _ in range(8)]

    async def forever() -> None:
        for number in range(10**9):
            stream.publish(pictures[number % len(pictures)])
            await asyncio.sleep(1 / 60)

    publishing = asyncio.create_task(forever())
    try:
        yield
    finally:
        publishing.cancel()


async def behind(page: Page, stream: Stream) -> int:
    """How many pictures ago the page drew one last."""
    drawn = int(await page.evaluate("wsStream.view.shown.number"))
    (shown,) = stream.audience.shown.values()
    _, number, _ = stream.walk.state(shown.variant_id)
    return number - drawn


@pytest.mark.long  # a processor that is made slow takes a minute
async def test_a_page_on_a_slow_processor_says_so_and_slows_no_other(chromium: Browser) -> None:
    async with (
        Server(port=0) as server,
        opened("about:blank", chromium) as healthy,
        opened("about:blank") as slow,  # in a browser of its own
    ):
        stream = server.stream("noise", fps=60)
        session = await slow.context.new_cdp_session(slow)
        await session.send("Emulation.setCPUThrottlingRate", {"rate": 20})
        async with noise(stream):
            for page in (healthy, slow):
                await page.goto(f"{server.urls(stream)[0]}&worker=off")
                await page.wait_for_function("() => window.wsStream?.view.shown", timeout=20_000)
            await slow.wait_for_function(
                "() => document.querySelector('#limit').textContent === 'this browser'",
                timeout=20_000,
            )
            behinds: dict[Page, list[int]] = {healthy: [], slow: []}
            rates: dict[Page, list[float]] = {healthy: [], slow: []}
            for _ in range(9):
                await asyncio.sleep(0.3)
                for page, numbers in behinds.items():
                    numbers.append(await behind(page, stream))
                    statistics = await page.evaluate("wsStream.view.statistics")
                    rates[page].append(statistics["picturesPerSecond"])
        assert median(rates[healthy]) > 1.5 * median(rates[slow])
        # A queue would let what the slow page shows fall behind by hundreds in this time.
        assert median(behinds[healthy]) < 60
        assert median(behinds[slow]) < 120
