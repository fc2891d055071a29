#include "said.h"

#include <string.h>

#include "size.h"

enum { EVENTS = 32 };
#define MOST_U53 ((UINT64_C(1) << 53) - 1)

typedef struct ws_stream_value value;

static value member(value object, const char *name) { return ws_stream_member(object.at, object.length, name); }

static int integer(value v, uint64_t least, uint64_t most, uint64_t *out)
{
    return v.at && ws_stream_to_integer(v, most, out) && *out >= least;
}

static int is_u32(value v, uint32_t *out)
{
    uint64_t number = 0;
    const int is_right = integer(v, 0, UINT32_MAX, &number);
    *out = (uint32_t)number;
    return is_right;
}

static int is_number(value v, double *out)
{
    const int begins = v.at && (*v.at == '-' || (*v.at >= '0' && *v.at <= '9'));
    return begins && ws_stream_to_number(v, out);
}

/* An array of exactly so many integers, from `sizes` on at least 1. */
static int are_integers(value v, unsigned count, unsigned sizes, uint64_t most, uint32_t *out)
{
    if (!v.at || *v.at != '[' || ws_stream_item(v, count).at)
        return 0;
    for (unsigned i = 0; i < count; i++) {
        uint64_t number;
        if (!integer(ws_stream_item(v, i), i >= sizes, most, &number))
            return 0;
        out[i] = (uint32_t)number;
    }
    return 1;
}

/* Text in which line feeds and tabs may be. */
static int is_text(value v, unsigned most, int has_lines, struct ws_stream_text *out)
{
    if (!v.at || v.length < 2 || *v.at != '"')
        return 0;
    const char *at = v.at + 1, *const end = v.at + v.length - 1;
    *out = (struct ws_stream_text){at, (uint32_t)(end - at)};
    for (int32_t code; (code = ws_stream_character(&at, end)) >= 0; most--) {
        const int is_line = has_lines && (code == '\n' || code == '\t');
        if (!most || (code < 0x20 && !is_line) || (code >= 0x7F && code < 0xA0) || (code >= 0xD800 && code < 0xE000))
            return 0;
    }
    return 1;
}

static int is_boolean(value v) { return v.at && (ws_stream_is(v, "true") || ws_stream_is(v, "false")); }
static int is_null(value v) { return ws_stream_is(v, "null"); }

/* ---- Messages ---- */

static int read_depth(value v)
{
    uint64_t depth;
    return integer(v, 8, 24, &depth) && (depth == 8 || depth == 12 || depth == 16 || depth == 24);
}

static int read_request(wd_said *s, value object)
{
    const value id = member(object, "id"), fit = member(object, "fit"), fps = member(object, "fps");
    const value step = member(object, "step"), crop = member(object, "crop"), average = member(object, "average");
    const value tolerance = member(object, "tolerance"), depth = member(object, "depth");
    const value relays = member(object, "relays");
    uint64_t number;
    uint32_t part[4];
    s->has_id = id.at != NULL;
    s->has_fit = !fit.at ? 0 : is_null(fit) ? -1 : 1;
    s->has_fps = !fps.at ? 0 : is_null(fps) ? -1 : 1;
    return (!id.at || is_u32(id, &s->id)) && (s->has_fit < 1 || are_integers(fit, 2, 0, 16384, s->fit)) &&
           (s->has_fps < 1 || (is_number(fps, &s->fps) && s->fps >= 0 && s->fps <= 1000)) &&
           (!step.at || is_null(step) || integer(step, 1, 16, &number)) &&
           (!crop.at || is_null(crop) || are_integers(crop, 4, 2, INT32_MAX, part)) &&
           (!average.at || is_null(average) || is_boolean(average)) &&
           (!tolerance.at || is_null(tolerance) || integer(tolerance, 0, 64, &number)) &&
           (!depth.at || is_null(depth) || read_depth(depth)) &&
           (!relays.at || is_null(relays) || integer(relays, 1, 16, &number));
}

static int read_acknowledge(wd_said *s, value object)
{
    const value epoch = member(object, "epoch");
    s->has_epoch = epoch.at != NULL;
    return is_u32(member(object, "number"), &s->number) && (!epoch.at || is_u32(epoch, &s->epoch));
}

static int read_input(wd_said *s, value object)
{
    wd_said_event event;
    unsigned count = 0;
    s->events = member(object, "events");
    if (!is_u32(member(object, "epoch"), &s->epoch) || !is_u32(member(object, "number"), &s->number) || !s->events.at ||
        *s->events.at != '[')
        return 0;
    for (; ws_stream_item(s->events, count).at; count++)
        if (count == EVENTS || !wd_said_event_at(s, count, &event))
            return 0;
    return count > 0;
}

