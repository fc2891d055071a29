/* Picture messages. They are taken in pieces, each checked as it is whole: header, extensions, table, payloads. A piece
 * that lies whole in what is fed is read there; else it is gathered in the viewer's memory. */
#include <string.h>

#include "parts.h"

enum stage { HEADER, EXTENSION, VALUE, TABLE, PAYLOAD, STRANGE, OVER };
enum flag { CHECKED = 1, NO_ACK = 2, CRITICAL = 0xF0 };
enum tag { SIDE_DATA = 1, CRITICAL_TAGS = 32768 };
enum { HEADER_BYTES = 36 };

#define u16 ws_stream_u16
#define u32 ws_stream_u32

static uint64_t u64(const uint8_t *at)
{
    return u32(at) | (uint64_t)u32(at + 4) << 32;
}

/* ---- Memory ---- */

static uint32_t longest_segment(uint32_t width, uint32_t height, int format, uint32_t max_segment)
{
    uint32_t longest = ws_stream_longest(width, height, format);

    return longest < max_segment ? longest : max_segment;
}

uint32_t ws_stream_memory(uint32_t width, uint32_t height, int format, uint32_t max_segment, bool parts)
{
    uint32_t bytes = ws_stream_pixel_bytes(format), longest;

    if (bytes == 0 || width == 0 || height == 0 || width > WS_STREAM_MAX_SIDE || height > WS_STREAM_MAX_SIDE
        || width * height > WS_STREAM_MAX_PICTURE / bytes)
        return 0;
    longest = longest_segment(width, height, format, max_segment);
    return parts ? WS_STREAM_PARTS(width, height, bytes, longest) : WS_STREAM_WHOLE(width, height, bytes, longest);
}

void ws_stream_open(struct ws_stream *stream, void *memory, uint32_t size, uint32_t max_segment, bool parts)
{
    memset(stream, 0, sizeof *stream);
    stream->memory = memory;
    stream->size = size;
    stream->max_segment = max_segment;
    stream->parts = parts;
    stream->verify = true;
    stream->stage = OVER;
    stream->result = WS_STREAM_REFUSED;
}

bool ws_stream_announce(struct ws_stream *stream, uint32_t epoch, int format, uint32_t width, uint32_t height)
{
    uint32_t needed = ws_stream_memory(width, height, format, stream->max_segment, stream->parts), longest;

    stream->format = 0;
    stream->held = 0;
    stream->stage = OVER;
    stream->header.segments = 0;
    if (needed == 0 || needed > stream->size)
        return false;
    stream->epoch = epoch;
    stream->format = (uint8_t)format;
    stream->width = (uint16_t)width;
    stream->height = (uint16_t)height;
    longest = longest_segment(width, height, format, stream->max_segment);
    stream->table = stream->memory + WS_STREAM_ROUND(width * height * ws_stream_pixel_bytes(format));
    stream->side = stream->table + WS_STREAM_SEGMENT_BYTES * (size_t)height;
    stream->unpacked = stream->side + WS_STREAM_MAX_SIDE_DATA;
    stream->part = stream->parts ? stream->unpacked + WS_STREAM_ROUND(longest) : NULL;
    ws_stream_blank(stream->memory, width * height, format);
    return true;
}

const uint8_t *ws_stream_pixels(const struct ws_stream *stream)
{
    return stream->memory;
}

/* ---- The pieces of a message ---- */

/* The next piece has NEED bytes. They are gathered at INTO, if they must be; NULL: they are passed over. */
static enum ws_stream_rule expect(struct ws_stream *stream, enum stage stage, size_t need, uint8_t *into)
{
    if (need > stream->left)
        return WS_STREAM_RULE_SHORT;
    stream->left -= need;
    stream->stage = (uint8_t)stage;
    stream->need = need;
    stream->have = 0;
    stream->into = into;
    return WS_STREAM_RULE_NONE;
}

/* What stands behind the part of the header that was read: another extension, or the table. */
static enum ws_stream_rule expect_rest(struct ws_stream *stream)
{
    if (stream->header_left > 0)
        return expect(stream, EXTENSION, 4, stream->first);
    return expect(stream, TABLE, (size_t)WS_STREAM_SEGMENT_BYTES * stream->header.segments, stream->table);
}

