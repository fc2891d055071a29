#include "service.h"

#include <string.h>

#include "port.h"

enum { NO_TEXT = 1007, FULL = 1013, NORMAL = 1000 };
enum { REPLY_ROOM = 512, MESSAGES = 8 }; /* bytes that an answer takes at most; what is heard of a viewer in one turn */
#define EARLY 0.5 /* seconds in which a new connection's place is its own */

uint64_t wd_service_time(const ws_device *d, double now) { return d->time_begun + (uint64_t)((now - d->begun) * 1e6); }

static wd_viewer *viewer_of(ws_device *d, const wd_connection *c) { return c->viewer < 0 ? NULL : &d->viewers[c->viewer]; }

static void tell(ws_device *d, int place, uint32_t number, const wd_said_event *event)
{
    if (d->options.hear)
        d->options.hear(d->options.context, place, number, event);
}

/* The viewer is none any more: what it held goes up. */
static void end_viewer(ws_device *d, wd_connection *c)
{
    wd_viewer *const v = viewer_of(d, c);
    wd_said_event event;
    if (!v)
        return;
    v->is_open = 0;
    while (wd_held_release(&v->held, &event))
        tell(d, c->viewer, v->number, &event);
    c->viewer = -1;
}

void wd_service_close(ws_device *d, wd_connection *c)
{
    end_viewer(d, c);
    wd_connection_close(c);
}

static void say_goodbye(wd_connection *c, unsigned code, const char *why, double now)
{
    wd_say text = wd_connection_room(c);
    wd_say_close(&text, code, why);
    wd_connection_said(c, &text);
    wd_connection_leave(c, now);
}

/* ---- Who comes ---- */

/* The place for one more: a free one, or that of the connection which has asked for nothing for longest. */
static int place_for_more(const ws_device *d, double now)
{
    int found = -1;
    for (int i = 0; i < DEVICE_CONNECTIONS; i++) {
        const wd_connection *const c = &d->connections[i];
        if (c->state == CONNECTION_FREE)
            return i;
        if (c->state == CONNECTION_ASKS && (c->is_kept || now - c->since > EARLY) &&
            (found < 0 || c->since < d->connections[found].since))
            found = i;
    }
    return found;
}

int wd_service_has_place(const ws_device *d, double now) { return place_for_more(d, now) >= 0; }

void wd_service_accept(ws_device *d, double now)
{
    for (int place; (place = place_for_more(d, now)) >= 0;) {
        const int socket = wd_port_accept(d->listener);
        if (socket == PORT_NONE)
            return;
        wd_service_close(d, &d->connections[place]);
        wd_connection_open(&d->connections[place], socket, now);
    }
}

static void announce(ws_device *d, wd_connection *c)
{
    const wd_viewer *const v = viewer_of(d, c);
    wd_say text = wd_say_to(d->scratch, sizeof d->scratch), room = wd_connection_room(c);
    wd_say_text(&text, "{\"type\":\"stream\",\"name\":\"");
    wd_say_text(&text, d->options.name);
    wd_say_text(&text, "\",\"epoch\":");
    wd_say_integer(&text, v->epoch);
    wd_say_text(&text, ",\"format\":\"rgb565\",\"width\":");
    wd_say_integer(&text, DEVICE_WIDTH);
    wd_say_text(&text, ",\"height\":");
    wd_say_integer(&text, DEVICE_HEIGHT);
    wd_say_text(&text, ",\"source\":[");
    wd_say_integer(&text, DEVICE_WIDTH);
    wd_say_text(&text, ",");
    wd_say_integer(&text, DEVICE_HEIGHT);
    wd_say_text(&text, "],\"step\":1,\"crop\":null,\"average\":false,\"tolerance\":0,\"fps\":");
    wd_say_integer(&text, DEVICE_FPS);
    wd_say_text(&text, d->options.hear ? ",\"input\":true}" : ",\"input\":false}");
    wd_say_frame(&room, SAY_TEXT, d->scratch, wd_say_length(&text));
    wd_connection_said(c, &room);
}

