#include "connection.h"

#include <string.h>

#include "port.h"

#define LINE_WITHIN 2.0 /* seconds in which a connection says anything; a browser does so at once */
#define REQUEST_WITHIN 5.0
#define HANG_UP_WITHIN 1.0
#define SLOWEST 2048.0 /* bytes a second of a reply */

void wd_connection_open(wd_connection *c, int socket, double now)
{
    c->state = CONNECTION_ASKS;
    c->socket = socket;
    c->viewer = -1;
    c->is_kept = c->closes = c->is_within = c->is_finished = 0;
    c->got = c->at = c->end = c->body_left = 0;
    c->since = now;
    c->deadline = now + LINE_WITHIN;
}

void wd_connection_close(wd_connection *c)
{
    if (c->state != CONNECTION_FREE)
        wd_port_close(c->socket);
    c->state = CONNECTION_FREE;
    c->viewer = -1;
}

int wd_connection_ask(wd_connection *c, wd_head *h, double now)
{
    const ptrdiff_t count = wd_port_read(c->socket, c->bytes + c->got, sizeof c->bytes - c->got);
    size_t length = 0;
    if (count < 0)
        wd_connection_close(c);
    if (count <= 0)
        return HEAD_MORE;
    if (!c->got) {
        c->since = now;
        c->deadline = now + REQUEST_WITHIN;
    }
    c->got += (size_t)count;
    const int status = wd_head_read(h, (const char *)c->bytes, c->got, sizeof c->bytes, &length);
    c->closes = length < c->got; /* who asks for more before there was a reply is answered once */
    return status;
}

void wd_connection_answer(wd_connection *c, const wd_say *text, const wd_reply *r, double now)
{
    c->at = 0;
    c->end = wd_say_length(text);
    memcpy(c->bytes, text->begin, c->end);
    c->body = r->body;
    c->body_left = r->length;
    c->closes |= r->closes;
    c->state = CONNECTION_TAKES;
    c->deadline = now + REQUEST_WITHIN + (double)r->length / SLOWEST;
}

wd_say wd_connection_room(wd_connection *c)
{
    memmove(c->bytes, c->bytes + c->at, c->end - c->at);
    c->end -= c->at;
    c->at = 0;
    return wd_say_to(c->bytes + c->end, sizeof c->bytes - c->end);
}

void wd_connection_said(wd_connection *c, const wd_say *text) { c->end += wd_say_length(text); }

/* Moves `at` on by what the socket takes; 0: it is gone. */
static int send_some(const wd_connection *c, const uint8_t *bytes, size_t *at, size_t end)
{
    const ptrdiff_t count = *at < end ? wd_port_write(c->socket, bytes + *at, end - *at) : 0;
    *at += count > 0 ? (size_t)count : 0;
    return count >= 0;
}

/* A reply is with the peer, as far as one can know. */
static void end_reply(wd_connection *c, double now)
{
    if (c->closes) {
        wd_connection_leave(c, now);
        return;
    }
    c->state = CONNECTION_ASKS;
    c->is_kept = 1;
    c->got = c->at = c->end = 0;
    c->since = now;
    c->deadline = now + REQUEST_WITHIN;
}

int wd_connection_send(wd_connection *c, wd_delta_message *message, double now)
{
    size_t sent = 0;
    if (message && c->is_within && !send_some(c, message->bytes, &message->begin, message->end))
        return 0;
    c->is_within = message && c->is_within && message->begin < message->end;
    if (c->is_within)
        return 1;
    if (!send_some(c, c->bytes, &c->at, c->end))
        return 0;
    if (c->at < c->end)
        return 1;
    if (c->body_left) {
        if (!send_some(c, c->body, &sent, c->body_left))
            return 0;
        c->body += sent;
        c->body_left -= sent;
    }
    if (c->state == CONNECTION_TAKES && !c->body_left)
        end_reply(c, now);
    if (c->state == CONNECTION_LEAVES && !c->is_finished) { /* the peer may hang up now */
        wd_port_finish(c->socket);
        c->is_finished = 1;
    }
    if (c->state != CONNECTION_WATCHES || !message || message->begin == message->end)
        return 1;
    c->is_within = 1;
    const int is_there = send_some(c, message->bytes, &message->begin, message->end);
    c->is_within = message->begin < message->end;
    return is_there;
}

int wd_connection_has_more(const wd_connection *c, const wd_delta_message *message)
{
    const int has_message = message && message->begin < message->end;
    return c->at < c->end || c->body_left || (has_message && (c->is_within || c->state == CONNECTION_WATCHES));
}

void wd_connection_leave(wd_connection *c, double now)
{
    c->state = CONNECTION_LEAVES;
    c->deadline = now + HANG_UP_WITHIN;
}

int wd_connection_drop(wd_connection *c)
{
    uint8_t room[128];
    return wd_port_read(c->socket, room, sizeof room) >= 0;
}
