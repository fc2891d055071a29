"""<ws-stream> in pages of other origins: exact pictures, one worker, what is requested, what is seen of an old picture.

The pages lie on another port of the device's host, as a dashboard does.
"""

import asyncio
import base64
import io
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from numpy.typing import NDArray
from PIL import Image
from playwright.async_api import Page

from tests.browser.browser import Browser, opened
from tests.browser.panel import panel
from ws_stream import Server, Stream

PICTURE = np.random.default_rng(5).integers(0, 256, (48, 64, 3), np.uint8)

STYLE = "<style>body { margin: 0 } ws-stream { width: 320px; height: 200px }</style>"

SAVED = """async (element) => {
  const file = await element.save();
  const bytes = new Uint8Array(await file.arrayBuffer());
  return [file.name, btoa(String.fromCharCode(...bytes))];
}"""

COUNT_WHAT_IS_LEFT = """
window.left = { observers: 0, listeners: 0, urls: 0 };
for (const kind of ['ResizeObserver', 'IntersectionObserver']) {
  window[kind] = class extends window[kind] {
    observe(...given) { super.observe(...given); if (!this.isOn) left.observers += 1; this.isOn = true; }
    disconnect() { super.disconnect(); if (this.isOn) left.observers -= 1; this.isOn = false; }
  };
}
for (const target of [document, window]) {
  const { addEventListener, removeEventListener } = target;
  target.addEventListener = (type, act, options) => {
    if (type === 'visibilitychange') left.listeners += 1;
    options?.signal?.addEventListener('abort', () => { left.listeners -= 1; });
    addEventListener.call(target, type, act, options);
  };
}
const { createObjectURL, revokeObjectURL } = URL;
URL.createObjectURL = (what) => { left.urls += 1; return createObjectURL(what); };
URL.revokeObjectURL = (url) => { left.urls -= 1; revokeObjectURL(url); };
for (const kind of ['setTimeout', 'setInterval']) {
  const begin = window[kind];
  window[kind] = (...given) => { left.timers = (left.timers ?? 0) + 1; return begin(...given); };
}
"""


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def page(chromium: Browser) -> AsyncIterator[Page]:
    """An error on the page fails the test."""
    async with opened("about:blank", chromium) as page:
        yield page


@pytest_asyncio.fixture(loop_scope="module")
async def server() -> AsyncIterator[Server]:
    async with Server(port=0) as server:
        server.stream("camera").publish(PICTURE)
        yield server


async def show(
    page: Page, server: Server, body: str, host: str = "127.0.0.1", head: str = ""
) -> None:
    """A page at another port that has its elements from the device: in its text, DEVICE is the device's."""
    device = f"127.0.0.1:{server.port}"
    script = f'<script type="module" src="http://{device}/element.js"></script>'
    text = f"{head}{STYLE}{script}{body.replace('DEVICE', device)}"
    async with panel(f"<!doctype html><title>Panel</title>{text}") as port:
        await page.goto(f"http://{host}:{port}/")


async def until(page: Page, holds: str) -> None:
    """Wait until this holds of the page; `element` is its first."""
    await page.wait_for_function(
        f"() => {{ const element = document.querySelector('ws-stream'); return {holds}; }}"
    )


async def until_here(holds: Callable[[], bool]) -> None:
    """Wait until this holds of the server."""
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.02)


async def saved(page: Page) -> NDArray[np.uint8]:
    """Exactly the pixels that the first element shows."""
    name, text = await page.eval_on_selector("ws-stream", SAVED)
    assert name.startswith("camera")
    return np.array(Image.open(io.BytesIO(base64.b64decode(text))).convert("RGB"))


def rates(stream: Stream) -> list[float | None]:
    """What each viewer requests; None is all."""
    return [each.request.fps for each in stream.audience.subscriptions]