/* A header against what is announced and held. */
static enum ws_stream_rule check_header(const struct ws_stream *stream, const uint8_t *at)
{
    const struct ws_stream_header *header = &stream->header;

    if (stream->format == 0)
        return WS_STREAM_RULE_UNANNOUNCED;
    if (u16(at) < HEADER_BYTES || u16(at) % 4)
        return WS_STREAM_RULE_HEADER_LENGTH;
    if (at[3] & CRITICAL)
        return WS_STREAM_RULE_FLAGS;
    if (u32(at + 4) != stream->epoch)
        return WS_STREAM_RULE_EPOCH;
    if (at[2] != stream->format)
        return WS_STREAM_RULE_FORMAT;
    if (u16(at + 24) != stream->width || u16(at + 26) != stream->height)
        return WS_STREAM_RULE_SIZE;
    if (header->number <= header->base)
        return WS_STREAM_RULE_NUMBER;
    if (header->base != 0 && header->base != stream->held)
        return WS_STREAM_RULE_BASE;
    if (header->time >> 53)
        return WS_STREAM_RULE_TIME;
    return header->segments > stream->height ? WS_STREAM_RULE_COUNT : WS_STREAM_RULE_NONE;
}

static enum ws_stream_rule on_header(struct ws_stream *stream, const uint8_t *at)
{
    struct ws_stream_header *header = &stream->header;
    enum ws_stream_rule rule;

    if (u16(at) == 0)
        return expect(stream, STRANGE, stream->left, NULL);
    if (stream->need < HEADER_BYTES)
        return WS_STREAM_RULE_SHORT;
    header->number = u32(at + 8);
    header->base = u32(at + 12);
    header->time = u64(at + 16);
    header->checksum = u32(at + 28);
    header->segments = u32(at + 32);
    header->checked = at[3] & CHECKED;
    header->no_ack = at[3] & NO_ACK;
    rule = check_header(stream, at);
    if (rule != WS_STREAM_RULE_NONE)
        return rule;
    stream->header_left = u16(at) - HEADER_BYTES;
    stream->tag = 0;
    return expect_rest(stream);
}

static enum ws_stream_rule on_extension(struct ws_stream *stream, const uint8_t *at)
{
    uint32_t tag = u16(at), length = u16(at + 2), padded = WS_STREAM_ROUND(length);

    stream->header_left -= 4;
    if (padded > stream->header_left)
        return WS_STREAM_RULE_EXTENSION;
    if (tag < stream->tag) /* the lowest that may come */
        return WS_STREAM_RULE_TAG;
    if (tag >= CRITICAL_TAGS)
        return WS_STREAM_RULE_CRITICAL_TAG;
    stream->tag = tag + 1;
    stream->header_left -= padded;
    stream->value_length = length;
    return expect(stream, VALUE, padded, tag == SIDE_DATA && length <= WS_STREAM_MAX_SIDE_DATA ? stream->side : NULL);
}

static enum ws_stream_rule on_value(struct ws_stream *stream, const uint8_t *at)
{
    if (at == stream->side && ws_stream_is_object((const char *)at, stream->value_length)) {
        stream->side_data = (const char *)at;
        stream->side_length = stream->value_length;
    }
    return expect_rest(stream);
}

/* ---- Payloads ---- */

/* The next payload, or the end of the message. */
static enum ws_stream_rule expect_payload(struct ws_stream *stream)
{
    const struct ws_stream_header *header = &stream->header;
    uint32_t bytes = stream->width * ws_stream_pixel_bytes(stream->format) * (uint32_t)stream->height;

    if (stream->at < header->segments)
        return expect(stream, PAYLOAD, WS_STREAM_ROUND(ws_stream_payload(stream, stream->at)), stream->part);
    if (header->checked && stream->verify && ws_stream_crc32(stream->memory, bytes) != header->checksum)
        return WS_STREAM_RULE_CHECKSUM;
    stream->held = header->number;
    stream->result = WS_STREAM_APPLIED;
    return expect(stream, OVER, 0, NULL);
}

