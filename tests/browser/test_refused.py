"""What the page says where it does not run, is not let in, or finds no stream; and what pages elsewhere are told."""

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest
from playwright.async_api import Page, Route

from tests.browser.browser import Browser, canvas, opened
from ws_stream import Server

PICTURE = np.arange(48 * 64 * 3, dtype=np.uint8).reshape(48, 64, 3)

COUNT = """
window.sockets = 0;
WebSocket = class extends WebSocket {
  constructor(...rest) {
    super(...rest);
    window.sockets += 1;
  }
};
"""

TELL = """(url) => new Promise((resolve) => {
  new WebSocket(url, ['ws-stream.v1']).onclose = ({ code, reason }) => resolve([code, reason]);
})"""

FRAME = """(url) => {
  const frame = document.createElement('iframe');
  frame.src = url;
  document.body.append(frame);
}"""


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server(port=0) as server:
        server.stream("life").publish(PICTURE)
        yield server


@pytest.fixture
async def page(chromium: Browser) -> AsyncIterator[Page]:
    async with opened("about:blank", chromium) as page:
        yield page


async def says(page: Page, element: str, text: str) -> None:
    """Wait until a person sees this text there."""
    await page.wait_for_function(
        """([element, text]) => {
          const found = document.querySelector(element);
          return found.textContent.includes(text) && found.checkVisibility({ visibilityProperty: true });
        }""",
        arg=[element, text],
        timeout=10_000,
    )


async def test_a_page_whose_script_is_kept_back_says_so_and_offers_no_dead_button(
    server: Server, page: Page
) -> None:
    async def refuse(route: Route) -> None:
        await route.fulfill(status=403, body="the host proxy.example is not answered for")

    await page.route("**/start.js", refuse)
    await page.goto(server.urls()[0])
    await says(page, "#word", "not running")
    await says(page, "#notice", "The script of this page has not run.")
    assert not await page.is_visible("#tools")


@pytest.mark.parametrize(
    ("lack", "sentence"),
    [
        ("delete window.WebSocket", "WebSocket is not defined"),
        ("HTMLCanvasElement.prototype.getContext = () => null", "this browser gives no 2D canvas"),
        ("HTMLCanvasElement.prototype.getContext = undefined", "getContext is not a function"),
    ],
)
async def test_a_browser_that_lacks_what_it_takes_says_what(
    server: Server, lack: str, sentence: str, chromium: Browser
) -> None:
    async with opened("about:blank", chromium) as page:
        await page.add_init_script(lack)
        await page.goto(f"{server.urls()[0]}?worker=off")
        await says(page, "#word", "not running")
        await says(page, "#notice", "This page does not run in this browser: ")
        await says(page, "#notice", sentence)


async def test_what_cannot_be_asked_for_is_refused_in_the_servers_words_and_not_asked_again(
    server: Server, page: Page
) -> None:
    await page.add_init_script(COUNT)
    await page.goto(f"{server.urls()[0]}?worker=off&step=99")
    await says(page, "#word", "refused")
    await says(page, "#notice", "step=99 cannot be; right would be a whole number from 1 to 16.")
    await page.wait_for_timeout(1500)
    assert await page.evaluate("sockets") == 1


async def test_a_stream_there_is_not_is_said_and_shown_when_it_comes(
    server: Server, page: Page
) -> None:
    await page.goto(f"{server.urls()[0]}?stream=later")
    await says(page, "#word", "no such stream")
    await says(page, "#notice", "there is no stream at /stream/later; there are: life")
    await says(page, "#streams", "life")
    server.stream("later").publish(PICTURE)
    await says(page, "#word", "live")
    assert np.array_equal((await canvas(page))[..., :3], PICTURE)


@pytest.fixture
async def dashboard() -> AsyncIterator[int]:
    """The port of a page that has nothing to do with ours."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 3\r\n\r\n<p>")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as listening:
        yield listening.sockets[0].getsockname()[1]


async def test_a_page_of_elsewhere_is_told_why_it_sees_nothing(
    server: Server, page: Page, dashboard: int
) -> None:
    await page.goto(f"http://dashboard.example:{dashboard}/")
    told = await page.evaluate(TELL, f"ws://127.0.0.1:{server.port}/stream/life")
    page_ = f"http://dashboard.example:{dashboard}"
    right = f"right would be --allow-origin {page_}"
    assert told == [1008, f"pages of {page_} are not answered; {right}"]


@pytest.mark.parametrize(
    ("host", "framed"),
    [("localhost", True), ("app.localhost", True), ("dashboard.example", False)],
)
async def test_the_pages_that_may_ask_may_frame_the_viewer(
    server: Server, page: Page, dashboard: int, host: str, framed: bool
) -> None:
    await page.goto(f"http://{host}:{dashboard}/")
    await page.evaluate(FRAME, server.urls()[0])
    for _ in range(100 if framed else 15):
        if server.streams["life"].watched:
            break
        await page.wait_for_timeout(100)
    assert server.streams["life"].watched is framed
