"""The page of a device with several streams: a wall of them, worked by pointer and keys."""

import asyncio

import numpy as np
from playwright.async_api import Page

from tests.browser.browser import Browser, opened
from ws_stream import Server

NAMES = ["camera", "dashboard", "gate", "motor", "press", "robot"]
PICTURE = np.random.default_rng(3).integers(0, 256, (600, 1024, 3), np.uint8)

FOCUSED = "() => document.activeElement.textContent"
TILES = """() => [...document.querySelectorAll('ws-stream')].map((tile) => {
  const { announced } = tile.shown;
  return [announced.name, announced.width <= tile.clientWidth, announced.step];
})"""


async def seen(page: Page, tiles: int) -> None:
    """Wait until so many tiles show a picture."""
    await page.wait_for_function(
        "(tiles) => [...document.querySelectorAll('ws-stream')].filter((e) => e.shown).length === tiles",
        arg=tiles,
    )


async def test_several_streams_are_a_wall_that_is_walked_by_keys_and_left_and_found_again(
    chromium: Browser,
) -> None:
    async with Server(port=0) as server, opened("about:blank", chromium) as page:
        streams = [server.stream(name, fps=60) for name in NAMES]
        for stream in streams:
            stream.publish(PICTURE)
        await page.goto(f"http://127.0.0.1:{server.port}/?worker=on")
        await seen(page, 6)
        assert await page.evaluate(TILES) == [[name, True, 4] for name in NAMES]
        rates = [each.request.fps for one in streams for each in one.audience.subscriptions]
        assert rates == [2] * 6
        assert await page.title() == "6 streams"
        names = [await one.inner_text() for one in await page.get_by_role("link").all()]
        assert [name.strip() for name in names] == NAMES
        walked = []
        for key in ("ArrowRight", "ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", "ArrowUp"):
            await page.keyboard.press(key)
            walked.append(await page.evaluate(FOCUSED))
        # Four columns of 1280 pixels; what would leave the wall stays.
        assert walked == ["camera", "dashboard", "robot", "press", "camera", "camera"]
        await page.keyboard.press("ArrowRight")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/?worker=on&stream=dashboard")
        menu = page.get_by_label("Stream", exact=True)
        await menu.select_option(label="All streams")
        await page.wait_for_url("**/?worker=on")
        await seen(page, 6)
        await page.get_by_role("link", name="gate").click()
        await page.wait_for_url("**/?worker=on&stream=gate")
        await page.wait_for_selector("#streams:not([hidden])")
        await page.keyboard.press("]")
        await page.wait_for_url("**/?worker=on&stream=motor")
        await page.wait_for_selector("#streams:not([hidden])")
        await page.keyboard.press("[")
        await page.wait_for_url("**/?worker=on&stream=gate")


async def test_streams_that_come_and_go_have_tiles_while_they_are_there(chromium: Browser) -> None:
    listed = "(names) => document.querySelector('.wall').innerText.split(/\\s+/).join() === names"
    async with Server(port=0) as server, opened("about:blank", chromium) as page:
        for name in ("camera", "motor"):
            server.stream(name).publish(PICTURE)
        await page.clock.install()
        await page.goto(f"http://127.0.0.1:{server.port}/")
        await seen(page, 2)
        await page.evaluate("window.kept = document.querySelectorAll('ws-stream')[1]")
        server.stream("gate").publish(PICTURE)
        await page.clock.run_for(11_000)
        await page.wait_for_function(listed, arg="camera,motor,gate")
        assert await page.title() == "3 streams"
        await server.close()
        async with Server(port=server.port) as again:
            for name in ("motor", "gate"):
                again.stream(name).publish(PICTURE)
            await page.clock.run_for(11_000)
            await page.wait_for_function(listed, arg="motor,gate")
        assert await page.evaluate("document.querySelector('ws-stream') === kept")
        assert await page.evaluate("kept.shown.number"), "it was not begun anew"


async def test_tiles_of_a_device_that_is_gone_say_so_and_one_stream_alone_is_no_wall(
    chromium: Browser,
) -> None:
    async with Server(port=0) as server, opened("about:blank", chromium) as page:
        for name in NAMES[:2]:
            server.stream(name).publish(PICTURE)
        await page.goto(f"http://127.0.0.1:{server.port}/")
        await seen(page, 2)
        port = server.port
        await server.close()
        for tile in await page.locator("ws-stream").all():
            await tile.locator("#edge").wait_for()
            assert "lost last seen" in (await tile.locator("#state").inner_text())
        async with Server(port=port) as alone:
            alone.stream("camera").publish(PICTURE)
            async with asyncio.timeout(20):
                while not await page.evaluate(
                    "document.querySelector('ws-stream').state === 'live'"
                ):
                    await asyncio.sleep(0.1)
            await page.reload()
            await page.wait_for_selector("#picture")
            assert not await page.query_selector("ws-stream")
