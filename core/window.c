#include "window.h"

#include <math.h>
#include <string.h>

enum { START = 2, UNCONGESTED = 8, AWAIT_EVERY = 8 };
#define GROW_UNDER 0.015
#define SHRINK_OVER 0.030
#define CUT_OVER 0.080
#define SHORTEST_KEPT 10.0
#define IDLE_RESET 1.0

static double larger(double a, double b) { return a > b ? a : b; }
static double smaller(double a, double b) { return a < b ? a : b; }

void ws_window_open(ws_window *w, int acknowledges, double now)
{
    *w = (ws_window){.acknowledges = acknowledges, .size = START, .emptied = now, .shortest = INFINITY,
                     .older_shortest = INFINITY, .shortest_since = now};
}

static int is_idle(const ws_window *w, double now) { return !w->count && now - w->emptied > IDLE_RESET; }

int ws_window_allows(const ws_window *w, double now)
{
    const int size = is_idle(w, now) && w->size > START ? START : w->size;
    return !w->acknowledges || w->count < (w->probing ? 1 : size);
}

void ws_window_delayed(ws_window *w) { w->uncongested = 0; }

int ws_window_sent(ws_window *w, uint32_t number, double now)
{
    if (!w->acknowledges)
        return 0;
    if (is_idle(w, now)) {
        w->size = w->size < START ? w->size : START;
        w->uncongested = 0;
    }
    w->uncongested = w->count ? 0 : w->uncongested + 1;
    if (w->uncongested < UNCONGESTED || w->uncongested % AWAIT_EVERY == 0) {
        w->in_flight[w->count] = (ws_sent){number, now, w->count + 1};
        w->count++;
        return 1;
    }
    w->emptied = now; /* it has arrived while the path stays uncongested */
    return 0;
}

/* Once a round trip, moves the window by how long the queues on the way are. */
static void adjust(ws_window *w, const ws_sent *shown, double now)
{
    const double round_trip = now - shown->at;
    if (now - w->shortest_since > SHORTEST_KEPT) {
        w->older_shortest = w->shortest;
        w->shortest = INFINITY;
        w->shortest_since = now;
        w->probing = 1;
    } else if (w->probing && shown->depth == 1) {
        w->older_shortest = INFINITY;
        w->probing = 0;
    }
    w->shortest = smaller(w->shortest, round_trip);
    if (shown->number < w->round_ends)
        return;
    const double shortest = smaller(w->shortest, w->older_shortest), extra = round_trip - shortest;
    if (extra > larger(CUT_OVER, shortest))
        w->size = w->size / 2 > 1 ? w->size / 2 : 1;
    else if (extra > larger(SHRINK_OVER, shortest / 2))
        w->size = w->size > 2 ? w->size - 1 : 1;
    else if (extra < larger(GROW_UNDER, shortest / 4) && shown->depth >= w->size)
        w->size = w->size < WS_WINDOW_MOST ? w->size + 1 : WS_WINDOW_MOST;
    w->round_ends = w->count ? w->in_flight[w->count - 1].number : shown->number + 1;
}

void ws_window_acknowledged(ws_window *w, uint32_t number, double now)
{
    int shown = 0;
    if (!w->count || number < w->in_flight[0].number || number > w->in_flight[w->count - 1].number)
        return;
    while (shown < w->count && w->in_flight[shown].number <= number)
        shown++;
    const ws_sent last = w->in_flight[shown - 1];
    w->count -= shown;
    memmove(w->in_flight, w->in_flight + shown, (size_t)w->count * sizeof *w->in_flight);
    w->emptied = now;
    adjust(w, &last, now);
}

void ws_window_clear(ws_window *w, double now)
{
    w->count = 0;
    w->emptied = now;
    w->uncongested = 0;
    w->round_ends = 0;
}
