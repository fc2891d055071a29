#include "world.h"

#include <string.h>

#include "check.h"

enum { FORMATS = 6, EPOCHS_APART = 7 };

static const ws_pixel formats[FORMATS] = {
    {.size = 4, .kept_size = 4, .colour = 3, .padded = 1, .source_shift = {0, 8, 16}, .source_mask = {255, 255, 255}},
    {.size = 3, .kept_size = 3, .colour = 3, .source_shift = {16, 8, 0}, .source_mask = {255, 255, 255}},
    {.size = 2, .kept_size = 2, .colour = 2, .fields = 1, .source_shift = {11, 5, 0}, .source_mask = {31, 63, 31},
     .kept_shift = {11, 5, 0}, .kept_mask = {31, 63, 31}, .kept_limit = {1, 2, 1}},
    {.size = 1, .kept_size = 1, .colour = 1, .source_mask = {255, 255, 255}},
    {.size = 4, .kept_size = 4, .colour = 3, .padded = 1, .fields = 1, .reduced = 1, .source_shift = {22, 12, 2},
     .source_mask = {255, 255, 255}, .widen = {1, 1, 1}, .up = {0, 8, 16}},
    {.size = 2, .kept_size = 4, .colour = 3, .padded = 1, .fields = 1, .reduced = 1, .source_shift = {0, 5, 11},
     .source_mask = {31, 63, 31}, .widen = {33, 65, 33}, .drop = {2, 4, 2}, .up = {0, 8, 16}},
};

unsigned next(world *w) { return w->bytes < w->end ? *w->bytes++ : 0; }

size_t below(world *w, size_t count)
{
    const unsigned high = next(w);
    return (high << 8 | next(w)) % count;
}

double rate(world *w) { return next(w) % 2 ? -1.0 : (double)below(w, 100); }

void world_open(world *w, const uint8_t *bytes, size_t size, const char *lz4)
{
    memset(w, 0, sizeof *w);
    w->bytes = bytes;
    w->end = bytes + size;
    w->now = 100;
    w->epoch = UINT32_MAX - 3 * EPOCHS_APART;
    w->seed = 1;
    w->decompress = decompressor_of(lz4);
    CHECK(ws_walk_open(&w->walk, (const char *[]){"no such library", lz4}, 2, 60));
    w->pixel = formats[next(w) % FORMATS];
    w->is_mute = next(w) % 4 == 0;
    const int is_large = next(w) % 4 == 0; /* small ones never scroll */
    const size_t width = is_large ? MOST_WIDTH : 1 + below(w, MOST_WIDTH / 2);
    const size_t height = is_large ? MOST_HEIGHT : 1 + below(w, MOST_HEIGHT / 2), pitch = width * w->pixel.size;
    const int is_upside_down = next(w) % 4 == 0;
    w->view = (ws_view){is_upside_down ? w->source + (height - 1) * pitch : w->source,
                        is_upside_down ? -(ptrdiff_t)pitch : (ptrdiff_t)pitch, w->pixel.size, width, height,
                        w->pixel.size};
}

void world_close(world *w)
{
    for (size_t i = 0; i < VIEWERS; i++)
        if (w->viewers[i].is_in)
            leave(w, &w->viewers[i]);
    ws_walk_close(&w->walk);
}

void paint(world *w)
{
    const size_t pitch = w->view.width * w->pixel.size, size = pitch * w->view.height;
    const size_t from = below(w, size), rows = below(w, w->view.height);
    switch (next(w) % 4) {
    case 0: /* one byte */
        w->source[from] = (uint8_t)next(w);
        break;
    case 1: /* noise from somewhere to somewhere */
        for (size_t at = from; at < size && at < from + 8 * rows; at++)
            w->source[at] = (uint8_t)chance(&w->seed);
        break;
    case 2: /* plain */
        memset(w->source + from, (int)next(w), (size - from) / (1 + next(w) % 8));
        break;
    default: /* scrolled */
        memmove(w->source, w->source + rows * pitch, size - rows * pitch);
    }
}

/* A source's pixel with fewer bits. */
static void reduce(ws_pixel *pixel, int to_a_byte)
{
    static const uint8_t bits[2][3] = {{5, 6, 5}, {3, 3, 2}}, up[2][3] = {{11, 5, 0}, {5, 2, 0}};
    pixel->kept_size = pixel->colour = to_a_byte ? 1 : 2;
    pixel->padded = 0;
    pixel->reduced = 1;
    for (size_t c = 0; c < 3; c++) {
        const unsigned source_bits = pixel->source_mask[c] == 255 ? 8 : pixel->source_mask[c] == 63 ? 6 : 5;
        pixel->widen[c] = 1;
        pixel->drop[c] = (uint8_t)(source_bits - bits[to_a_byte][c]);
        pixel->kept_shift[c] = pixel->up[c] = up[to_a_byte][c];
        pixel->kept_mask[c] = (uint8_t)((1 << bits[to_a_byte][c]) - 1);
        pixel->kept_limit[c] = 1;
    }
}

