#include "walk.h"

#include <math.h>
#include <string.h>

#define WHOLES 8.0 /* see ws_stream/walk/numpy_walk.py */

int ws_walk_open(ws_walk *walk, const char *const *lz4_paths, size_t paths, double fps)
{
    *walk = (ws_walk){.fps = fps, .shared.wholes = {fps / WHOLES, WHOLES, 0}};
    for (size_t i = 0; i < paths; i++)
        if (ws_lz4_open(&walk->shared.packer.lz4, lz4_paths[i]))
            break;
    if (!walk->shared.packer.lz4.stream)
        return 0;
    ws_crc_table_fill(&walk->shared.crc);
    ws_fair_lock_open(&walk->lock);
    return 1;
}

void ws_walk_close(ws_walk *walk)
{
    for (size_t i = 0; i < WS_VARIANTS; i++)
        ws_variant_close(&walk->variants[i]);
    ws_places_close(&walk->places);
    ws_packer_close(&walk->shared.packer);
    ws_release(&walk->outbox.memory);
    ws_fair_lock_close(&walk->lock);
}

int ws_walk_open_variant(ws_walk *walk, size_t id, const ws_rendition *r, const ws_encoding *encoding,
                         size_t source_width, size_t source_height, uint8_t code, uint32_t epoch)
{
    const int done = ws_variant_open(&walk->variants[id], r, encoding, source_width, source_height, code, epoch);
    if (done)
        walk->variants[id].turn.fps = walk->fps;
    return done;
}

void ws_walk_lock(ws_walk *walk) { ws_fair_lock_acquire(&walk->lock); }

void ws_walk_unlock(ws_walk *walk) { ws_fair_lock_release(&walk->lock); }

void ws_walk_wake(ws_walk *walk)
{
    ws_walk_lock(walk);
    walk->is_woken = 1;
    ws_fair_lock_rouse(&walk->lock);
    ws_walk_unlock(walk);
}

/* Which rows of a variant are made of rows in the spans. */
static void ask_for_spans(ws_variant *v, const ws_span *spans, size_t count)
{
    const ws_rendition *const r = &v->geometry.rendition;
    const int64_t top = (int64_t)r->crop_y, bottom = top + (int64_t)r->crop_height;
    memset(v->asked, 0, v->picture.height);
    for (size_t i = 0; i < count; i++) {
        const int64_t y = spans[i].y, rows = spans[i].rows, first = y > top ? y : top;
        if (y >= bottom || rows <= 0)
            continue;
        const int64_t end = y < 0 || rows < bottom - y ? y + rows : bottom; /* neither sum can overflow */
        const int64_t last = end < bottom ? end : bottom;
        if (first >= last)
            continue;
        const size_t from = (size_t)(first - top) / r->step;
        const size_t to = ((size_t)(last - top) + r->step - 1) / r->step;
        memset(v->asked + from, 1, to - from);
    }
}

static void ask_for_sample(ws_variant *v, size_t first, size_t every)
{
    memset(v->asked, 0, v->picture.height);
    for (size_t y = first; y < v->picture.height; y += every)
        v->asked[y] = 1;
}

/* Whether a kept row is made of rows of the source that lie apart, or of one that it shares with others. */
static int is_mixed(const ws_pixel *p) { return p->down > 1; }

/* What of a variant is asked for; NULL: all of it, as of a first picture always. */
static const uint8_t *rows_of(ws_variant *v, const ws_asked *asked)
{
    if (!asked || !v->picture.number || v->turn.is_missed)
        return NULL;
    if (!asked->every && is_mixed(&v->geometry.rendition.pixel))
        return NULL;
    if (asked->every)
        ask_for_sample(v, asked->first, asked->every);
    else
        ask_for_spans(v, asked->spans, asked->count);
    return v->asked;
}

/* Whether it is of a variant's source; `as` is the view as a grid of the variant's cells. */
static int fits(const ws_variant *v, const ws_view *view, ws_view *as)
{
    const ws_geometry *const g = &v->geometry;
    const ws_pixel *const p = &g->rendition.pixel;
    const int is_dense = view->pixel_stride == (ptrdiff_t)view->pixel_size;
    *as = *view;
    if (p->raw && is_dense) {
        as->width = view->width * view->pixel_size / p->size;
        as->pixel_size = p->size;
        as->pixel_stride = p->size;
    }
    return g->source_width == as->width && g->source_height == as->height && p->size == as->pixel_size &&
           (is_dense || !(p->chunk || p->plain_of));
}

/* Has the variant take the view if it has its turn. 0 where there is no memory. */
static int take(ws_walk *walk, size_t id, const ws_view *view, const uint8_t *rows, double now)
{
    ws_variant *const v = &walk->variants[id];
    if (!ws_turn_take(&v->turn, walk->fps, now))
        return 1;
    const size_t shown = ws_places_bases(&walk->places, id, v->picture.epoch);
    return ws_variant_hold(v, walk->places.bases, shown) && ws_variant_update(v, view, rows, now);
}

int ws_walk_update(ws_walk *walk, const ws_view *view, const ws_asked *asked, double now)
{
    int changed = 0;
    for (size_t i = 0; i < WS_VARIANTS; i++) {
        ws_variant *const v = &walk->variants[i];
        ws_view as;
        if (!v->is_open)
            continue;
        if (!fits(v, view, &as))
            return WS_MISFIT;
        const uint8_t *const rows = rows_of(v, asked);
        if (!take(walk, i, &as, rows, now))
            return WS_FAILED;
        changed |= v->turn.is_taken && ws_variant_has_news(v);
    }
    return changed;
}

