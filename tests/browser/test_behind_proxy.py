"""The page under a path of nginx's and Caddy's, with the configurations in examples/proxy."""

from pathlib import Path

import numpy as np
import pytest

from tests.browser.browser import Browser, opened, shows
from tests.proxy.proxies import HOST, PROXIES
from ws_stream import Server

PICTURE = np.random.default_rng(11).integers(0, 256, (96, 128, 3), np.uint8)
ELEMENT = """async (path) => {
  await import(`${path}element.js`);
  const element = document.createElement("ws-stream");
  element.src = `${path}?stream=camera`;
  document.body.append(element);
  await new Promise((seen) => element.addEventListener("frame", seen, { once: true }));
  return element.shown.number;
}"""
WALL = """() => {
  const tiles = [...document.querySelectorAll("main.wall ws-stream")];
  return tiles.length === 2 && tiles.every((tile) => tile.shown);
}"""


@pytest.mark.parametrize(("proxy", "name"), [("nginx", "chromium"), ("caddy", "firefox")])
async def test_the_page_and_the_element_show_every_pixel_under_a_path(
    proxy: str, name: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    browser: Browser = request.getfixturevalue(name)
    path = tmp_path / "socket"
    with (
        Server(unix=path, root_path="/camera1", trusted_proxies=["unix"]) as server,
        PROXIES[proxy](tmp_path, path) as port,
    ):
        server.stream("camera").publish(PICTURE)
        server.stream("other").publish(PICTURE[::-1])
        async with opened(f"http://{HOST}:{port}/camera1/?stream=other", browser) as page:
            assert (await shows(page, PICTURE[::-1]) == PICTURE[::-1]).all()
            await page.locator("#streams").select_option("camera")
            await page.wait_for_url("**/camera1/?stream=camera")
            assert (await shows(page, PICTURE) == PICTURE).all()
            assert await page.evaluate(ELEMENT, "/camera1/") == 1
            assert len(page.workers) == 1
        async with opened(f"http://{HOST}:{port}/camera1/", browser) as page:
            await page.wait_for_function(WALL)
