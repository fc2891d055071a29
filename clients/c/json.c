/* JSON as RFC 8259 has it, read where it lies: nothing is kept and nothing is allocated. */
#include <string.h>

#include "parts.h"

enum { MAX_DEPTH = 64 }; /* levels: one bit of a word each */

struct cursor {
    const char *at, *end;
};

static char peek(const struct cursor *in)
{
    return in->at < in->end ? *in->at : 0;
}

static void skip_space(struct cursor *in)
{
    while (in->at < in->end && (*in->at == ' ' || *in->at == '\t' || *in->at == '\n' || *in->at == '\r'))
        in->at++;
}

/* The next sign, if it is this one. */
static bool take(struct cursor *in, char sign)
{
    if (peek(in) != sign)
        return false;
    in->at++;
    return true;
}

static bool take_word(struct cursor *in, const char *word)
{
    size_t length = strlen(word);

    if ((size_t)(in->end - in->at) < length || memcmp(in->at, word, length) != 0)
        return false;
    in->at += length;
    return true;
}

/* ---- Strings ---- */

unsigned ws_stream_utf8(const char *at, const char *end)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint8_t first = (uint8_t)*at;
    unsigned length = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
    uint32_t code = first & (0x7Fu >> length);

    if (length < 2)
        return length;
    if ((size_t)(end - at) < length)
        return 0;
    for (unsigned i = 1; i < length; i++) {
        if (((uint8_t)at[i] & 0xC0) != 0x80)
            return 0;
        code = code << 6 | ((uint8_t)at[i] & 0x3F);
    }
    return code < least[length] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000) ? 0 : length;
}

static int digit_of(char sign)
{
    if (sign >= '0' && sign <= '9')
        return sign - '0';
    sign = (char)(sign | 0x20);
    return sign >= 'a' && sign <= 'f' ? sign - 'a' + 10 : -1;
}

/* What stands behind a backslash. */
static bool skip_escape(struct cursor *in)
{
    char sign = peek(in);

    in->at++;
    if (sign != 'u')
        return sign != 0 && strchr("\"\\/bfnrt", sign) != NULL;
    for (int i = 0; i < 4; i++, in->at++)
        if (digit_of(peek(in)) < 0)
            return false;
    return true;
}

static bool skip_string(struct cursor *in)
{
    if (!take(in, '"'))
        return false;
    while (in->at < in->end && *in->at != '"') {
        unsigned length = ws_stream_utf8(in->at, in->end);

        if (length == 0 || (uint8_t)*in->at < 0x20)
            return false;
        in->at += length;
        if (in->at[-1] == '\\' && (in->at == in->end || !skip_escape(in)))
            return false;
    }
    return take(in, '"');
}

static uint32_t hex_digits(const char *at)
{
    uint32_t code = 0;

    for (int i = 0; i < 4; i++)
        code = code << 4 | (uint32_t)digit_of(at[i]);
    return code;
}