void open_variant(world *w, size_t variant)
{
    ws_variant *const v = &w->walk.variants[variant];
    ws_rendition r = {.pixel = w->pixel, .crop_x = below(w, w->view.width), .crop_y = below(w, w->view.height)};
    r.crop_width = 1 + below(w, w->view.width - r.crop_x);
    r.crop_height = 1 + below(w, w->view.height - r.crop_y);
    if (next(w) % 2) {
        r.crop_x = r.crop_y = 0;
        r.crop_width = w->view.width;
        r.crop_height = w->view.height;
    }
    r.step = next(w) % 2 ? 1 : 1 + next(w) % 5;
    r.average = next(w) % 2;
    r.pixel.tolerance = next(w) % 3 ? 0 : 12;
    const int to_a_byte = next(w) % 2;
    if (next(w) % 3 == 0 && w->pixel.size > 1 && (w->pixel.size > 2 || to_a_byte))
        reduce(&r.pixel, to_a_byte);
    const ws_encoding encoding = {next(w) % 4 > 0, next(w) % 4 > 0, next(w) % 2 ? 1 + below(w, 9) : MOST_HEIGHT};
    w->epoch += EPOCHS_APART; /* numbers that are used up begin another one in between */
    const int done = ws_walk_open_variant(&w->walk, variant, &r, &encoding, w->view.width, w->view.height, 1, w->epoch);
    CHECK(done == v->is_open && (done || allocations_left == 0));
    if (done && next(w) % 4 == 0)
        v->picture.number = UINT32_MAX - next(w) % 4; /* soon they are */
}

ws_subscriber *subscriber_of(world *w, const viewer *v) { return &w->walk.places.subscribers[v->place]; }

ws_variant *variant_of(world *w, const viewer *v) { return &w->walk.variants[subscriber_of(w, v)->variant_id]; }

static void keep(ws_memory *memory, const void *bytes, size_t at, size_t length)
{
    const long left = allocations_left;
    allocations_left = -1; /* it is not the viewers' memory that runs out */
    CHECK(ws_reserve(memory, at + length + 1));
    allocations_left = left;
    memcpy(memory->bytes + at, bytes, length);
}

static void expect_newest(world *w, viewer *v)
{
    const ws_variant *const newest = variant_of(w, v);
    CHECK(newest->is_open && !newest->is_uncommitted && !v->is_awaiting && v->shown.epoch == newest->picture.epoch);
    keep(&v->expected, newest->picture.pixels, 0, newest->picture.height * newest->picture.row_bytes);
    v->is_awaiting = 1;
}

/* A message has arrived whole. */
static void see(world *w, viewer *v, const uint8_t *message, size_t length)
{
    const long left = allocations_left;
    allocations_left = -1;
    CHECK(v->is_awaiting);
    picture_apply(&v->shown, message, length, w->decompress);
    CHECK(memcmp(v->shown.pixels, v->expected.bytes, v->shown.width * v->shown.height * v->shown.size) == 0);
    CHECK(v->shown.number == subscriber_of(w, v)->base);
    v->is_awaiting = 0;
    allocations_left = left;
}

static void receive(viewer *v, const uint8_t *bytes, size_t length)
{
    keep(&v->received, bytes, v->received_length, length);
    v->received_length += length;
}

/* Sees the frames that have arrived whole. */
static void see_frames(world *w, viewer *v)
{
    size_t at = 0, head, length;
    if (!v->received_length)
        return;
    while ((length = frame_length(v->received.bytes + at, v->received_length - at, &head))) {
        if (v->received.bytes[at] == 0x82)
            see(w, v, v->received.bytes + at + head, length - head);
        at += length;
    }
    v->received_length -= at;
    memmove(v->received.bytes, v->received.bytes + at, v->received_length);
}

typedef struct {
    world *w;
    viewer *v;
    int takes_all;
} socket_end;

