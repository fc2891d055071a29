"""How long a page takes from its navigation to its first picture: `python -m bench.first_picture`.

Chromium without a window and with nothing cached opens the page of a test card, over loopback and over a network of two
namespaces where a round trip takes 20 ms (that needs root). `--beside TREE` does the same with the server and the page
of another checkout, in turns: as machines differ, what counts is their ratio.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from playwright.async_api import Browser, async_playwright

from tests.browser.launch import ARGUMENTS, executable
from tests.network.lab import DEVICE, LabError, Link, network

from .processes import BenchError, line, running

ROUND_TRIP = 0.02
"""Seconds."""
SOURCE = "test:?width=1024&height=600"
_PROBE = """
const look = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
const wait = () => {
  const shown = document.querySelector("canvas");
  if (shown?.width) look.drawImage(shown, 0, 0, 1, 1);
  if (!look.getImageData(0, 0, 1, 1).data[3]) requestAnimationFrame(wait);
  else window.firstPicture = performance.now();
};
wait();
"""
"""Of a canvas drawn by whatever thread: its pixels are clear until it is."""
_LOADED = """() => {
  const entries = performance.getEntries().filter((entry) => "transferSize" in entry);
  return [firstPicture, entries.length, entries.reduce((sum, e) => sum + e.transferSize, 0)];
}"""


class Seen(NamedTuple):
    """Of one navigation."""

    milliseconds: float
    """Until the first picture was on the canvas, to the refresh."""
    requests: int
    """Until then, without the WebSocket's."""
    size: int
    """Bytes of their replies."""


class Place(NamedTuple):
    """Where a server and a browser run."""

    server: list[str]
    """What its command begins with."""
    address: str
    browser: str | None
    """A program that starts it there."""


def _inside(namespace: str, folder: Path) -> str:
    """A program that starts Chromium inside a network namespace."""
    script = folder / "chromium"
    program = executable("chromium")
    script.write_text(f'#!/bin/sh\nexec ip netns exec {namespace} {program} "$@"\n')
    script.chmod(0o700)
    return str(script)


@contextmanager
def far() -> Iterator[Place]:
    """Two hosts with a network between them. Raises LabError."""
    with (
        network(Link(delay=ROUND_TRIP / 2), "cubic") as lab,
        tempfile.TemporaryDirectory(prefix="ws-stream-bench-") as folder,
    ):
        server = ["ip", "netns", "exec", lab.device.namespace]
        yield Place(server, DEVICE, _inside(lab.viewer.namespace, Path(folder)))


async def first_picture(browser: Browser, url: str) -> Seen:
    """Open the page in a profile that has seen nothing yet."""
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    try:
        await context.add_init_script(_PROBE)
        page = await context.new_page()
        await page.goto(url)
        await page.wait_for_function("() => window.firstPicture", timeout=20_000)
        return Seen(*await page.evaluate(_LOADED))
    finally:
        await context.close()


async def measure(place: Place, trees: Mapping[str, Path], runs: int) -> dict[str, list[Seen]]:
    """Each tree's page in turns; the first turn of each is not counted."""
    with ExitStack() as stack:
        urls = {}
        for name, tree in trees.items():
            # -P: not the module of the folder that this runs in
            command = [*place.server, sys.executable, "-P", "-m", "ws_stream", "serve", SOURCE]
            options = ["--host", place.address, "--port", "0"]
            server = stack.enter_context(running([*command, *options], PYTHONPATH=str(tree)))
            urls[name] = line(server).split()[-1]
        seen: dict[str, list[Seen]] = {name: [] for name in trees}
        async with async_playwright() as driver:
            program = place.browser or executable("chromium")
            browser = await driver.chromium.launch(
                executable_path=program, args=ARGUMENTS["chromium"]
            )
            for turn in range(runs + 1):
                for name, url in urls.items():
                    found = await first_picture(browser, url)
                    seen[name] += [found] if turn else []
            await browser.close()
    return seen


def report(title: str, seen: Mapping[str, list[Seen]]) -> None:
    """Print the medians, and how much of the other's they are."""
    print(title)
    others = {name: median(one.milliseconds for one in all_) for name, all_ in seen.items()}
    for name, all_ in seen.items():
        times = [one.milliseconds for one in all_]
        _, requests, size = all_[-1]
        print(
            f"  {name:12} {others[name]:5.0f} ms ({min(times):.0f} - {max(times):.0f}),"
            f" {requests} requests, {size / 1000:.0f} kB,"
            f" {others[name] / list(others.values())[-1]:.2f} of the last one's",
            flush=True,
        )


def main() -> None:
    """Measure and print; ends with exit code 1 and one sentence when that cannot be done."""
    parser = argparse.ArgumentParser(prog="python -m bench.first_picture", description=__doc__)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--beside", type=Path, metavar="TREE", help="another checkout, built")
    options = parser.parse_args()
    trees = {"this": Path(__file__).parent.parent}
    if options.beside:
        trees["the other"] = options.beside.resolve()
    try:
        here = asyncio.run(measure(Place([], "127.0.0.1", None), trees, options.runs))
        report("loopback", here)
        with far() as place:
            there = asyncio.run(measure(place, trees, options.runs))
            report(f"a round trip of {1000 * ROUND_TRIP:.0f} ms", there)
    except (BenchError, LabError) as error:
        sys.exit(f"bench: {error}")


if __name__ == "__main__":
    main()
