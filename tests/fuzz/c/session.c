/* What a server says to a viewer, text and pictures in any order, whole and in parts: whatever it is, both viewers come
   to the same picture or the same rule, and nothing outside their memory is touched. Input: see ../laws/session.py. */
#include <string.h>

#include "../../../clients/c/ws_stream.h"
#include "../../../core/tests/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { MOST_PIXELS = 1 << 16 };

typedef struct {
    struct ws_stream stream;
    struct ws_stream_session session;
} viewer;

/* In memory of its own, so that the sanitizer sees every byte too far. */
static uint8_t *copy_of(const uint8_t *bytes, size_t size)
{
    uint8_t *const made = malloc(size ? size : 1);
    CHECK(made);
    memcpy(made, bytes, size);
    return made;
}

static void say_all(viewer *v)
{
    char text[128];
    while (ws_stream_next(&v->session, text, sizeof text, 0) > 0)
        ;
}

static void renew(viewer *v, const struct ws_stream_control *control)
{
    const uint32_t size = ws_stream_memory(control->width, control->height, control->format, WS_STREAM_NO_LIMIT, v->stream.parts);
    if (size <= v->stream.size)
        return;
    const bool parts = v->stream.parts;
    free(v->stream.memory);
    uint8_t *const memory = malloc(size);
    CHECK(memory);
    ws_stream_open(&v->stream, memory, size, WS_STREAM_NO_LIMIT, parts);
}

/* 0 where it ends the connection. */
static int take_text(viewer *v, const uint8_t *bytes, size_t size)
{
    char *const text = (char *)copy_of(bytes, size);
    struct ws_stream_control control;
    const enum ws_stream_type type = ws_stream_read(&control, text, size);
    int goes_on = type != WS_STREAM_STREAM || (uint32_t)control.width * control.height <= MOST_PIXELS;
    if (goes_on && type == WS_STREAM_STREAM)
        renew(v, &control);
    if (goes_on) {
        const enum ws_stream_reaction reaction = ws_stream_on_control(&v->session, &control, 0);
        goes_on = reaction != WS_STREAM_RECONNECT && reaction != WS_STREAM_TOO_LARGE;
        say_all(v);
    }
    free(text);
    return goes_on;
}

static enum ws_stream_result feed(viewer *v, const uint8_t *bytes, size_t size, size_t most)
{
    enum ws_stream_result result = ws_stream_begin(&v->stream, size);
    for (size_t at = 0, count; at < size; at += count) {
        count = most < size - at ? most : size - at;
        uint8_t *const part = copy_of(bytes + at, count);
        result = ws_stream_feed(&v->stream, part, count);
        free(part);
    }
    return result;
}

static int take_picture(viewer *whole, viewer *parts, const uint8_t *bytes, size_t size, size_t most)
{
    uint8_t *const message = copy_of(bytes, size);
    const enum ws_stream_result result = ws_stream_apply(&whole->stream, message, size);
    const struct ws_stream *const w = &whole->stream, *const p = &parts->stream;
    CHECK(feed(parts, bytes, size, most) == result && result != WS_STREAM_MORE);
    CHECK(w->held == p->held && w->rule == p->rule && (w->rule == WS_STREAM_RULE_NONE) == (result != WS_STREAM_REFUSED));
    if (result == WS_STREAM_APPLIED)
        CHECK(!memcmp(w->memory, p->memory, (size_t)w->width * w->height * ws_stream_pixel_bytes(w->format)));
    free(message);
    const enum ws_stream_reaction reaction = ws_stream_on_picture(&whole->session, result, 0);
    CHECK(ws_stream_on_picture(&parts->session, result, 0) == reaction);
    say_all(whole);
    say_all(parts);
    return reaction != WS_STREAM_RECONNECT;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    viewer viewers[2];
    const uint8_t *at = bytes, *const end = bytes + size;
    for (int i = 0; i < 2; i++) {
        ws_stream_open(&viewers[i].stream, NULL, 0, WS_STREAM_NO_LIMIT, i);
        ws_stream_connected(&viewers[i].session, &viewers[i].stream, true, 0);
    }
    for (int goes_on = 1; goes_on && end - at >= 3;) {
        const unsigned kind = at[0];
        size_t length = at[1] | (size_t)at[2] << 8;
        at += 3;
        length = length < (size_t)(end - at) ? length : (size_t)(end - at);
        if (kind % 2)
            goes_on = take_picture(&viewers[0], &viewers[1], at, length, 1 + kind / 2);
        else
            goes_on = take_text(&viewers[0], at, length) & take_text(&viewers[1], at, length);
        at += length;
    }
    free(viewers[0].stream.memory);
    free(viewers[1].stream.memory);
    return 0;
}
