/* What of LVGL 9 examples/ring/lvgl_ring.h calls, as LVGL does it: a display whose areas are rendered into a buffer that
   may hold fewer rows than they have, and are then flushed strip by strip, the last of a refresh said to be that
   (lv_refr.c: refr_area, draw_buf_flush). LVGL itself is no package of Debian's. */
#ifndef LVGL_H
#define LVGL_H

#include <stddef.h>
#include <stdint.h>

typedef enum {
    LV_COLOR_FORMAT_L8 = 0x06, LV_COLOR_FORMAT_RGB888 = 0x0F, LV_COLOR_FORMAT_ARGB8888 = 0x10,
    LV_COLOR_FORMAT_XRGB8888 = 0x11, LV_COLOR_FORMAT_RGB565 = 0x12, LV_COLOR_FORMAT_I1 = 0x07
} lv_color_format_t;

typedef struct {
    int32_t x1, y1, x2, y2; /* the last column and row are in it */
} lv_area_t;

typedef struct lv_display lv_display_t;
typedef void (*lv_display_flush_cb_t)(lv_display_t *display, const lv_area_t *area, uint8_t *px_map);

struct lv_display {
    int32_t width, height;
    lv_color_format_t format;
    lv_display_flush_cb_t flush;
    int flushing, flushing_last;
};

static inline int32_t lv_area_get_width(const lv_area_t *area) { return area->x2 - area->x1 + 1; }
static inline int32_t lv_area_get_height(const lv_area_t *area) { return area->y2 - area->y1 + 1; }
static inline int32_t lv_display_get_horizontal_resolution(const lv_display_t *display) { return display->width; }
static inline int32_t lv_display_get_vertical_resolution(const lv_display_t *display) { return display->height; }
static inline lv_color_format_t lv_display_get_color_format(lv_display_t *display) { return display->format; }
static inline void lv_display_set_flush_cb(lv_display_t *display, lv_display_flush_cb_t flush) { display->flush = flush; }
static inline void lv_display_flush_ready(lv_display_t *display) { display->flushing = 0; }
static inline int lv_display_flush_is_last(lv_display_t *display) { return display->flushing_last; }

static inline uint8_t lv_color_format_get_size(lv_color_format_t format)
{
    return format == LV_COLOR_FORMAT_L8 ? 1 : format == LV_COLOR_FORMAT_RGB565 ? 2 : format == LV_COLOR_FORMAT_RGB888 ? 3 : 4;
}

static inline uint32_t lv_draw_buf_width_to_stride(uint32_t width, lv_color_format_t format)
{
    return (width * lv_color_format_get_size(format) + 3) & ~3u; /* LV_DRAW_BUF_STRIDE_ALIGN is 4 */
}

#endif
