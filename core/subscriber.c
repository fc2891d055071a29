#include "subscriber.h"

#include <math.h>

/* See ws_stream/walk/subscriber.py. */
#define CHECKSUM_EVERY 1.0 /* seconds */

enum { NO_EPOCH = -1 };

void ws_subscriber_open(ws_subscriber *s, int fd, size_t variant_id, int acknowledges, double fps, double now)
{
    *s = (ws_subscriber){.is_open = 1, .outlet.fd = fd, .variant_id = variant_id, .epoch = NO_EPOCH, .fps = fps,
                         .limit = {now}, .checksum_due = now};
    ws_window_open(&s->window, acknowledges, now);
}

void ws_subscriber_close(ws_subscriber *s)
{
    ws_outlet_close(&s->outlet);
    *s = (ws_subscriber){.outlet.fd = WS_NO_SOCKET};
}

void ws_subscriber_forget(ws_subscriber *s, double now)
{
    s->base = 0;
    ws_window_clear(&s->window, now);
}

void ws_subscriber_announced(ws_subscriber *s, uint32_t epoch, uint32_t newest, double now)
{
    ws_subscriber_forget(s, now);
    s->epoch = epoch;
    s->tally.seen = newest ? newest - 1 : 0;
}

void ws_subscriber_move(ws_subscriber *s, size_t variant_id, double now)
{
    ws_subscriber_forget(s, now);
    s->variant_id = variant_id;
    s->epoch = NO_EPOCH;
}

void ws_subscriber_set_rate(ws_subscriber *s, double fps, double now)
{
    s->fps = fps;
    s->limit.due = now; /* what was due at the old rate may be far off */
}

int ws_subscriber_has_newest(const ws_subscriber *s, const ws_variant *v)
{
    return !v->turn.is_missed && s->base == v->picture.number && (s->epoch == v->picture.epoch || !s->base);
}

/* Whether there is a picture that the viewer was not sent. */
static int is_behind(const ws_subscriber *s, const ws_variant *v)
{
    const ws_picture *const newest = &v->picture;
    const int is_told = v->is_open && s->epoch == newest->epoch && !v->is_uncommitted;
    return s->is_open && is_told && newest->number && s->base != newest->number;
}

/* It has to wait, and by now there may be a newer picture. */
static int hold(ws_subscriber *s, ws_reason reason, int result)
{
    s->tally.held = reason;
    return result;
}

/* Counts the newest picture as sent; the flags of its message. */
static int book(ws_subscriber *s, ws_counts *counts, uint32_t number, double rate, double now)
{
    int flags = 0;
    if (now >= s->checksum_due) {
        flags |= WS_HAS_CHECKSUM;
        s->checksum_due = (floor(now / CHECKSUM_EVERY) + 1) * CHECKSUM_EVERY; /* the same picture for all viewers */
    }
    if (!ws_window_sent(&s->window, number, now))
        flags |= WS_NO_ACK;
    ws_rate_limit_sent(&s->limit, rate, now);
    s->base = number;
    s->tally.published += number - s->tally.seen;
    if (number > s->tally.seen) /* else it is sent once more: the viewer has lost it */
        counts->skipped[s->tally.held] += number - s->tally.seen - 1;
    s->tally.seen = number;
    s->tally.sent++;
    counts->sent++;
    return flags;
}

int ws_subscriber_flush(ws_subscriber *s, ws_variant *v, ws_shared *shared, const ws_sink *sink, double now,
                        double *due)
{
    uint8_t prefix[WS_PREFIX];
    const double fps = v->turn.fps, rate = s->fps < 0 || s->fps > fps ? fps : s->fps;
    if (!is_behind(s, v))
        return WS_IDLE;
    if (!ws_outlet_is_free(&s->outlet) || !(rate > 0))
        return hold(s, ws_outlet_is_free(&s->outlet) ? WS_BY_RATE : WS_BY_SOCKET, WS_IDLE);
    *due = ws_rate_limit_due(&s->limit, rate);
    if (s->base) /* who has none is not made to wait for a fresher one */
        *due = ws_pace_release(&v->pace, *due, rate);
    if (now < *due)
        return hold(s, WS_BY_RATE, WS_LATER);
    if (!ws_window_allows(&s->window, now)) {
        ws_window_delayed(&s->window);
        return hold(s, WS_BY_WINDOW, WS_IDLE);
    }
    const uint32_t base = s->base;
    const size_t lack = ws_bases_lack(&v->bases, base);
    const int is_made = v->deltas.made[lack];
    if (lack == WS_LACK_WHOLE && !is_made) {
        *due = ws_allowance_due(&shared->wholes);
        if (now < *due)
            return hold(s, WS_BY_WHOLES, WS_LATER);
        ws_allowance_take(&shared->wholes, now, 1);
    }
    const ws_body *const body = ws_variant_delta(v, &shared->packer, lack);
    if (!body)
        return WS_FAILED;
    shared->counts.encodings += !is_made;
    const int flags = book(s, &shared->counts, v->picture.number, rate, now);
    const uint32_t checksum = flags & WS_HAS_CHECKSUM ? ws_variant_checksum(v, &shared->crc) : 0;
    /* A picture of which nothing is known but that it is whole is a delta against blank. */
    const uint32_t named = lack == WS_LACK_WHOLE ? 0 : base;
    const size_t length = ws_put_prefix(prefix, &v->picture, body, named, flags, checksum);
    return ws_outlet_send(&s->outlet, sink, prefix + WS_PREFIX - length, length, body) ? WS_SENT : WS_HANDED;
}
