/* `lvgl_flushes NAME SLOTS COUNT`: LVGL's refreshes, into a ring. The first one draws all of the screen, in strips; each
   other one two areas: a bar of 30 rows that moves, and a label; of pixels that say the refresh. */
#include "lvgl_ring.h"

#include <stdlib.h>

enum { WIDTH = 256, HEIGHT = 150, BUFFER = WIDTH * HEIGHT / 10, BAR = 30 };

static uint8_t buffer[BUFFER * 2 + 8 * HEIGHT];

static void refresh_area(lv_display_t *display, const lv_area_t *area, uint16_t colour, int is_last)
{
    const uint32_t stride = lv_draw_buf_width_to_stride((uint32_t)lv_area_get_width(area), display->format);
    const int32_t most = BUFFER / lv_area_get_width(area);
    lv_area_t strip = *area;
    for (; strip.y1 <= area->y2; strip.y1 += most) {
        strip.y2 = strip.y1 + most - 1 < area->y2 ? strip.y1 + most - 1 : area->y2;
        for (int32_t y = 0; y < lv_area_get_height(&strip); y++)
            for (int32_t x = 0; x < lv_area_get_width(&strip); x++)
                memcpy(buffer + (size_t)y * stride + 2 * (size_t)x, &colour, 2);
        display->flushing = 1;
        display->flushing_last = is_last && strip.y2 == area->y2;
        display->flush(display, &strip, buffer);
        if (display->flushing) /* LVGL would wait for ever */
            exit(3);
    }
}

int main(int count, char **words)
{
    const lv_area_t screen = {0, 0, WIDTH - 1, HEIGHT - 1}, label = {3, 140, 57, 145};
    lv_display_t display = {WIDTH, HEIGHT, LV_COLOR_FORMAT_I1, NULL, 0, 0};
    const int times = count > 3 ? atoi(words[3]) : 0;
    if (!times || lvgl_ring_open(&display, words[1], 1) == 0 || errno != EINVAL) /* the ring has no such format */
        return 2;
    display.format = LV_COLOR_FORMAT_RGB565;
    if (lvgl_ring_open(&display, words[1], (uint32_t)atoi(words[2])))
        return 1;
    refresh_area(&display, &screen, 1, 1);
    for (int n = 2; n <= times; n++) {
        const lv_area_t bar = {10, n % 100, 245, n % 100 + BAR - 1};
        refresh_area(&display, &bar, (uint16_t)n, 0);
        refresh_area(&display, &label, (uint16_t)n, 1);
        puts("refreshed");
        fflush(stdout);
        if (getchar() == EOF)
            return 1;
    }
    return 0;
}