async def test_pages_on_another_port_show_exactly_what_several_devices_send_by_one_worker(
    server: Server, browser: Browser
) -> None:
    async with Server(port=0) as other, opened("about:blank", browser) as page:
        other.stream("engine").publish(PICTURE[::-1])
        await show(
            page,
            server,
            '<ws-stream src="ws://DEVICE/stream/camera"></ws-stream>'
            '<ws-stream src="http://DEVICE/?stream=camera" step="2" average></ws-stream>'
            f'<ws-stream src="ws://127.0.0.1:{other.port}/stream"></ws-stream>'
            f'<script type="module" src="http://127.0.0.1:{other.port}/element.js"></script>',
        )
        await until(page, "[...document.querySelectorAll('ws-stream')].every(({ shown }) => shown)")
        assert np.array_equal(await saved(page), PICTURE)
        sizes = "(all) => all.map(({ shown: { announced: a } }) => [a.name, a.step, a.average])"
        assert await page.eval_on_selector_all("ws-stream", sizes) == [
            ["camera", 1, False],
            ["camera", 2, True],
            ["engine", 1, False],
        ]
        assert len(page.workers) == 1


async def test_pages_of_another_host_have_it_where_that_host_is_allowed(page: Page) -> None:
    body = '<ws-stream src="ws://DEVICE/stream/camera"></ws-stream>'
    async with (
        Server(port=0) as shut,
        Server(port=0, allow_origins=["http://panel.example:*"]) as server,
    ):
        for one in (shut, server):
            one.stream("camera").publish(PICTURE)
        await show(page, shut, body, "panel.example")
        assert not await page.evaluate("customElements.get('ws-stream')")
        await show(page, server, body, "panel.example")
        await until(page, "element.shown")
        assert np.array_equal(await saved(page), PICTURE)


async def test_where_there_is_no_worker_and_no_offscreen_canvas_the_page_s_own_thread_draws(
    server: Server, page: Page
) -> None:
    await page.add_init_script("delete window.Worker; delete window.OffscreenCanvas;")
    await show(
        page, server, '<ws-stream src="/stream/camera"></ws-stream>'.replace("/s", "ws://DEVICE/s")
    )
    await until(page, "element.shown")
    assert np.array_equal(await saved(page), PICTURE)
    assert not page.workers


async def test_what_an_attribute_requests_is_requested_on_the_same_connection(
    server: Server, page: Page
) -> None:
    (stream,) = server.streams.values()
    await show(page, server, '<ws-stream src="ws://DEVICE/stream/camera"></ws-stream>')
    await until(page, "element.shown")
    (viewer,) = stream.audience.subscriptions
    for change, holds in (
        ("element.step = 4", "announced.step === 4 && announced.width === 16"),
        ("element.setAttribute('crop', '8,0,32,48')", "announced.crop?.join() === '8,0,32,48'"),
        ("element.step = null; element.crop = null", "announced.step === 1 && !announced.crop"),
        ("element.request({ step: 2, fps: 5 })", "announced.step === 2 && element.fps === 5"),
        ("element.depth = 16", "announced.format === 'rgb565'"),
        ("element.average = true", "announced.average"),
        ("element.tolerance = 8", "announced.tolerance === 8"),
    ):
        await page.eval_on_selector("ws-stream", f"(element) => {{ {change}; }}")
        await until(page, f"(({{ announced }}) => {holds})(element.status)")
    granted = await page.eval_on_selector("ws-stream", "(element) => element.request({ fps: 3 })")
    assert granted["fps"] == 3
    assert list(stream.audience.subscriptions) == [viewer]
    text = await page.eval_on_selector("ws-stream", "(element) => element.outerHTML")
    assert 'step="2"' in text
    assert 'fps="3"' in text
    # What cannot be is what the server says.
    await page.eval_on_selector("ws-stream", "(element) => { element.step = 99; }")
    await until(page, "element.state === 'refused' && element.status.reason.includes('step')")
    await page.eval_on_selector("ws-stream", "(element) => { element.step = 1; }")
    await until(page, "element.shown?.announced.step === 1")
    await page.eval_on_selector("ws-stream", "(element) => { element.setAttribute('fps', 'all'); }")
    await until(page, "element.status.reason.startsWith('fps=all')")


