#include "outlet.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

void ws_outlet_close(ws_outlet *o)
{
    if (o->fd >= 0)
        close(o->fd);
    ws_release(&o->tail);
    *o = (ws_outlet){.fd = WS_NO_SOCKET};
}

const uint8_t *ws_outlet_take(ws_outlet *o, size_t *length)
{
    static const uint8_t none[1] = {0};
    *length = o->tail_length;
    o->owner = WS_TRANSPORT;
    o->is_handed_over = 0;
    o->tail_length = 0;
    if (o->is_lost)
        return NULL;
    return *length ? o->tail.bytes : none;
}

void ws_outlet_give(ws_outlet *o)
{
    if (!o->is_lost && !o->tail_length)
        o->owner = WS_WALK;
}

/* What was not taken is the transport's to send. 0 where there is no memory for it. */
static int keep_tail(ws_outlet *o, size_t taken, const uint8_t *prefix, size_t prefix_length, const ws_body *body)
{
    const size_t of_prefix = taken < prefix_length ? prefix_length - taken : 0;
    const size_t of_body = body->length - (taken > prefix_length ? taken - prefix_length : 0);
    if (!ws_reserve(&o->tail, of_prefix + of_body))
        return 0;
    memcpy(o->tail.bytes, prefix + prefix_length - of_prefix, of_prefix);
    memcpy(o->tail.bytes + of_prefix, body->memory.bytes + body->length - of_body, of_body);
    o->tail_length = of_prefix + of_body;
    return 1;
}

int ws_outlet_send(ws_outlet *o, const ws_sink *sink, const uint8_t *prefix, size_t length, const ws_body *body)
{
    const ptrdiff_t taken = sink->send(sink->context, o, prefix, length, body->memory.bytes, body->length);
    if (taken == (ptrdiff_t)(length + body->length))
        return 1;
    o->owner = WS_TRANSPORT;
    o->is_handed_over = 1;
    o->is_lost = taken < 0 || !keep_tail(o, (size_t)taken, prefix, length, body);
    return 0;
}

ptrdiff_t ws_send_to_socket(void *context, const ws_outlet *to, const uint8_t *prefix, size_t prefix_length,
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
