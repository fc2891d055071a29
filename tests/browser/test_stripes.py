"""Stripes of one pixel on displays of any ratio: in what is seen of the page, every row and column is equally thick."""

import io
from collections.abc import AsyncIterator

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.async_api import Page

from tests.browser.browser import Browser, opened, started
from ws_stream import Server

RATIOS = 1.25, 1.5, 2.0
ROOMS = (1000, 700), (613, 401), (857, 544)
WINDOW = "--window-size=1600,1200"


def stripes(width: int, height: int) -> NDArray[np.uint8]:
    """Red in every second column, green in every second row, blue as nowhere else on the page."""
    rows, columns = np.indices((height, width))
    return np.dstack([columns % 2 * 255, rows % 2 * 255, np.full_like(rows, 201)]).astype(np.uint8)


AT_ONCE = {("chromium", 1.25), ("firefox", 1.5)}
"""What is tried each time: each display is a server of its own, and a browser."""
PICTURES = [stripes(61, 37), stripes(301, 187)]


@pytest.fixture
async def urls() -> AsyncIterator[list[str]]:
    async with Server(port=0) as server:
        streams = [server.stream(f"stripes{i}") for i in range(len(PICTURES))]
        for stream, picture in zip(streams, PICTURES, strict=True):
            stream.publish(picture)
        yield [server.urls(stream)[0] for stream in streams]


async def seen(page: Page) -> NDArray[np.uint8]:
    """All that is seen of the page from the picture's first pixel to its last."""
    screenshot = await page.screenshot(caret="initial")
    pixels = np.asarray(Image.open(io.BytesIO(screenshot)).convert("RGB"))
    of_picture = (pixels[..., 2] == 201) & np.isin(pixels[..., :2], (0, 255)).all(2)
    rows, columns = of_picture.any(1).nonzero()[0], of_picture.any(0).nonzero()[0]
    return pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] if len(rows) else pixels


async def compare(page: Page, picture: NDArray[np.uint8]) -> None:
    """Wait until the picture stands there enlarged by a whole number of the display's pixels."""
    for _ in range(10):
        shown = await seen(page)
        times = max(1, round(shown.shape[1] / picture.shape[1]))
        if np.array_equal(shown, picture.repeat(times, 0).repeat(times, 1)):
            return
        await page.wait_for_timeout(100)
    pytest.fail(f"{shown.shape} of {picture.shape}, at {times}x, is none of whole pixels")


@pytest.mark.long  # a driver's emulation is no display: it snaps, and this fails as is expected
@pytest.mark.parametrize("ratio", RATIOS)
async def test_rows_and_columns_are_equally_thick_where_the_browser_emulates_a_ratio(
    urls: list[str], browser: Browser, ratio: float, request: pytest.FixtureRequest
) -> None:
    reason = {
        "chromium": "it snaps what the page places between two CSS pixels to whole ones",
        "firefox": "it blends an edge of what the page places between two CSS pixels",
    }[browser.name]
    request.applymarker(pytest.mark.xfail(strict=True, reason=reason))
    async with opened("about:blank", browser, device_scale_factor=ratio) as page:
        for width, height in ROOMS:
            await page.set_viewport_size({"width": width, "height": height})
            for url, picture in zip(urls, PICTURES, strict=True):
                await page.goto(url)
                await compare(page, picture)
        assert await page.evaluate("devicePixelRatio") == ratio


@pytest.mark.parametrize(
    ("name", "ratio"),
    [
        pytest.param(name, ratio, marks=[] if (name, ratio) in AT_ONCE else [pytest.mark.long])
        for name in ("chromium", "firefox")
        for ratio in RATIOS
    ],
)
async def test_rows_and_columns_are_equally_thick_where_the_display_has_the_ratio(
    urls: list[str], name: str, ratio: float
) -> None:
    flags = (WINDOW, f"--force-device-scale-factor={ratio}") if name == "chromium" else ()
    preferences = {"layout.css.devPixelsPerPx": str(ratio)}
    with started(name, *flags, preferences=preferences) as browser:
        async with opened("about:blank", browser, no_viewport=True) as page:
            for url, picture in zip(urls, PICTURES, strict=True):
                await page.goto(url)
                await compare(page, picture)
            assert await page.evaluate("devicePixelRatio") == ratio