void wd_said_read(wd_said *s, const char *text, size_t length)
{
    static const char *const TYPES[] = {"acknowledge", "request", "resync", "clock", "input"};
    struct ws_stream_text type;
    const value object = {text, (uint32_t)length};
    char name[16];
    int is_right = 1;
    memset(s, 0, sizeof *s);
    if (length > DEVICE_SAID || !ws_stream_is_object(text, length) ||
        !is_text(member(object, "type"), UINT16_MAX, 1, &type))
        return;
    if (ws_stream_copy(type, name, sizeof name) + 1 == sizeof name)
        name[0] = 0;
    s->type = SAID_UNKNOWN;
    for (unsigned i = 0; i < sizeof TYPES / sizeof *TYPES; i++)
        if (!strcmp(name, TYPES[i]))
            s->type = (enum wd_said_type)(SAID_ACKNOWLEDGE + i);
    switch (s->type) {
    case SAID_ACKNOWLEDGE: is_right = read_acknowledge(s, object); break;
    case SAID_REQUEST: is_right = read_request(s, object); break;
    case SAID_CLOCK: is_right = integer(member(object, "viewer_time"), 0, MOST_U53, &s->viewer_time); break;
    case SAID_INPUT: is_right = read_input(s, object); break;
    default: break;
    }
    if (!is_right)
        s->type = SAID_WRONG;
}

/* ---- Events ---- */

static int read_place(wd_said_event *e, value object)
{
    return is_number(member(object, "x"), &e->x) && is_number(member(object, "y"), &e->y);
}

static int is_u16(value v, uint16_t *out)
{
    uint64_t number = 0;
    const int is_right = integer(v, 0, UINT16_MAX, &number);
    *out = (uint16_t)number;
    return is_right;
}

static int read_pointer(wd_said_event *e, value object)
{
    const value wheel = member(object, "wheel");
    if (!read_place(e, object) || !is_u16(member(object, "buttons"), &e->buttons))
        return 0;
    return !wheel.at || (*wheel.at == '[' && is_number(ws_stream_item(wheel, 0), &e->wheel[0]) &&
                         is_number(ws_stream_item(wheel, 1), &e->wheel[1]) && !ws_stream_item(wheel, 2).at);
}

/* The place of a string in a list; `count` where it is not there. */
static unsigned place_of(value v, const char *const *names, unsigned count)
{
    struct ws_stream_text text;
    char name[16];
    unsigned i = 0;
    if (!is_text(v, sizeof name - 2, 0, &text))
        return count;
    ws_stream_copy(text, name, sizeof name);
    while (i < count && strcmp(name, names[i]))
        i++;
    return i;
}

static int read_touch(wd_said_event *e, value object)
{
    static const char *const PHASES[] = {"start", "move", "end", "cancel"};
    const unsigned phase = place_of(member(object, "phase"), PHASES, 4);
    e->phase = (enum wd_said_phase)phase;
    return phase < 4 && read_place(e, object) && is_u16(member(object, "touch"), &e->touch);
}

static int read_key(wd_said_event *e, value object)
{
    const value down = member(object, "down");
    e->is_down = down.at && ws_stream_is(down, "true");
    return is_text(member(object, "key"), 32, 0, &e->key) && is_text(member(object, "code"), 32, 0, &e->code) &&
           is_boolean(down);
}

int wd_said_event_at(const wd_said *s, unsigned index, wd_said_event *e)
{
    static const char *const KINDS[] = {"pointer", "touch", "key", "text", "custom"};
    const value object = ws_stream_item(s->events, index);
    memset(e, 0, sizeof *e);
    if (!object.at || *object.at != '{')
        return 0;
    const value kind = member(object, "kind");
    if (!kind.at || *kind.at != '"')
        return 0;
    switch (place_of(kind, KINDS, 5)) {
    case SAID_POINTER: e->kind = SAID_POINTER; return read_pointer(e, object);
    case SAID_TOUCH: e->kind = SAID_TOUCH; return read_touch(e, object);
    case SAID_KEY: e->kind = SAID_KEY; return read_key(e, object);
    case SAID_TEXT: e->kind = SAID_TEXT; return is_text(member(object, "text"), 256, 1, &e->text);
    case SAID_CUSTOM:
        e->kind = SAID_CUSTOM;
        return is_text(member(object, "name"), 64, 0, &e->name) && is_text(member(object, "data"), 1024, 1, &e->data);
    default: return -1;
    }
}
