"""Tokens as people meet them: a form, an address, a frame, an element; and where a token is never found."""

from collections.abc import AsyncIterator

import numpy as np
import pytest
from playwright.async_api import Page

from tests.browser.browser import Browser, opened, shows
from tests.browser.panel import panel
from ws_stream import Server
from ws_stream.server.tokens import new_token

from .test_refused import says

VIEW, CONTROL = new_token(), new_token()
PICTURE = np.random.default_rng(14).integers(0, 256, (48, 64, 3), np.uint8)
OPERATE = "button[aria-label=Operate]"


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    tokens = [f"view:{VIEW}", f"control:{CONTROL}"]
    async with Server(port=0, tokens=tokens) as server:
        server.stream("life", input=True).publish(PICTURE)
        yield server


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    async with opened("about:blank", browser) as page:
        yield page


async def is_signed_in(page: Page, token: str) -> None:
    """The picture is there, and no script finds the token: neither in the address, nor in a cookie, nor in the page."""
    assert np.array_equal(await shows(page, PICTURE), PICTURE)
    found = "[location.href, document.cookie, document.title, document.documentElement.outerHTML]"
    assert token not in " ".join(await page.evaluate(found))
    (cookie,) = await page.context.cookies()
    assert (cookie["value"], cookie["httpOnly"], cookie["sameSite"]) == (token, True, "Strict")


async def test_a_page_without_a_token_asks_for_one_and_takes_no_wrong_one(
    server: Server, page: Page
) -> None:
    await page.goto(server.urls()[0])
    await says(page, "#sentence", "a token is needed to see this")
    await page.wait_for_selector("#token:focus")
    for wrong, told in ((new_token(), "this token gives no right"), ("a b", "This is no token")):
        await page.fill("#token", wrong)
        await page.keyboard.press("Enter")
        await says(page, "#fault", told)
    await page.fill("#token", f" view:{VIEW} ")
    await page.click("#signin button")
    await is_signed_in(page, VIEW)
    await page.reload()
    await is_signed_in(page, VIEW)


@pytest.mark.parametrize(
    ("token", "operates"), [(VIEW, False), (CONTROL, True)], ids=("view", "control")
)
async def test_an_address_with_a_token_signs_in_and_is_cleaned(
    server: Server, page: Page, token: str, operates: bool
) -> None:
    await page.goto(f"{server.urls()[0]}?step=1#token={token}")
    await is_signed_in(page, token)
    assert page.url == f"{server.urls()[0]}?step=1"
    await page.wait_for_selector(OPERATE, state="attached")
    await page.wait_for_function("() => !document.querySelector('body.off')")
    assert await page.is_visible(OPERATE) is operates


async def test_an_address_with_a_wrong_token_is_cleaned_and_the_page_asks(
    server: Server, page: Page
) -> None:
    await page.goto(f"{server.urls()[0]}#token={new_token()}")
    await says(page, "#sentence", "a token is needed to see this")
    await page.wait_for_selector("#token")
    assert page.url == server.urls()[0]


async def test_several_streams_are_a_wall_to_who_is_signed_in(server: Server, page: Page) -> None:
    server.stream("other").publish(PICTURE)
    await page.goto(f"{server.urls()[0]}#token={VIEW}")
    await page.wait_for_function(
        "() => [...document.querySelectorAll('ws-stream')].filter(({ shown }) => shown).length === 2"
    )


async def test_a_frame_of_another_site_has_no_cookie_and_its_token_is_enough(
    server: Server, page: Page
) -> None:
    address = f"http://127.0.0.1:{server.port}/#token={VIEW}"
    async with panel(f'<iframe src="{address}" width="600" height="400"></iframe>') as port:
        await page.goto(f"http://localhost:{port}/")
        (frame,) = page.main_frame.child_frames
        await frame.wait_for_function("() => window.wsStream?.view.shown")
        assert VIEW not in await frame.evaluate("location.href")


async def test_an_element_of_another_site_has_its_token_in_its_address(
    server: Server, page: Page
) -> None:
    device = f"127.0.0.1:{server.port}"
    html = (
        f'<script type="module" src="http://{device}/element.js"></script>'
        f'<ws-stream src="http://{device}/?stream=life#token={VIEW}"></ws-stream>'
        f'<ws-stream src="ws://{device}/stream/life"></ws-stream>'
    )
    async with panel(html) as port:
        await page.goto(f"http://localhost:{port}/")
        await page.wait_for_function(
            "() => document.querySelector('ws-stream').shown?.number === 1"
        )
        await page.wait_for_function(
            "() => document.querySelectorAll('ws-stream')[1].state === 'refused'"
        )
