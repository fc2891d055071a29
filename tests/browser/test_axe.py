"""axe-core finds nothing to complain of in the page, whatever its state, light and dark."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from playwright.async_api import Page

from tests.browser.browser import Browser, opened
from ws_stream import Server

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RUN = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ['violations'] });
  return violations.map(({ id, impact, nodes }) =>
    `${impact} ${id}: ${nodes.map(({ html, failureSummary }) => html + failureSummary).join('; ')}`);
}"""


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server(port=0) as server:
        for name in ("card", "gray"):
            server.stream(name).publish(np.arange(48 * 64, dtype=np.uint8).reshape(48, 64))
        yield server


@pytest.fixture(params=["light", "dark"])
async def page(request: pytest.FixtureRequest, chromium: Browser) -> AsyncIterator[Page]:
    scheme: Literal["light", "dark"] = request.param
    # axe comes in beside the page's policy, as no server serves it.
    async with opened("about:blank", chromium, color_scheme=scheme, bypass_csp=True) as page:
        yield page


async def complaints(page: Page, state: str) -> dict[str, Any]:
    await page.add_script_tag(content=AXE.read_text(encoding="utf-8"))
    found = await page.evaluate(RUN)
    return {state: found} if found else {}


async def reaches(page: Page, state: str) -> None:
    await page.wait_for_selector(f"#lamp[data-state={state}]")


async def test_axe_finds_nothing_in_a_page_that_shows_pictures(page: Page, server: Server) -> None:
    await page.goto(f"{server.urls()[0].partition('?')[0]}?stream=card")
    await reaches(page, "live")
    found = await complaints(page, "live")
    await page.keyboard.press("i")
    found |= await complaints(page, "live, figures the other way")
    await server.close()
    await reaches(page, "lost")
    found |= await complaints(page, "lost")
    assert not found


async def test_axe_finds_nothing_in_a_page_that_shows_none(page: Page, server: Server) -> None:
    await page.goto(f"{server.urls()[0].partition('?')[0]}?stream=card&step=99")
    await reaches(page, "refused")
    found = await complaints(page, "refused")
    await page.goto(f"{server.urls()[0].partition('?')[0]}?stream=none")
    await reaches(page, "absent")
    found |= await complaints(page, "absent")
    await page.route("**/*.js", lambda route: route.abort())
    await page.goto(server.urls()[0])
    await page.wait_for_timeout(2500)  # until then the page says nothing of it
    found |= await complaints(page, "without script")
    assert not found


TOOLS = "ixcbaphg"
"""The keys of those that have a place in the panel."""


async def test_axe_finds_nothing_in_any_tool_nor_in_the_sheet_of_keys(
    page: Page, server: Server
) -> None:
    await page.goto(f"{server.urls()[0].partition('?')[0]}?stream=gray")
    await page.wait_for_selector("#wish-step", state="attached")
    found: dict[str, Any] = {}
    for key in TOOLS:
        await page.keyboard.press(key)
        await page.locator("#panel section").nth(1).locator("> :nth-child(2)").wait_for()
        found |= await complaints(page, key)
        await page.keyboard.press(key)
    await page.keyboard.press("?")
    await page.get_by_role("dialog", name="Keys").wait_for()
    found |= await complaints(page, "keys")
    assert not found


async def test_axe_finds_nothing_in_a_wall_nor_in_an_element_with_its_controls(
    page: Page, server: Server
) -> None:
    url = server.urls()[0].partition("?")[0]
    await page.goto(url)
    tiles = page.locator("ws-stream")
    await tiles.nth(1).wait_for()
    found = await complaints(page, "wall")
    await page.evaluate(
        """() => {
          const one = document.createElement("ws-stream");
          Object.assign(one, { src: "stream/card", controls: true });
          document.querySelector(".wall").replaceWith(Object.assign(document.createElement("main"), {}));
          document.querySelector("main").append(one);
        }"""
    )
    await page.wait_for_function("() => document.querySelector('ws-stream').shown")
    found |= await complaints(page, "element")
    await server.close()
    await page.wait_for_function("() => document.querySelector('ws-stream').state === 'lost'")
    found |= await complaints(page, "element of a device that is gone")
    assert not found
