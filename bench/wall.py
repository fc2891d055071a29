"""What a wall of thumbnails costs: `python -m bench.wall`.

A server has 16 streams of 1024x600 whose memory changes 30 times a second; Chromium without a window shows the wall of
them, two pictures a second each. Printed are the server's CPU time, what arrives, and how long the page was held up.
"""

import argparse
import asyncio
import tempfile
from pathlib import Path

import numpy as np
from playwright.async_api import CDPSession, async_playwright

from tests.browser.launch import ARGUMENTS, executable

from .processes import cpu_seconds, line, python
from .ring import HEIGHT, WIDTH, Ring, address

STREAMS = 16
_BEGIN = """() => {
  window.seen = { pictures: 0, bytes: 0, tasks: [] };
  for (const tile of document.querySelectorAll('ws-stream')) {
    tile.addEventListener('frame', () => { seen.pictures += 1; });
  }
  new PerformanceObserver((list) => seen.tasks.push(...list.getEntries().map((e) => e.duration)))
    .observe({ type: 'longtask' });
}"""
_END = """() => {
  const tiles = [...document.querySelectorAll('ws-stream')];
  const bytes = tiles.reduce((sum, { statistics }) => sum + statistics.bytesPerSecond, 0);
  return [seen.pictures, bytes, seen.tasks];
}"""
_SHOWN = "(n) => [...document.querySelectorAll('ws-stream')].filter((e) => e.shown).length === n"


def record(path: Path) -> None:
    """Two seconds of a machine's panel: four bars that move, and a plot that scrolls."""
    pictures = np.full((60, HEIGHT, WIDTH, 4), 40, np.uint8)
    plot = np.random.default_rng(1).integers(0, 140, WIDTH * 2)
    for number, picture in enumerate(pictures):
        for bar in range(4):
            length = int(110 + 100 * np.sin(2 * np.pi * number / 60 + bar))
            picture[60 + 70 * bar : 100 + 70 * bar, 40 : 40 + length] = 90 + 40 * bar
        for column, height in enumerate(plot[number * 4 :][:900]):
            picture[560 - height : 563 - height, 60 + column] = (90, 200, 250, 0)
    np.save(path, pictures)


async def busy(client: CDPSession) -> float:
    """CPU seconds of the page's own thread until now."""
    metrics = (await client.send("Performance.getMetrics"))["metrics"]
    return float(next(each["value"] for each in metrics if each["name"] == "TaskDuration"))


async def watch(port: str, pid: int, seconds: float) -> None:
    """Open the wall, and print what it costs."""
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(
            executable_path=executable("chromium"), args=ARGUMENTS["chromium"]
        )
        page = await browser.new_page(viewport={"width": 1440, "height": 900})
        idle = cpu_seconds(pid)
        await asyncio.sleep(2)
        print(f"nobody watches: {(cpu_seconds(pid) - idle) / 2:.2%} of a core", flush=True)
        await page.goto(port)
        await page.wait_for_function(_SHOWN, arg=STREAMS)
        await page.wait_for_timeout(3000)
        await page.evaluate(_BEGIN)
        client = await page.context.new_cdp_session(page)
        await client.send("Performance.enable", {"timeDomain": "threadTicks"})
        began, before = await busy(client), cpu_seconds(pid)
        await page.wait_for_timeout(1000 * seconds)
        cpu = (cpu_seconds(pid) - before) / seconds
        own = (await busy(client) - began) / seconds
        pictures, size, tasks = await page.evaluate(_END)
        await browser.close()
    print(
        f"{STREAMS} thumbnails: {cpu:.2%} of a core, {pictures / seconds:.1f} pictures/s, {size / 1000:.0f} kB/s"
    )
    print(
        f"the page's own thread: {own:.2%} of a core,"
        f" {len(tasks)} tasks over 50 ms, the longest {max(tasks, default=0):.0f} ms"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.wall", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ws-stream-bench-") as folder:
        ring, recording = Path(folder, "ring"), Path(folder, "recording.npy")
        record(recording)
        Ring(ring, create=True)
        with (
            python("bench.ring", ring, recording) as device,
            python("ws_stream", "serve", "--port", 0, *[address(ring)] * STREAMS) as server,
        ):
            line(device)
            url = line(server).split()[-1].partition("?")[0]
            asyncio.run(watch(url, server.pid, options.seconds))


if __name__ == "__main__":
    main()
