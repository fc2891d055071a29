"""The page by https, with a certificate that the visitor has let in: it opens its WebSocket by TLS of itself."""

from pathlib import Path

import numpy as np

from tests.browser.browser import Browser, opened, shows
from tests.pair import made_pair
from ws_stream import Server


async def test_the_page_by_https_shows_each_picture_exactly_at_an_address_of_the_lan(
    browser: Browser, address: str, tmp_path: Path
) -> None:
    cert, key = made_pair(tmp_path)
    random = np.random.default_rng(1)
    async with Server(address, 0, tls_cert=cert, tls_key=key) as server:
        stream = server.stream("camera")
        (url,) = server.urls(stream)
        assert url.startswith("https://")
        picture = random.integers(0, 256, (90, 120, 3), np.uint8)
        stream.publish(picture)
        async with opened(url, browser, ignore_https_errors=True) as page:
            for _ in range(3):
                assert (await shows(page, picture) == picture).all()
                picture = random.integers(0, 256, (90, 120, 3), np.uint8)
                stream.publish(picture)
            assert await page.evaluate("isSecureContext")
