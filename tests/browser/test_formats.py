"""All pixel formats in a real browser, against a conversion that shares no code with either side."""

import asyncio
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.browser.chromium import opened, shows
from ws_stream import Server


def from_bits(*lengths: int) -> Callable[..., list[int]]:
    """Red, green and blue of a little-endian word, by writing its bits out and repeating them."""

    def convert(*word: int) -> list[int]:
        bits = "".join(f"{byte:08b}" for byte in reversed(word))[-sum(lengths) :]
        parts = (bits[sum(lengths[:i]) :][:length] for i, length in enumerate(lengths))
        return [int((part * 4)[:8], 2) for part in parts]

    return convert


TO_RGB: dict[str, Callable[..., list[int]]] = {
    "rgbx8888": lambda r, g, b, _: [r, g, b],
    "bgrx8888": lambda b, g, r, _: [r, g, b],
    "rgb888": lambda r, g, b: [r, g, b],
    "bgr888": lambda b, g, r: [r, g, b],
    "gray8": lambda v: [v, v, v],
    "rgb565": from_bits(5, 6, 5),
    "rgb444": from_bits(4, 4, 4),
    "rgb332": from_bits(3, 3, 2),
}
BYTES = {
    "rgbx8888": 4,
    "bgrx8888": 4,
    "rgb888": 3,
    "bgr888": 3,
    "gray8": 1,
    "rgb565": 2,
    "rgb444": 2,
    "rgb332": 1,
}
WIDTH, HEIGHT = 61, 37


def expected(raw: NDArray[np.uint8], name: str) -> NDArray[np.uint8]:
    pixels = raw.reshape(-1, BYTES[name]).tolist()
    rgb = [TO_RGB[name](*pixel) for pixel in pixels]
    return np.array(rgb, np.uint8).reshape(HEIGHT, WIDTH, 3)


def array(raw: NDArray[np.uint8], name: str) -> NDArray[np.generic]:
    if BYTES[name] <= 2:
        return raw.view(f"<u{BYTES[name]}").reshape(HEIGHT, WIDTH)
    return raw.reshape(HEIGHT, WIDTH, BYTES[name])


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


async def test_a_stream_may_change_its_format_while_it_is_shown() -> None:
    random = np.random.default_rng(1)
    async with Server(port=0) as server:
        stream = server.stream("formats")
        async with opened(server.urls(stream)[0]) as page:
            for name in ("gray8", "rgbx8888", "gray8", "rgb888", "rgbx8888"):
                raw = random.integers(0, 256, WIDTH * HEIGHT * BYTES[name], np.uint8)
                raw[: raw.size // 2] = 0  # like the blank picture, and unlike the one before
                stream.publish(array(raw, name))
                wanted = expected(raw, name)
                assert np.array_equal(await shows(page, wanted), wanted)


async def test_words_that_do_not_travel_are_shown_as_their_bits_say() -> None:
    conversions = {
        "xrgb1555": from_bits(5, 5, 5),
        "bgr565": lambda *w: from_bits(5, 6, 5)(*w)[::-1],
    }
    random = np.random.default_rng(2)
    for name, convert in conversions.items():
        raw = random.integers(0, 256, WIDTH * HEIGHT * 2, np.uint8)
        rgb = [convert(*pixel) for pixel in raw.reshape(-1, 2).tolist()]
        wanted = np.array(rgb, np.uint8).reshape(HEIGHT, WIDTH, 3)
        async with Server(port=0) as server:
            stream = server.stream("formats", format=name)
            async with opened(server.urls(stream)[0]) as page:
                stream.publish(raw.view("<u2").reshape(HEIGHT, WIDTH))
                assert np.array_equal(await shows(page, wanted), wanted)
