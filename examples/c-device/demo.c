/* A screen that shows what a program without LVGL draws: a bar that moves, and a square wherever it is touched.
   `demo [PORT]`: on this machine only; on a board `is_public` is 1. */
#include <stdio.h>
#include <stdlib.h>

#include "port.h"
#include "ws_device.h"

enum { BAR = 8, SQUARE = 16, WHITE = 0xFFFF, BLUE = 0x001F, RED = 0xF800 };

static void fill(ws_device *d, unsigned x, unsigned y, unsigned width, unsigned height, uint16_t colour)
{
    static uint16_t row[DEVICE_WIDTH];
    for (unsigned i = 0; i < width; i++)
        row[i] = colour;
    for (unsigned i = 0; i < height; i++)
        ws_device_flush(d, x, y + i, width, 1, row);
}

static void touched(void *context, int viewer, uint32_t number, const wd_said_event *event)
{
    (void)viewer;
    (void)number;
    if ((event->kind == SAID_POINTER && event->buttons) || (event->kind == SAID_TOUCH && event->phase <= SAID_MOVE))
        fill(context, (unsigned)event->x, (unsigned)event->y, SQUARE, SQUARE, RED);
}

int main(int count, char **arguments)
{
    static ws_device screen;
    const ws_device_options options = {.name = "screen", .port = (uint16_t)(count > 1 ? atoi(arguments[1]) : 8000),
                                       .hear = touched, .context = &screen};
    if (!ws_device_start(&screen, &options)) {
        fprintf(stderr, "the port cannot be had; right would be one that is free: demo PORT\n");
        return 2;
    }
    printf("http://127.0.0.1:%u/\n", wd_port_of(screen.listener));
    fflush(stdout);
    fill(&screen, 0, 0, DEVICE_WIDTH, DEVICE_HEIGHT, WHITE);
    for (unsigned at = 0;; at = (at + 1) % DEVICE_WIDTH) {
        fill(&screen, at, DEVICE_HEIGHT / 2, 1, BAR, BLUE);
        fill(&screen, (at + DEVICE_WIDTH / 2) % DEVICE_WIDTH, DEVICE_HEIGHT / 2, 1, BAR, WHITE);
        const double until = wd_port_now() + 1.0 / DEVICE_FPS;
        for (double now = wd_port_now(); now < until; now = wd_port_now())
            ws_device_poll(&screen, (int)((until - now) * 1000) + 1);
    }
}
