/* The poller over a ring of pictures in memory that a thread writes, and sometimes tears. */
#include <pthread.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../poller.h"
#include "check.h"
#include "decoder.h"

enum { SIDE = 512, SLOTS = 3, SLOT = SIDE * SIDE, LAST = SLOT - SIDE };
#define INTERVAL 0.004

/* The first and the last row of a picture are one byte all over, the same: any mixture of two is seen. To read one
   takes far longer than to write these. */
typedef struct {
    uint8_t slots[SLOTS][SLOT];
    uint64_t counter;
} ring;

typedef struct {
    ring *to;
    ws_walk *walk;
    int pictures, is_hasty; /* a hasty one laps its readers again and again */
} writer;

static void rest(double seconds)
{
    const struct timespec t = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    nanosleep(&t, NULL);
}

/* Byte by byte, so that a reader may see half of a row. */
static void fill(uint8_t *slot, uint8_t with)
{
    for (size_t i = 0; i < SIDE; i++) {
        __atomic_store_n(&slot[i], with, __ATOMIC_RELAXED);
        __atomic_store_n(&slot[LAST + i], with, __ATOMIC_RELAXED);
    }
}

static void write_next(ring *to)
{
    const uint64_t count = __atomic_load_n(&to->counter, __ATOMIC_RELAXED);
    fill(to->slots[count % SLOTS], (uint8_t)(count + 1));
    __atomic_store_n(&to->counter, count + 1, __ATOMIC_RELEASE);
}

static void *work(void *context)
{
    const writer *const w = context;
    for (int i = 0; i < w->pictures; i++) {
        write_next(w->to);
        if (!w->is_hasty)
            rest(INTERVAL);
    }
    ws_walk_wake(w->walk);
    return NULL;
}

static ws_source source_of(ring *r)
{
    return (ws_source){.memory = r->slots[0], .slot_bytes = SLOT, .slots = SLOTS,
                       .view = {NULL, SIDE, 1, SIDE, SIDE, 1}, .kept = WS_COUNT,
                       .number = (const uint8_t *)&r->counter, .number_bytes = 8, .zero_is_none = 1, .fd = -1};
}

/* Sees the messages of the one viewer: each is one picture and no mixture. How many there were. */
static int see(ws_walk *walk, picture *shown, decompressor decompress)
{
    int seen = 0;
    for (size_t at = 0, head[2]; at < walk->outbox.length; at += sizeof head + head[1], seen++) {
        memcpy(head, walk->outbox.memory.bytes + at, sizeof head);
        picture_apply(shown, walk->outbox.memory.bytes + at + sizeof head, head[1], decompress);
        CHECK(memcmp(shown->pixels, shown->pixels + 1, SIDE - 1) == 0);
        CHECK(memcmp(shown->pixels, shown->pixels + LAST, SIDE) == 0);
    }
    walk->outbox.length = 0;
    return seen;
}

static void *wake_later(void *context)
{
    rest(0.2);
    ws_walk_wake(context);
    return NULL;
}

/* Runs until the writer is done; all that the poller said. */
static int follow(ws_walk *walk, ws_poller *poller, writer w, picture *shown, decompressor decompress, int *seen)
{
    pthread_t thread;
    int events = 0, all = 0;
    CHECK(pthread_create(&thread, NULL, work, &w) == 0);
    while (!(events & WS_WOKEN)) {
        events = ws_poller_run(poller, walk, INTERVAL, 1);
        all |= events;
        *seen += see(walk, shown, decompress);
        CHECK(!(events & WS_NO_MEMORY));
    }
    CHECK(pthread_join(thread, NULL) == 0);
    return all;
}

/* The last picture is shown soon after its writer stopped. */
static void settle(ws_walk *walk, ws_poller *poller, picture *shown, decompressor decompress, uint8_t last)
{
    for (int turn = 0; turn < 500 && shown->pixels[0] != last; turn++) {
        ws_poller_run(poller, walk, INTERVAL, 1);
        see(walk, shown, decompress);
    }
    CHECK(shown->pixels[0] == last);
}

/* Without a source, or with one that goes while it waits, it comes back. */
static void come_back(ws_walk *walk, ws_poller *poller, ring *r)
{
    pthread_t thread;
    poller->source = source_of(r);
    CHECK(pthread_create(&thread, NULL, wake_later, walk) == 0);
    while (!(ws_poller_run(poller, walk, 1e300, 0) & WS_WOKEN))
        ;
    CHECK(pthread_join(thread, NULL) == 0);
    *poller = (ws_poller){0};
    CHECK(ws_poller_run(poller, walk, INTERVAL, 0) == WS_WOKEN);
}

/* A subscriber's picture that is due later is sent then, even if Python was wanted in between. */
static void keep_flush_due(ws_walk *walk, ws_poller *poller, ring *r, picture *shown, decompressor decompress)
{
    enum { FPS = 8, SELDOM = 1000, ENOUGH = 20 }; /* pictures until longer gaps of before are forgotten */
    pthread_t thread;
    int written = 0;
    *poller = (ws_poller){.source = source_of(r)};
    ws_subscriber_set_rate(&walk->places.subscribers[0], FPS, ws_now());
    do {
        write_next(r);
        poller->due = 0;
        CHECK(ws_poller_run(poller, walk, SELDOM, 1) == WS_POLLED);
        see(walk, shown, decompress);
    } while (++written < ENOUGH || shown->pixels[0] == (uint8_t)r->counter);
    CHECK(pthread_create(&thread, NULL, wake_later, walk) == 0);
    CHECK(ws_poller_run(poller, walk, SELDOM, 1) == WS_WOKEN);
    CHECK(pthread_join(thread, NULL) == 0);
    see(walk, shown, decompress);
    CHECK(shown->pixels[0] == (uint8_t)r->counter);
    ws_subscriber_set_rate(&walk->places.subscribers[0], -1, ws_now());
}

