"""Every control of the page, used once on real pictures, and what it did."""

import asyncio
import base64
import io
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.async_api import Download, Locator, Page

from tests.browser.browser import Browser, canvas, opened, shows
from ws_stream import Server, Stream

WIDTH, HEIGHT = 200, 120
Picture = NDArray[np.uint8]


def picture(seed: int) -> Picture:
    return np.random.default_rng(seed).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)


@asynccontextmanager
async def showing(
    browser: Browser, first: Picture, query: str = ""
) -> AsyncIterator[tuple[Page, Stream]]:
    """A page that shows this picture of a stream, wholly begun."""
    async with Server(port=0) as server:
        stream = server.stream("screen", fps=60)
        stream.publish(first)
        url = server.urls(stream)[0]
        async with opened("about:blank", browser, accept_downloads=True) as page:
            await page.goto(f"{url}{'&' if '?' in url else '?'}{query}")
            await page.wait_for_selector("#wish-step", state="attached")
            await until(page, "window.wsStream?.view.shown")
            yield page, stream


async def scale(page: Page) -> float:
    seen: float = await page.evaluate("wsStream.place.view.scale")
    return seen


async def part(page: Page) -> list[int]:
    """The pixels that are seen: x, y, width, height."""
    seen: list[int] = await page.evaluate("wsStream.place.seenPart")
    return seen


async def until(page: Page, expression: str, arg: object = None) -> None:
    """Wait until this is so, asked as a function: the page's policy allows no other."""
    await page.wait_for_function(f"(arg) => ({expression})", arg=arg, timeout=10_000)


