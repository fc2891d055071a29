"""All pixel formats in real browsers, on plain http, against a conversion that shares no code with either side."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tests.browser.browser import Browser, opened, shows
from ws_stream import Server, to_rgb
from ws_stream.pixels.raw import RAW_FORMATS, indexed8


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
            for number in range(5):
                change(raw, random)
                stream.publish(array(raw, name))
                wanted = expected(raw, name)
                assert np.array_equal(await shows(page, wanted), wanted), f"{name}, {number}"
        assert await page.evaluate("isSecureContext") is False


async def test_every_raw_format_is_shown_to_the_bit_by_raw_pixels(
    browser: Browser, address: str
) -> None:
    """What Python makes of them is held to OpenCV in tests/pixels/test_raw.py."""
    indexed = indexed8(bytes(range(200, 230)))
    async with Server(address, 0) as server, opened("about:blank", browser) as page:
        for pixel_format in (*RAW_FORMATS[:-1], indexed):
            random = np.random.default_rng(sum(pixel_format.name.encode()))
            shape = pixel_format.shape(62, 38)
            size = math.prod(shape) * pixel_format.dtype.itemsize
            raw = random.integers(0, 256, size, np.uint8)
            stream = server.stream(pixel_format.name, format=pixel_format)
            await page.goto(server.urls(stream)[0])
            for number in range(4):
                change(raw, random)
                pixels = raw.view(pixel_format.dtype).reshape(shape)
                stream.publish(pixels)
                wanted = to_rgb(pixels, pixel_format)
                assert np.array_equal(await shows(page, wanted), wanted), f"{stream.name}, {number}"
            told = await page.evaluate("wsStream.view.shown.announced")
            assert told["format"] == pixel_format.name


async def test_a_page_may_show_a_picture_turned_from_the_start(
    browser: Browser, address: str
) -> None:
    gray = np.arange(12, dtype=np.uint8).reshape(3, 4)
    async with Server(address, 0) as server, opened("about:blank", browser) as page:
        stream = server.stream("a")
        stream.publish(gray)
        url = server.urls(stream)[0]
        await page.goto(f"{url}{'&' if '?' in url else '?'}rotate=90&mirror=1")
        await shows(page, np.repeat(gray[..., None], 3, axis=2))
        assert await page.evaluate("wsStream.place.turn") == {"quarters": 1, "mirror": True}
        assert await page.evaluate("wsStream.place.all") == [0, 0, 3, 4]


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
