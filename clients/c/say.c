/* What a viewer says, written as JSON. What does not fit, or is not allowed, is not written at all. */
#include <string.h>

#include "parts.h"

#define U53 ((uint64_t)1 << 53)

struct writer {
    char *at, *end;
    bool wrong;
};

static void put_bytes(struct writer *out, const char *bytes, size_t count)
{
    if (out->wrong || (size_t)(out->end - out->at) < count) {
        out->wrong = true;
        return;
    }
    memcpy(out->at, bytes, count);
    out->at += count;
}

static void put(struct writer *out, const char *text)
{
    put_bytes(out, text, strlen(text));
}

static void put_integer(struct writer *out, uint64_t number)
{
    char digits[20];
    size_t count = 0;

    do
        digits[sizeof digits - ++count] = (char)('0' + number % 10);
    while (number /= 10);
    put_bytes(out, digits + sizeof digits - count, count);
}

/* With up to six digits behind the point. */
static void put_number(struct writer *out, double number)
{
    uint64_t whole, millionths, unit = 100000;

    if (!(number > -1e15 && number < 1e15)) {
        out->wrong = true;
        return;
    }
    if (number < 0) {
        put(out, "-");
        number = -number;
    }
    whole = (uint64_t)number;
    millionths = (uint64_t)((number - (double)whole) * 1e6 + 0.5);
    put_integer(out, whole + millionths / 1000000);
    millionths %= 1000000;
    if (millionths == 0)
        return;
    for (put(out, "."); millionths > 0; millionths %= unit, unit /= 10)
        put_bytes(out, &(char){(char)('0' + millionths / unit)}, 1);
}

/* UTF-8 of at most MOST characters, none of them control characters, in quotation marks. */
static void put_text(struct writer *out, const char *text, unsigned most)
{
    unsigned count = 0, length = 1;
    const char *end;

    if (text == NULL) {
        out->wrong = true;
        return;
    }
    end = text + strlen(text);
    for (put(out, "\""); text < end && length > 0; text += length, count++) {
        uint8_t sign = (uint8_t)*text;

        length = ws_stream_utf8(text, end);
        if (length == 0 || sign < 0x20 || sign == 0x7F || (sign == 0xC2 && (uint8_t)text[1] < 0xA0))
            out->wrong = true;
        if (sign == '"' || sign == '\\')
            put(out, "\\");
        put_bytes(out, text, length);
    }
    put(out, "\"");
    if (count > most)
        out->wrong = true;
}

static void put_array(struct writer *out, const uint32_t *numbers, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        put(out, i == 0 ? "[" : ",");
        put_integer(out, numbers[i]);
    }
    put(out, "]");
}

static size_t written(const struct writer *out, const char *start)
{
    return out->wrong ? 0 : (size_t)(out->at - start);
}

size_t ws_stream_say_acknowledge(char *out, size_t size, uint32_t epoch, uint32_t number)
{
    struct writer to = {out, out + size, false};

    put(&to, "{\"type\":\"acknowledge\",\"epoch\":");
    put_integer(&to, epoch);
    put(&to, ",\"number\":");
    put_integer(&to, number);
    put(&to, "}");
    return written(&to, out);
}

size_t ws_stream_say_resync(char *out, size_t size)
{
    struct writer to = {out, out + size, false};

    put(&to, "{\"type\":\"resync\"}");
    return written(&to, out);
}

size_t ws_stream_say_clock(char *out, size_t size, uint64_t viewer_time)
{
    struct writer to = {out, out + size, viewer_time >= U53};

    put(&to, "{\"type\":\"clock\",\"viewer_time\":");
    put_integer(&to, viewer_time);
    put(&to, "}");
    return written(&to, out);
}

