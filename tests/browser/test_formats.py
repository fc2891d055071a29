"""All pixel formats in a real browser, against a conversion that shares no code with either side."""

import asyncio
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.browser.chromium import opened, shows
from ws_stream import Server


def from_565(low: int, high: int) -> list[int]:
    """Red, green and blue of a little-endian word, by writing its bits out and repeating the first ones."""
    bits = f"{high:08b}{low:08b}"
    parts = bits[:5], bits[5:11], bits[11:]
    return [int((part + part)[:8], 2) for part in parts]


TO_RGB: dict[str, Callable[..., list[int]]] = {
    "rgbx8888": lambda r, g, b, _: [r, g, b],
    "bgrx8888": lambda b, g, r, _: [r, g, b],
    "rgb888": lambda r, g, b: [r, g, b],
    "bgr888": lambda b, g, r: [r, g, b],
    "rgb565": from_565,
    "gray8": lambda v: [v, v, v],
}
BYTES = {name: convert.__code__.co_argcount for name, convert in TO_RGB.items()}
WIDTH, HEIGHT = 61, 37


def expected(raw: NDArray[np.uint8], name: str) -> NDArray[np.uint8]:
    pixels = raw.reshape(-1, BYTES[name]).tolist()
    rgb = [TO_RGB[name](*pixel) for pixel in pixels]
    return np.array(rgb, np.uint8).reshape(HEIGHT, WIDTH, 3)


def array(raw: NDArray[np.uint8], name: str) -> NDArray[np.generic]:
    if name == "rgb565":
        return raw.view("<u2").reshape(HEIGHT, WIDTH)
    return raw.reshape((HEIGHT, WIDTH) if name == "gray8" else (HEIGHT, WIDTH, BYTES[name]))


def change(raw: NDArray[np.uint8], random: np.random.Generator) -> None:
    """Noise, a flat area or a single byte, somewhere."""
    first, last = sorted(random.integers(0, raw.size + 1, 2))
    match random.integers(0, 3):
        case 0:
            raw[first:last] = random.integers(0, 256, last - first)
        case 1:
            raw[first:last] = random.integers(0, 256)
        case _:
            raw[first % raw.size] ^= 1 + random.integers(0, 255)


@pytest.mark.parametrize("name", TO_RGB)
async def test_every_format_is_shown_as_an_independent_conversion_says(name: str) -> None:
    random = np.random.default_rng(sum(name.encode()))
    raw = random.integers(0, 256, WIDTH * HEIGHT * BYTES[name], np.uint8)
    async with Server(port=0) as server:
        stream = server.stream("formats", format=name)
        async with opened(server.urls(stream)[0]) as page:
            for _ in range(20):
                change(raw, random)
                stream.publish(array(raw, name))
                await asyncio.sleep(0)
                wanted = expected(raw, name)
                assert np.array_equal(await shows(page, wanted), wanted)