static void join(ws_device *d, wd_connection *c, const wd_query *q, const wd_reply *r, double now)
{
    wd_delta_offer offer;
    int place = 0;
    while (place < DEVICE_VIEWERS && d->viewers[place].is_open)
        place++;
    c->state = CONNECTION_WATCHES;
    if (r->code) {
        say_goodbye(c, r->code, r->why, now);
    } else if (!wd_viewer_suits(q, &offer)) {
        say_goodbye(c, VIEWER_UNSUITED, "this device has one rendition, and it is not offered to decode that", now);
    } else if (place == DEVICE_VIEWERS) {
        say_goodbye(c, FULL, "there are as many viewers as may be", now);
    } else {
        c->viewer = place;
        wd_viewer_open(&d->viewers[place], q, &offer, wd_port_random(), d->pictures, now);
        announce(d, c);
    }
}

static void answer(ws_device *d, wd_connection *c, double now)
{
    wd_reply_facts facts = {d->options.name, d->options.own_name, 0, DEVICE_WIDTH, DEVICE_HEIGHT};
    wd_head h;
    wd_query q = {.given = 0};
    const int status = wd_connection_ask(c, &h, now);
    if (status == HEAD_MORE)
        return;
    for (int i = 0; i < DEVICE_VIEWERS; i++)
        facts.viewers += (unsigned)d->viewers[i].is_open;
    wd_say text = wd_say_to(d->scratch, sizeof d->scratch);
    wd_reply r = wd_reply_to(&text, &h, status, &facts);
    if (r.is_viewer && !r.code && (r.why = wd_query_read(&q, h.query.at, h.query.length)) != NULL)
        r.code = VIEWER_BROKE;
    if (text.is_cut || (r.is_viewer && c->closes)) { /* nothing counts behind a request before it is answered */
        wd_connection_close(c);
        return;
    }
    wd_connection_answer(c, &text, &r, now);
    if (r.is_viewer)
        join(d, c, &q, &r, now);
}

/* ---- What viewers say ---- */

static int is_utf8(const char *text, size_t length)
{
    const char *at = text, *const end = text + length;
    for (unsigned bytes = 1; at < end; at += bytes)
        if (!(bytes = ws_stream_utf8(at, end)))
            return 0;
    return 1;
}

static void hear_input(ws_device *d, const wd_connection *c, wd_viewer *v, const wd_said *s)
{
    wd_said_event event;
    int is_one;
    for (unsigned i = 0; d->options.hear && (is_one = wd_said_event_at(s, i, &event)) != 0; i++)
        if (is_one > 0 && wd_held_take(&v->held, &event))
            tell(d, c->viewer, s->number, &event);
}

static void answer_clock(const ws_device *d, const wd_said *s, wd_say *to, double now)
{
    char room[96];
    wd_say text = wd_say_to(room, sizeof room);
    wd_say_text(&text, "{\"type\":\"clock\",\"viewer_time\":");
    wd_say_integer(&text, s->viewer_time);
    wd_say_text(&text, ",\"time\":");
    wd_say_integer(&text, wd_service_time(d, now));
    wd_say_text(&text, "}");
    wd_say_frame(to, SAY_TEXT, room, wd_say_length(&text));
}

static void hear_text(ws_device *d, wd_connection *c, wd_viewer *v, double now)
{
    wd_said s;
    if (!is_utf8(v->frames.text, v->frames.text_length)) {
        say_goodbye(c, NO_TEXT, "viewers send UTF-8", now);
        return;
    }
    wd_said_read(&s, v->frames.text, v->frames.text_length);
    const int code = wd_viewer_hear(v, &s, now);
    if (code) {
        say_goodbye(c, (unsigned)code, "this message breaks the protocol's tables, or asks for what cannot be shown", now);
        return;
    }
    if (s.type == SAID_CLOCK) {
        wd_say text = wd_connection_room(c);
        answer_clock(d, &s, &text, now);
        wd_connection_said(c, &text);
    }
    if (s.type == SAID_INPUT)
        hear_input(d, c, v, &s);
}

