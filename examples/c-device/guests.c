#include "guests.h"

#include "port.h"
#include "service.h"

enum { FULL = 1013 };
#define EARLY 0.5 /* seconds in which a new connection's place is its own */

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

int wd_guests_have_place(const ws_device *d, double now) { return place_for_more(d, now) >= 0; }

void wd_guests_accept(ws_device *d, double now)
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
    const wd_viewer *const v = &d->viewers[c->viewer];
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
        wd_service_goodbye(c, r->code, r->why, now);
    } else if (!wd_viewer_suits(q, &offer)) {
        wd_service_goodbye(c, VIEWER_UNSUITED, "this device has one rendition, which was not offered to be decoded", now);
    } else if (place == DEVICE_VIEWERS) {
        wd_service_goodbye(c, FULL, "there are as many viewers as may be", now);
    } else {
        c->viewer = place;
        wd_viewer_open(&d->viewers[place], q, &offer, wd_port_random(), d->pictures, now);
        announce(d, c);
    }
}

void wd_guests_answer(ws_device *d, wd_connection *c, double now)
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
