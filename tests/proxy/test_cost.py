"""What nginx and Caddy cost: the rate and the age of pictures of noise, which none makes smaller."""

import asyncio
import os
import statistics
import subprocess
import sys
import time
from contextlib import aclosing
from pathlib import Path

import pytest

from tests.proxy.device import FPS
from tests.proxy.proxies import PROXIES
from ws_stream import connect

SECONDS = 5


async def seen(port: int) -> str:
    """What a viewer of this port sees for some seconds."""
    ages: list[float] = []
    began = time.monotonic()
    viewer = connect(f"http://127.0.0.1:{port}/camera1/?stream=camera")
    async with aclosing(aiter(viewer)) as frames:
        async for frame in frames:
            age = viewer.age(frame)
            ages += [1000 * age.seconds] if age else []
            if time.monotonic() > began + SECONDS:
                break
    *_, p95 = statistics.quantiles(ages, n=20)
    rate = len(ages) / (time.monotonic() - began)
    return f"{rate:.1f} of {FPS} pictures/s, {statistics.median(ages):.1f} / {p95:.1f} ms old"


@pytest.mark.long
def test_pictures_by_proxies_beside_those_without(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "socket"
    command = [sys.executable, "-m", "tests.proxy.device", os.fspath(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as device:
        assert device.stdout
        direct = int(device.stdout.readline())
        try:
            for _ in range(3):
                found = {"direct": asyncio.run(seen(direct))}
                for name, proxy in PROXIES.items():
                    with proxy(tmp_path, path) as port:
                        found[name] = asyncio.run(seen(port))
                with capsys.disabled():
                    print(*(f"\n{name}: {figures}" for name, figures in found.items()))
        finally:
            device.terminate()
