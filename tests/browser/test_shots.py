"""How much of its room the picture takes."""

import pytest

from tests.browser.browser import Browser
from tests.browser.shots import ROOMS, serving, share, shown

AIM = 0.85


@pytest.mark.parametrize("where", ROOMS)
async def test_the_picture_takes_nearly_all_of_the_room_it_could_have(
    where: str, chromium: Browser
) -> None:
    async with (
        serving() as address,
        shown(ROOMS[where], address, "?stream=card", chromium) as (_, frame),
    ):
        assert await share(frame) >= AIM
