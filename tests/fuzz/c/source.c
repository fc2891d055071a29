/* Memory that a hostile or broken program writes to: any number beside the pictures, any bytes in them, wherever the
   number stands. Nothing outside the memory is read, and what a viewer is sent is the slot of which the number tells;
   where it tells of none, Python is asked. Input: the layout, then what the writer does before each poll. */
#include <string.h>

#include "../../../core/poller.h"
#include "../../../core/tests/check.h"
#include "../../../core/tests/decoder.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#define SELDOM 1000.0
enum { POLLS = 24, COLOURS = 3 }; /* fewer than a picture that is still takes to be sampled only */

typedef struct {
    const uint8_t *at, *end;
    ws_source source;
    uint8_t *memory;
    size_t size, number_at;
    ws_walk walk;
    ws_poller poller;
    picture shown;
    decompressor decompress;
} scene;

static unsigned next(scene *s) { return s->at < s->end ? *s->at++ : 0; }

static void open_scene(scene *s, const uint8_t *bytes, size_t size)
{
    static const int widths[] = {1, 4, 8};
    *s = (scene){.at = bytes, .end = bytes + size, .decompress = decompressor_of("liblz4.so.1")};
    const size_t pixel = 1 + next(s) % 4, width = 1 + next(s) % 17, height = 1 + next(s) % 9, slots = 1 + next(s) % 5;
    const size_t stride = width * pixel + next(s) % 5, distance = height * stride + next(s) % 7;
    const int bytes_of_number = widths[next(s) % 3];
    const size_t pictures = (slots - 1) * distance + (height - 1) * stride + width * pixel;
    s->size = pictures + 8;
    s->number_at = next(s) * 8 % (s->size - 7); /* it may lie in a picture */
    s->memory = calloc(1, s->size);
    CHECK(s->memory);
    s->source = (ws_source){.memory = s->memory, .slot_bytes = distance, .slots = slots,
                            .view = {NULL, (ptrdiff_t)stride, (ptrdiff_t)pixel, width, height, pixel},
                            .kept = next(s) % 3, .number = s->memory + s->number_at, .number_bytes = bytes_of_number,
                            .number_is_big_endian = next(s) % 2, .zero_is_none = next(s) % 2, .fd = -1};
}

static void open_walk(scene *s)
{
    const ws_view *const view = &s->source.view;
    const uint8_t size = (uint8_t)view->pixel_size, colour = size < 4 ? size : COLOURS;
    const ws_rendition whole = {.pixel = {.size = size, .kept_size = size, .colour = colour, .padded = size == 4},
                                .crop_width = view->width, .crop_height = view->height, .step = 1};
    CHECK(ws_walk_open(&s->walk, (const char *[]){"liblz4.so.1"}, 1, 1000));
    CHECK(ws_walk_open_variant(&s->walk, 0, &whole, ALL_KINDS, view->width, view->height, 1, 1));
    CHECK(ws_places_join(&s->walk.places, -1, 0, 0, -1, ws_now()) == 0);
    ws_subscriber_announced(&s->walk.places.subscribers[0], 1, 0, ws_now());
    picture_open(&s->shown, view->width, view->height, view->pixel_size, colour, 1);
    s->poller.source = s->source;
}

static void write_something(scene *s)
{
    const unsigned what = next(s) % 4;
    const size_t at = (next(s) | next(s) << 8) % s->size;
    for (size_t i = 0; what == 1 && i < 8; i++) /* any number */
        s->memory[s->number_at + i] = (uint8_t)next(s);
    if (what == 0) /* the next one, or the one before */
        s->memory[s->number_at] = (uint8_t)(s->memory[s->number_at] + next(s) % 3 - 1);
    if (what == 2)
        s->memory[at] = (uint8_t)next(s);
    if (what == 3)
        memset(s->memory + at, (int)next(s), s->size - at);
}

/* The number as the writer means it, byte by byte. */
static uint64_t number_of(const scene *s)
{
    uint64_t number = 0;
    const int count = s->source.number_bytes;
    for (int i = 0; i < count; i++)
        number = number << 8 | s->memory[s->number_at + (size_t)(s->source.number_is_big_endian ? i : count - 1 - i)];
    return number;
}

/* The slot of the newest picture; `slots` where there is none. */
static size_t slot_of(const scene *s)
{
    const uint64_t number = number_of(s), slots = s->source.slots;
    const uint64_t most = s->source.number_bytes == 8 ? UINT64_MAX : (UINT64_C(1) << 8 * s->source.number_bytes) - 1;
    switch (s->source.kept) {
    case WS_NOTHING: return 0;
    case WS_FRONT: return number < slots ? (size_t)number : slots;
    default:
        if (number == 0)
            return s->source.zero_is_none ? slots : (size_t)(most % slots);
        return (size_t)((number - 1) % slots);
    }
}

static void check_shown(const scene *s, size_t slot)
{
    const ws_view *const view = &s->source.view;
    const size_t size = view->pixel_size, colour = size < 4 ? size : COLOURS;
    for (size_t y = 0; y < view->height; y++)
        for (size_t x = 0; x < view->width; x++)
            CHECK(!memcmp(s->shown.pixels + (y * view->width + x) * size,
                          s->memory + slot * s->source.slot_bytes + y * (size_t)view->row_stride + x * size, colour));
}

static void poll(scene *s)
{
    ws_walk *const walk = &s->walk;
    const size_t slot = slot_of(s);
    s->poller.due = 0;
    s->poller.polls = s->poller.has_seen = 0;
    const int events = ws_poller_run(&s->poller, walk, SELDOM, 1);
    CHECK(!(events & (WS_NO_MEMORY | WS_TORN)) && !(events & WS_REFRESH) == (slot < s->source.slots));
    const int is_sent = walk->outbox.length > 0;
    for (size_t at = 0, head[2]; at < walk->outbox.length; at += sizeof head + head[1]) {
        memcpy(head, walk->outbox.memory.bytes + at, sizeof head);
        picture_apply(&s->shown, walk->outbox.memory.bytes + at + sizeof head, head[1], s->decompress);
    }
    walk->outbox.length = 0;
    if (is_sent && slot < s->source.slots) /* else it is one of before that was held back */
        check_shown(s, slot);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static scene s;
    open_scene(&s, bytes, size);
    if (s.source.kept == WS_COUNT && s.source.number_bytes == 1)
        s.source.number_bytes = 4; /* there is no such counter */
    open_walk(&s);
    for (int i = 0; i < POLLS && s.at < s.end; i++) {
        write_something(&s);
        poll(&s);
    }
    picture_close(&s.shown);
    ws_walk_close(&s.walk);
    free(s.memory);
    return 0;
}
