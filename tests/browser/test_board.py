"""A board's page: the files in its program, pixels that its display was flushed, and touch that comes back."""

import numpy as np

from tests.boards.board import driver_program, running
from tests.browser.browser import Browser, opened, shows
from ws_stream.pixels.colours import to_rgb
from ws_stream.pixels.raw import BY_NAME


async def test_a_board_is_seen_and_operated(browser: Browser) -> None:
    random = np.random.default_rng(3)
    with running(driver_program()) as board:
        board.flush(0, 0, random.integers(0, 2**16, board.mirror.shape).astype(np.uint16))
        async with opened(f"http://127.0.0.1:{board.port}/", browser) as page:
            for width, height in ((320, 1), (9, 9), (200, 150)):
                area = random.integers(0, 2**16, (height, width)).astype(np.uint16)
                board.flush(17, 80, area)
                expected = to_rgb(board.mirror, BY_NAME["rgb565"])
                assert np.array_equal(await shows(page, expected), expected)
            await page.click("button[aria-label=Operate]")
            box = await page.locator("#picture").bounding_box()
            assert box
            await page.mouse.move(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
            await page.mouse.down()
            await page.mouse.up()
            await page.keyboard.press("a")
            heard: list[str] = []
            while "viewer 0 key up key=a code=KeyA" not in heard:
                heard += board.heard(1)
        presses = [line.split()[3:] for line in heard if line.startswith("viewer 0 pointer")]
        x, y, _ = next(map(float, press) for press in presses if press[2] == "1")
        assert abs(x - 80) <= 1
        assert abs(y - 120) <= 1
        assert presses[-1][2] == "0"