async def spot(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where on the page the picture's place x, y is."""
    left, top = await page.evaluate(
        """([x, y]) => {
          const { left, top } = document.querySelector('#stage').getBoundingClientRect();
          const { scale, x: from, y: down } = wsStream.place.view;
          return [left + (from + x * scale) / devicePixelRatio, top + (down + y * scale) / devicePixelRatio];
        }""",
        [x, y],
    )
    return left, top


async def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Between two places of the picture."""
    places = await spot(page, *start), await spot(page, *end)
    await page.mouse.move(*places[0])
    await page.mouse.down()
    await page.mouse.move(*places[1], steps=3)
    await page.mouse.up()


def tool(page: Page, name: str) -> Locator:
    return page.get_by_label(name, exact=True).and_(page.locator("section"))


async def open_tool(page: Page, key: str, name: str) -> Locator:
    await page.keyboard.press(key)
    place = tool(page, name)
    await place.locator("> :nth-child(2)").wait_for(state="attached")
    await page.evaluate("document.activeElement.blur()")
    return place


async def saved(page: Page, act: Callable[[], Any], folder: Path) -> Path:
    async with page.expect_download() as starting:
        await act()
    download: Download = await starting.value
    path = folder / download.suggested_filename
    await download.save_as(path)
    return path


async def test_the_picture_is_zoomed_by_wheel_keys_menu_and_pinch_and_panned_by_drag_and_keys(
    chromium: Browser,
) -> None:
    async with showing(chromium, picture(1)) as (page, _):
        fit = await scale(page)
        assert fit > 4
        await page.keyboard.press("1")
        assert await scale(page) == 1
        await page.keyboard.press("+")
        assert await scale(page) == 2
        await page.keyboard.press("-")
        assert await scale(page) == 1
        await page.get_by_label("Size").select_option("12")
        await page.evaluate("document.activeElement.blur()")
        assert await scale(page) == 12
        assert await page.locator("#seen.grid").count() == 1
        await page.keyboard.press("4")
        assert await page.locator("#seen.grid").count() == 0
        await page.get_by_label("Size").select_option("12")
        await page.evaluate("document.activeElement.blur()")
        x, y, *_ = await part(page)
        await drag(page, (x + 50, y + 30), (x + 30, y + 20))
        assert (await part(page))[:2] == [x + 20, y + 10]
        await page.keyboard.press("ArrowLeft")
        await page.keyboard.press("ArrowUp")
        moved = await part(page)
        assert moved[0] < x + 20
        assert moved[1] < y + 10
        place = await spot(page, 100, 60)
        await page.mouse.move(*place)
        await page.mouse.wheel(0, -100)
        await until(page, "wsStream.place.view.scale > 12")
        assert np.allclose(await spot(page, 100, 60), place, atol=1)
        await page.keyboard.press("0")
        assert await scale(page) == fit
        session = await page.context.new_cdp_session(page)
        for kind, apart in (("Start", 40), ("Move", 60), ("Move", 80), ("End", 0)):
            fingers = [{"x": 640 - apart, "y": 400}, {"x": 640 + apart, "y": 400}]
            await session.send(
                "Input.dispatchTouchEvent",
                {"type": f"touch{kind}", "touchPoints": fingers if apart else []},
            )
        await until(page, "wsStream.place.view.scale > arg", fit)
        assert await scale(page) <= 2 * fit


async def test_rotated_and_mirrored_each_pixel_is_where_it_belongs(chromium: Browser) -> None:
    corners = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    corners[:10, :10] = (255, 0, 0)
    corners[:10, -10:] = (0, 255, 0)
    corners[-10:, -10:] = (0, 0, 255)
    named: dict[tuple[int, ...], str] = {
        (255, 0, 0): "r",
        (0, 255, 0): "g",
        (0, 0, 255): "b",
        (0, 0, 0): "-",
    }
    async with showing(chromium, corners) as (page, _):
        seen = []
        for keys in ("", "r", "r", "r", "r", "m", "r"):
            for key in keys:
                await page.keyboard.press(key)
            box = await page.locator("#sheet").bounding_box()
            assert box
            shot = np.asarray(Image.open(io.BytesIO(await page.screenshot())).convert("RGB"))
            left, right = int(box["x"]) + 8, int(box["x"] + box["width"]) - 8
            top, bottom = int(box["y"]) + 8, int(box["y"] + box["height"]) - 8
            places = (top, left), (top, right), (bottom, right), (bottom, left)
            seen.append("".join(named[tuple(int(c) for c in shot[place])] for place in places))
        assert seen == ["rgb-", "-rgb", "b-rg", "gb-r", "rgb-", "gr-b", "bgr-"]


async def test_the_inspector_reads_the_pixel_under_the_pointer_as_it_was_sent(
    chromium: Browser,
) -> None:
    sent = picture(2)
    async with showing(chromium, sent) as (page, _):
        place = await open_tool(page, "i", "Inspect pixels")
        for x, y in ((0, 0), (137, 45), (WIDTH - 1, HEIGHT - 1)):
            await page.keyboard.press("0")
            await page.mouse.move(*await spot(page, x + 0.5, y + 0.5))
            red, green, blue = (int(channel) for channel in sent[y, x])
            word = red | green << 8 | blue << 16
            said = [f"{x}, {y}", str(red), str(green), str(blue)]
            await until(
                page,
                "[...document.querySelectorAll('.readings dd')].slice(0, 4)"
                ".every((value, at) => value.textContent === arg[at])",
                said,
            )
            stored = await place.locator("dd").nth(4).inner_text()
            assert f"0x{word:06x} = {word}" in stored
            lens = await place.locator(".lens").evaluate(
                "lens => [...lens.getContext('2d').getImageData(7, 7, 1, 1).data]"
            )
            assert lens == [red, green, blue, 255]
        await page.keyboard.press("i")
        assert await tool(page, "Inspect pixels").count() == 0


async def test_zoomed_into_what_was_left_out_it_is_fetched_inspected_and_gives_way_to_what_paints(
    chromium: Browser,
) -> None:
    sent = picture(12)
    async with showing(chromium, sent, "step=4") as (page, _):
        await page.get_by_label("Size").select_option("64")
        await page.evaluate("document.activeElement.blur()")
        await page.locator("#sheet .cover:not([hidden])").wait_for()
        await open_tool(page, "i", "Inspect pixels")
        x, y, *_ = await part(page)
        for right, down in ((5.1, 3.1), (5.3, 3.6), (9.9, 6.9)):
            await page.mouse.move(*await spot(page, x + right, y + down))
            source = int(4 * (x + right)), int(4 * (y + down))
            said = [f"{source[0]}, {source[1]}", *map(str, sent[source[1], source[0]])]
            await until(
                page,
                "[...document.querySelectorAll('.readings dd')].slice(0, 4)"
                ".every((value, at) => value.textContent === arg[at])",
                said,
            )
        compare = await open_tool(page, "a", "Compare")
        await page.locator("#sheet .cover").wait_for(state="detached")
        await compare.get_by_text("A and B are equal").wait_for()
        await page.keyboard.press("a")
        await page.locator("#sheet .cover:not([hidden])").wait_for()
        await page.keyboard.press("0")
        await page.locator("#sheet .cover").wait_for(state="detached")


async def test_a_histogram_and_gray_as_colours(chromium: Browser) -> None:
    gray = np.full((HEIGHT, WIDTH), 40, np.uint8)
    gray[:60] = 90
    async with showing(chromium, gray) as (page, _):
        levels = await open_tool(page, "h", "Histogram")
        await levels.get_by_text("40 to 90, mean 65.0").first.wait_for()
        await page.keyboard.press("h")
        place = await open_tool(page, "g", "Gray as colours")
        await place.get_by_label("Colours").select_option("inverted")
        inverted = np.repeat(255 - gray[..., None], 3, axis=2)
        assert np.array_equal(await shows(page, inverted), inverted)
        await page.evaluate("document.activeElement.blur()")
        await page.keyboard.press("g")
        plain = np.repeat(gray[..., None], 3, axis=2)
        assert np.array_equal(await shows(page, plain), plain)


async def test_all_levels_of_gray16_are_seen_by_keyboard_and_at_first_it_looks_as_ever(
    browser: Browser, address: str
) -> None:
    levels = np.arange(0x1200, 0x1200 + 64 * 48, dtype=np.uint16).reshape(48, 64)
    async with Server(address, 0) as server, opened("about:blank", browser) as page:
        stream = server.stream("deep", format="gray16")
        stream.publish(levels)
        await page.goto(server.urls(stream)[0])
        await page.wait_for_selector("#wish-step", state="attached")
        plain = np.repeat((levels >> 8).astype(np.uint8)[..., None], 3, axis=2)
        await shows(page, plain)
        place = await open_tool(page, "g", "Gray as colours")
        first, last = (place.get_by_label(f"{which} level") for which in ("First", "Last"))
        assert await last.input_value() == await first.get_attribute("max") == "65535"
        assert np.array_equal(await shows(page, plain), plain)
        await first.fill(str(0x1210))
        await last.fill(str(0x1212))
        await last.press("ArrowRight")
        shares = (levels.astype(int) - 0x1210).clip(0, 3) * 85
        window = np.repeat(shares.astype(np.uint8)[..., None], 3, axis=2)
        assert np.array_equal(await shows(page, window), window)


async def test_frozen_the_picture_stays_while_live_goes_on_and_what_is_saved_is_exactly_it(
    chromium: Browser, tmp_path: Path
) -> None:
    held = picture(3)
    async with showing(chromium, held) as (page, stream):
        await page.keyboard.press(" ")
        await page.get_by_text("frozen", exact=True).wait_for()
        (subscription,) = stream.audience.subscriptions
        for seed in range(4, 24):
            stream.publish(picture(seed))
            await asyncio.sleep(0.02)
        assert np.array_equal((await canvas(page))[..., :3], held)
        await until(page, "wsStream.view.statistics.picturesPerSecond > 5")
        path = await saved(page, lambda: page.keyboard.press("s"), tmp_path)
        assert np.array_equal(np.asarray(Image.open(path)), held)
        assert path.name.startswith("screen-20")
        await page.get_by_role("button", name="Freeze").click()
        last = picture(23)
        assert np.array_equal(await shows(page, last), last)
        assert [subscription] == list(stream.audience.subscriptions)
        path = await saved(
            page, lambda: page.get_by_role("button", name="Save as PNG").click(), tmp_path
        )
        assert np.array_equal(np.asarray(Image.open(path)), last)


async def test_a_box_fetches_that_part_in_full_and_the_menus_change_what_is_sent(
    chromium: Browser,
) -> None:
    sent = picture(5)
    async with showing(chromium, sent, "step=4") as (page, stream):
        assert (await canvas(page)).shape == (30, 50, 4)
        place = await open_tool(page, "x", "Part in full")
        await drag(page, (10.2, 5.2), (20.8, 12.8))
        await place.get_by_text("44 \N{MULTIPLICATION SIGN} 32 from 40, 20").wait_for()
        await until(page, "document.querySelector('.part canvas')?.width === 44")
        pixels = await page.evaluate(
            """async () => {
              const canvas = document.querySelector('.part canvas');
              const copy = new OffscreenCanvas(44, 32).getContext('2d');
              copy.drawImage(canvas, 0, 0);
              return [...copy.getImageData(0, 0, 44, 32).data];
            }"""
        )
        crop = np.array(pixels, np.uint8).reshape(32, 44, 4)[..., :3]
        assert np.array_equal(crop, sent[20:52, 40:84])
        await page.keyboard.press("x")
        async with asyncio.timeout(5):
            while len(stream.audience.subscriptions) > 1:
                await asyncio.sleep(0.02)
        (subscription,) = stream.audience.subscriptions
        for name, value in (("step", "2"), ("fps", "5"), ("depth", "8"), ("tolerance", "4")):
            await page.locator(f"#wish-{name}").select_option(value)
            async with asyncio.timeout(5):
                while getattr(subscription.request, name) != int(value):
                    await asyncio.sleep(0.02)
            assert f"{name}={value}" in page.url
        await until(page, "wsStream.view.shown.announced.step === 2")


async def test_what_changed_glows_and_fades(chromium: Browser) -> None:
    sent = picture(6)
    async with showing(chromium, sent) as (page, stream):
        place = await open_tool(page, "c", "What changed")
        await until(page, "document.querySelector('.cover').width === 200")
        changed = sent.copy()
        changed[30:40, 50:70] ^= 255
        stream.publish(changed)
        await place.get_by_text("200 pixels changed in the last picture").wait_for()
        read = """() => {
          const copy = new OffscreenCanvas(200, 120).getContext('2d');
          copy.drawImage(document.querySelector('.cover'), 0, 0);
          const words = new Uint32Array(copy.getImageData(0, 0, 200, 120).data.buffer);
          return [...words].filter(Boolean).length;
        }"""
        await until(page, f"({read})() === 0")
        await page.keyboard.press("c")
        assert await page.locator(".cover").count() == 0


async def test_back_in_time_shows_earlier_pictures_exactly_and_what_is_saved_plays_again(
    chromium: Browser, tmp_path: Path
) -> None:
    async with showing(chromium, picture(0)) as (page, stream):
        place = await open_tool(page, "b", "Back in time")
        for seed in range(1, 5):
            stream.publish(picture(seed))
            assert np.array_equal(await shows(page, picture(seed)), picture(seed))
        for seed in (3, 2, 1):
            await place.get_by_role("button", name="Step back").click()
            assert np.array_equal(await shows(page, picture(seed)), picture(seed))
        await place.get_by_role("button", name="Step on").click()
        assert np.array_equal(await shows(page, picture(2)), picture(2))
        save = place.get_by_role("button", name="Save recording")
        path = await saved(page, save.click, tmp_path)
        await place.get_by_role("button", name="Live").click()
        assert np.array_equal(await shows(page, picture(4)), picture(4))
        await page.evaluate("document.activeElement.blur()")
        await page.keyboard.press("b")
        content = base64.b64encode(path.read_bytes()).decode()
        await page.evaluate(
            """(content) => {
              const files = new DataTransfer();
              const bytes = Uint8Array.from(atob(content), (one) => one.charCodeAt(0));
              files.items.add(new File([bytes], 'a.wss'));
              dispatchEvent(new DragEvent('drop', { dataTransfer: files, cancelable: true }));
            }""",
            content,
        )
        place = tool(page, "Back in time")
        await place.get_by_text("In the file").wait_for()
        slide = "(slider, share) => { slider.value = share * slider.max; slider.dispatchEvent(new Event('input')); }"
        for share, seed in ((1, 4), (0, 1)):
            await place.get_by_label("Time").evaluate(slide, share)
            assert np.array_equal(await shows(page, picture(seed)), picture(seed))
        await place.get_by_label("Speed").select_option("4")
        await place.get_by_role("button", name="Play").click()
        assert np.array_equal(await shows(page, picture(4)), picture(4))
        await place.get_by_role("button", name="Play").wait_for()
        await place.get_by_role("button", name="Live").click()
        await place.get_by_text("Live. Kept").wait_for()


async def test_a_kept_picture_or_a_file_is_compared_and_a_probe_tells_of_changes(
    chromium: Browser, tmp_path: Path
) -> None:
    sent = picture(7)
    async with showing(chromium, sent) as (page, stream):
        place = await open_tool(page, "a", "Compare")
        await place.get_by_text("A and B are equal").wait_for()
        changed = sent.copy()
        changed[10:14, 20:25, 0] ^= 1
        stream.publish(changed)
        await place.get_by_text(
            "20 pixels differ, in 5 \N{MULTIPLICATION SIGN} 4 from 20, 10, by 1 levels"
        ).wait_for()
        await place.get_by_label("Gain").select_option("255")
        difference = np.zeros_like(sent)
        difference[10:14, 20:25, 0] = 255
        assert np.array_equal(await shows(page, difference), difference)
        await place.get_by_label("Shown").select_option("a")
        assert np.array_equal(await shows(page, sent), sent)
        Image.fromarray(changed).save(tmp_path / "b.png")
        await place.locator("input[type=file]").set_input_files(tmp_path / "b.png")
        await place.get_by_text("A and B are equal").wait_for()
        await page.evaluate("document.activeElement.blur()")
        await page.keyboard.press("a")
        assert np.array_equal(await shows(page, changed), changed)
        probes = await open_tool(page, "p", "Probe")
        await drag(page, (30.2, 30.2), (33.8, 31.8))
        await probes.get_by_text("4 \N{MULTIPLICATION SIGN} 2 from 30, 30").wait_for()
        await probes.get_by_label("Tell me when it changes").check()
        stream.publish(np.full_like(changed, 255))
        await until(page, "document.title.startsWith('(changed at ')")
        assert "255 255 255" in await probes.inner_text()
        await page.mouse.click(600, 400)
        await until(page, "!document.title.startsWith('(')")


async def test_figures_are_copied_keys_explained_and_a_bare_page_is_the_picture_alone(
    chromium: Browser,
) -> None:
    sent = picture(8)
    async with showing(chromium, sent) as (page, _):
        await page.evaluate(
            "addEventListener('copy', () => { window.copied = document.activeElement.value; });"
            "Object.defineProperty(navigator, 'clipboard', { value: undefined });"
        )
        await page.keyboard.press("j")
        await until(page, "window.copied")
        figures = json.loads(await page.evaluate("copied"))
        assert figures["announced"]["width"] == WIDTH
        assert figures["state"] in ("live", "unchanged")
        strip = page.locator("#figures")
        was_visible = await strip.is_visible()
        await page.keyboard.press("d")
        assert await strip.is_visible() != was_visible
        await page.keyboard.press("?")
        sheet = page.get_by_role("dialog", name="Keys")
        assert "Freeze" in await sheet.inner_text()
        await page.keyboard.press("1")
        assert await scale(page) != 1, "the page rests behind the sheet"
        await page.keyboard.press("Escape")
        await sheet.wait_for(state="detached")
        await page.keyboard.press("t")
        assert await page.locator("#panel").is_visible()
        await page.get_by_role("button", name="Rotate").click()
        assert await page.evaluate("wsStream.place.turn.quarters") == 1
        await page.goto(f"{page.url.split('?')[0]}?bare&worker=off")
        assert np.array_equal(await shows(page, sent), sent)
        assert not await page.locator("#bar").is_visible()
        stage = await page.locator("#stage").bounding_box()
        assert stage == {"x": 0, "y": 0, "width": 1280, "height": 800}


async def test_the_picture_is_copied_exactly_and_fills_the_screen_by_key_and_double_click(
    chromium: Browser,
) -> None:
    sent = picture(13)
    async with showing(chromium, sent) as (page, _):
        await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await page.keyboard.press("k")
        kinds = "navigator.clipboard.read().then((items) => items.flatMap(({ types }) => types))"
        async with asyncio.timeout(10):
            while "image/png" not in await page.evaluate(kinds):
                await asyncio.sleep(0.05)
        copied = await page.evaluate(
            """async () => {
              const [item] = await navigator.clipboard.read();
              const bytes = new Uint8Array(await (await item.getType('image/png')).arrayBuffer());
              return btoa(String.fromCharCode(...bytes));
            }"""
        )
        seen = Image.open(io.BytesIO(base64.b64decode(copied))).convert("RGB")
        assert np.array_equal(np.asarray(seen), sent)
        for filling in (page.keyboard.press("f"), page.locator("#stage").dblclick()):
            await filling
            await until(page, "document.fullscreenElement !== null")
            await page.keyboard.press("f")
            await until(page, "document.fullscreenElement === null")


async def test_what_is_dragged_with_a_pointer_is_taken_by_buttons_too(chromium: Browser) -> None:
    sent = picture(14)
    async with showing(chromium, sent) as (page, stream):
        probes = await open_tool(page, "p", "Probe")
        await probes.get_by_role("button", name="Probe the middle").click()
        y, x = HEIGHT // 2, WIDTH // 2
        await probes.get_by_text(f"{x}, {y}", exact=True).wait_for()
        await probes.get_by_text(" ".join(map(str, sent[y, x]))).wait_for()
        await probes.get_by_label("Levels").fill("255")
        await probes.get_by_label("Tell me when it changes").check()
        stream.publish(255 - sent)
        await probes.get_by_text(" ".join(map(str, 255 - sent[y, x]))).wait_for()
        assert not (await page.title()).startswith("("), "it changed by less"
        await probes.get_by_role("button", name="Remove").click()
        await probes.get_by_text(f"{x}, {y}", exact=True).wait_for(state="detached")
        await page.evaluate("document.activeElement.blur()")
        place = await open_tool(page, "x", "Part in full")
        await place.get_by_role("button", name="Take what is seen").click()
        await place.get_by_text(f"{WIDTH} \N{MULTIPLICATION SIGN} {HEIGHT} from 0, 0").wait_for()
        compare = await open_tool(page, "a", "Compare")
        stream.publish(sent)
        await compare.get_by_text("pixels differ").wait_for()
        await compare.get_by_role("button", name="Keep this one as A").click()
        await compare.get_by_text("A and B are equal").wait_for()


async def test_levels_of_gray_are_stretched_between_two_sliders(chromium: Browser) -> None:
    gray = np.tile(np.arange(WIDTH, dtype=np.uint8), (HEIGHT, 1))
    async with showing(chromium, gray) as (page, _):
        place = await open_tool(page, "g", "Gray as colours")
        slide = (
            "(slider, level) => { slider.value = level; slider.dispatchEvent(new Event('input')); }"
        )
        await place.get_by_label("First level").evaluate(slide, 50)
        await place.get_by_label("Last level").evaluate(slide, 150)
        levels = np.floor(np.clip((gray - 50.0) / 100, 0, 1) * 255 + 0.5).astype(np.uint8)
        stretched = np.repeat(levels[..., None], 3, axis=2)
        assert np.array_equal(await shows(page, stretched), stretched)


async def test_without_a_worker_the_tools_do_the_same(chromium: Browser, tmp_path: Path) -> None:
    sent = picture(9)
    async with showing(chromium, sent, "worker=off") as (page, stream):
        assert await page.evaluate("wsStream.view.isFallback")
        await page.keyboard.press(" ")
        stream.publish(picture(10))
        await until(page, "wsStream.view.held")
        path = await saved(page, lambda: page.keyboard.press("s"), tmp_path)
        assert np.array_equal(np.asarray(Image.open(path)), sent)
        await page.keyboard.press(" ")
        assert np.array_equal(await shows(page, picture(10)), picture(10))
        place = await open_tool(page, "c", "What changed")
        changed = picture(10)
        changed[0, 0] ^= 255
        await until(page, "document.querySelector('.cover').width === 200")
        stream.publish(changed)
        await place.get_by_text("1 pixels changed").wait_for()