/* Of a source whose every picture is torn nothing is said but that, and it is not read more often because somebody waits
   for a first picture. Its counter lies in the kept picture, so that an
   update alone moves it: that of picture 1 to 2, and that of picture 2 back to 1. */
static void tear(ws_walk *walk, ws_poller *poller, ring *r)
{
    int events;
    const double began = ws_now();
    ws_variant *const newcomer = &walk->variants[1];
    *poller = (ws_poller){.source = source_of(r)};
    poller->source.slots = 2;
    CHECK(ws_walk_open_variant(walk, 1, &walk->variants[0].geometry.rendition, ALL_KINDS, SIDE, SIDE, 1, 1));
    poller->source.number = walk->variants[0].picture.pixels;
    memset(r->slots, 0, sizeof r->slots);
    r->slots[0][0] = 2;
    r->slots[1][0] = 1;
    memcpy(walk->variants[0].picture.pixels, r->slots[1], SLOT);
    do {
        events = ws_poller_run(poller, walk, INTERVAL, 1);
        CHECK(!(events & ~(WS_TORN | WS_BEHIND)));
    } while (!(events & WS_TORN));
    CHECK(ws_now() - began > 6 * INTERVAL && !newcomer->picture.number); /* after ten turns, two of them probes */
    ws_variant_close(newcomer);
    poller->source.kept = WS_NOTHING;
    CHECK(ws_poller_run(poller, walk, INTERVAL, 1) & (WS_POLLED | WS_BEHIND) && !poller->torn);
}

/* Pictures of another size than the variants' are for Python to see to. */
static void misfit(ws_walk *walk, ws_poller *poller, ring *r)
{
    *poller = (ws_poller){.source = source_of(r)};
    poller->source.view.height--;
    CHECK(ws_poller_run(poller, walk, INTERVAL, 1) == WS_REFRESH);
}

/* What is cut off while it is read is no picture, and for Python to see to. */
static void lose(ws_walk *walk, ws_poller *poller)
{
    const uint32_t number = walk->variants[0].picture.number;
    char name[] = "/tmp/ring-XXXXXX";
    const int fd = mkstemp(name);
    CHECK(fd >= 0 && unlink(name) == 0 && ftruncate(fd, SLOT) == 0);
    ws_range *const range = ws_range_open(fd, 0, SLOT);
    CHECK(range && ftruncate(fd, SLOT / 2) == 0);
    *poller = (ws_poller){.source = {.memory = (const uint8_t *)range->start, .slot_bytes = SLOT, .slots = 1, .fd = -1,
                                     .view = {NULL, SIDE, 1, SIDE, SIDE, 1}, .range = range}};
    CHECK(ws_poller_run(poller, walk, INTERVAL, 1) == WS_REFRESH && ws_range_is_lost(range));
    CHECK(walk->variants[0].picture.number == number);
    ws_range_close(range);
    close(fd);
}

/* However far behind it is, others have their turns: else nobody could wake it. */
static void let_others(ws_walk *walk, ws_poller *poller, ring *r)
{
    pthread_t thread;
    poller->source = source_of(r);
    poller->source.kept = WS_NOTHING; /* whatever lies there is news: it is read again and again */
    poller->polls = -(1 << 30);     /* and never is the poller called back to look the file's path up */
    CHECK(pthread_create(&thread, NULL, wake_later, walk) == 0);
    for (int events = 0; !(events & WS_WOKEN);)
        events = ws_poller_run(poller, walk, 1e-9, 0);
    CHECK(pthread_join(thread, NULL) == 0);
}

int main(int count, char **arguments)
{
    static ring r;
    const ws_rendition whole = {.pixel = {.size = 1, .kept_size = 1, .colour = 1}, .crop_width = SIDE,
                                .crop_height = SIDE, .step = 1};
    ws_poller poller = {0};
    ws_walk walk;
    decompressor decompress;
    picture shown;
    int seen = 0;
    alarm(60); /* who waits for ever has failed */
    CHECK(count == 2 && ws_walk_open(&walk, (const char *[]){arguments[1]}, 1, 1000));
    decompress = decompressor_of(arguments[1]);
    CHECK(ws_walk_open_variant(&walk, 0, &whole, ALL_KINDS, SIDE, SIDE, 1, 1));
    CHECK(ws_places_join(&walk.places, -1, 0, 0, -1, ws_now()) == 0);
    ws_subscriber_announced(&walk.places.subscribers[0], 1, 0, ws_now());
    picture_open(&shown, SIDE, SIDE, 1, 1, 1);
    poller.source = source_of(&r);
    CHECK(ws_poller_run(&poller, &walk, INTERVAL, 0) == WS_REFRESH); /* there is no picture yet */
    follow(&walk, &poller, (writer){&r, &walk, 200, 0}, &shown, decompress, &seen);
    CHECK(seen > 50);
    settle(&walk, &poller, &shown, decompress, (uint8_t)r.counter);
    follow(&walk, &poller, (writer){&r, &walk, 1000000, 1}, &shown, decompress, &seen);
    settle(&walk, &poller, &shown, decompress, (uint8_t)r.counter);
    keep_flush_due(&walk, &poller, &r, &shown, decompress);
    misfit(&walk, &poller, &r);
    lose(&walk, &poller);
    tear(&walk, &poller, &r);
    let_others(&walk, &poller, &r);
    come_back(&walk, &poller, &r);
    picture_close(&shown);
    ws_walk_close(&walk);
    return 0;
}
