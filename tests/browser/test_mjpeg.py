"""Real programs that know no WebSocket show a stream: two browsers by an `<img>`, and Debian's ffmpeg."""

import asyncio
import subprocess
from collections.abc import AsyncIterator

import numpy as np
import pytest
from playwright.async_api import Page

from tests.browser.browser import Browser, opened
from tests.server.film import gray
from ws_stream import Server

SHADE = """() => {
  const image = document.querySelector('img');
  if (!image.naturalWidth) return null;
  const copy = new OffscreenCanvas(image.naturalWidth, image.naturalHeight).getContext('2d');
  copy.drawImage(image, 0, 0);
  const [red, green, blue] = copy.getImageData(9, 9, 1, 1).data;
  return [image.naturalWidth, image.naturalHeight, red, green, blue];
}"""


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server(port=0) as server:
        yield server


async def shown(page: Page, expected: list[int]) -> None:
    """Wait until the image is of this size and nearly of this colour."""
    for _ in range(500):
        seen = await page.evaluate(SHADE)
        if seen and np.allclose(seen, expected, atol=3):
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"{seen} is shown, {expected} is right")


async def test_an_img_shows_pictures_as_they_change_the_last_one_too(
    server: Server, browser: Browser
) -> None:
    stream = server.stream("camera")
    stream.publish(gray(30))
    async with opened(f"http://127.0.0.1:{server.port}/healthz", browser) as page:
        await page.evaluate("document.body.replaceChildren(new Image())")
        await page.evaluate("document.querySelector('img').src = '/mjpeg/camera?step=2'")
        for shade in (30, 150):
            stream.publish(gray(shade))
            await shown(page, [30, 20, shade, shade, shade])
        stream.publish(gray(60, 200, 100))
        await shown(page, [100, 50, 60, 60, 60])
        await page.evaluate("document.querySelector('img').src = '/snapshot/camera.png'")
        await shown(page, [200, 100, 60, 60, 60])


async def test_ffmpeg_reads_it(server: Server) -> None:
    stream = server.stream("camera", fps=50)
    over = asyncio.Event()

    async def film() -> None:
        shade = 0
        while not over.is_set():
            shade = (shade + 20) % 200
            stream.publish(gray(shade, 64, 48))
            await asyncio.sleep(0.02)

    filming = asyncio.create_task(film())
    address = f"http://127.0.0.1:{server.port}/mjpeg/camera"
    options = "-loglevel", "error", "-f", "mpjpeg", "-i", address, "-frames:v", "10"
    reader = await asyncio.create_subprocess_exec(
        "ffmpeg",
        *options,
        *("-vsync", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        said, faults = await asyncio.wait_for(reader.communicate(), 60)
    finally:
        if reader.returncode is None:
            reader.kill()
        over.set()
        await filming
    pictures = np.frombuffer(said, np.uint8).reshape(-1, 48, 64, 3)
    assert (len(pictures), faults.decode()) == (10, "")
    assert len({int(picture[9, 9, 0]) // 10 for picture in pictures}) > 2
