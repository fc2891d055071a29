/* Formats of pixels, marked pixels, checksums. */
#include <string.h>

#include "parts.h"

static const struct {
    char name[9];
    uint8_t bytes, colour;
} FORMATS[] = {
    {"", 0, 0},       {"rgbx8888", 4, 3}, {"bgrx8888", 4, 3}, {"rgb888", 3, 3}, {"bgr888", 3, 3},
    {"rgb565", 2, 2}, {"gray8", 1, 1},    {"rgb444", 2, 2},   {"rgb332", 1, 1},
};
#define FORMAT_COUNT ((int)(sizeof FORMATS / sizeof *FORMATS))

int ws_stream_format(const char *name, size_t length)
{
    for (int code = 1; code < FORMAT_COUNT; code++)
        if (length < sizeof FORMATS[code].name && memcmp(name, FORMATS[code].name, length) == 0
            && FORMATS[code].name[length] == 0)
            return code;
    return 0;
}

unsigned ws_stream_pixel_bytes(int format)
{
    return format > 0 && format < FORMAT_COUNT ? FORMATS[format].bytes : 0;
}

/* The first 8 bits of a value of BITS bits repeated. */
static uint32_t widen(uint32_t value, unsigned bits)
{
    uint32_t all = 0;

    for (unsigned have = 0; have < 8; have += bits)
        all |= have + bits <= 8 ? value << (8 - bits - have) : value >> (have + bits - 8);
    return all;
}

static uint32_t bits_of(uint32_t word, unsigned red, unsigned green, unsigned blue)
{
    return widen(word >> (green + blue), red) << 16 | widen(word >> blue & ((1u << green) - 1), green) << 8
           | widen(word & ((1u << blue) - 1), blue);
}

uint32_t ws_stream_rgb(int format, const uint8_t *p)
{
    switch (format) {
    case WS_STREAM_RGBX8888:
    case WS_STREAM_RGB888:
        return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
    case WS_STREAM_BGRX8888:
    case WS_STREAM_BGR888:
        return (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
    case WS_STREAM_RGB565:
        return bits_of(p[0] | (uint32_t)p[1] << 8, 5, 6, 5);
    case WS_STREAM_RGB444:
        return bits_of((p[0] | (uint32_t)p[1] << 8) & 0xFFF, 4, 4, 4);
    case WS_STREAM_RGB332:
        return bits_of(p[0], 3, 3, 2);
    default:
        return p[0] * 0x10101u;
    }
}

void ws_stream_blank(uint8_t *pixels, uint32_t count, int format)
{
    static const uint8_t black[4] = {0, 0, 0, 255};

    if (FORMATS[format].bytes == FORMATS[format].colour)
        memset(pixels, 0, (size_t)count * FORMATS[format].bytes);
    else
        for (uint32_t i = 0; i < count; i++)
            memcpy(pixels + (size_t)4 * i, black, 4);
}

uint32_t ws_stream_crc32(const uint8_t *bytes, size_t count)
{
    static const uint32_t nibbles[16] = {
        0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
        0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C, 0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C,
    };
    uint32_t crc = 0xFFFFFFFFu;

    for (size_t i = 0; i < count; i++) {
        crc ^= bytes[i];
        crc = crc >> 4 ^ nibbles[crc & 15];
        crc = crc >> 4 ^ nibbles[crc & 15];
    }
    return ~crc;
}

uint32_t ws_stream_longest(uint32_t width, uint32_t rows, int format)
{
    uint32_t groups = (width + 7) / 8 * rows;

    return (groups + 7) / 8 + 2 * groups + rows * width * FORMATS[format].colour;
}

static unsigned ones(unsigned byte)
{
    static const uint8_t of_nibble[16] = {0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4};

    return of_nibble[byte & 15] + (unsigned)of_nibble[byte >> 4];
}

/* Where the parts of some rows' content are. */
struct content {
    uint32_t across, groups; /* groups of a row, groups of all rows */
    const uint8_t *bits, *masks, *literals, *colours;
};

/* Masks and literals as they must be: sets how many colours they ask for. */
static enum ws_stream_rule check_masks(const struct content *content, uint32_t width, bool top, uint32_t *colours)
{
    unsigned beyond = width % 8 ? 0xFFu << width % 8 & 0xFFu : 0;
    const uint8_t *mask = content->masks, *literal = content->literals;

    *colours = 0;
    for (uint32_t g = 0; g < content->groups; g++) {
        if (!(content->bits[g / 8] >> g % 8 & 1))
            continue;
        if (*mask == 0 || (g % content->across == content->across - 1 && *mask & beyond))
            return WS_STREAM_RULE_MASK;
        if (*literal & ~*mask)
            return WS_STREAM_RULE_LITERALS;
        if (top && g < content->across && *literal != *mask)
            return WS_STREAM_RULE_FIRST_ROW;
        *colours += ones(*literal);
        mask++;
        literal++;
    }
    return WS_STREAM_RULE_NONE;
}

static enum ws_stream_rule find_parts(struct content *content, const uint8_t *bytes, uint32_t length)
{
    uint32_t bit_bytes = (content->groups + 7) / 8, marked = 0;

    if (length < bit_bytes)
        return WS_STREAM_RULE_CONTENT_LENGTH;
    for (uint32_t i = 0; i < bit_bytes; i++)
        marked += ones(bytes[i]);
    if (content->groups % 8 && bytes[bit_bytes - 1] >> content->groups % 8)
        return WS_STREAM_RULE_GROUP_BITS;
    if ((length - bit_bytes) / 2 < marked)
        return WS_STREAM_RULE_CONTENT_LENGTH;
    content->bits = bytes;
    content->masks = bytes + bit_bytes;
    content->literals = content->masks + marked;
    content->colours = content->literals + marked;
    return WS_STREAM_RULE_NONE;
}

/* The marked pixels of one row; the parts move on behind them. */
static void apply_row(struct content *content, uint32_t g, uint8_t *row, uint32_t stride, unsigned bytes,
                      unsigned colour)
{
    for (uint32_t end = g + content->across; g < end; g++, row += 8 * bytes) {
        unsigned mask, literal;

        if (!(content->bits[g / 8] >> g % 8 & 1))
            continue;
        mask = *content->masks++;
        literal = *content->literals++;
        for (uint8_t *pixel = row; mask; mask >>= 1, literal >>= 1, pixel += bytes) {
            if (literal & 1) {
                memcpy(pixel, content->colours, colour);
                content->colours += colour;
            } else if (mask & 1) {
                memcpy(pixel, pixel - stride, bytes);
            }
        }
    }
}

enum ws_stream_rule ws_stream_marked(struct ws_stream *stream, uint32_t first, uint32_t rows, const uint8_t *content,
                                     uint32_t length)
{
    unsigned bytes = FORMATS[stream->format].bytes, colour = FORMATS[stream->format].colour;
    uint32_t across = (stream->width + 7u) / 8, stride = stream->width * bytes, colours;
    struct content parts = {across, across * rows, NULL, NULL, NULL, NULL};
    enum ws_stream_rule rule = find_parts(&parts, content, length);

    if (rule == WS_STREAM_RULE_NONE)
        rule = check_masks(&parts, stream->width, first == 0, &colours);
    if (rule != WS_STREAM_RULE_NONE)
        return rule;
    if (length - (uint32_t)(parts.colours - content) != colours * colour)
        return WS_STREAM_RULE_CONTENT_LENGTH;
    for (uint32_t r = 0; r < rows; r++)
        apply_row(&parts, r * across, stream->memory + (size_t)(first + r) * stride, stride, bytes, colour);
    return WS_STREAM_RULE_NONE;
}
