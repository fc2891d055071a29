#include "query.h"

#include <string.h>

enum { FIELDS = 64, VALUE = 256, KEY = 32 };
#define UNBOUNDED (UINT64_C(1) << 32)

enum form { NUMBER, CROP, SWITCH, DEPTH, FIT, FPS, FORMATS, KINDS };

static const struct {
    const char *name, *wrong;
    enum form form;
    uint64_t least, most;
} KEYS[QUERY_KEYS] = {
    {"step", "this step cannot be; right would be 1 to 16", NUMBER, 1, 16},
    {"crop", "this crop cannot be; right would be X,Y,WIDTH,HEIGHT in pixels", CROP, 0, 0},
    {"average", "this average cannot be; right would be 1 or 0", SWITCH, 0, 0},
    {"tolerance", "this tolerance cannot be; right would be 0 to 64", NUMBER, 0, 64},
    {"depth", "this depth cannot be; right would be 24, 16, 12 or 8", DEPTH, 0, 0},
    {"fit", "this fit cannot be; right would be WIDTHxHEIGHT, each from 1 to 16384", FIT, 0, 0},
    {"fps", "these fps cannot be; right would be 0 to 1000 pictures per second", FPS, 0, 0},
    {"acknowledge", "this acknowledge cannot be; right would be 1 or 0", SWITCH, 0, 0},
    {"formats", "", FORMATS, 0, 0},
    {"kinds", "these kinds cannot be; right would be marked and others", KINDS, 0, 0},
    {"max_picture", "this max_picture cannot be; right would be 1024 bytes or more", NUMBER, 1024, UNBOUNDED},
    {"max_message", "this max_message cannot be; right would be 8192 bytes or more", NUMBER, 8192, UNBOUNDED},
    {"max_segment", "this max_segment cannot be; right would be 1024 bytes or more", NUMBER, 1024, UNBOUNDED},
};

static int digit_of(char sign)
{
    if (sign >= '0' && sign <= '9')
        return sign - '0';
    sign = (char)(sign | 32);
    return sign >= 'a' && sign <= 'f' ? sign - 'a' + 10 : -1;
}

/* As HTML forms are written; how many letters, `size` where they are more than fit. */
static size_t decoded(const char *at, const char *end, char *to, size_t size)
{
    size_t length = 0;
    for (; at < end && length < size; length++, at++) {
        to[length] = *at == '+' ? ' ' : *at;
        if (*at == '%' && end - at > 2 && digit_of(at[1]) >= 0 && digit_of(at[2]) >= 0) {
            to[length] = (char)(digit_of(at[1]) << 4 | digit_of(at[2]));
            at += 2;
        }
    }
    return at < end ? size : length;
}

/* Decimal digits, 1 to 20 of them, up to a sign; NULL where there are none or the number is over `most`. */
static const char *take_digits(const char *at, const char *end, uint64_t most, uint64_t *number)
{
    const char *const first = at;
    for (*number = 0; at < end && *at >= '0' && *at <= '9'; at++) {
        *number = *number * 10 + (uint64_t)(*at - '0');
        if (*number > most || at - first >= 20)
            return NULL;
    }
    return at > first ? at : NULL;
}

/* So many numbers with a sign between them, each at least 1 from `sizes` on. */
static int read_numbers(const char *at, const char *end, char sign, int count, int sizes, uint64_t most, uint32_t *to)
{
    for (int i = 0; i < count; i++) {
        uint64_t number;
        if (i && (at == end || *at++ != sign))
            return 0;
        at = take_digits(at, end, most, &number);
        if (!at || (i >= sizes && !number))
            return 0;
        to[i] = (uint32_t)number;
    }
    return at == end;
}

/* 1 to 4 digits, a point and 1 to 9 more allowed. */
static int read_fps(const char *at, const char *end, double *fps)
{
    uint64_t number, parts = 0;
    double unit = 1;
    const char *const point = take_digits(at, end, 9999, &number);
    if (!point || point - at > 4)
        return 0;
    if (point < end) {
        if (*point != '.' || end - point > 10 || take_digits(point + 1, end, 999999999, &parts) != end)
            return 0;
        for (at = point + 1; at < end; at++)
            unit *= 10;
    }
    *fps = (double)number + (double)parts / unit;
    return *fps <= 1000;
}

