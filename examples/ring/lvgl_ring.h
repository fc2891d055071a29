/* LVGL's screen in a ring, for `ws-stream serve ring:/screen`: LVGL 9, partial rendering.

       lv_display_t *display = lv_display_create(800, 480);
       lv_display_set_buffers(display, part, NULL, sizeof part, LV_DISPLAY_RENDER_MODE_PARTIAL);
       if (lvgl_ring_open(display, "/screen", 3))
           perror("/screen");

   Only rows that LVGL flushes are copied, and only these are read by whoever shows the ring. */
#ifndef LVGL_RING_H
#define LVGL_RING_H

#include "ws_stream_ring.h"

#include "lvgl.h"

static struct ws_ring lvgl_ring;

/* The name of the format in which LVGL draws; NULL for one that the ring has none for. */
static const char *lvgl_ring_format(lv_color_format_t format)
{
    switch (format) {
    case LV_COLOR_FORMAT_RGB565: return "rgb565";
    case LV_COLOR_FORMAT_RGB888: return "bgr888"; /* in memory it is blue first */
    case LV_COLOR_FORMAT_XRGB8888:
    case LV_COLOR_FORMAT_ARGB8888: return "bgrx8888";
    case LV_COLOR_FORMAT_L8: return "gray8";
    default: return NULL;
    }
}

static void lvgl_ring_flush(lv_display_t *display, const lv_area_t *area, uint8_t *drawn)
{
    const lv_color_format_t format = lv_display_get_color_format(display);
    const uint32_t size = lv_color_format_get_size(format), width = (uint32_t)lv_area_get_width(area);
    const uint32_t stride = lv_draw_buf_width_to_stride(width, format);
    unsigned char *const pixels = ws_ring_update(&lvgl_ring); /* the picture before, on which this is drawn */
    int32_t y;
    for (y = area->y1; y <= area->y2; y++, drawn += stride)
        memcpy(pixels + (size_t)y * lvgl_ring.stride + (size_t)area->x1 * size, drawn, (size_t)width * size);
    ws_ring_damage(&lvgl_ring, area->x1, area->y1, lv_area_get_width(area), lv_area_get_height(area));
    if (lv_display_flush_is_last(display))
        ws_ring_publish(&lvgl_ring, NULL);
    lv_display_flush_ready(display);
}

/* Lets LVGL flush into a ring of that name; -1 and errno where that cannot be. With one slot nothing is copied twice. */
static int lvgl_ring_open(lv_display_t *display, const char *name, uint32_t slots)
{
    const lv_color_format_t format = lv_display_get_color_format(display);
    const uint32_t width = (uint32_t)lv_display_get_horizontal_resolution(display);
    const uint32_t height = (uint32_t)lv_display_get_vertical_resolution(display);
    struct ws_ring_shape shape = {NULL, 0, 0, 0, 0};
    shape.format = lvgl_ring_format(format);
    shape.width = width;
    shape.height = height;
    shape.stride = width * lv_color_format_get_size(format);
    errno = EINVAL;
    if (!shape.format || ws_ring_open(&lvgl_ring, name, &shape, slots, 0600))
        return -1;
    lv_display_set_flush_cb(display, lvgl_ring_flush);
    return 0;
}

#endif
