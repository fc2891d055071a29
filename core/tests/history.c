#include "history.h"

#include <string.h>

#include "check.h"
#include "world.h"

enum { WATCHED = 2 }; /* variants */

static void check_viewer(world *w, const viewer *v)
{
    const ws_subscriber *const s = subscriber_of(w, v);
    const ws_window *const window = &s->window;
    CHECK(window->count >= 0 && window->count <= WS_WINDOW_MOST && window->size >= 1 && window->size <= WS_WINDOW_MOST);
    for (int i = 0; i < window->count; i++)
        CHECK(window->in_flight[i].number <= s->base &&
              (!i || window->in_flight[i].number > window->in_flight[i - 1].number));
    CHECK(s->outlet.owner == WS_TRANSPORT || (!s->outlet.is_lost && !s->outlet.tail_length && !v->is_awaiting));
}

static void check_variant(const ws_variant *v)
{
    const ws_bases *const b = &v->bases;
    CHECK(b->count <= WS_BASES && b->marks_since <= v->picture.number);
    for (size_t i = 0; i < b->count; i++)
        CHECK(b->since[i].number && b->since[i].number <= v->picture.number &&
              (!i || b->since[i].number > b->since[i - 1].number));
    CHECK(!v->is_open || v->picture.number || v->bases.count == 0);
}

/* After a picture was read whole. */
static void check_mirrors(world *w)
{
    static uint8_t row[4 * MOST_WIDTH + 4];
    static uint16_t mean[6 * MOST_WIDTH];
    for (size_t i = 0; i < WATCHED; i++) {
        const ws_variant *const v = &w->walk.variants[i];
        for (size_t y = 0; v->is_open && v->turn.is_taken && !v->geometry.rendition.pixel.tolerance && y < v->picture.height; y++) {
            ws_resample_copy(&v->geometry.rendition, &w->view, y, row, (uint8_t *)mean);
            CHECK(memcmp(row, v->picture.pixels + y * v->picture.row_bytes, v->picture.row_bytes) == 0);
        }
    }
}

static void update(world *w)
{
    static const int64_t far[] = {INT64_MIN, INT64_MIN + 1, -5, INT64_MAX, INT64_MAX - 5};
    ws_span spans[3];
    const size_t kind = next(w) % 4, count = below(w, 4);
    for (size_t i = 0; i < count; i++) {
        spans[i] = (ws_span){(int64_t)below(w, w->view.height), (int64_t)below(w, w->view.height)};
        if (next(w) % 8 == 0)
            spans[i].y = far[next(w) % 5];
        if (next(w) % 8 == 0)
            spans[i].rows = far[next(w) % 5];
    }
    const int is_sample = kind == 1, is_damage = kind == 2;
    ws_asked asked = {.spans = spans, .count = count};
    if (is_sample) {
        asked.first = next(w);
        asked.every = 1 + next(w) % 9;
    }
    const int changed = ws_walk_update(&w->walk, &w->view, is_sample || is_damage ? &asked : NULL, w->now);
    CHECK(changed >= 0 || allocations_left == 0);
    if (changed >= 0 && !is_sample && !is_damage)
        check_mirrors(w);
    switch (next(w) % 8) {
    case 0: /* torn */
        CHECK(ws_walk_abandon(&w->walk) || allocations_left == 0);
        break;
    case 1: /* the caller goes away */
        break;
    default:
        if (changed >= 0) {
            const uint8_t said[] = {1, 0, 3, 0, (uint8_t)next(w), 0, 0, 0, 2, 0, 0, 0};
            const ws_extensions extensions = {said, next(w) % 2 ? 0 : next(w) % 2 ? 8 : sizeof said};
            CHECK(ws_walk_commit(&w->walk, next(w), extensions) || allocations_left == 0);
        }
    }
}

/* What a variant keeps of the source, made here; its last byte is the last of some memory. */
static ws_view make(world *w, const ws_variant *v)
{
    static uint8_t made[4 * MOST_WIDTH * MOST_HEIGHT], row[4 * MOST_WIDTH + 4];
    static uint16_t mean[6 * MOST_WIDTH];
    const ws_picture *const p = &v->picture;
    const size_t size = v->geometry.rendition.pixel.kept_size;
    uint8_t *const at = made + sizeof made - p->height * p->row_bytes;
    for (size_t y = 0; y < p->height; y++) {
        ws_resample_copy(&v->geometry.rendition, &w->view, y, row, (uint8_t *)mean);
        memcpy(at + y * p->row_bytes, row, p->row_bytes);
    }
    return (ws_view){at, (ptrdiff_t)p->row_bytes, (ptrdiff_t)size, p->width, p->height, size};
}