static ptrdiff_t take_some(void *context, const ws_outlet *to, const uint8_t *prefix, size_t prefix_length,
                           const uint8_t *body, size_t body_length)
{
    const socket_end *const end = context;
    viewer *const v = end->v;
    const size_t all = prefix_length + body_length;
    const size_t some[] = {all, all, all, 0, 1, all / 2, prefix_length, prefix_length - 1, all - 1, all};
    const unsigned how = end->takes_all ? 0 : next(end->w) % 32;
    CHECK(to == &subscriber_of(end->w, v)->outlet && to->owner == WS_WALK && !to->is_lost && !v->received_length);
    expect_newest(end->w, v);
    if (how == 31) {
        v->is_lost = 1;
        return -1;
    }
    const size_t taken = some[how % 10];
    receive(v, prefix, taken < prefix_length ? taken : prefix_length);
    receive(v, body, taken > prefix_length ? taken - prefix_length : 0);
    return (ptrdiff_t)taken;
}

void flush_viewer(world *w, viewer *v, int takes_all)
{
    socket_end end = {w, v, takes_all};
    const ws_sink sink = {take_some, &end};
    ws_subscriber *const s = subscriber_of(w, v);
    double due = 0;
    const int flushed = ws_subscriber_flush(s, variant_of(w, v), &w->walk.shared, &sink, w->now, &due);
    CHECK(flushed != WS_FAILED || allocations_left == 0);
    CHECK(flushed != WS_LATER || due > w->now);
    CHECK(flushed != WS_HANDED || s->outlet.is_handed_over);
    CHECK(!s->outlet.is_lost || v->is_lost || allocations_left == 0);
    v->is_lost |= s->outlet.is_lost;
    if (s->outlet.owner == WS_WALK) {
        see_frames(w, v);
        CHECK(!v->received_length && !v->is_awaiting);
    }
}

void flush_walk(world *w)
{
    const double due = ws_walk_flush(&w->walk, w->now);
    CHECK(due >= 0 || allocations_left == 0);
    for (size_t at = 0, head[2]; at < w->walk.outbox.length; at += sizeof head + head[1]) {
        memcpy(head, w->walk.outbox.memory.bytes + at, sizeof head);
        for (size_t i = 0; i < VIEWERS; i++)
            if (w->viewers[i].is_in && w->viewers[i].place == head[0]) {
                expect_newest(w, &w->viewers[i]);
                see(w, &w->viewers[i], w->walk.outbox.memory.bytes + at + sizeof head, head[1]);
            }
    }
    w->walk.outbox.length = 0;
    for (size_t i = 0; i < VIEWERS; i++) {
        viewer *const v = &w->viewers[i];
        CHECK(!v->is_in || !subscriber_of(w, v)->outlet.is_lost || v->is_lost || allocations_left == 0);
        v->is_lost |= v->is_in && subscriber_of(w, v)->outlet.is_lost;
    }
}

void drain(world *w, viewer *v)
{
    size_t length;
    const uint8_t *const tail = ws_outlet_take(&subscriber_of(w, v)->outlet, &length);
    CHECK((tail == NULL) == v->is_lost);
    if (!tail)
        return;
    receive(v, tail, length);
    receive(v, (const uint8_t[]){0x81, 2, '{', '}'}, 4); /* whatever Python had to say */
    see_frames(w, v);
    CHECK(!v->received_length && !v->is_awaiting);
}

void join(world *w, viewer *v)
{
    const double fps = rate(w);
    const ptrdiff_t place = ws_places_join(&w->walk.places, -1, next(w) % 2, next(w) % 4 != 0, fps, w->now);
    CHECK(place >= 0 || allocations_left == 0);
    if (place >= 0)
        *v = (viewer){.is_in = 1, .place = (size_t)place};
}

void leave(world *w, viewer *v)
{
    ws_subscriber_close(subscriber_of(w, v));
    picture_close(&v->shown);
    ws_release(&v->received);
    ws_release(&v->expected);
    *v = (viewer){0};
}

void announce(world *w, viewer *v)
{
    const ws_variant *const newest = variant_of(w, v);
    if (!newest->is_open || v->is_lost)
        return;
    drain(w, v); /* the announcement goes the transport's way */
    const long left = allocations_left;
    allocations_left = -1;
    picture_close(&v->shown);
    const ws_pixel *const pixel = &newest->geometry.rendition.pixel;
    const ws_picture *const kept = &newest->picture;
    picture_open(&v->shown, kept->width, kept->height, pixel->kept_size, pixel->colour, kept->epoch);
    allocations_left = left;
    ws_subscriber_announced(subscriber_of(w, v), kept->epoch, kept->number, w->now);
    ws_outlet_give(&subscriber_of(w, v)->outlet);
}