const char *const wd_formats[WD_FORMATS] = {
    "rgbx8888",    "bgrx8888",    "rgb888",      "bgr888",      "rgb565",  "gray8",   "rgb444", "rgb332",
    "gray16",      "rgb565be",    "xrgb2101010", "yuyv422",     "uyvy422", "nv12",    "i420",   "bayer_rggb8",
    "bayer_bggr8", "bayer_gbrg8", "bayer_grbg8", "mono_msb",    "mono_lsb", "gray4",  "indexed8"};

/* The place of a text in a list; `count` where it is not there. */
static size_t place_of(const char *at, size_t length, const char *const *names, size_t count)
{
    size_t i = 0;
    while (i < count && (strlen(names[i]) != length || memcmp(names[i], at, length)))
        i++;
    return i;
}

static uint64_t read_names(const char *at, const char *end, const char *const *names, size_t count)
{
    uint64_t found = 0;
    while (at <= end) {
        const char *const comma = memchr(at, ',', (size_t)(end - at)), *const stop = comma ? comma : end;
        found |= UINT64_C(1) << place_of(at, (size_t)(stop - at), names, count);
        at = stop + 1;
    }
    return found & ((UINT64_C(1) << count) - 1);
}

static uint64_t read_formats(const char *at, const char *end)
{
    static const char *const SEVERAL[] = {"plain", "raw"};
    const uint64_t plain = (UINT64_C(1) << WD_PLAIN) - 1, all = (UINT64_C(1) << WD_FORMATS) - 1;
    const uint64_t several = read_names(at, end, SEVERAL, 2);
    return read_names(at, end, wd_formats, WD_FORMATS) | (several & 1 ? plain : 0) | (several & 2 ? all & ~plain : 0);
}

static int read_value(wd_query *q, size_t key, const char *at, size_t length)
{
    static const char *const SWITCHES[] = {"0", "no", "false", "1", "yes", "true"};
    static const char *const DEPTHS[] = {"24", "16", "12", "8"};
    static const uint8_t BITS[] = {24, 16, 12, 8};
    static const char *const SEGMENTS[] = {"marked", "lz4", "copy"};
    const char *const end = at + length;
    uint64_t *const number = &q->numbers[key];
    const int is_depth = KEYS[key].form == DEPTH;
    const size_t place = place_of(at, length, is_depth ? DEPTHS : SWITCHES, is_depth ? 4 : 6);
    switch (KEYS[key].form) {
    case NUMBER: return take_digits(at, end, KEYS[key].most, number) == end && *number >= KEYS[key].least;
    case CROP: return read_numbers(at, end, ',', 4, 2, INT32_MAX, q->crop);
    case SWITCH: *number = place >= 3; return place < 6;
    case DEPTH: *number = place < 4 ? BITS[place] : 0; return place < 4;
    case FIT: return read_numbers(at, end, 'x', 2, 0, 16384, q->fit);
    case FPS: return read_fps(at, end, &q->fps);
    case FORMATS: *number = read_formats(at, end); return 1;
    default: *number = read_names(at, end, SEGMENTS, 3); return (*number & QUERY_MARKED) != 0;
    }
}

static const char *read_field(wd_query *q, const char *at, const char *end)
{
    char name[KEY], value[VALUE];
    const char *const sign = memchr(at, '=', (size_t)(end - at)), *const stop = sign ? sign : end;
    const size_t length = decoded(at, stop, name, sizeof name);
    const size_t size = sign ? decoded(sign + 1, end, value, sizeof value) : 0;
    for (size_t key = 0; key < QUERY_KEYS; key++) {
        if (strlen(KEYS[key].name) != length || memcmp(KEYS[key].name, name, length))
            continue;
        if (size == sizeof value || !read_value(q, key, value, size))
            return KEYS[key].wrong;
        q->given |= UINT32_C(1) << key;
    }
    return NULL;
}

const char *wd_query_read(wd_query *q, const char *text, size_t length)
{
    const char *at = text, *const end = text + length;
    *q = (wd_query){.given = 0};
    for (int fields = 0; at <= end; fields++) {
        const char *const next = memchr(at, '&', (size_t)(end - at)), *const stop = next ? next : end;
        if (fields == FIELDS)
            return "a query of more than 64 keys cannot be; right would be each at most once";
        const char *const wrong = read_field(q, at, stop);
        if (wrong)
            return wrong;
        at = stop + 1;
    }
    return NULL;
}
