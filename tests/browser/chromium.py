"""A headless Chromium for the tests: the one on this machine, or the browser driver's own."""

import base64
import os
import shutil
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from playwright.async_api import Page, async_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP *.example 127.0.0.1",
]

READ_CANVAS = """() => {
  const canvas = document.querySelector('#picture');
  const { width, height } = canvas;
  const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
  let text = '';
  for (let i = 0; i < data.length; i += 32768) {
    text += String.fromCharCode(...data.subarray(i, i + 32768));
  }
  return { width, height, pixels: btoa(text) };
}"""

PROBE_CANVAS = """() => {
  const canvas = document.querySelector('#picture');
  const { width, height } = canvas;
  if (!width) return [0, 0, 0];
  const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
  const words = new Uint32Array(data.buffer);
  let sum = 0;
  for (let i = 0; i < words.length; i += 1) sum = (sum + Math.imul(words[i], (i % 65521) + 1)) | 0;
  return [width, height, sum >>> 0];
}"""
"""A weighted sum of all pixels: quick enough to ask often, before they are all read and compared."""


def executable() -> str | None:
    """Where this machine has Chromium; None leaves it to the driver's own download."""
    return next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )


def inside(namespace: str, folder: Path) -> str:
    """A program that starts Chromium inside a network namespace."""
    script = folder / "chromium"
    script.write_text(f'#!/bin/sh\nexec ip netns exec {namespace} {executable()} "$@"\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return os.fspath(script)


@asynccontextmanager
async def opened(url: str, *, program: str | None = None) -> AsyncIterator[Page]:
    """A page at the address; an error on the page, or one it logs, fails the test."""
    errors: list[str] = []
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(
            executable_path=program or executable(), args=ARGUMENTS
        )
        page = await browser.new_page(viewport={"width": 1280, "height": 800})
        page.on("pageerror", lambda error: errors.append(str(error)))
        await page.goto(url)
        yield page
        await browser.close()
    assert not errors, errors


async def canvas(page: Page) -> NDArray[np.uint8]:
    """What the canvas shows, as uint8 (height, width, 4); waits for the first picture."""
    await page.wait_for_function("() => document.querySelector('#picture').width > 0")
    read = await page.evaluate(READ_CANVAS)
    pixels = np.frombuffer(base64.b64decode(read["pixels"]), np.uint8)
    return pixels.reshape(read["height"], read["width"], 4)


async def shows(page: Page, expected: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Wait until the canvas seems to show these RGB pixels, then read every one of them."""
    height, width = expected.shape[:2]
    words = np.full((height, width, 4), 255, np.uint8)
    words[..., :3] = expected
    weights = np.arange(width * height, dtype=np.uint32) % 65521 + 1
    probe = int((words.view("<u4").ravel() * weights).sum(dtype=np.uint32))
    for _ in range(300):
        if await page.evaluate(PROBE_CANVAS) == [width, height, probe]:
            break
        await page.wait_for_timeout(10)
    seen = await canvas(page)
    assert (seen[..., 3] == 255).all()
    return seen[..., :3]
