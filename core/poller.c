#include "poller.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum {
    TORN_TRIES = 3, TORN_TURNS = 10, STILL_POLLS = 30, SAMPLE_EVERY = 8, LATE_TURNS = 3,
    TRUST = 30 /* polls before the file's path is looked up again */
};
static const double SOON = 0.05;

double ws_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* The device's time: a wall clock may be set. */
static uint64_t now_us(const ws_poller *p) { return (uint64_t)((int64_t)(ws_now() * 1e6) + p->ahead_us); }

/* An aligned counter is read by one load. */
static uint32_t count_of_4(const uint8_t *at)
{
    uint32_t count;
    if ((uintptr_t)at % 4 == 0)
        return __atomic_load_n((const uint32_t *)(const void *)at, __ATOMIC_ACQUIRE);
    memcpy(&count, at, sizeof count);
    return count;
}

/* So is this one, where the processor has such a load: elsewhere it would take a library and its lock. */
static uint64_t count_of_8(const uint8_t *at)
{
    uint64_t count;
#if __GCC_ATOMIC_LLONG_LOCK_FREE == 2
    if ((uintptr_t)at % 8 == 0)
        return __atomic_load_n((const uint64_t *)(const void *)at, __ATOMIC_ACQUIRE);
#endif
    memcpy(&count, at, sizeof count);
    return count;
}

/* What the writer keeps; 1 where it keeps nothing, as if it counted and had completed one picture. */
static uint64_t number_of(const ws_source *s)
{
    if (s->kept == WS_NOTHING)
        return 1;
    if (s->kept == WS_RING)
        return ws_ring_number(&s->ring);
    if (s->number_bytes == 1)
        return __atomic_load_n(s->number, __ATOMIC_ACQUIRE);
    if (s->number_bytes == 4) {
        const uint32_t number = count_of_4(s->number);
        return s->number_is_big_endian ? __builtin_bswap32(number) : number;
    }
    const uint64_t number = count_of_8(s->number);
    return s->number_is_big_endian ? __builtin_bswap64(number) : number;
}

/* A number less another one, as the writer's own counts: through 0. */
static uint64_t less(const ws_source *s, uint64_t number, uint64_t other)
{
    return s->number_bytes == 4 ? (uint32_t)(number - other) : number - other;
}

/* Where the picture lies of which the number tells; `slots` or more: there is none. */
static uint64_t slot_of(const ws_source *s, uint64_t number)
{
    if (s->kept == WS_FRONT)
        return number;
    return number == 0 && s->zero_is_none ? s->slots : less(s, number, 1) % s->slots;
}

/* The newest picture. */
typedef struct {
    uint64_t number, slot;
    ws_ring_picture said; /* in a ring, else nothing */
} newest;

/* Looks where it is: 1; 0: it is being drawn; -1: Python is asked why there is none. */
static int find(const ws_source *s, newest *found)
{
    *found = (newest){.number = 0};
    if (s->kept == WS_RING) {
        const int is_there = ws_ring_newest(&s->ring, &found->said);
        found->number = found->said.number;
        found->slot = found->said.slot;
        return is_there;
    }
    found->number = number_of(s);
    found->slot = slot_of(s, found->number);
    return found->slot < s->slots ? 1 : -1;
}

/* Whether it may have been overwritten; see ws_stream/sources/layout.py. */
static int is_torn(const ws_source *s, const newest *found)
{
    const uint64_t number = found->number;
    if (s->kept == WS_RING)
        return !ws_ring_is_intact(&s->ring, &found->said);
    __atomic_thread_fence(__ATOMIC_ACQUIRE); /* the number is read after the pixels */
    const uint64_t now = number_of(s);
    if (s->kept != WS_COUNT)
        return now != number;
    const int passed_zero = now < number || number == 0, is_even = !(s->slots & (s->slots - 1));
    const uint64_t room = s->slots > 2 && (is_even || !passed_zero) ? s->slots - 1 : 1;
    return less(s, now, number) >= room;
}

static int is_lost(const ws_source *s) { return s->range && ws_range_is_lost(s->range); }

/* Whether it is as long as it was, and no other has taken its name. */
static int is_the_file(const ws_source *s)
{
    struct stat status;
    return s->fd < 0 || (fstat(s->fd, &status) == 0 && status.st_size == s->size && status.st_nlink >= s->links);
}

/* Reads a sample of a picture that has been still for long; whether it still is. */
static int seems_still(ws_poller *p, ws_walk *walk, const ws_view *view, const newest *found, double now)
{
    const ws_asked sample = {.first = (size_t)p->still % SAMPLE_EVERY, .every = SAMPLE_EVERY};
    const int changed = ws_walk_update(walk, view, &sample, now);
    if (changed == 0 && ws_walk_is_settled(walk) && !is_torn(&p->source, found) && !is_lost(&p->source)) {
        p->still++;
        p->torn = 0;
        return 1;
    }
    ws_walk_abandon(walk);
    return 0;
}

/* Whether so few rows may have changed that only they are read: more may be scrolled ones, which are only sought in all
   of a picture. */
static int are_few(const ws_span *spans, int count, size_t height)
{
    int64_t rows = 0;
    for (int i = 0; i < count; i++)
        rows += spans[i].rows;
    return WS_SCROLL_SAMPLES * rows < WS_SCROLL_LEAST * (int64_t)height;
}