async def test_nothing_is_left_when_elements_are_removed_and_they_work_where_they_are_inserted_again(
    server: Server, page: Page
) -> None:
    (stream,) = server.streams.values()
    await page.add_init_script(COUNT_WHAT_IS_LEFT)
    element = '<ws-stream src="ws://DEVICE/stream/camera" controls></ws-stream>'
    await show(page, server, f"<main>{element * 3}</main>")
    for _ in range(2):
        await until(page, "[...document.querySelectorAll('ws-stream')].every(({ shown }) => shown)")
        assert len(page.workers) == 1
        assert len(stream.audience.subscriptions) == 3
        await page.evaluate("window.all = [...document.querySelectorAll('ws-stream')]")
        await page.evaluate("all[0].remove()")
        await until_here(lambda: len(stream.audience.subscriptions) == 2)
        assert len(page.workers) == 1, "others need it"
        asked = "all[1].request({ step: 2 }).then((granted) => granted === null || granted.fps)"
        remove = "document.querySelector('main').replaceChildren()"
        assert await page.evaluate(
            f"(() => {{ const asked = {asked}; {remove}; return asked; }})()"
        )
        await until_here(lambda: not stream.audience.subscriptions)
        await until_here(lambda: not page.workers)
        left = await page.evaluate("left")
        assert {left.pop("observers"), left.pop("listeners"), left.pop("urls")} == {0}
        assert not left, "there were no timers"
        assert await page.evaluate("all.map(({ state, shown }) => state ?? shown)") == [None] * 3
        await page.evaluate("document.querySelector('main').append(...all)")


async def test_what_is_scrolled_away_or_on_a_hidden_page_is_not_sent_until_it_is_seen_again(
    server: Server, page: Page
) -> None:
    (stream,) = server.streams.values()
    body = (
        '<ws-stream src="ws://DEVICE/stream/camera" fps="20"></ws-stream>'
        '<div style="height: 3000px"></div>'
        '<ws-stream src="ws://DEVICE/stream/camera"></ws-stream>'
    )
    await show(page, server, body)
    await until(page, "element.shown")
    await until_here(lambda: sorted(rates(stream), key=str) == [0, 20])
    assert not await page.evaluate("document.querySelectorAll('ws-stream')[1].shown")
    await page.evaluate("scrollTo(0, 9999)")
    await until(page, "document.querySelectorAll('ws-stream')[1].shown")
    await until_here(lambda: sorted(rates(stream), key=str) == [0, None])
    await page.evaluate(
        "Object.defineProperty(document, 'hidden', { value: true, configurable: true });"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )
    await until_here(lambda: rates(stream) == [0, 0])
    await page.evaluate("document.querySelector('ws-stream').fps = 10")
    await page.evaluate("delete document.hidden; scrollTo(0, 0)")
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await until_here(lambda: sorted(rates(stream), key=str) == [0, 10])


async def test_a_picture_that_may_be_old_keeps_its_colours_and_has_a_hatched_edge_and_words(
    page: Page,
) -> None:
    async with Server(port=0) as server:
        server.stream("camera").publish(PICTURE)
        body = '<ws-stream src="ws://DEVICE/stream/camera"></ws-stream>'
        await show(page, server, f"{body}{body.replace('src', 'controls src')}")
        await until(page, "[...document.querySelectorAll('ws-stream')].every((e) => e.shown)")
        says = page.locator("ws-stream").nth(0).locator("#state")
        assert not await says.is_visible(), "what is live needs no words"
        before = await saved(page)
    await until(page, "element.state === 'lost'")
    for place in (0, 1):
        element = page.locator("ws-stream").nth(place)
        await element.locator("#edge").wait_for()
        text = await element.locator("#state").inner_text()
        assert text.replace("\n", "").strip().startswith("lost last seen "), text
        canvas, edge = [await element.locator(one).bounding_box() for one in ("canvas", "#edge")]
        assert canvas == edge
        looks = "(canvas) => { const s = getComputedStyle(canvas); return [s.opacity, s.filter]; }"
        assert await element.locator("canvas").evaluate(looks) == ["1", "none"]
    assert np.array_equal(await saved(page), before)


