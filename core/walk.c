#include "walk.h"

#include <math.h>
#include <string.h>
#include <time.h>

int ws_walk_open(ws_walk *walk, const char *const *lz4_paths, size_t paths, double fps)
{
    pthread_condattr_t monotonic;
    *walk = (ws_walk){.fps = fps};
    for (size_t i = 0; i < paths; i++)
        if (ws_lz4_open(&walk->packer.lz4, lz4_paths[i]))
            break;
    if (!walk->packer.lz4.stream)
        return 0;
    ws_crc_table_fill(&walk->crc);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&walk->lock, NULL);
    pthread_mutex_init(&walk->door, NULL);
    pthread_cond_init(&walk->woken, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return 1;
}

void ws_walk_close(ws_walk *walk)
{
    for (size_t i = 0; i < WS_VARIANTS; i++)
        ws_variant_close(&walk->variants[i]);
    for (size_t i = 0; i < walk->places; i++)
        ws_subscriber_close(&walk->subscribers[i]);
    free(walk->subscribers);
    free(walk->bases);
    ws_packer_close(&walk->packer);
    ws_release(&walk->outbox);
    pthread_cond_destroy(&walk->woken);
    pthread_mutex_destroy(&walk->door);
    pthread_mutex_destroy(&walk->lock);
}

void ws_walk_lock(ws_walk *walk)
{
    pthread_mutex_lock(&walk->door);
    pthread_mutex_lock(&walk->lock);
    pthread_mutex_unlock(&walk->door);
}

void ws_walk_unlock(ws_walk *walk)
{
    pthread_mutex_unlock(&walk->lock);
}

static int grow(ws_walk *walk)
{
    const size_t places = walk->places ? 2 * walk->places : 8;
    if (places > WS_SUBSCRIBERS)
        return 0;
    ws_subscriber *const more = realloc(walk->subscribers, places * sizeof *more);
    if (more)
        walk->subscribers = more;
    uint32_t *const bases = realloc(walk->bases, places * sizeof *bases);
    if (bases)
        walk->bases = bases;
    if (!more || !bases)
        return 0;
    for (size_t i = walk->places; i < places; i++)
        walk->subscribers[i] = (ws_subscriber){.fd = -1};
    walk->places = places;
    return 1;
}

ptrdiff_t ws_walk_join(ws_walk *walk, int fd, size_t variant, int acknowledges, double fps, double now)
{
    size_t place = 0;
    while (place < walk->places && walk->subscribers[place].is_open)
        place++;
    if (place == walk->places && !grow(walk))
        return -1;
    ws_subscriber_open(&walk->subscribers[place], fd, variant, acknowledges, fps, now);
    return (ptrdiff_t)place;
}

/* Tells the variant which pictures its viewers show. */
static int hold(ws_walk *walk, size_t variant)
{
    const ws_variant *const v = &walk->variants[variant];
    size_t count = 0;
    for (size_t i = 0; i < walk->places; i++) {
        const ws_subscriber *const s = &walk->subscribers[i];
        if (s->is_open && s->variant == variant && s->is_announced && s->epoch == v->epoch)
            walk->bases[count++] = s->base;
    }
    return ws_variant_hold(&walk->variants[variant], walk->bases, count);
}

/* Which rows of a variant are made of rows in the spans. */
static void ask_for_spans(ws_variant *v, const ws_span *spans, size_t count)
{
    const ws_rendition *const r = &v->rendition;
    const int64_t top = (int64_t)r->crop_y, bottom = top + (int64_t)r->crop_height;
    memset(v->asked, 0, v->height);
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
    memset(v->asked, 0, v->height);
    for (size_t y = first; y < v->height; y += every)
        v->asked[y] = 1;
}

