"""What docs/embedding.md and docs/clients.md say of other pages runs as it stands there, in a page of another host."""

import re
from contextlib import AsyncExitStack
from pathlib import Path

import numpy as np
import pytest
from playwright.async_api import Page

from tests.browser.browser import Browser, opened
from tests.browser.panel import panel
from ws_stream import Server

DOCS = Path(__file__).parents[2] / "docs"
PANEL = "http://panel.example:*"
PICTURE = np.random.default_rng(9).integers(0, 256, (48, 64, 3), np.uint8)


def blocks(document: str, containing: str) -> list[str]:
    found = re.findall(r"```html\n(.*?)```", (DOCS / document).read_text(), re.DOTALL)
    return [text for text in found if containing in text]


async def show(page: Page, stack: AsyncExitStack, html: str) -> list[Server]:
    """A page of `panel.example`; each device in it is a server of its own that allows it."""
    servers = []
    for name in sorted(set(re.findall(r"device\d?:8000", html))):
        server = Server(port=0, allow_origins=[PANEL], allow_frames=[PANEL])
        await stack.enter_async_context(server)
        server.stream("camera").publish(PICTURE)
        html = html.replace(name, f"127.0.0.1:{server.port}")
        servers.append(server)
    port = await stack.enter_async_context(panel(html))
    await page.goto(f"http://panel.example:{port}/")
    return servers


async def test_the_elements_of_the_document_show_their_devices(chromium: Browser) -> None:
    dashboard, styled = blocks("embedding.md", "<ws-stream")
    assert dashboard.count("\n") == 10
    every = "() => [...document.querySelectorAll('ws-stream')].every((e) => e.shown?.number === 1)"
    async with AsyncExitStack() as stack, opened("about:blank", chromium) as page:
        servers = await show(page, stack, dashboard)
        assert len(servers) == 4
        await page.wait_for_function(every)
        viewers = [len(s.audience.subscriptions) for one in servers for s in one.streams.values()]
        assert viewers == [1] * 4
        assert len(page.workers) == 1
        await show(page, stack, styled)
        await page.wait_for_function(every)
        await page.wait_for_function("() => said.textContent && document.title === 'picture 1'")
        name = page.locator("ws-stream #name")
        assert await name.evaluate("(name) => getComputedStyle(name).fontStyle") == "italic"


@pytest.mark.parametrize("frame", blocks("embedding.md", "<iframe"))
async def test_the_frames_of_the_document_show_the_viewer(chromium: Browser, frame: str) -> None:
    async with AsyncExitStack() as stack, opened("about:blank", chromium) as page:
        await show(page, stack, frame)
        viewer = page.frame_locator("iframe")
        await viewer.locator("#picture").wait_for()
        (inner,) = page.main_frame.child_frames
        await inner.wait_for_function("() => document.querySelector('#picture').width === 64")


async def test_a_page_with_a_canvas_of_its_own_shows_the_stream(chromium: Browser) -> None:
    (text,) = blocks("clients.md", "<canvas")
    async with AsyncExitStack() as stack, opened("about:blank", chromium) as page:
        await show(page, stack, text)
        await page.wait_for_function("() => document.querySelector('#picture').width === 64")
        await page.wait_for_function("() => document.title === 'live'")
