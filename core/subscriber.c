#include "subscriber.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define CHECKSUM_EVERY 1.0 /* seconds; see ws_stream/walk/subscriber.py */

void ws_subscriber_open(ws_subscriber *s, int fd, size_t variant, int acknowledges, double fps, double now)
{
    *s = (ws_subscriber){.is_open = 1, .fd = fd, .variant = variant, .fps = fps, .limit = {now, now},
                         .checksum_due = now};
    ws_window_open(&s->window, acknowledges, now);
}

void ws_subscriber_close(ws_subscriber *s)
{
    if (s->is_open && s->fd >= 0)
        close(s->fd);
    ws_release(&s->tail);
    *s = (ws_subscriber){.fd = -1};
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
    s->is_announced = 1;
    s->seen = newest ? newest - 1 : 0;
}

void ws_subscriber_move(ws_subscriber *s, size_t variant, double now)
{
    ws_subscriber_forget(s, now);
    s->variant = variant;
    s->is_announced = 0;
}

void ws_subscriber_set_rate(ws_subscriber *s, double fps, double now)
{
    s->fps = fps;
    s->limit.due = now; /* a turn of the old rate may be far off */
}

const uint8_t *ws_subscriber_take(ws_subscriber *s, size_t *length)
{
    static const uint8_t none[1] = {0};
    *length = s->tail_length;
    s->owner = WS_TRANSPORT;
    s->is_handed_over = 0;
    s->tail_length = 0;
    if (s->is_lost)
        return NULL;
    return *length ? s->tail.bytes : none;
}

void ws_subscriber_give(ws_subscriber *s)
{
    if (!s->is_lost && !s->tail_length)
        s->owner = WS_CORE;
}

int ws_subscriber_is_behind(const ws_subscriber *s, const ws_variant *v)
{
    return s->is_open && s->owner == WS_CORE && !s->is_lost && s->is_announced && v->is_open && v->number &&
           !v->is_mixed && s->epoch == v->epoch && s->base != v->number;
}

/* What was not taken is the transport's to send. 0 where there is no memory for it. */
static int keep_tail(ws_subscriber *s, size_t taken, const uint8_t *prefix, size_t prefix_length, const ws_body *body)
{
    const size_t of_prefix = taken < prefix_length ? prefix_length - taken : 0;
    const size_t of_body = body->length - (taken > prefix_length ? taken - prefix_length : 0);
    if (!ws_reserve(&s->tail, of_prefix + of_body))
        return 0;
    memcpy(s->tail.bytes, prefix + prefix_length - of_prefix, of_prefix);
    memcpy(s->tail.bytes + of_prefix, body->memory.bytes + body->length - of_body, of_body);
    s->tail_length = of_prefix + of_body;
    return 1;
}

static ws_flushed deliver(ws_subscriber *s, const ws_sink *sink, const uint8_t *prefix, size_t length,
                          const ws_body *body)
{
    const ptrdiff_t taken = sink->send(sink->context, s, prefix, length, body->memory.bytes, body->length);
    if (taken == (ptrdiff_t)(length + body->length))
        return WS_SENT;
    s->owner = WS_TRANSPORT;
    s->is_handed_over = 1;
    s->is_lost = taken < 0 || !keep_tail(s, (size_t)taken, prefix, length, body);
    return WS_FULL;
}

/* Counts the newest picture as sent; the flags of its message. */
static int book(ws_subscriber *s, const ws_variant *v, double rate, double now)
{
    int flags = 0;
    if (now >= s->checksum_due) {
        flags |= WS_HAS_CHECKSUM;
        s->checksum_due = (floor(now / CHECKSUM_EVERY) + 1) * CHECKSUM_EVERY; /* the same picture for all viewers */
    }
    if (!ws_window_sent(&s->window, v->number, now))
        flags |= WS_QUIET;
    ws_rate_limit_sent(&s->limit, rate, now);
    s->base = v->number;
    s->published += v->number - s->seen;
    s->seen = v->number;
    s->sent++;
    return flags;
}

ws_flushed ws_subscriber_flush(ws_subscriber *s, ws_variant *v, ws_packer *packer, const ws_crc_table *crc,
                               const ws_sink *sink, double fps, double now, double *due)
{
    uint8_t prefix[WS_PREFIX];
    const double rate = s->fps < 0 || s->fps > fps ? fps : s->fps;
    if (!ws_subscriber_is_behind(s, v) || !(rate > 0))
        return WS_IDLE;
    *due = ws_rate_limit_turn(&s->limit, rate);
    if (now < *due)
        return WS_LATER;
    if (!ws_window_allows(&s->window, now)) {
        ws_window_hold(&s->window);
        return WS_IDLE;
    }
    const uint32_t base = s->base;
    const ws_body *const body = ws_variant_delta(v, packer, base);
    if (!body)
        return WS_NO_MEMORY;
    const int flags = book(s, v, rate, now);
    const uint32_t checksum = flags & WS_HAS_CHECKSUM ? ws_variant_checksum(v, crc) : 0;
    /* A picture of which nothing is known but that it is whole is a delta against blank. */
    const uint32_t named = body == &v->bodies[WS_LACK_WHOLE] ? 0 : base;
    const size_t length = ws_put_prefix(prefix, v, body, named, flags, checksum);
    return deliver(s, sink, prefix + WS_PREFIX - length, length, body);
}

ptrdiff_t ws_send_to_socket(void *context, const ws_subscriber *to, const uint8_t *prefix, size_t prefix_length,
                            const uint8_t *body, size_t body_length)
{
    struct iovec parts[] = {{(void *)(uintptr_t)prefix, prefix_length}, {(void *)(uintptr_t)body, body_length}};
    const struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    const ssize_t sent = sendmsg(to->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    (void)context;
    if (sent >= 0)
        return sent;
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ENOBUFS ? 0 : -1;
}
