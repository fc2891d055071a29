"""All of the page by keyboard alone, and what a screen reader hears of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import pytest
from playwright.async_api import Page

from tests.browser.browser import Browser, opened
from ws_stream import Server, Stream

GRAY = np.arange(48 * 64, dtype=np.uint8).reshape(48, 64)

CONTROLS = """() => {
  const all = document.querySelectorAll('button, select, input, a[href], textarea, summary');
  const seen = [...all].filter((one) => one.checkVisibility() && one.tabIndex >= 0);
  seen.forEach((one, at) => { one.dataset.control = at; });
  return seen.map((one) => one.ariaLabel || one.textContent.trim() || one.closest('label').innerText);
}"""
"""What one can do with a pointer."""

FOCUSED = """() => {
  const one = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(one);
  const { left, top, right, bottom } = one.getBoundingClientRect();
  const isInside = right > 0 && bottom > 0 && left < innerWidth && top < innerHeight;
  const isSeen = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 && isInside;
  return [one === document.body ? 'left' : one.dataset.control ?? null, isSeen];
}"""
"""Which of them has the keys, and whether one sees that."""

HEAR = """
window.heard = [];
addEventListener("DOMContentLoaded", () => {
  new MutationObserver((records) => {
    const regions = new Set(records.map(({ target }) => target.parentElement?.closest(LIVE) ?? target.closest?.(LIVE)));
    for (const region of regions) if (region?.textContent) window.heard.push(region.textContent);
  }).observe(document, { childList: true, characterData: true, subtree: true });
});
const LIVE = "[role=status], [role=alert], [role=log], [aria-live]:not([aria-live=off])";
"""
"""What a screen reader says by itself."""


@asynccontextmanager
async def showing(browser: Browser, query: str = "") -> AsyncIterator[tuple[Page, Server, Stream]]:
    async with Server(port=0) as server:
        streams = [server.stream(name, fps=60) for name in ("gray", "other")]
        for stream in streams:
            stream.publish(GRAY)
        async with opened("about:blank", browser) as page:
            await page.add_init_script(HEAR)
            await page.goto(f"http://127.0.0.1:{server.port}/?stream=gray{query}")
            await page.wait_for_selector("#wish-step", state="attached")
            yield page, server, streams[0]


async def walked(page: Page, key: str, controls: range) -> tuple[set[str], list[str]]:
    """What the key reaches until it has all, leaves the page or comes round, and where one does not see that."""
    await page.locator(f"[data-control='{controls[0]}']").focus()
    reached, unseen = set[str](), list[str]()
    while True:
        control, is_seen = await page.evaluate(FOCUSED)
        if control == "left" or control in reached:
            break
        if control is not None:
            reached.add(control)
            unseen += [] if is_seen else [control]
        if len(reached) == len(controls):
            break
        await page.keyboard.press(key)
    return reached, unseen


@pytest.mark.parametrize("tools", ["", "t", "tixcbaphg"])
async def test_each_control_is_reached_by_tab_in_both_directions_and_seen_to_be(
    browser: Browser, tools: str
) -> None:
    async with showing(browser) as (page, _, _):
        for key in tools:
            await page.keyboard.press(key)
            await page.wait_for_timeout(100)
        if tools:
            await page.locator("#panel section").nth(1).locator("> :nth-child(2)").wait_for()
        names = await page.evaluate(CONTROLS)
        controls = range(len(names))
        for key, order in (("Tab", controls), ("Shift+Tab", controls[::-1])):
            reached, unseen = await walked(page, key, order)
            missed = [name for at, name in enumerate(names) if str(at) not in reached]
            assert not missed, missed
            assert not unseen, [names[int(at)] for at in unseen]
        assert len(names) > (20 if tools else 5)


async def test_what_is_open_is_closed_by_the_key_that_opened_it_and_a_sheet_gives_the_keys_back(
    chromium: Browser,
) -> None:
    async with showing(chromium) as (page, _, _):
        await page.keyboard.press("t")
        assert await page.evaluate("document.activeElement.closest('#panel') !== null")
        await page.keyboard.press("t")  # every letter acts where a button has the keys
        assert not await page.locator("#panel").is_visible()
        light = page.locator("#light")
        await light.focus()
        was_open = await light.get_attribute("aria-expanded")
        await page.keyboard.press("Enter")
        assert await light.get_attribute("aria-expanded") != was_open
        await page.keyboard.press("?")
        await page.get_by_role("dialog", name="Keys").wait_for()
        await page.keyboard.press("Escape")
        await page.get_by_role("dialog", name="Keys").wait_for(state="detached")
        assert await page.evaluate("document.activeElement.id") == "light"


async def test_a_screen_reader_hears_one_sentence_for_each_change_and_none_for_what_goes_on(
    chromium: Browser,
) -> None:
    async with showing(chromium) as (page, server, stream):
        settled = 1500  # ms; what lasts is said after one second
        await page.wait_for_timeout(settled)
        assert await page.evaluate("heard") == ["live"]
        for number in range(60):
            stream.publish(GRAY + np.uint8(number))
            await asyncio.sleep(0.02)
        await page.wait_for_timeout(settled)
        assert await page.evaluate("heard") == ["live"], "pictures, figures and ages are not news"
        port = server.port
        await server.close()
        await page.locator("#lamp[data-state=lost]").wait_for()
        async with Server(port=port) as again:
            for name in ("gray", "other"):
                again.stream(name).publish(GRAY)
            await page.locator("#again").click()
            await page.locator("#lamp[data-state=live]").wait_for()
            await page.wait_for_timeout(settled)
            assert await page.evaluate("heard") == ["live"], "it came back before that was said"
        await page.locator("#lamp[data-state=lost]").wait_for()
        await page.wait_for_timeout(3 * settled)
        first, *news = await page.evaluate("heard")
        assert first == "live"
        assert len(news) == 1, "the seconds until it is tried again are not said"
        assert news[0].startswith("lost. The connection was lost")
        assert await page.title() == "\N{BLACK SQUARE} gray"
