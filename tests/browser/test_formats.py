"""All pixel formats in real browsers, on plain http, against a conversion that shares no code with either side."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tests.browser.browser import Browser, opened, shows
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


async def test_every_format_is_shown_as_an_independent_conversion_says(
    browser: Browser, address: str
) -> None:
    async with Server(address, 0) as server, opened("about:blank", browser) as page:
        for name in TO_RGB:
            random = np.random.default_rng(sum(name.encode()))
            raw = random.integers(0, 256, WIDTH * HEIGHT * BYTES[name], np.uint8)
            stream = server.stream(name, format=name)
            await page.goto(server.urls(stream)[0])
            for number in range(12):
                change(raw, random)
                stream.publish(array(raw, name))
                wanted = expected(raw, name)
                assert np.array_equal(await shows(page, wanted), wanted), f"{name}, {number}"
        assert await page.evaluate("isSecureContext") is False


async def test_a_stream_may_change_its_format_while_it_is_shown(
    browser: Browser, address: str
) -> None:
    random = np.random.default_rng(1)
    async with Server(address, 0) as server:
        stream = server.stream("formats")
        async with opened(server.urls(stream)[0], browser) as page:
            for name in ("gray8", "rgbx8888", "gray8", "rgb888", "rgbx8888"):
                raw = random.integers(0, 256, WIDTH * HEIGHT * BYTES[name], np.uint8)
                raw[: raw.size // 2] = 0  # like the blank picture, and unlike the one before
                stream.publish(array(raw, name))
                wanted = expected(raw, name)
                assert np.array_equal(await shows(page, wanted), wanted)


async def test_words_that_do_not_travel_are_shown_as_their_bits_say(
    browser: Browser, address: str
) -> None:
    conversions = {
        "xrgb1555": from_bits(5, 5, 5),
        "bgr565": lambda *w: from_bits(5, 6, 5)(*w)[::-1],
    }
    random = np.random.default_rng(2)
    async with Server(address, 0) as server, opened("about:blank", browser) as page:
        for name, convert in conversions.items():
            raw = random.integers(0, 256, WIDTH * HEIGHT * 2, np.uint8)
            rgb = [convert(*pixel) for pixel in raw.reshape(-1, 2).tolist()]
            wanted = np.array(rgb, np.uint8).reshape(HEIGHT, WIDTH, 3)
            stream = server.stream(name, format=name)
            stream.publish(raw.view("<u2").reshape(HEIGHT, WIDTH))
            await page.goto(server.urls(stream)[0])
            assert np.array_equal(await shows(page, wanted), wanted), name
