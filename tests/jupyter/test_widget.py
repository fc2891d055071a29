"""The widget's script in a page that has nothing but what anywidget promises: a model that sends and is listened to."""

import asyncio
import base64
import subprocess
from pathlib import Path
from typing import Any

import numpy as np

from tests.browser.browser import opened
from tests.node import node
from ws_stream.hub.stream import Stream
from ws_stream.jupyter.bundle import bundle

from .page import Output

MODEL = """async ([script, attributes]) => {
  window.listeners = new Set();
  const model = {
    get: (name) => ({ name: 'a', attributes })[name],
    on: (name, listener) => name === 'msg:custom' && window.listeners.add(listener),
    off: (name, listener) => window.listeners.delete(listener),
    send: (words) => window.toKernel(words),
  };
  const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  const { default: widget } = await import(url);
  window.end = widget.render({ model, el: document.body });
}"""
SAY = """([words, picture]) => {
  const buffers = picture ? [new DataView(Uint8Array.from(atob(picture), (c) => c.charCodeAt(0)).buffer)] : [];
  for (const listener of window.listeners) listener(words, buffers);
}"""
READ = """() => {
  const element = document.body.lastElementChild;
  if (!element.shown) return null;
  const canvas = element.shadowRoot.querySelector('canvas');
  const { width, height } = canvas;
  const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
  return { width, height, pixels: btoa(String.fromCharCode(...data)) };
}"""


async def test_a_page_with_nothing_but_a_model_shows_every_pixel_and_leaves_nothing() -> None:
    stream = Stream("a")
    output = Output(stream)
    picture = np.random.default_rng(3).integers(0, 256, (30, 40, 3), np.uint8)
    async with opened("about:blank") as page:
        said: asyncio.Queue[tuple[dict[str, Any], str | None]] = asyncio.Queue()

        def post(words: dict[str, Any], bytes_: bytes | None) -> None:
            said.put_nowait((words, base64.b64encode(bytes_).decode() if bytes_ else None))

        output.watchers._post = post

        async def carry() -> None:
            while True:
                await page.evaluate(SAY, await said.get())

        await page.expose_function("toKernel", output.watchers.hear)
        carrying = asyncio.create_task(carry())
        await page.evaluate(MODEL, [bundle(), {"step": "2"}])
        for shift in range(3):
            stream.publish(np.roll(picture, shift, axis=1))
            wanted = np.roll(picture, shift, axis=1)[::2, ::2]
            while True:
                seen = await page.evaluate(READ)
                if seen:
                    pixels = np.frombuffer(base64.b64decode(seen["pixels"]), np.uint8)
                    shown = pixels.reshape(seen["height"], seen["width"], 4)[..., :3]
                    if np.array_equal(shown, wanted):
                        break
                await page.wait_for_timeout(20)
        await page.evaluate("() => window.end()")
        while stream.watched:
            await page.wait_for_timeout(20)
        assert await page.evaluate("() => window.listeners.size") == 0
        carrying.cancel()
    stream.close()


def test_the_script_is_one_module_that_asks_for_nothing_else(tmp_path: Path) -> None:
    script = tmp_path / "widget.mjs"
    script.write_text(bundle())
    assert "\nimport " not in bundle()
    assert 'import("./' not in bundle()
    program = f'import widget from "{script.as_uri()}"; console.log(Object.keys(widget).join())'
    command = [node(), "--input-type=module", "--eval", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "render\n"
