"""Joining, dropping, reconnecting, restarted servers: the canvas never shows a picture that was not published."""

import asyncio
from collections.abc import Awaitable, Callable

import numpy as np
from playwright.async_api import Page

from tests.browser.browser import Browser, canvas, opened
from ws_stream import Server, Stream

WIDTH, HEIGHT = 64, 48
PICTURES = 80
"""In each life of the server."""

SAMPLE_EVERY_REFRESH = """() => {
  window.samples = { looked: 0, mixed: 0, seen: [] };
  const canvas = document.querySelector('#picture');
  const copy = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const look = () => {
    requestAnimationFrame(look);
    const { width, height } = canvas;
    if (!width) return;
    if (copy.canvas.width !== width) Object.assign(copy.canvas, { width, height });
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, width, height);
    const words = new Uint32Array(data.buffer);
    window.samples.looked += 1;
    if (words.some((word) => word !== words[0])) window.samples.mixed += 1;
    else window.samples.seen.push((words[0] & 0xffffff).toString(16));
  };
  look();
}"""


KEEP_SOCKETS = """
window.sockets = [];
WebSocket = class extends WebSocket {
  constructor(...rest) {
    super(...rest);
    window.sockets.push(this);
  }
};"""


def picture(life: int, number: int) -> np.ndarray:
    """One colour all over, another for each life of the server and each picture of it."""
    return np.full((HEIGHT, WIDTH, 3), (life * 40, number % 256, 128), np.uint8)


async def publish(stream: Stream, life: int) -> None:
    for number in range(PICTURES):
        stream.publish(picture(life, number))
        await asyncio.sleep(0.01)


async def restart(
    page: Page, act: Callable[[Page], Awaitable[None]], query: str = "worker=on"
) -> None:
    """Publish through five lives of a server on one port; do something to the page in each."""
    port = 0
    for life in range(1, 6):
        async with Server(port=port) as server:
            port = server.port
            stream = server.stream("lives")
            publishing = asyncio.create_task(publish(stream, life))
            if life == 1:
                await page.goto(f"{server.urls(stream)[0]}&{query}")
                await page.evaluate(SAMPLE_EVERY_REFRESH)
            await act(page)
            async with asyncio.timeout(20):
                while (await canvas(page))[0, 0, 0] != life * 40:
                    await asyncio.sleep(0.05)
            await publishing
            last = picture(life, PICTURES - 1)
            async with asyncio.timeout(5):
                while not np.array_equal((await canvas(page))[..., :3], last):
                    await asyncio.sleep(0.02)


async def test_through_restarts_only_published_pictures_are_seen_and_always_the_last_one(
    browser: Browser,
) -> None:
    async def nothing(_: Page) -> None: ...

    # Firefox 153 stands still for 20 s where a page reads a worker's canvas while that opens a socket.
    query = "worker=off" if browser.name == "firefox" else "worker=on"
    async with opened("about:blank", browser) as page:
        await restart(page, nothing, query)
        samples = await page.evaluate("samples")
    published = {f"80{n % 256:02x}{life * 40:02x}" for life in range(1, 6) for n in range(PICTURES)}
    blank = {"0"}
    assert samples["looked"] > 100
    assert samples["mixed"] == 0
    assert set(samples["seen"]) <= published | blank
    assert len({colour[-2:] for colour in samples["seen"]} - {"0"}) == 5


async def test_a_page_that_drops_the_connection_again_and_again_comes_back_to_the_right_picture(
    browser: Browser,
) -> None:
    async def drop(page: Page) -> None:
        for _ in range(3):
            await page.wait_for_timeout(100)
            await page.wait_for_function("() => sockets.length")
            await page.evaluate("sockets.at(-1).close()")

    async with opened("about:blank", browser) as page:
        await page.add_init_script(KEEP_SOCKETS)
        await restart(page, drop, "worker=off")  # where its sockets can be reached
        samples = await page.evaluate("samples")
    assert samples["mixed"] == 0