/* Reads it: all of it, or with `only_new` what may differ from the picture seen. 0 where it was torn; or an event. */
static int read_picture(ws_poller *p, ws_walk *walk, const newest *found, int only_new, double now)
{
    const ws_source *const s = &p->source;
    const uint64_t read = now_us(p), taken = (uint64_t)((int64_t)found->said.time + p->ahead_us);
    ws_view view = s->view;
    ws_span spans[WS_RING_SPANS];
    uint8_t said[WS_RING_SAID];
    view.pixels = s->memory + found->slot * s->slot_bytes;
    const int is_known = only_new && s->kept == WS_RING && p->has_seen;
    const int count = is_known ? ws_ring_damage(&s->ring, (uint32_t)p->seen, found->said.number, spans) : -1;
    const ws_asked asked = {.spans = spans, .count = count < 0 ? 0 : (size_t)count};
    if (only_new && count < 0 && !found->said.meta_bytes && p->still > STILL_POLLS &&
        seems_still(p, walk, &view, found, now))
        return WS_POLLED;
    const int is_part = count >= 0 && are_few(spans, count, view.height);
    const int changed = ws_walk_update(walk, &view, is_part ? &asked : NULL, now);
    if (changed < 0)
        return changed == WS_MISFIT ? WS_REFRESH : WS_NO_MEMORY;
    const size_t length = ws_ring_said(&s->ring, &found->said, said);
    const int torn = is_torn(s, found), lost = is_lost(s); /* asked last: the number may be lost, too */
    if (torn || lost)
        return !ws_walk_abandon(walk) ? WS_NO_MEMORY : lost ? WS_REFRESH : 0;
    if (!ws_walk_commit(walk, found->said.time && taken < read ? taken : read, (ws_extensions){said, length}))
        return WS_NO_MEMORY;
    p->still = changed ? 0 : p->still + 1;
    p->torn = 0;
    p->seen = found->number;
    p->has_seen = 1;
    return WS_POLLED;
}

/* Reads the newest picture. */
static int read_newest(ws_poller *p, ws_walk *walk, int only_new, double now)
{
    newest found;
    for (int attempt = 0; attempt < TORN_TRIES; attempt++) {
        const int is_there = attempt && !is_the_file(&p->source) ? -1 : find(&p->source, &found);
        if (is_there < 0)
            return WS_REFRESH;
        if (!is_there && p->has_seen)
            return 0;
        const int event = is_there ? read_picture(p, walk, &found, only_new && !attempt, now) : 0;
        if (event)
            return event & ~WS_POLLED;
    }
    p->has_seen = 0;
    return ++p->torn >= TORN_TURNS ? WS_TORN : 0;
}

/* Tells when the device cannot keep up: when polls end after the next one was due, again and again. */
static int keep_up(ws_poller *p, double now)
{
    if (p->lock.vain || !(now > p->due || p->late))
        return 0;
    p->late = now > p->due ? p->late + 1 : 0;
    p->due = fmax(p->due, now);
    if ((p->late >= LATE_TURNS) == p->is_behind)
        return 0;
    p->is_behind = !p->is_behind;
    return WS_BEHIND;
}

/* Whether the newest picture is to be read; the next poll is due after it. */
static int is_due(ws_poller *p, double interval, double now)
{
    double wait = interval;
    int due = 1;
    if (now < p->due) /* it is for newcomers */
        return 0;
    if (now > p->due + interval) /* nobody watched, or the device was busy */
        p->due = now;
    if (p->source.kept == WS_COUNT || p->source.kept == WS_RING)
        due = ws_phase_lock_look(&p->lock, number_of(&p->source), p->due, interval, &wait);
    p->due += wait;
    return due;
}

/* Asks the source once, and says when to do so again. */
static int poll(ws_poller *p, ws_walk *walk, double interval, double now)
{
    const int lacks = ws_walk_next_turn(walk) <= now, settled = ws_walk_is_settled(walk);
    ws_guard_stand();
    if (!is_the_file(&p->source) || ++p->polls > TRUST) {
        p->polls = 0;
        return WS_REFRESH;
    }
    const int is_read = is_due(p, interval, now) || lacks || !p->has_seen;
    int events = 0;
    if (is_read || !(settled || p->lock.vain))
        events = read_newest(p, walk, is_read && settled && !lacks, now);
    p->has_waiting = ws_walk_first_turn(walk) <= now;
    if (p->has_waiting)
        p->due = fmin(p->due, now + SOON);
    if (!events)
        walk->looked = now;
    return events | keep_up(p, ws_now());
}

/* Sends what is due, and says when more is. */
static int flush(ws_poller *p, ws_walk *walk)
{
    p->flush_due = ws_walk_flush(walk, ws_now());
    return p->flush_due < 0 ? WS_NO_MEMORY : 0;
}

int ws_poller_run(ws_poller *p, ws_walk *walk, double interval, int tell_polled)
{
    int events = 0;
    ws_guard_unblock();
    ws_walk_lock(walk);
    while (!events) {
        const double now = ws_now();
        if (p->due <= 0)
            p->due = now;
        else if (p->due > now + 2 * interval) /* somebody wants more than when it was set */
            p->due = now + 2 * interval;
        if (walk->is_woken || !p->source.memory) { /* the source may go while this waits */
            events = WS_WOKEN;
        } else if (now >= p->due || (!p->has_waiting && now >= ws_walk_first_turn(walk))) {
            events = poll(p, walk, interval, now);
            if (!events && tell_polled && !p->torn)
                events = WS_POLLED;
            events |= flush(p, walk);
            ws_walk_unlock(walk); /* one that is behind never waits: here others get the lock */
            ws_walk_lock(walk);
        } else if (now >= p->flush_due) {
            events = flush(p, walk);
        } else {
            ws_fair_lock_sleep(&walk->lock, fmin(p->due, p->flush_due));
        }
        events |= ws_places_has_handed_over(&walk->places) ? WS_HANDED_OVER : 0;
    }
    events |= walk->is_woken ? WS_WOKEN : 0; /* others may have had the lock meanwhile */
    walk->is_woken = 0;
    ws_walk_unlock(walk);
    return events;
}
