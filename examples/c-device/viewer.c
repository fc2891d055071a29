#include "viewer.h"

#include <math.h>
#include <string.h>

enum { RGB565 = 1 << 4, HEARD_A_SECOND = 8192, HEARD_AT_ONCE = 32768 };
#define DEAD_AFTER 15.0
#define GRANT_EVERY 0.25
#define CHECKSUM_EVERY 1.0

int wd_viewer_suits(const wd_query *q, wd_delta_offer *offer)
{
    const uint64_t segment = wd_query_number(q, QUERY_SEGMENT, UINT32_MAX);
    const uint64_t message = wd_query_number(q, QUERY_MESSAGE, UINT32_MAX);
    const uint64_t kinds = wd_query_number(q, QUERY_KINDS, QUERY_MARKED | QUERY_LZ4);
    const int fits = !wd_query_has(q, QUERY_FIT) || (q->fit[0] >= DEVICE_WIDTH && q->fit[1] >= DEVICE_HEIGHT);
    size_t rows = DEVICE_BAND;
    while (rows && wd_delta_longest(rows) > segment)
        rows--;
    offer->encoding = (ws_encoding){.has_lz4 = (kinds & QUERY_LZ4) != 0, .band_rows = rows};
    offer->most = message < DEVICE_MESSAGE ? (size_t)message : DEVICE_MESSAGE;
    return rows && fits && (wd_query_number(q, QUERY_FORMATS, RGB565) & RGB565) &&
           wd_query_number(q, QUERY_PICTURE, UINT32_MAX) >= sizeof(wd_mirror) &&
           offer->most >= WS_HEADER + DELTA_ENTRY * 2 + DEVICE_ROW + 4;
}

static double bounded(double fps) { return fps < DEVICE_FPS ? fps : DEVICE_FPS; }

void wd_viewer_open(wd_viewer *v, const wd_query *q, const wd_delta_offer *offer, uint32_t epoch,
                    uint64_t pictures, double now)
{
    v->is_open = v->is_blank = 1;
    v->acknowledges = (int)wd_query_number(q, QUERY_ACKNOWLEDGE, 1);
    v->epoch = epoch;
    v->number = v->base = 0;
    v->fps = wd_query_has(q, QUERY_FPS) ? bounded(q->fps) : DEVICE_FPS;
    v->cursor = 0;
    v->offer = *offer;
    v->message.begin = v->message.end = 0;
    ws_window_open(&v->window, v->acknowledges, now);
    v->limit = (ws_rate_limit){now};
    v->hearing = (ws_allowance){HEARD_A_SECOND, HEARD_AT_ONCE, now};
    v->heard = v->reported = v->checksum_due = v->grant_due = now;
    v->is_asking = 0;
    v->tally = (wd_viewer_tally){.pictures = pictures};
    wd_frames_open(&v->frames);
    memset(&v->held, 0, sizeof v->held);
}

void wd_viewer_read(wd_viewer *v, size_t count, double now)
{
    ws_allowance_take(&v->hearing, now, (double)count);
}

static void forget(wd_viewer *v, double now)
{
    v->is_blank = 1;
    v->base = 0;
    v->cursor = 0;
    ws_window_clear(&v->window, now);
}

static int take_request(wd_viewer *v, const wd_said *s, double now)
{
    v->is_asking = 1;
    v->has_id = s->has_id;
    v->id = s->id;
    if (s->has_fps) {
        v->fps = s->has_fps > 0 ? bounded(s->fps) : DEVICE_FPS;
        v->limit.due = now;
    }
    return s->has_fit > 0 && (s->fit[0] < DEVICE_WIDTH || s->fit[1] < DEVICE_HEIGHT) ? VIEWER_UNSUITED : 0;
}

int wd_viewer_hear(wd_viewer *v, const wd_said *s, double now)
{
    v->heard = now;
    switch (s->type) {
    case SAID_WRONG: return VIEWER_BROKE;
    case SAID_ACKNOWLEDGE:
        if (!s->has_epoch || s->epoch == v->epoch)
            ws_window_acknowledged(&v->window, s->number, now);
        return 0;
    case SAID_RESYNC: forget(v, now); return 0;
    case SAID_REQUEST: return take_request(v, s, now);
    default: return 0;
    }
}

int wd_viewer_is_behind(const wd_viewer *v) { return v->is_blank || wd_lack_next(&v->lack, 0) < DEVICE_HEIGHT; }

double wd_viewer_due(wd_viewer *v, const ws_allowance *wholes, double now)
{
    double due = v->limit.due;
    if (v->message.begin < v->message.end || !(v->fps > 0) || !wd_viewer_is_behind(v))
        return INFINITY;
    if (!v->cursor)
        due = ws_rate_limit_due(&v->limit, v->fps);
    if (v->is_blank)
        due = fmax(due, ws_allowance_due(wholes));
    else if (v->cursor)
        due = now;
    if (due <= now && !ws_window_allows(&v->window, now)) {
        ws_window_delayed(&v->window);
        return INFINITY;
    }
    return due;
}