size_t ws_walk_turns(ws_walk *walk, ws_due due[WS_VARIANTS], double now)
{
    size_t count = 0;
    for (size_t i = 0; i < WS_VARIANTS; i++) {
        ws_variant *const v = &walk->variants[i];
        const int lacks_all = v->turn.is_missed || !v->picture.number;
        if (v->is_open && ws_turn_miss(&v->turn, walk->fps, now))
            due[count++] = (ws_due){i, lacks_all};
    }
    return count;
}

/* Of pictures that are what is kept of the source's. */
static ws_geometry as_made(const ws_variant *v)
{
    ws_geometry made = {v->geometry.rendition, v->picture.width, v->picture.height};
    ws_rendition *const r = &made.rendition;
    r->pixel.size = r->pixel.kept_size;
    r->pixel.reduced = r->pixel.chunk = r->pixel.down = r->pixel.plain_of = 0;
    r->crop_x = r->crop_y = 0;
    r->crop_width = made.source_width;
    r->crop_height = made.source_height;
    r->step = 1;
    r->average = 0;
    return made;
}

int ws_walk_update_made(ws_walk *walk, size_t id, const ws_view *made, const ws_asked *asked, double now)
{
    ws_variant *const v = &walk->variants[id];
    const ws_geometry source = v->geometry;
    ws_view as;
    if (source.rendition.pixel.raw)
        return WS_MISFIT;
    v->geometry = as_made(v);
    int done = WS_MISFIT;
    if (fits(v, made, &as)) {
        v->turn.is_missed = 0; /* whoever brings it knows which rows are lacking */
        done = take(walk, id, &as, rows_of(v, asked), now) ? 0 : WS_FAILED;
    }
    v->geometry = source;
    return done < 0 ? done : v->turn.is_taken && ws_variant_has_news(v);
}

int ws_walk_commit(ws_walk *walk, uint64_t time, ws_extensions said)
{
    int done = 1, is_new = 0;
    for (size_t i = 0; i < WS_VARIANTS; i++) {
        ws_variant *const v = &walk->variants[i];
        if (!v->is_open || !v->turn.is_taken || !ws_variant_is_other(v, said))
            continue;
        done &= ws_variant_commit(v, time, said, v->picture.epoch + 1);
        is_new = 1;
    }
    walk->shared.counts.pictures += (unsigned)is_new;
    return done;
}

int ws_walk_abandon(ws_walk *walk)
{
    int done = 1;
    for (size_t i = 0; i < WS_VARIANTS; i++) {
        ws_variant *const v = &walk->variants[i];
        done &= !v->is_open || !v->turn.is_taken || ws_variant_abandon(v);
    }
    return done;
}

int ws_walk_is_settled(const ws_walk *walk)
{
    int settled = 1;
    for (size_t i = 0; i < WS_VARIANTS; i++)
        settled &= !walk->variants[i].is_open || !(walk->variants[i].turn.fps > 0) ||
                   walk->variants[i].settling.is_settled;
    return settled;
}

double ws_walk_first_turn(const ws_walk *walk)
{
    double due = INFINITY;
    for (size_t i = 0; i < WS_VARIANTS; i++)
        if (walk->variants[i].is_open && !walk->variants[i].picture.number)
            due = fmin(due, ws_turn_due(&walk->variants[i].turn, walk->fps));
    return due;
}

double ws_walk_next_turn(const ws_walk *walk)
{
    double due = ws_walk_first_turn(walk);
    for (size_t i = 0; i < WS_VARIANTS; i++)
        if (walk->variants[i].is_open && walk->variants[i].turn.is_missed)
            due = fmin(due, ws_turn_due(&walk->variants[i].turn, walk->fps) + 1 / walk->fps);
    return due;
}

/* Where the messages to one subscriber go. */
typedef struct {
    ws_walk *walk;
    size_t place;
} destination;

/* To a subscriber without a socket: the message, without its frame's head, is kept for Python. */
static ptrdiff_t send(void *context, const ws_outlet *to, const uint8_t *prefix, size_t prefix_length,
                      const uint8_t *body, size_t body_length)
{
    const destination *const d = context;
    ws_outbox *const outbox = &d->walk->outbox;
    d->walk->shared.counts.sent_bytes += prefix_length + body_length;
    if (to->fd >= 0)
        return ws_send_to_socket(NULL, to, prefix, prefix_length, body, body_length);
    if (to->fd == WS_BY_TRANSPORT)
        return 0;
    const size_t length = WS_HEADER + body_length;
    if (!ws_reserve(&outbox->memory, outbox->length + 2 * sizeof(size_t) + length))
        return -1;
    uint8_t *at = outbox->memory.bytes + outbox->length;
    memcpy(at, (size_t[]){d->place, length}, 2 * sizeof(size_t));
    memcpy(at += 2 * sizeof(size_t), prefix + prefix_length - WS_HEADER, WS_HEADER);
    memcpy(at + WS_HEADER, body, body_length);
    outbox->length += 2 * sizeof(size_t) + length;
    return (ptrdiff_t)(prefix_length + body_length);
}

double ws_walk_flush_one(ws_walk *walk, size_t place, double now)
{
    destination to = {walk, place};
    const ws_sink sink = {send, &to};
    ws_subscriber *const s = &walk->places.subscribers[place];
    double due = INFINITY;
    if (!s->is_open)
        return INFINITY;
    ws_variant *const v = &walk->variants[s->variant_id];
    switch (ws_subscriber_flush(s, v, &walk->shared, &sink, now, &due)) {
    case WS_LATER: return due;
    case WS_FAILED: return WS_FAILED;
    default: return INFINITY;
    }
}

double ws_walk_flush(ws_walk *walk, double now)
{
    double due = INFINITY;
    for (size_t i = 0; i < walk->places.count; i++)
        due = fmin(due, ws_walk_flush_one(walk, i, now));
    return due;
}
