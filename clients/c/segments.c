/* Segments: what the table of a message may say, and what each does to the picture. */
#include <string.h>

#include "parts.h"

enum kind { MARKED, LZ4, COPY };

struct segment {
    uint32_t first, rows, kind, length;
    int32_t shift;
};

static struct segment segment(const struct ws_stream *stream, uint32_t index)
{
    const uint8_t *at = stream->table + (size_t)WS_STREAM_SEGMENT_BYTES * index;
    uint32_t shift = ws_stream_u16(at + 6);
    struct segment found = {ws_stream_u16(at), ws_stream_u16(at + 2), ws_stream_u16(at + 4), ws_stream_u32(at + 8),
                            (int32_t)shift - (shift < 32768 ? 0 : 65536)};

    return found;
}

static enum ws_stream_rule check_copy(const struct ws_stream *stream, const struct segment *copy)
{
    int32_t from = (int32_t)copy->first + copy->shift;

    if (from < 0 || (uint32_t)from + copy->rows > stream->height)
        return WS_STREAM_RULE_COPY_ROWS;
    return copy->length ? WS_STREAM_RULE_COPY_LENGTH : WS_STREAM_RULE_NONE;
}

static enum ws_stream_rule check_marked(const struct ws_stream *stream, const struct segment *marked)
{
    uint32_t longest = ws_stream_longest(stream->width, marked->rows, stream->format);

    if (marked->kind > LZ4)
        return WS_STREAM_RULE_KIND;
    if (marked->shift != 0)
        return WS_STREAM_RULE_SHIFT;
    if (longest > stream->max_segment)
        return WS_STREAM_RULE_MAX_SEGMENT;
    if (marked->length == 0 || marked->length > longest || (marked->kind == LZ4 && marked->length == longest))
        return WS_STREAM_RULE_PAYLOAD_LENGTH;
    return WS_STREAM_RULE_NONE;
}

/* All that the table says, before anything is written to the picture. */
enum ws_stream_rule ws_stream_check_table(const struct ws_stream *stream)
{
    uint32_t end = 0; /* of the marked segments so far */
    uint64_t bytes = 0;

    for (uint32_t i = 0; i < stream->header.segments; i++) {
        struct segment next = segment(stream, i);
        enum ws_stream_rule rule;

        if (next.rows == 0 || next.first + next.rows > stream->height)
            return WS_STREAM_RULE_ROWS;
        if (next.kind == COPY && end > 0)
            return WS_STREAM_RULE_COPY_ORDER;
        if (next.kind != COPY && next.first < end)
            return WS_STREAM_RULE_ORDER;
        rule = next.kind == COPY ? check_copy(stream, &next) : check_marked(stream, &next);
        if (rule != WS_STREAM_RULE_NONE)
            return rule;
        end = next.kind == COPY ? 0 : next.first + next.rows;
        bytes += WS_STREAM_ROUND(next.length);
    }
    if (bytes == stream->left)
        return WS_STREAM_RULE_NONE;
    return bytes > stream->left ? WS_STREAM_RULE_SHORT : WS_STREAM_RULE_LONG;
}

uint32_t ws_stream_payload(const struct ws_stream *stream, uint32_t index)
{
    return segment(stream, index).length;
}

enum ws_stream_rule ws_stream_segment(struct ws_stream *stream, uint32_t index, const uint8_t *payload)
{
    struct segment now = segment(stream, index);
    size_t stride = (size_t)stream->width * ws_stream_pixel_bytes(stream->format);
    uint8_t *row = stream->memory + now.first * stride;
    uint32_t length = now.length;

    if (now.kind == COPY) {
        memmove(row, row + now.shift * (ptrdiff_t)stride, now.rows * stride);
        return WS_STREAM_RULE_NONE;
    }
    if (now.kind == LZ4) {
        uint32_t longest = ws_stream_longest(stream->width, now.rows, stream->format);
        enum ws_stream_rule rule = ws_stream_unpack(payload, now.length, stream->unpacked, longest, &length);

        if (rule != WS_STREAM_RULE_NONE)
            return rule;
        payload = stream->unpacked;
    }
    return ws_stream_marked(stream, now.first, now.rows, payload, length);
}

bool ws_stream_touched(const struct ws_stream *stream, uint32_t *index, uint32_t *first, uint32_t *rows)
{
    struct segment touched;

    if (stream->header.base == 0 || *index >= stream->header.segments) {
        *first = 0;
        *rows = stream->height;
        return stream->header.base == 0 && (*index)++ == 0;
    }
    touched = segment(stream, (*index)++);
    *first = touched.first;
    *rows = touched.rows;
    return true;
}