static void update_made(world *w)
{
    ws_due due[WS_VARIANTS];
    const size_t count = ws_walk_turns(&w->walk, due, w->now);
    int is_whole = 1;
    for (size_t i = 0; i < count; i++) {
        const ws_view made = make(w, &w->walk.variants[due[i].id]);
        const ws_span span = {(int64_t)below(w, w->view.height) - 3, (int64_t)below(w, w->view.height)};
        const ws_asked asked = {.spans = &span, .count = 1};
        const int is_part = !due[i].lacks_all && next(w) % 2;
        const int changed = ws_walk_update_made(&w->walk, due[i].id, &made, is_part ? &asked : NULL, w->now);
        CHECK(changed >= 0 || allocations_left == 0);
        is_whole &= changed >= 0 && !is_part;
    }
    if (is_whole)
        check_mirrors(w);
    CHECK(ws_walk_commit(&w->walk, next(w), (ws_extensions){0}) || allocations_left == 0);
}

/* What a viewer says, or is told. */
static void tell(world *w, viewer *v)
{
    ws_subscriber *const s = subscriber_of(w, v);
    switch (next(w) % 8) {
    case 0:
    case 1:
        announce(w, v);
        return;
    case 2:
        drain(w, v);
        if (!v->is_lost && s->epoch >= 0)
            picture_blank(&v->shown);
        ws_subscriber_forget(s, w->now);
        break;
    case 3:
        drain(w, v);
        ws_subscriber_move(s, next(w) % WATCHED, w->now);
        break;
    case 4:
        ws_subscriber_set_rate(s, rate(w), w->now);
        w->walk.variants[next(w) % WATCHED].turn.fps = next(w) % 4 ? 60 : (double)below(w, 60);
        return;
    case 5:
        drain(w, v); /* Python has to say something, and the socket stays the transport's for a while */
        return;
    default:
        ws_window_acknowledged(&s->window, next(w) % 4 ? v->shown.number : next(w), w->now);
        return;
    }
    ws_outlet_give(&s->outlet);
}

static void show(world *w, viewer *v)
{
    flush_viewer(w, v, 0);
    if (!w->is_mute && next(w) % 4)
        ws_window_acknowledged(&subscriber_of(w, v)->window, v->shown.number, w->now);
}

static void give_back(world *w, viewer *v)
{
    drain(w, v);
    ws_outlet_give(&subscriber_of(w, v)->outlet);
}

/* Memory may run out some allocations from now, until the next call. */
static void step(world *w)
{
    viewer *const v = &w->viewers[next(w) % VIEWERS];
    const unsigned what = next(w) % 16, time = next(w);
    w->now += time == 255 ? 11 : time < 128 ? 0 : (time - 128) / 1000.0;
    if (next(w) % 16 == 0)
        allocations_left = (long)(next(w) % 12);
    if (what < 4)
        paint(w);
    else if (what < 7)
        update(w);
    else if (what == 7)
        update_made(w);
    else if (what == 8)
        flush_walk(w);
    else if (what == 9)
        open_variant(w, next(w) % WATCHED);
    else if (!v->is_in)
        join(w, v);
    else if (what == 10 && next(w) % 8 == 0)
        leave(w, v);
    else if (what < 13)
        show(w, v);
    else if (what == 13 && subscriber_of(w, v)->outlet.owner == WS_TRANSPORT)
        give_back(w, v);
    else
        tell(w, v);
    allocations_left = -1;
}

/* Whoever is still there is sent the newest picture within a few turns. */
static void end(world *w)
{
    for (size_t i = 0; i < WATCHED; i++)
        w->walk.variants[i].turn.fps = 60;
    w->now += 1;
    CHECK(ws_walk_update(&w->walk, &w->view, NULL, w->now) >= 0);
    ws_walk_commit(&w->walk, 1, (ws_extensions){0});
    check_mirrors(w);
    for (size_t i = 0; i < VIEWERS; i++) {
        viewer *const v = &w->viewers[i];
        if (!v->is_in || v->is_lost || !variant_of(w, v)->is_open)
            continue;
        const ws_variant *const newest = variant_of(w, v);
        ws_subscriber *const s = subscriber_of(w, v);
        drain(w, v);
        if (s->epoch != newest->picture.epoch)
            announce(w, v);
        ws_outlet_give(&s->outlet);
        ws_subscriber_set_rate(s, -1, w->now);
        for (int turn = 0; turn < 3; turn++, w->now += 1) {
            ws_window_acknowledged(&s->window, v->shown.number, w->now);
            flush_viewer(w, v, 1);
        }
        CHECK(v->shown.number == newest->picture.number);
        CHECK(memcmp(v->shown.pixels, newest->picture.pixels, newest->picture.height * newest->picture.row_bytes) == 0);
    }
}

void play_history(const uint8_t *bytes, size_t size, const char *lz4)
{
    static world w;
    world_open(&w, bytes, size, lz4);
    open_variant(&w, 0);
    open_variant(&w, 1);
    for (size_t i = 0; i < VIEWERS / 2; i++) {
        join(&w, &w.viewers[i]);
        announce(&w, &w.viewers[i]);
    }
    while (w.bytes < w.end) {
        step(&w);
        for (size_t i = 0; i < VIEWERS; i++)
            if (w.viewers[i].is_in)
                check_viewer(&w, &w.viewers[i]);
        for (size_t i = 0; i < WATCHED; i++)
            check_variant(&w.walk.variants[i]);
    }
    end(&w);
    world_close(&w);
}