static enum ws_stream_rule on_table(struct ws_stream *stream, const uint8_t *at)
{
    enum ws_stream_rule rule = ws_stream_check_table(stream);

    (void)at;
    if (rule != WS_STREAM_RULE_NONE)
        return rule;
    if (stream->header.base == 0)
        ws_stream_blank(stream->memory, (uint32_t)stream->width * stream->height, stream->format);
    stream->at = 0;
    return expect_payload(stream);
}

static enum ws_stream_rule on_payload(struct ws_stream *stream, const uint8_t *at)
{
    enum ws_stream_rule rule = ws_stream_segment(stream, stream->at++, at);

    return rule == WS_STREAM_RULE_NONE ? expect_payload(stream) : rule;
}

static enum ws_stream_rule on_strange(struct ws_stream *stream, const uint8_t *at)
{
    (void)at;
    stream->result = WS_STREAM_IGNORED;
    return expect(stream, OVER, 0, NULL);
}

/* ---- Messages ---- */

static enum ws_stream_result refuse(struct ws_stream *stream, enum ws_stream_rule rule)
{
    stream->rule = rule;
    stream->held = 0;
    stream->side_data = NULL;
    stream->stage = OVER;
    return stream->result = WS_STREAM_REFUSED;
}

enum ws_stream_result ws_stream_begin(struct ws_stream *stream, size_t length)
{
    stream->left = length;
    stream->rule = WS_STREAM_RULE_NONE;
    stream->side_data = NULL;
    if (length < 2)
        return refuse(stream, WS_STREAM_RULE_SHORT);
    expect(stream, HEADER, length < HEADER_BYTES ? length : HEADER_BYTES, stream->first);
    return stream->result = WS_STREAM_MORE;
}

/* The next piece where it is whole, else NULL. Table and side data are kept, so always gathered. */
static const uint8_t *piece(struct ws_stream *stream, const uint8_t **at, const uint8_t *end)
{
    size_t missing = stream->need - stream->have, here = (size_t)(end - *at), taken = here < missing ? here : missing;
    bool kept = stream->stage == TABLE || stream->stage == VALUE;
    const uint8_t *found = *at;

    *at += taken;
    if (taken == stream->need && !kept)
        return found;
    if (stream->into != NULL && taken > 0)
        memcpy(stream->into + stream->have, found, taken);
    stream->have += taken;
    if (stream->have < stream->need)
        return NULL;
    return stream->into != NULL ? stream->into : stream->first;
}

enum ws_stream_result ws_stream_feed(struct ws_stream *stream, const void *bytes, size_t count)
{
    static enum ws_stream_rule (*const ON[])(struct ws_stream *, const uint8_t *) = {
        on_header, on_extension, on_value, on_table, on_payload, on_strange,
    };
    const uint8_t *at = bytes, *end = at + count;

    while (stream->stage != OVER) {
        const uint8_t *found;
        enum ws_stream_rule rule;

        if (stream->stage == PAYLOAD && !stream->parts && stream->need > (size_t)(end - at))
            return refuse(stream, WS_STREAM_RULE_PARTS);
        found = piece(stream, &at, end);
        if (found == NULL)
            return WS_STREAM_MORE;
        rule = ON[stream->stage](stream, found);
        if (rule != WS_STREAM_RULE_NONE)
            return refuse(stream, rule);
    }
    return stream->result;
}

enum ws_stream_result ws_stream_apply(struct ws_stream *stream, const void *message, size_t length)
{
    enum ws_stream_result result = ws_stream_begin(stream, length);

    return result == WS_STREAM_MORE ? ws_stream_feed(stream, message, length) : result;
}

const char *ws_stream_sentence(enum ws_stream_rule rule)
{
#define SENTENCE(name, sentence) sentence,
    static const char *const SENTENCES[] = {WS_STREAM_RULES(SENTENCE)};
#undef SENTENCE

    return rule < WS_STREAM_RULE_COUNT_OF ? SENTENCES[rule] : "there is no such rule";
}
