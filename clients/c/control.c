/* What the server says: a table of the members of each type, and what reads them. */
#include <stddef.h>
#include <string.h>

#include "parts.h"

enum form { U16, U32, U53, NUMBER, BOOLEAN, TEXT, FORMAT, PAIR, CROP };

struct member {
    const char *name;
    uint8_t form;
    uint8_t most;     /* characters of a text */
    uint16_t at;      /* in struct ws_stream_control */
    uint16_t present; /* where it may be null: the boolean that says that it is not; 0: it may not */
};

#define AT(field) offsetof(struct ws_stream_control, field)
#define LAST {NULL, 0, 0, 0, 0}

static const struct member STREAM[] = {
    {"name", TEXT, 64, AT(name), 0},
    {"epoch", U32, 0, AT(epoch), 0},
    {"format", FORMAT, 0, AT(format), 0},
    {"width", U16, 0, AT(width), 0},
    {"height", U16, 0, AT(height), 0},
    {"source", PAIR, 0, AT(source), 0},
    {"step", U16, 0, AT(step), 0},
    {"crop", CROP, 0, AT(crop), AT(has_crop)},
    {"average", BOOLEAN, 0, AT(average), 0},
    {"tolerance", U16, 0, AT(tolerance), 0},
    {"fps", NUMBER, 0, AT(fps), 0},
    {"input", BOOLEAN, 0, AT(input), 0},
    LAST,
};
static const struct member GRANTED[] = {
    {"id", U32, 0, AT(id), AT(has_id)},
    {"fps", NUMBER, 0, AT(fps), 0},
    LAST,
};
static const struct member PACE[] = {
    {"published", NUMBER, 0, AT(published), 0},
    {"skipped", NUMBER, 0, AT(skipped), 0},
    {"fps", NUMBER, 0, AT(fps), 0},
    {"device", BOOLEAN, 0, AT(device), 0},
    LAST,
};
static const struct member STANDS[] = {
    {"number", U32, 0, AT(number), 0},
    {"time", U53, 0, AT(time), 0},
    LAST,
};
static const struct member PROBLEM[] = {
    {"reason", TEXT, 200, AT(reason), AT(has_reason)},
    LAST,
};
static const struct member CLOCK[] = {
    {"viewer_time", U53, 0, AT(viewer_time), 0},
    {"time", U53, 0, AT(time), 0},
    LAST,
};

static const struct {
    const char *name;
    enum ws_stream_type type;
    const struct member *members;
} TYPES[] = {
    {"stream", WS_STREAM_STREAM, STREAM},   {"granted", WS_STREAM_GRANTED, GRANTED},
    {"pace", WS_STREAM_PACE, PACE},         {"unchanged", WS_STREAM_UNCHANGED, STANDS},
    {"waiting", WS_STREAM_WAITING, STANDS}, {"problem", WS_STREAM_PROBLEM, PROBLEM},
    {"clock", WS_STREAM_CLOCK, CLOCK},
};

static bool read_integer(struct ws_stream_value value, uint64_t most, void *out, size_t size)
{
    uint64_t number;
    uint32_t word;
    uint16_t half;

    if (!ws_stream_to_integer(value, most, &number))
        return false;
    word = (uint32_t)number;
    half = (uint16_t)number;
    memcpy(out, size == 8 ? (void *)&number : size == 4 ? (void *)&word : (void *)&half, size);
    return true;
}

/* An array of exactly COUNT integers; those from SIZES on are at least 1. */
static bool read_array(struct ws_stream_value value, unsigned count, unsigned sizes, uint64_t most, uint32_t *out)
{
    uint64_t number;

    for (unsigned i = 0; i < count; i++) {
        struct ws_stream_value item = ws_stream_item(value, i);

        if (item.at == NULL || !ws_stream_to_integer(item, most, &number) || (i >= sizes && number == 0))
            return false;
        out[i] = (uint32_t)number;
    }
    return ws_stream_item(value, count).at == NULL;
}

static bool read_boolean(struct ws_stream_value value, bool *out)
{
    *out = ws_stream_is(value, "true");
    return *out || ws_stream_is(value, "false");
}

static bool read_format(struct ws_stream_value value, uint8_t *out)
{
    struct ws_stream_text text;
    char name[16];
    size_t length;

    if (!ws_stream_to_text(value, sizeof name - 1, &text))
        return false;
    length = ws_stream_copy(text, name, sizeof name);
    *out = (uint8_t)ws_stream_format(name, length);
    return *out != 0;
}

static bool read_member(struct ws_stream_value value, const struct member *member, void *out)
{
    switch (member->form) {
    case U16:
        return read_integer(value, 0xFFFF, out, 2);
    case U32:
        return read_integer(value, 0xFFFFFFFF, out, 4);
    case U53:
        return read_integer(value, ((uint64_t)1 << 53) - 1, out, 8);
    case NUMBER:
        return ws_stream_to_number(value, out);
    case BOOLEAN:
        return read_boolean(value, out);
    case TEXT:
        return ws_stream_to_text(value, member->most, out);
    case FORMAT:
        return read_format(value, out);
    case PAIR:
        return read_array(value, 2, 0, 0xFFFFFFFF, out);
    default:
        return read_array(value, 4, 2, 0x7FFFFFFF, out);
    }
}

static bool read_members(struct ws_stream_control *control, const struct member *member, const char *text,
                         size_t length)
{
    for (; member->name != NULL; member++) {
        struct ws_stream_value value = ws_stream_member(text, length, member->name);
        uint8_t *base = (uint8_t *)control;

        if (value.at == NULL)
            return false;
        if (member->present != 0 && ws_stream_is(value, "null"))
            continue;
        if (!read_member(value, member, base + member->at))
            return false;
        if (member->present != 0)
            memcpy(base + member->present, &(bool){true}, sizeof(bool));
    }
    return true;
}

/* Characters are counted, not bytes; those that only continue one have 10 in front. */
static bool is_short(const char *text, size_t length)
{
    size_t count = 0;

    for (size_t i = 0; i < length && count <= WS_STREAM_MAX_TEXT; i++)
        count += ((uint8_t)text[i] & 0xC0) != 0x80;
    return count <= WS_STREAM_MAX_TEXT;
}

enum ws_stream_type ws_stream_read(struct ws_stream_control *control, const char *text, size_t length)
{
    struct ws_stream_text type;
    struct ws_stream_value value;
    char name[16];

    memset(control, 0, sizeof *control);
    if (!is_short(text, length) || !ws_stream_is_object(text, length))
        return WS_STREAM_BROKEN;
    value = ws_stream_member(text, length, "type");
    if (value.at == NULL || !ws_stream_to_text(value, 0xFFFFFFFF, &type))
        return WS_STREAM_BROKEN;
    ws_stream_copy(type, name, sizeof name);
    control->type = WS_STREAM_UNKNOWN;
    for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++)
        if (strcmp(name, TYPES[i].name) == 0)
            control->type = read_members(control, TYPES[i].members, text, length) ? TYPES[i].type : WS_STREAM_BROKEN;
    if (control->type == WS_STREAM_STREAM
        && (control->step == 0 || ws_stream_memory(control->width, control->height, control->format, 1, false) == 0))
        control->type = WS_STREAM_BROKEN;
    return control->type;
}
