/* The window over random ways: never more than 16 pictures in flight, and never closed for good. */
#include "../window.h"
#include "check.h"

enum { HISTORIES = 2000, STEPS = 400 };

static void play(uint64_t seed)
{
    ws_window w;
    double now = 50;
    uint32_t number = 0;
    ws_window_open(&w, 1, now);
    for (int step = 0; step < STEPS; step++) {
        const uint32_t what = chance(&seed) % 8;
        now += chance(&seed) % 64 == 0 ? 12 : (double)(chance(&seed) % 50) / 1000;
        if (what < 5 && ws_window_allows(&w, now))
            ws_window_sent(&w, ++number, now);
        else if (what == 5)
            ws_window_delayed(&w);
        else if (what == 6 && chance(&seed) % 64 == 0)
            ws_window_clear(&w, now);
        else if (w.count)
            ws_window_acknowledged(&w, w.in_flight[chance(&seed) % (uint32_t)w.count].number, now);
        CHECK(w.count >= 0 && w.count <= WS_WINDOW_MOST && w.size >= 1 && w.size <= WS_WINDOW_MOST);
        for (int i = 1; i < w.count; i++)
            CHECK(w.in_flight[i].number > w.in_flight[i - 1].number);
    }
    ws_window_acknowledged(&w, number, now);
    CHECK(w.count == 0 && ws_window_allows(&w, now));
}

/* On a way without queues it opens to the full. */
static void open_up(void)
{
    ws_window w;
    double now = 0;
    uint32_t number = 0, shown = 0;
    ws_window_open(&w, 1, now);
    for (int turn = 0; turn < 200; turn++, now += 0.1) {
        while (ws_window_allows(&w, now))
            ws_window_sent(&w, ++number, now);
        while (shown < number)
            ws_window_acknowledged(&w, ++shown, now + 0.05);
    }
    CHECK(w.size == WS_WINDOW_MOST);
}

int main(void)
{
    for (uint64_t seed = 1; seed <= HISTORIES; seed++)
        play(seed * UINT64_C(0x9E3779B97F4A7C15));
    open_up();
    return 0;
}
