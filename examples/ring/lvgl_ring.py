"""LVGL's screen in a ring, from Python: `python lvgl_ring.py /screen`, then `ws-stream serve ring:/screen`.

It takes `pip install pydevices-lvgl`. LVGL draws what has changed into a small buffer and flushes that: only these rows
are copied, and only these are read by whoever shows the ring.
"""

import sys
import time

import lvgl
import numpy as np

from ws_stream import Ring

WIDTH, HEIGHT = 800, 480


def show_in(ring: Ring) -> None:
    """Let LVGL flush into the ring."""
    display = lvgl.display_create(WIDTH, HEIGHT)
    display.set_color_format(lvgl.COLOR_FORMAT.RGB565)
    damage = []

    def flush(_: object, area: lvgl.area_t, blob: lvgl.Blob) -> None:
        width, height = area.x2 - area.x1 + 1, area.y2 - area.y1 + 1
        drawn = np.frombuffer(blob.__dereference__(2 * width * height), np.uint16)
        pixels = ring.update()  # the picture before, on which this is drawn
        pixels[area.y1 : area.y2 + 1, area.x1 : area.x2 + 1] = drawn.reshape(height, width)
        damage.append((area.x1, area.y1, width, height))
        if display.flush_is_last():
            ring.publish(damage=damage)
            damage.clear()
        display.flush_ready()

    part = bytearray(2 * WIDTH * HEIGHT // 10)
    display.set_buffers(part, None, len(part), lvgl.DISPLAY_RENDER_MODE.PARTIAL)
    display.set_flush_cb(flush)


lvgl.init()
with Ring(sys.argv[1], WIDTH, HEIGHT, format="rgb565") as ring:
    show_in(ring)
    bar = lvgl.bar(lvgl.screen_active())
    bar.set_size(400, 20)
    bar.center()
    value = 0
    while True:
        value = (value + 1) % 100
        bar.set_value(value, False)
        lvgl.tick_inc(33)
        lvgl.timer_handler()
        time.sleep(0.033)
