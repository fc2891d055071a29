"""Starts the browsers of this machine, headless: `launch NAME ARGUMENTS PREFERENCES`, the last two as JSON.

As a program it says on which socket the browser is driven, and ends it when its standard input ends.
"""

import asyncio
import json
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright

PROGRAMS = {
    "chromium": ("chromium", "chromium-browser", "google-chrome"),
    "firefox": ("firefox-esr", "firefox"),
}
ARGUMENTS = {
    "chromium": (
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--host-resolver-rules=MAP *.example 127.0.0.1",
    ),
    "firefox": (),
}
CHANNELS = {"firefox": "moz-firefox"}
"""Without it the driver expects a Firefox of its own making."""


def executable(name: str) -> str | None:
    """Where this machine has the browser; None leaves it to the driver."""
    return next(filter(None, map(shutil.which, PROGRAMS[name])), None)


@asynccontextmanager
async def launched(
    name: str, arguments: Sequence[str] = (), preferences: Mapping[str, object] | None = None
) -> AsyncIterator[Browser]:
    """A browser in a home of its own, as Firefox takes no other user's."""
    async with async_playwright() as driver:
        with tempfile.TemporaryDirectory(prefix="ws-stream-browser-") as home:
            browser = await getattr(driver, name).launch(
                executable_path=executable(name),
                channel=CHANNELS.get(name),
                args=[*ARGUMENTS[name], *arguments],
                firefox_user_prefs=preferences and dict(preferences),
                env={**os.environ, "HOME": home},
            )
            try:
                yield browser
            finally:
                await browser.close()


async def _main(name: str, arguments: str, preferences: str) -> None:
    async with launched(name, json.loads(arguments), json.loads(preferences)) as browser:
        print((await browser.bind("tests"))["endpoint"], flush=True)  # noqa: T201 - to the test
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
