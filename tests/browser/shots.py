"""Pictures of the page to be looked at: `python -m tests.browser.shots FOLDER`.

In each room, light and dark, in both browsers; and how much of its room the picture takes.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from playwright.async_api import Frame, Page

from tests.browser.browser import Browser, opened, started
from ws_stream import Server

SOURCES = {
    "card": "test:",
    "gray": "test:?width=640&height=480&format=gray8",
    "small": "test:?width=160&height=120",
}
DARK = {"chromium": None, "firefox": {"ui.systemUsesDarkTheme": 1}}
"""What makes a browser dark from its start; Chromium is told page by page."""


class Room(NamedTuple):
    """CSS pixels, and the display's for each; whether the page stands in another's frame."""

    width: int
    height: int
    ratio: float = 1
    framed: bool = False


ROOMS = {
    "desk": Room(1440, 900),
    "frame": Room(800, 520, framed=True),
    "phone": Room(390, 844),
    "phone-side": Room(844, 390),
    "zoom": Room(320, 256, 4),
}
"""The last is a window of 1280 x 1024 at 400 %. Phones' displays would allow but one or two whole multiples: a picture
that is shrunk shows better what bars take of its room."""

SHARE = """() => {
  const canvas = document.querySelector('#picture');
  const box = canvas.getBoundingClientRect();
  const inside = (from, to, end) => Math.max(0, Math.min(to, end) - Math.max(from, 0));
  const seen = inside(box.left, box.right, innerWidth) * inside(box.top, box.bottom, innerHeight);
  const largest = Math.min(innerWidth / canvas.width, innerHeight / canvas.height) * devicePixelRatio;
  const scale = (largest < 1 ? largest : Math.floor(largest)) / devicePixelRatio;
  return seen / (canvas.width * canvas.height * scale ** 2);
}"""


@asynccontextmanager
async def serving() -> AsyncIterator[str]:
    """The address of a device with several streams."""
    async with Server(port=0) as server:
        for name, source in SOURCES.items():
            server.serve(source, name=name)
        yield f"http://127.0.0.1:{server.port}/"


@asynccontextmanager
async def shown(
    room: Room, address: str, query: str, browser: Browser, **context: object
) -> AsyncIterator[tuple[Page, Frame]]:
    """A page in this room, and the frame in which the viewer is."""
    width, height, ratio, framed = room
    margin = 40 if framed else 0
    viewport = {"width": width + 2 * margin, "height": height + 2 * margin}
    options = {"viewport": viewport, "device_scale_factor": ratio, **context}
    async with opened("about:blank", browser, **options) as page:
        frame = page.main_frame
        if framed:
            style = f"margin:{margin}px;border:0;width:{width}px;height:{height}px"
            html = f'<body style="margin:0"><iframe style="{style}" src="/{query}">'
            await page.route(
                "**/dashboard", lambda route: route.fulfill(body=html, content_type="text/html")
            )
            await page.goto(f"{address}dashboard")
            (frame,) = frame.child_frames
        else:
            await page.goto(address + query)
        await frame.wait_for_function("() => document.querySelector('#picture')?.width > 0")
        await page.wait_for_timeout(1000)  # until all figures have a value
        yield page, frame


async def share(frame: Frame) -> float:
    """The part that the picture takes of the most that this room could show of it."""
    taken: float = await frame.evaluate(SHARE)
    return taken


async def _shoot(folder: Path, address: str, name: str, scheme: str) -> None:
    preferences = DARK[name] if scheme == "dark" else None
    with started(name, preferences=preferences) as browser:
        context = {"color_scheme": scheme} if name == "chromium" else {}
        for where, room in ROOMS.items():
            for stream in [*SOURCES] if where == "desk" else ["card"]:
                async with shown(room, address, f"?stream={stream}", browser, **context) as (
                    page,
                    frame,
                ):
                    path = folder / f"{name}-{scheme}-{where}-{stream}.png"
                    await page.screenshot(path=path, caret="initial")
                    print(f"{await share(frame):4.0%}  {path}")  # noqa: T201 - a report


async def _main(folder: Path) -> None:
    async with serving() as address:
        for name in DARK:
            for scheme in ("light", "dark"):
                await _shoot(folder, address, name, scheme)


if __name__ == "__main__":
    (folder := Path(sys.argv[1])).mkdir(parents=True, exist_ok=True)
    asyncio.run(_main(folder))