int ws_walk_update(ws_walk *walk, const ws_view *view, const ws_span *spans, size_t count, size_t first, size_t every,
                   double now)
{
    int changed = 0;
    for (size_t i = 0; i < WS_VARIANTS; i++) {
        ws_variant *const v = &walk->variants[i];
        const uint8_t *asked = NULL;
        if (!v->is_open)
            continue;
        if (v->source_width != view->width || v->source_height != view->height ||
            v->rendition.pixel.size != view->pixel_size)
            return -1;
        if (v->number && (spans || every)) { /* a first picture is read whole */
            if (spans)
                ask_for_spans(v, spans, count);
            else
                ask_for_sample(v, first, every);
            asked = v->asked;
        }
        if (!hold(walk, i) || !ws_variant_update(v, view, asked, now))
            return -1;
        changed |= ws_variant_is_dirty(v);
    }
    return changed;
}

void ws_walk_commit(ws_walk *walk, uint64_t time)
{
    for (size_t i = 0; i < WS_VARIANTS; i++) {
        ws_variant *const v = &walk->variants[i];
        if (v->is_open && ws_variant_is_dirty(v))
            ws_variant_commit(v, time, v->epoch + 1);
    }
}

int ws_walk_abandon(ws_walk *walk)
{
    int done = 1;
    for (size_t i = 0; i < WS_VARIANTS; i++)
        done &= !walk->variants[i].is_open || ws_variant_abandon(&walk->variants[i]);
    return done;
}

int ws_walk_is_settled(const ws_walk *walk)
{
    int settled = 1;
    for (size_t i = 0; i < WS_VARIANTS; i++)
        settled &= !walk->variants[i].is_open || walk->variants[i].is_settled;
    return settled;
}

int ws_walk_has_newcomers(const ws_walk *walk)
{
    int newcomers = 0;
    for (size_t i = 0; i < WS_VARIANTS; i++)
        newcomers |= walk->variants[i].is_open && !walk->variants[i].number;
    return newcomers;
}

/* To a subscriber without a socket: the message, without its frame's head, is kept for Python. */
static ptrdiff_t send(void *context, const ws_subscriber *to, const uint8_t *prefix, size_t prefix_length,
                      const uint8_t *body, size_t body_length)
{
    ws_walk *const walk = context;
    walk->sent_bytes += prefix_length + body_length;
    if (to->fd >= 0)
        return ws_send_to_socket(NULL, to, prefix, prefix_length, body, body_length);
    const size_t place = (size_t)(to - walk->subscribers), length = WS_HEADER + body_length;
    if (!ws_reserve(&walk->outbox, walk->outbox_length + 2 * sizeof(size_t) + length))
        return -1;
    uint8_t *at = walk->outbox.bytes + walk->outbox_length;
    memcpy(at, (size_t[]){place, length}, 2 * sizeof(size_t));
    memcpy(at += 2 * sizeof(size_t), prefix + prefix_length - WS_HEADER, WS_HEADER);
    memcpy(at + WS_HEADER, body, body_length);
    walk->outbox_length += 2 * sizeof(size_t) + length;
    return (ptrdiff_t)(prefix_length + body_length);
}

double ws_walk_flush_one(ws_walk *walk, size_t place, double now)
{
    const ws_sink sink = {send, walk};
    ws_subscriber *const s = &walk->subscribers[place];
    double due = INFINITY;
    if (!s->is_open)
        return INFINITY;
    ws_variant *const v = &walk->variants[s->variant];
    switch (ws_subscriber_flush(s, v, &walk->packer, &walk->crc, &sink, walk->fps, now, &due)) {
    case WS_LATER: return due;
    case WS_NO_MEMORY: return -1;
    default: return INFINITY;
    }
}

double ws_walk_flush(ws_walk *walk, double now)
{
    double due = INFINITY;
    for (size_t i = 0; i < walk->places; i++)
        due = fmin(due, ws_walk_flush_one(walk, i, now));
    return due;
}

int ws_walk_has_handed_over(const ws_walk *walk)
{
    int found = 0;
    for (size_t i = 0; i < walk->places; i++)
        found |= walk->subscribers[i].is_open && walk->subscribers[i].is_handed_over;
    return found;
}

ptrdiff_t ws_walk_next_full(ws_walk *walk, size_t from)
{
    for (size_t i = from; i < walk->places; i++) {
        ws_subscriber *const s = &walk->subscribers[i];
        if (!s->is_open || !s->is_handed_over)
            continue;
        s->is_handed_over = 0;
        return (ptrdiff_t)i;
    }
    return -1;
}