async def test_the_bar_is_worked_by_keys_and_has_names(
    server: Server, page: Page, tmp_path: Path
) -> None:
    await show(page, server, '<ws-stream src="ws://DEVICE/stream/camera" controls></ws-stream>')
    await until(page, "element.shown")
    names = [
        await one.get_attribute("aria-label") for one in await page.get_by_role("button").all()
    ]
    assert names == ["Freeze", "Save as PNG", "Full screen"]
    assert await page.get_by_role("img", name="camera, live").count() == 1
    assert await page.get_by_role("status").inner_text() == "live"
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await until(page, "element.held?.number === 1")
    assert await page.get_by_role("status").inner_text() == "frozen"
    assert await page.get_by_role("button", pressed=True).count() == 1
    await page.keyboard.press("Space")
    await until(page, "element.held === null")
    await page.keyboard.press("Tab")
    async with page.expect_download() as download:
        await page.keyboard.press("Enter")
    file = tmp_path / "saved.png"
    await (await download.value).save_as(file)
    assert np.array_equal(np.array(Image.open(file).convert("RGB")), PICTURE)
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await until(page, "document.fullscreenElement === element")
    await page.keyboard.press("Enter")
    await until(page, "!document.fullscreenElement")
    await page.eval_on_selector("ws-stream", "(element) => { element.controls = false; }")
    assert await page.get_by_role("button").count() == 0


async def test_it_tells_of_pictures_states_and_figures_and_takes_what_was_set_before_it_was_known(
    server: Server, page: Page
) -> None:
    head = """<script>
      window.told = { frame: [], state: [], stats: [], bubbled: 0 };
      addEventListener('DOMContentLoaded', () => {
        const element = document.querySelector('ws-stream');
        for (const type of ['frame', 'state', 'stats']) {
          element.addEventListener(type, ({ detail }) => told[type].push(detail));
          document.body.addEventListener(type, () => { told.bubbled += 1; });
        }
        Object.assign(element, { step: 4, src: element.dataset.src });
      }, { once: true });
    </script>"""
    await page.add_init_script(
        "customElements.define = ((define) => function (...given) {"
        "setTimeout(() => define.apply(this, given), 200); })(customElements.define)"
    )
    await show(
        page, server, '<ws-stream data-src="ws://DEVICE/stream/camera"></ws-stream>', head=head
    )
    await until(page, "told.stats.length && told.state.some(({ state }) => state === 'live')")
    told = await page.evaluate("told")
    assert [told["frame"][0][key] for key in ("number", "meta")] == [1, None]
    assert told["frame"][0]["announced"]["width"] == 16
    assert told["state"][0]["state"] == "connecting"
    assert told["stats"][0]["picturesPerSecond"] >= 0
    assert told["bubbled"] == 0


async def test_each_row_and_column_is_equally_thick_at_any_ratio_of_the_display(
    server: Server, page: Page
) -> None:
    body = '<p style="height: 7.3px"></p><ws-stream src="ws://DEVICE/stream/camera"></ws-stream>'
    assert page.context.browser
    for ratio in (1, 1.25, 1.5, 2):
        scaled = await page.context.browser.new_page(device_scale_factor=ratio)
        await show(scaled, server, body)
        await until(scaled, "element.shown")
        box = await scaled.locator("ws-stream canvas").bounding_box()
        assert box
        width, height = round(box["width"] * ratio, 3), round(box["height"] * ratio, 3)
        assert width / 64 == height / 48 == int(min(320 * ratio / 64, 200 * ratio / 48))
        # From a pixel of the display on; layout counts in 64ths of CSS pixels.
        off = [abs(box[side] * ratio - round(box[side] * ratio)) for side in ("x", "y")]
        assert max(off) <= ratio / 64
        await scaled.close()
