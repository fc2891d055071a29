"""Tests of a device's screen. `pytest examples/test_screen.py` runs them; this device is a stand-in.

For one that serves its screen, `ws-stream serve fb:/dev/fb0 --host 0.0.0.0`, leave out `device_screen_url` and say
`--device-screen ws://DEVICE:8000/stream/fb0`. Golden pictures are made by `--update-golden`; parts that are not to be
compared are erased in a paint program: here the clock, at the upper right.
"""

import time
from collections.abc import Iterator

import numpy as np
import pytest

from ws_stream import Server
from ws_stream.testing import DeviceScreen, similar_to


class Device:
    """Shows a bar for each key that was pressed, and a clock."""

    def __init__(self, server: Server) -> None:
        self.url = f"ws://127.0.0.1:{server.port}/stream/screen"
        self._stream = server.stream("screen")
        self._picture = np.full((60, 100, 3), (20, 30, 60), np.uint8)
        self.press(0)

    def press(self, key: int) -> None:
        self._picture[10 + 10 * key :][:5, 10:60] = (240, 200, 0)
        self._picture[2:8, 80:98] = time.time_ns() % 256
        self._stream.publish(self._picture.copy())


@pytest.fixture
def device() -> Iterator[Device]:
    with Server(port=0) as server:
        yield Device(server)


@pytest.fixture
def device_screen_url(device: Device) -> str:
    return device.url


def test_a_key_opens_the_menu(device: Device, device_screen: DeviceScreen) -> None:
    device.press(2)
    device_screen.wait_until(similar_to("golden/menu.png"))


def test_the_screen_is_as_large_as_it_is_sold(device_screen: DeviceScreen) -> None:
    assert device_screen.frame().to_rgb().shape == (60, 100, 3)


def test_something_bright_is_shown_soon(device_screen: DeviceScreen) -> None:
    device_screen.wait_until(lambda frame: frame.to_rgb().max() > 200, timeout=10)