/* One message or a part of it; 0: there is no more now. */
static int hear_some(ws_device *d, wd_connection *c, double now)
{
    wd_viewer *const v = viewer_of(d, c);
    size_t wanted;
    uint8_t *const to = wd_frames_want(&v->frames, &wanted);
    const ptrdiff_t count = wd_port_read(c->socket, to, wanted);
    if (count < 0)
        wd_service_close(d, c);
    if (count <= 0)
        return 0;
    wd_viewer_read(v, (size_t)count, now);
    const int what = wd_frames_took(&v->frames, (size_t)count);
    const uint8_t *const sent = v->frames.control;
    const size_t length = v->frames.control_length;
    if (what == FRAMES_TEXT) {
        hear_text(d, c, v, now);
    } else if (what == FRAMES_PING) {
        wd_say text = wd_connection_room(c);
        wd_say_frame(&text, SAY_PONG, sent, length);
        wd_connection_said(c, &text);
    } else if (what == FRAMES_CLOSE) {
        say_goodbye(c, length ? (unsigned)sent[0] << 8 | sent[1] : NORMAL, "", now);
    } else if (what > FRAMES_IGNORED) {
        say_goodbye(c, (unsigned)what, what == 1009 ? "this message is too long" : "viewers send masked texts", now);
    }
    return c->state == CONNECTION_WATCHES;
}

/* Whether a viewer is heard: one that says more than it may, or does not read the answers, waits. */
static int is_heard(const ws_device *d, const wd_connection *c, double now)
{
    return ws_allowance_due(&d->viewers[c->viewer].hearing) <= now && c->end - c->at + REPLY_ROOM <= sizeof c->bytes;
}

static void hear_viewer(ws_device *d, wd_connection *c, double now)
{
    if (!is_heard(d, c, now)) {
        d->viewers[c->viewer].heard = now; /* it may have said something */
        return;
    }
    for (int i = 0; i < 4 * MESSAGES && c->state == CONNECTION_WATCHES && is_heard(d, c, now); i++)
        if (!hear_some(d, c, now))
            return;
}

void wd_service_hear(ws_device *d, wd_connection *c, double now)
{
    if (c->state == CONNECTION_ASKS)
        answer(d, c, now);
    else if (c->state == CONNECTION_WATCHES)
        hear_viewer(d, c, now);
    else if (c->state == CONNECTION_LEAVES && !wd_connection_drop(c))
        wd_service_close(d, c);
}

/* ---- What they are sent ---- */

static void report(ws_device *d, wd_connection *c, double now)
{
    wd_say text = wd_connection_room(c);
    if (text.end - text.at < REPLY_ROOM) /* it does not read */
        return;
    const int code = wd_viewer_report(viewer_of(d, c), &text, d->pictures, wd_service_time(d, now), now);
    wd_connection_said(c, &text);
    if (code)
        say_goodbye(c, (unsigned)code, "nothing was heard", now);
}

void wd_service_send(ws_device *d, wd_connection *c, double now)
{
    wd_viewer *const v = viewer_of(d, c);
    if (c->state == CONNECTION_FREE)
        return;
    if (c->state == CONNECTION_WATCHES)
        report(d, c, now);
    else if (now >= c->deadline) {
        wd_service_close(d, c);
        return;
    }
    if (!wd_connection_send(c, v ? &v->message : NULL, now))
        wd_service_close(d, c);
    else if (c->state == CONNECTION_LEAVES && !wd_connection_has_more(c, v ? &v->message : NULL))
        end_viewer(d, c);
}

int wd_service_reads(const ws_device *d, const wd_connection *c, double now)
{
    return c->state == CONNECTION_WATCHES ? is_heard(d, c, now) : c->state != CONNECTION_TAKES;
}

int wd_service_writes(const ws_device *d, const wd_connection *c)
{
    return wd_connection_has_more(c, c->viewer < 0 ? NULL : &d->viewers[c->viewer].message);
}
