"""What a page of somebody else does in the browser of who is signed in at a device; docs/security.md lists all.

The device has an address of a LAN, and the person sees its pictures in the same browser all the while.
"""

from collections.abc import AsyncIterator

import numpy as np
import pytest
from playwright.async_api import BrowserContext, Page

from tests.browser.browser import Browser, opened, shows
from tests.browser.panel import panel
from ws_stream import Server
from ws_stream.server.tokens import new_token

TOKEN = new_token()
PICTURE = np.random.default_rng(14).integers(0, 256, (48, 64, 3), np.uint8)
NEXT = 255 - PICTURE
REFUSED = 1008
UNKNOWN = "the host evil.example is not answered for; right would be --allow-host evil.example"

HIJACK = """(url) => new Promise((resolve) => {
  const heard = [];
  const socket = new WebSocket(url, ['ws-stream.v1']);
  socket.onmessage = ({ data }) => heard.push(data);
  socket.onopen = () => socket.send('{"type":"input","epoch":1,"number":1,"events":[]}');
  socket.onclose = ({ code, reason }) => resolve([code, reason, heard.length]);
})"""

READ = """async (url) => {
  try {
    const answer = await fetch(url, { credentials: 'include' });
    return [answer.status, await answer.text()];
  } catch {
    return null;
  }
}"""
"""null: the browser tells the page nothing."""

FORM = """([device, token, method]) => {
  const form = document.createElement('form');
  form.method = method;
  form.action = `${device}signin`;
  form.innerHTML = `<input name="token" value="${token}">`;
  document.body.append(form);
  setTimeout(() => form.submit());
}"""

FORMS: dict[str, tuple[str, ...]] = {"chromium": ("get", "post"), "firefox": ()}
"""Methods; Firefox sends no form for its driver."""

REQUESTS = """([device, token]) => Promise.all(
  ['GET', 'POST', 'PUT', 'DELETE'].flatMap((method) =>
    [{}, { Authorization: `Bearer ${token}` }].flatMap((headers) =>
      ['cors', 'no-cors'].map((mode) =>
        fetch(`${device}signin`, { headers, method, mode, credentials: 'include' }).then(
          ({ type, status }) => `${method} ${mode} ${type} ${status}`, () => '')))))"""
"""What of each answer the page is told."""

FRAMES = """(urls) => {
  for (const url of urls) {
    const frame = document.createElement('iframe');
    frame.src = url;
    frame.style.opacity = 0;
    document.body.append(frame);
  }
}"""


@pytest.fixture
async def server(address: str) -> AsyncIterator[Server]:
    async with Server(address, 0, tokens=[f"control:{TOKEN}"]) as server:
        server.stream("life", input=True).publish(PICTURE)
        yield server


@pytest.fixture
async def person(browser: Browser, server: Server) -> AsyncIterator[Page]:
    """Signed in, and looking at the device."""
    async with opened(f"{server.urls()[0]}#token={TOKEN}", browser) as page:
        assert np.array_equal(await shows(page, PICTURE), PICTURE)
        yield page
        assert len(server.streams["life"].audience.subscriptions) == 1
        server.streams["life"].publish(NEXT)
        assert np.array_equal(await shows(page, NEXT), NEXT)


@pytest.fixture
async def evil(person: Page) -> AsyncIterator[Page]:
    """Another page of the same browser, with the same cookies, of another site."""
    async with panel("<p>win a phone") as port:
        page = await person.context.new_page()
        await page.goto(f"http://127.0.0.1:{port}/")
        yield page


async def cookies(context: BrowserContext) -> list[tuple[str, str]]:
    return [(cookie["name"], cookie["value"]) for cookie in await context.cookies()]


async def test_cross_site_websocket_hijacking(server: Server, evil: Page) -> None:
    assert TOKEN in dict(await cookies(evil.context)).values()
    socket = server.urls()[0].replace("http", "ws") + "stream/life"
    code, reason, heard = await evil.evaluate(HIJACK, socket)
    assert (code, heard) == (REFUSED, 0)
    assert reason.startswith("pages of http://127.0.0.1:")
    for path in ("streams", "metrics", "healthz", "", "viewer.js", "signin"):
        assert await evil.evaluate(READ, server.urls()[0] + path) is None


async def test_cross_site_request_forgery(server: Server, evil: Page, browser: Browser) -> None:
    """Neither are its tokens tried, nor is anybody signed in or out."""
    before = await cookies(evil.context)
    device, here = server.urls()[0], evil.url
    for token in (TOKEN, new_token()):
        assert not any(await evil.evaluate(REQUESTS, [device, token]))
        for method in FORMS[browser.name]:
            await evil.evaluate(FORM, [device, token, method])
            await evil.wait_for_url(f"{device}signin*")
            await evil.goto(here)
    assert await cookies(evil.context) == before


async def test_clickjacking(address: str, server: Server, evil: Page) -> None:
    """The frame that is refused was asked for before one that is allowed, which shows a picture."""
    page = evil.url.rstrip("/")
    async with Server(address, 0, allow_frames=[page]) as other:
        other.stream("allowed").publish(PICTURE)
        await evil.evaluate(FRAMES, [server.urls()[0], other.urls()[0]])
        frames = evil.main_frame.child_frames
        await frames[1].wait_for_function("() => window.wsStream?.view.shown")
        assert await frames[0].evaluate("document.querySelector('#picture')") is None


async def test_dns_rebinding(chromium: Browser) -> None:
    """What the attacker's name and port reach is his page at first, and then this device: to the browser one site."""
    async with opened("about:blank", chromium) as page:
        async with panel("<p>win a phone") as port:
            site = f"http://evil.example:{port}/"
            await page.goto(site)
        async with Server(port=port) as server:
            server.stream("life").publish(PICTURE)
            for path in ("", "streams", "metrics", "viewer.js", "healthz", "stream/life"):
                assert await page.evaluate(READ, site + path) == [403, f"{UNKNOWN}\n"]
            socket = site.replace("http", "ws") + "stream/life"
            assert await page.evaluate(HIJACK, socket) == [REFUSED, UNKNOWN, 0]
            assert not server.streams["life"].watched
