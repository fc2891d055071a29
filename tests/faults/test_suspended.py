"""Suspend: all stand still, connections are dead afterwards, and the wall clock is later. Viewers come back."""

import asyncio
import time

import pytest

from tests.network.lab import DEVICE, Host, Link, network

from .cable import cabled
from .conftest import SERVED
from .processes import running, serving
from .viewer import shown_fresh, watching
from .wall_clock import HOUR, wall_clock

LONG = 25
"""Seconds after which every end has given up."""


async def test_viewers_of_a_device_that_slept_come_back(source: str) -> None:
    with wall_clock() as clock, serving(source, *SERVED, environment=clock.environment) as server:
        async with (
            cabled(server.port) as cable,
            watching(f"ws://127.0.0.1:{cable.port}/stream/ring") as viewer,
        ):
            with server.stopped():
                clock.set(8 * HOUR)
                await asyncio.sleep(0.5)
                cable.cut()
            await viewer.fresh_again()
            assert viewer.losses
            assert all(0 <= age < 60 for age in viewer.ages)
        assert server.errors() == ""


@pytest.mark.long
@pytest.mark.parametrize("who", ["device", "viewer"])
def test_whoever_slept_for_long_without_a_network(source: str, who: str) -> None:
    def inside(host: Host) -> tuple[str, ...]:
        return "ip", "netns", "exec", host.namespace

    on_its_address = "--host", DEVICE
    with (
        network(Link(), "cubic") as lab,
        serving(source, *SERVED, *on_its_address, inside=inside(lab.device)) as server,
    ):
        url = f"ws://{DEVICE}:{server.port}/stream/ring"
        with running("-m", "tests.faults.viewer", url, inside=inside(lab.viewer)) as viewer:
            shown_fresh(viewer, 0)
            asleep = {"device": server, "viewer": viewer}[who]
            lab.cut(DEVICE)
            with asleep.stopped():
                time.sleep(LONG)
                lab.cut()
            shown_fresh(viewer, time.monotonic())
        assert "Traceback" not in server.errors()
