#include "ws_device.h"

#include <math.h>
#include <string.h>

#include "guests.h"
#include "port.h"
#include "service.h"

enum { FORMAT = 5, WHOLES_AT_ONCE = 8 }; /* rgb565 on the wire; see docs/protocol.md */

/* A picture and its message are no larger than headers can say, and each row fits into a message. */
typedef char width_fits[DEVICE_WIDTH > 0 && DEVICE_WIDTH <= 16384 ? 1 : -1];
typedef char height_fits[DEVICE_HEIGHT > 0 && DEVICE_HEIGHT <= 16384 ? 1 : -1];
typedef char rows_fit[DEVICE_MESSAGE >= DELTA_PAYLOADS + DELTA_ENTRY + DEVICE_ROW + 4 ? 1 : -1];

static int is_name(const char *name)
{
    static const char LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    const size_t length = name ? strspn(name, LETTERS) : 0;
    return length && length <= 64 && !name[length];
}

int ws_device_start(ws_device *d, const ws_device_options *options)
{
    memset(d, 0, sizeof *d);
    d->listener = PORT_NONE;
    if (!is_name(options->name))
        return 0;
    d->options = *options;
    d->begun = wd_port_now();
    d->time_begun = wd_port_wall();
    d->wholes = (ws_allowance){DEVICE_FPS / 8.0, WHOLES_AT_ONCE, d->begun};
    d->picture = (ws_picture){.code = FORMAT, .width = DEVICE_WIDTH, .height = DEVICE_HEIGHT};
    d->picture.shown_width = DEVICE_WIDTH;
    d->picture.shown_height = DEVICE_HEIGHT;
    ws_crc_table_fill(&d->crc);
    wd_delta_open(&d->room);
    for (int i = 0; i < DEVICE_CONNECTIONS; i++)
        wd_connection_close(&d->connections[i]); /* a free one is no viewer's */
    d->listener = wd_port_listen(options->port, options->is_public);
    return d->listener != PORT_NONE;
}

void ws_device_stop(ws_device *d)
{
    for (int i = 0; i < DEVICE_CONNECTIONS; i++)
        wd_service_close(d, &d->connections[i]);
    if (d->listener != PORT_NONE)
        wd_port_close(d->listener);
}

void ws_device_flush(ws_device *d, unsigned x, unsigned y, unsigned width, unsigned height, const uint16_t *pixels)
{
    wd_lack *lacks[DEVICE_VIEWERS];
    size_t count = 0;
    for (int i = 0; i < DEVICE_VIEWERS; i++)
        if (d->viewers[i].is_open && !d->viewers[i].is_blank)
            lacks[count++] = &d->viewers[i].lack;
    d->is_changed |= wd_mirror_flush(&d->mirror, lacks, count, x, y, width, height, pixels);
}

/* Packs for whoever may have a message now, once for those who lack the same. */
static void pack_all(ws_device *d, double now)
{
    const wd_viewer_tools tools = {&d->room, &d->mirror, &d->crc, &d->picture, &d->wholes};
    const uint64_t time = wd_service_time(d, now);
    for (int i = 0; i < DEVICE_VIEWERS; i++) {
        wd_viewer *const v = &d->viewers[i];
        int twins[DEVICE_VIEWERS] = {0};
        if (!v->is_open || wd_viewer_due(v, &d->wholes, now) > now)
            continue;
        for (int j = i + 1; j < DEVICE_VIEWERS; j++) {
            wd_viewer *const other = &d->viewers[j];
            twins[j] = other->is_open && wd_viewer_due(other, &d->wholes, now) <= now && wd_viewer_is_twin(v, other);
        }
        wd_viewer_pack(v, NULL, &tools, time, now);
        for (int j = i + 1; j < DEVICE_VIEWERS; j++)
            if (twins[j])
                wd_viewer_pack(&d->viewers[j], v, &tools, time, now);
    }
}

static double due_of(ws_device *d, const wd_connection *c, double now)
{
    if (c->state == CONNECTION_FREE)
        return INFINITY;
    if (c->state != CONNECTION_WATCHES)
        return c->deadline;
    wd_viewer *const v = &d->viewers[c->viewer];
    return fmin(wd_viewer_due(v, &d->wholes, now), wd_viewer_report_due(v));
}

static void wait(ws_device *d, int milliseconds)
{
    wd_port_interest interests[DEVICE_CONNECTIONS + 1] = {{d->listener, wd_guests_have_place(d, wd_port_now()), 0}};
    const double now = wd_port_now();
    double due = now + milliseconds / 1000.0;
    size_t count = interests[0].reads ? 1 : 0;
    for (int i = 0; i < DEVICE_CONNECTIONS; i++) {
        const wd_connection *const c = &d->connections[i];
        due = fmin(due, due_of(d, c, now));
        if (c->state != CONNECTION_FREE)
            interests[count++] = (wd_port_interest){c->socket, wd_service_reads(d, c, now), wd_service_writes(d, c)};
    }
    wd_port_wait(interests, count, due > now ? (int)ceil((due - now) * 1000) : 0);
}

void ws_device_poll(ws_device *d, int milliseconds)
{
    if (milliseconds > 0)
        wait(d, milliseconds);
    const double now = wd_port_now();
    d->pictures += (uint64_t)d->is_changed;
    d->is_changed = 0;
    wd_guests_accept(d, now);
    for (int i = 0; i < DEVICE_CONNECTIONS; i++)
        wd_service_hear(d, &d->connections[i], now);
    pack_all(d, now);
    for (int i = 0; i < DEVICE_CONNECTIONS; i++)
        wd_service_send(d, &d->connections[i], now);
}