static int32_t escaped(const char **at, const char *end)
{
    static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
    const char *found;
    uint32_t code, low;
    char sign = *(*at)++;

    if (sign != 'u') {
        found = strchr(from, sign);
        return found != NULL ? to[found - from] : sign;
    }
    code = hex_digits(*at);
    *at += 4;
    if (code >> 10 != 0xD800 >> 10 || end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u')
        return (int32_t)code;
    low = hex_digits(*at + 2);
    if (low >> 10 != 0xDC00 >> 10)
        return (int32_t)code;
    *at += 6;
    return (int32_t)(0x10000 + ((code & 0x3FF) << 10) + (low & 0x3FF));
}

int32_t ws_stream_character(const char **at, const char *end)
{
    unsigned length;
    uint32_t code;

    if (*at >= end)
        return -1;
    if (**at == '\\') {
        ++*at;
        return escaped(at, end);
    }
    length = ws_stream_utf8(*at, end);
    code = length == 1 ? (uint8_t)(*at)[0] : (uint8_t)(*at)[0] & (0x7Fu >> length);
    for (++*at; length > 1; length--, ++*at)
        code = code << 6 | ((uint8_t)(*at)[0] & 0x3F);
    return (int32_t)code;
}

/* ---- Values ---- */

static bool skip_digits(struct cursor *in)
{
    const char *first = in->at;

    while (peek(in) >= '0' && peek(in) <= '9')
        in->at++;
    return in->at > first;
}

static bool skip_number(struct cursor *in)
{
    take(in, '-');
    if (!take(in, '0') && !skip_digits(in))
        return false;
    if (take(in, '.') && !skip_digits(in))
        return false;
    if (!take(in, 'e') && !take(in, 'E'))
        return true;
    if (!take(in, '+'))
        take(in, '-');
    return skip_digits(in);
}

static bool skip_plain(struct cursor *in)
{
    if (peek(in) == '"')
        return skip_string(in);
    return take_word(in, "true") || take_word(in, "false") || take_word(in, "null") || skip_number(in);
}

/* A name and a colon. */
static bool skip_name(struct cursor *in)
{
    skip_space(in);
    if (!skip_string(in))
        return false;
    skip_space(in);
    return take(in, ':');
}

/* A value, with what is in it. */
static bool skip_value(struct cursor *in)
{
    uint64_t objects = 0; /* the lowest bit: what is open innermost is an object */
    unsigned depth = 0;
    bool opened;

    do {
        skip_space(in);
        opened = peek(in) == '{' || peek(in) == '[';
        if (opened) {
            if (++depth > MAX_DEPTH)
                return false;
            objects = objects << 1 | (*in->at++ == '{');
            skip_space(in);
        } else if (!skip_plain(in)) {
            return false;
        }
        while (depth > 0) { /* behind a value, or in what was just opened */
            skip_space(in);
            if (take(in, objects & 1 ? '}' : ']')) {
                depth--;
                objects >>= 1;
                opened = false;
            } else {
                if ((!opened && !take(in, ',')) || (objects & 1 && !skip_name(in)))
                    return false;
                break;
            }
        }
    } while (depth > 0);
    return true;
}

bool ws_stream_is_object(const char *text, size_t length)
{
    struct cursor in = {text, text + length};

    skip_space(&in);
    if (peek(&in) != '{' || !skip_value(&in))
        return false;
    skip_space(&in);
    return in.at == in.end;
}

static bool is_name(const char *at, const char *end, const char *name)
{
    while (*name != 0)
        if (ws_stream_character(&at, end) != *name++)
            return false;
    return at == end;
}

struct ws_stream_value ws_stream_member(const char *object, size_t length, const char *name)
{
    struct cursor in = {object, object + length};
    struct ws_stream_value found = {NULL, 0};

    skip_space(&in);
    for (in.at++, skip_space(&in); peek(&in) == '"'; skip_space(&in)) {
        const char *key = in.at + 1, *key_end, *value;

        skip_string(&in);
        key_end = in.at - 1;
        skip_space(&in);
        take(&in, ':');
        skip_space(&in);
        value = in.at;
        skip_value(&in);
        if (is_name(key, key_end, name))
            found = (struct ws_stream_value){value, (uint32_t)(in.at - value)};
        skip_space(&in);
        take(&in, ',');
    }
    return found;
}

struct ws_stream_value ws_stream_item(struct ws_stream_value array, unsigned index)
{
    struct cursor in = {array.at, array.at + array.length};
    struct ws_stream_value item = {NULL, 0};

    if (!take(&in, '['))
        return item;
    for (skip_space(&in); peek(&in) != ']'; skip_space(&in)) {
        item.at = in.at;
        skip_value(&in);
        item.length = (uint32_t)(in.at - item.at);
        if (index-- == 0)
            return item;
        skip_space(&in);
        take(&in, ',');
    }
    return (struct ws_stream_value){NULL, 0};
}
