#include "service.h"

#include <string.h>

#include "guests.h"
#include "port.h"

enum { NO_TEXT = 1007, TOO_LONG = 1009, NORMAL = 1000 };
enum { REPLY_ROOM = 512, MESSAGES = 8 }; /* bytes that an answer takes at most; what is heard of a viewer in one turn */

uint64_t wd_service_time(const ws_device *d, double now) { return d->time_begun + (uint64_t)((now - d->begun) * 1e6); }

static wd_viewer *viewer_of(ws_device *d, const wd_connection *c)
{
    return c->viewer < 0 ? NULL : &d->viewers[c->viewer];
}

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

void wd_service_goodbye(wd_connection *c, unsigned code, const char *why, double now)
{
    wd_say text = wd_connection_room(c);
    wd_say_close(&text, code, why);
    wd_connection_said(c, &text);
    wd_connection_leave(c, now);
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
        wd_service_goodbye(c, NO_TEXT, "viewers send UTF-8", now);
        return;
    }
    wd_said_read(&s, v->frames.text, v->frames.text_length);
    const int code = wd_viewer_hear(v, &s, now);
    if (code) {
        wd_service_goodbye(c, (unsigned)code, "this message breaks the tables, or asks for what cannot be shown", now);
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
        wd_service_goodbye(c, length ? (unsigned)sent[0] << 8 | sent[1] : NORMAL, "", now);
    } else if (what > FRAMES_IGNORED) {
        const char *const why = what == TOO_LONG ? "this message is too long" : "viewers send masked texts";
        wd_service_goodbye(c, (unsigned)what, why, now);
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
        wd_guests_answer(d, c, now);
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
        wd_service_goodbye(c, (unsigned)code, "nothing was heard", now);
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
