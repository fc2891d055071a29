"""What the page says of a picture, and how a device is operated from it. The server is one that only listens."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import numpy as np
import pytest
from playwright.async_api import Page
from websockets.asyncio.server import ServerConnection

from tests.browser.browser import Browser, opened
from tests.browser.listening import listening
from ws_stream import Server
from ws_stream.codec import encode
from ws_stream.pixels.frame import Frame
from ws_stream.pixels.raw import BY_NAME
from ws_stream.pixels.rendition import Crop
from ws_stream.protocol.control import serialize
from ws_stream.protocol.messages import Announcement

OPERATE = "button[aria-label=Operate]"
WIDTH, HEIGHT, STEP = 40, 30, 2
CROP = Crop(100, 50, 80, 60)
GRAY = BY_NAME["gray8"]


class Device:
    """One picture of a part of a larger one, and what viewers say of it."""

    def __init__(self) -> None:
        self.connections: list[ServerConnection] = []
        self.said: list[dict[str, Any]] = []

    async def talk(self, connection: ServerConnection) -> None:
        self.connections.append(connection)
        picture = Frame(7, 1, 0, GRAY, np.full((HEIGHT, WIDTH), 128, np.uint8))
        told = Announcement(
            name="device",
            epoch=7,
            format=GRAY,
            width=WIDTH,
            height=HEIGHT,
            source=(800, 480),
            step=STEP,
            crop=CROP,
            average=False,
            tolerance=0,
            fps=30.0,
            input=True,
        )
        await connection.send(serialize(told))
        await connection.send(encode(picture))
        async for text in connection:
            self.said.append(json.loads(text))

    @property
    def events(self) -> list[dict[str, Any]]:
        """What users did with the picture, to the whole pixel: the mouse is not always where it was sent."""
        messages = [message for message in self.said if message["type"] == "input"]
        assert all((one["epoch"], one["number"]) == (7, 1) for one in messages)
        events = [event for message in messages for event in message["events"]]
        return [
            event | {axis: round(event[axis]) for axis in "xy" if axis in event} for event in events
        ]

    async def has(self, *expected: dict[str, Any]) -> None:
        """Wait until users did this last."""
        for _ in range(300):
            if self.events[-len(expected) :] == list(expected):
                return
            await asyncio.sleep(0.01)
        assert self.events[-len(expected) :] == list(expected)


@pytest.fixture
async def device() -> Device:
    return Device()


@pytest.fixture
async def page(device: Device, chromium: Browser) -> AsyncIterator[Page]:
    async with listening(device.talk) as url, opened(url, chromium) as page:
        await page.wait_for_function(
            "() => window.wsStream?.view.shown && document.body.className !== 'off'"
        )
        yield page


async def place(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where on the page this place of the picture is, from 0 to 1."""
    box = await page.locator("#picture").bounding_box()
    assert box
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def pointer(x: float, y: float, buttons: int, **more: object) -> dict[str, object]:
    return {"kind": "pointer", "x": x, "y": y, "buttons": buttons, **more}


def key(name: str, code: str, down: bool) -> dict[str, object]:
    return {"kind": "key", "key": name, "code": code, "down": down}


async def test_nothing_is_said_until_the_user_wants_to_operate_the_device(
    page: Page, device: Device
) -> None:
    assert await page.is_visible(OPERATE)
    await page.mouse.click(*await place(page, 0.5, 0.5))
    await page.keyboard.press("a")
    await page.keyboard.press("o")
    await page.wait_for_selector(f"{OPERATE}[aria-pressed=true]")
    assert device.events == []


async def test_clicks_are_places_of_the_source_whatever_is_shown_of_it(
    page: Page, device: Device
) -> None:
    await page.click(OPERATE)
    await page.wait_for_selector(f"{OPERATE}[aria-pressed=true]")
    await page.mouse.move(*await place(page, 0.5, 0.5))
    await page.mouse.down()
    await page.mouse.up()
    await device.has(pointer(140, 80, 1), pointer(140, 80, 0))
    await page.mouse.click(*await place(page, 0.25, 0.75), button="right")
    await device.has(pointer(120, 95, 2), pointer(120, 95, 0))
    await page.mouse.wheel(0, 120)
    await device.has(pointer(120, 95, 0, wheel=[0, 120]))
    assert await page.evaluate("() => !document.fullscreenElement")


async def test_keys_go_to_the_device_and_not_to_the_page_until_one_ends_that(
    page: Page, device: Device
) -> None:
    await page.keyboard.press("o")
    await page.wait_for_selector(f"{OPERATE}[aria-pressed=true]")
    await page.keyboard.press("d")
    await page.keyboard.press("Tab")
    await device.has(
        *(key("d", "KeyD", True), key("d", "KeyD", False)),
        *(key("Tab", "Tab", True), key("Tab", "Tab", False)),
    )
    assert await page.is_visible("#figures")
    await page.keyboard.press("Control+Alt+Enter")
    await page.wait_for_selector(f"{OPERATE}[aria-pressed=false]")
    await device.has(key("Alt", "AltLeft", False), key("Control", "ControlLeft", False))
    before = len(device.events)
    await page.keyboard.press("d")
    assert not await page.is_visible("#figures")
    assert len(device.events) == before


async def test_what_is_pasted_or_composed_arrives_as_text(page: Page, device: Device) -> None:
    await page.keyboard.press("o")
    await page.wait_for_selector(f"{OPERATE}[aria-pressed=true]")
    await page.keyboard.insert_text("日本\nüber")
    await device.has(
        {"kind": "text", "text": "日本"},
        *(key("Enter", "Enter", True), key("Enter", "Enter", False)),
        {"kind": "text", "text": "über"},
    )


@pytest.mark.parametrize(
    "leave",
    [
        lambda page: page.evaluate("document.activeElement.blur()"),
        lambda page: page.click(OPERATE),
        lambda page: page.focus("#light"),
    ],
    ids=["blur", "switch", "another element"],
)
async def test_what_is_down_is_released_when_the_user_leaves(
    page: Page, device: Device, leave: Callable[[Page], Any]
) -> None:
    await page.keyboard.press("o")
    await page.wait_for_selector(f"{OPERATE}[aria-pressed=true]")
    await page.keyboard.down("x")
    await device.has(key("x", "KeyX", True))
    await leave(page)
    await device.has(key("x", "KeyX", False))


async def test_a_lost_connection_ends_it(page: Page, device: Device) -> None:
    await page.keyboard.press("o")
    await page.wait_for_selector(f"{OPERATE}[aria-pressed=true]")
    await device.connections[0].close()
    await page.wait_for_selector(f"{OPERATE}[aria-pressed=false]")


async def test_what_the_device_says_of_a_picture_is_shown_and_the_place_stays(
    chromium: Browser,
) -> None:
    shade = np.full((48, 64), 90, np.uint8)
    async with Server(port=0) as server:
        stream = server.stream("camera")
        stream.publish(shade)
        async with opened(server.urls(stream)[0], chromium) as page:
            await page.wait_for_function(
                "() => window.wsStream?.view.shown && document.body.className !== 'off'"
            )
            assert not await page.is_visible("#meta")
        stream.publish(shade, meta={"exposure": 12.5, "by": "<b>\u202e"})
        async with opened(server.urls(stream)[0], chromium) as page:
            await page.wait_for_selector("#meta:text-is('exposure: 12.5 · by: <b>\ufffd')")
            assert not await page.is_visible(OPERATE)
            stream.publish(shade + 1)
            await page.wait_for_selector("#meta:text-is('\u2013')")