static void put_value(struct writer *out, const struct ws_stream_request *request, unsigned member)
{
    switch (member) {
    case WS_STREAM_STEP:
        put_integer(out, request->step);
        break;
    case WS_STREAM_CROP:
        put_array(out, request->crop, 4);
        break;
    case WS_STREAM_AVERAGE:
        put(out, request->average ? "true" : "false");
        break;
    case WS_STREAM_TOLERANCE:
        put_integer(out, request->tolerance);
        break;
    case WS_STREAM_DEPTH:
        put_integer(out, request->depth);
        break;
    case WS_STREAM_FIT:
        put_array(out, request->fit, 2);
        break;
    default:
        put_number(out, request->fps);
    }
}

size_t ws_stream_say_request(char *out, size_t size, const struct ws_stream_request *request)
{
    static const char *const NAMES[] = {"step", "crop", "average", "tolerance", "depth", "fit", "fps"};
    struct writer to = {out, out + size, false};

    put(&to, "{\"type\":\"request\",\"id\":");
    put_integer(&to, request->id);
    for (unsigned i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        if (!((request->given | request->left) >> i & 1))
            continue;
        put(&to, ",\"");
        put(&to, NAMES[i]);
        put(&to, "\":");
        if (request->left >> i & 1)
            put(&to, "null");
        else
            put_value(&to, request, 1u << i);
    }
    put(&to, "}");
    return written(&to, out);
}

static void put_named_text(struct writer *out, const char *name, const char *text, unsigned most)
{
    put(out, ",\"");
    put(out, name);
    put(out, "\":");
    put_text(out, text, most);
}

static void put_place(struct writer *out, const struct ws_stream_event *event)
{
    put(out, ",\"x\":");
    put_number(out, event->x);
    put(out, ",\"y\":");
    put_number(out, event->y);
}

static void put_pointer(struct writer *out, const struct ws_stream_event *event)
{
    put_place(out, event);
    put(out, ",\"buttons\":");
    put_integer(out, event->buttons);
    if (event->wheel[0] < 0 || event->wheel[0] > 0 || event->wheel[1] < 0 || event->wheel[1] > 0) {
        put(out, ",\"wheel\":[");
        put_number(out, event->wheel[0]);
        put(out, ",");
        put_number(out, event->wheel[1]);
        put(out, "]");
    }
}

static void put_event(struct writer *out, const struct ws_stream_event *event)
{
    static const char *const KINDS[] = {"pointer", "touch", "key", "text", "custom"};

    put(out, "{\"kind\":\"");
    put(out, KINDS[event->kind]);
    put(out, "\"");
    if (event->kind == WS_STREAM_POINTER) {
        put_pointer(out, event);
    } else if (event->kind == WS_STREAM_TOUCH) {
        put(out, ",\"touch\":");
        put_integer(out, event->touch);
        put_place(out, event);
        put_named_text(out, "phase", event->phase, 6);
    } else if (event->kind == WS_STREAM_KEY) {
        put_named_text(out, "key", event->key, 32);
        put_named_text(out, "code", event->code, 32);
        put(out, event->down ? ",\"down\":true" : ",\"down\":false");
    } else if (event->kind == WS_STREAM_TEXT) {
        put_named_text(out, "text", event->text, 256);
    } else {
        put_named_text(out, "name", event->name, 64);
        put_named_text(out, "data", event->data, 1024);
    }
    put(out, "}");
}

size_t ws_stream_say_input(char *out, size_t size, uint32_t epoch, uint32_t number,
                           const struct ws_stream_event *events, size_t count)
{
    struct writer to = {out, out + size, count == 0 || count > 32};

    put(&to, "{\"type\":\"input\",\"epoch\":");
    put_integer(&to, epoch);
    put(&to, ",\"number\":");
    put_integer(&to, number);
    put(&to, ",\"events\":[");
    for (size_t i = 0; i < count && !to.wrong; i++) {
        put(&to, i == 0 ? "" : ",");
        put_event(&to, &events[i]);
    }
    put(&to, "]}");
    return written(&to, out);
}