int wd_viewer_is_twin(const wd_viewer *a, const wd_viewer *b)
{
    const ws_encoding *const one = &a->offer.encoding, *const other = &b->offer.encoding;
    return a->offer.most == b->offer.most && one->has_lz4 == other->has_lz4 && one->band_rows == other->band_rows &&
           a->cursor == b->cursor && a->is_blank == b->is_blank &&
           (a->is_blank || !memcmp(&a->lack, &b->lack, sizeof a->lack));
}

static void copy_message(wd_delta_message *to, const wd_delta_message *from)
{
    const size_t table = DELTA_ENTRY * from->segments;
    memcpy(to->bytes + WS_PREFIX, from->bytes + DELTA_PAYLOADS - table, table);
    memcpy(to->bytes + DELTA_PAYLOADS, from->bytes + DELTA_PAYLOADS, from->end - DELTA_PAYLOADS);
    to->end = from->end;
    to->segments = from->segments;
}

void wd_viewer_pack(wd_viewer *v, wd_viewer *twin, const wd_viewer_tools *tools, uint64_t time, double now)
{
    ws_picture *const picture = tools->picture;
    const int begins = !v->cursor;
    int flags = 0;
    if (twin) {
        copy_message(&v->message, &twin->message);
        v->lack = twin->lack;
        v->cursor = twin->cursor;
    } else {
        if (v->is_blank) {
            wd_lack_since_blank(&v->lack, tools->mirror);
            ws_allowance_take(tools->wholes, now, 1);
        }
        v->cursor = wd_delta_pack(tools->room, tools->mirror, &v->lack, &v->offer, v->cursor, &v->message);
    }
    v->is_blank = 0;
    v->number++;
    if (now >= v->checksum_due && wd_lack_next(&v->lack, 0) == DEVICE_HEIGHT) { /* else it has another picture */
        flags |= WS_HAS_CHECKSUM;
        v->checksum_due = now + CHECKSUM_EVERY;
    }
    if (!ws_window_sent(&v->window, v->number, now))
        flags |= WS_NO_ACK;
    if (begins)
        ws_rate_limit_sent(&v->limit, v->fps, now);
    picture->epoch = v->epoch;
    picture->number = v->number;
    picture->times[v->number % WS_REMEMBERED] = time;
    const uint32_t checksum =
        flags & WS_HAS_CHECKSUM ? ws_crc32(tools->crc, (const uint8_t *)tools->mirror->pixels, sizeof(wd_mirror)) : 0;
    wd_delta_head(&v->message, picture, v->base, flags, checksum);
    v->base = v->number;
    v->tally.messages++;
    v->tally.rounds += !v->cursor;
}

/* ---- What is said ---- */

static void say_granted(const wd_viewer *v, wd_say *to)
{
    wd_say_text(to, "{\"type\":\"granted\",\"id\":");
    if (v->has_id)
        wd_say_integer(to, v->id);
    else
        wd_say_text(to, "null");
    wd_say_text(to, ",\"fps\":");
    wd_say_number(to, v->fps);
    wd_say_text(to, "}");
}

static double tenths(double number) { return floor(number * 10 + 0.5) / 10; }

static void say_report(const wd_viewer *v, wd_say *to, uint64_t pictures, uint64_t time, double seconds)
{
    if (!v->tally.messages) {
        wd_say_text(to, v->fps > 0 && !wd_viewer_is_behind(v) ? "{\"type\":\"unchanged\",\"number\":"
                                                        : "{\"type\":\"waiting\",\"number\":");
        wd_say_integer(to, v->base);
        wd_say_text(to, ",\"time\":");
        wd_say_integer(to, time);
        wd_say_text(to, "}");
        return;
    }
    const double published = fmin((double)(pictures - v->tally.pictures) / seconds, v->fps);
    const double sent = v->tally.rounds / seconds;
    wd_say_text(to, "{\"type\":\"pace\",\"published\":");
    wd_say_number(to, tenths(published));
    wd_say_text(to, ",\"skipped\":");
    wd_say_number(to, tenths(fmax(0, published - sent)));
    wd_say_text(to, ",\"fps\":");
    wd_say_number(to, v->fps);
    wd_say_text(to, ",\"device\":false}");
}

int wd_viewer_report(wd_viewer *v, wd_say *to, uint64_t pictures, uint64_t time, double now)
{
    char room[160];
    wd_say text = wd_say_to(room, sizeof room);
    if (v->is_asking && now >= v->grant_due) {
        say_granted(v, &text);
        wd_say_frame(to, SAY_TEXT, room, wd_say_length(&text));
        v->is_asking = 0;
        v->grant_due = now + GRANT_EVERY;
    }
    if (now < v->reported + 1)
        return 0;
    if (v->acknowledges && now - v->heard > DEAD_AFTER)
        return VIEWER_SILENT;
    text = wd_say_to(room, sizeof room);
    say_report(v, &text, pictures, time, now - v->reported);
    wd_say_frame(to, SAY_TEXT, room, wd_say_length(&text));
    v->reported = now;
    v->tally = (wd_viewer_tally){.pictures = pictures};
    return 0;
}

double wd_viewer_report_due(const wd_viewer *v)
{
    return v->is_asking ? fmin(v->grant_due, v->reported + 1) : v->reported + 1;
}
