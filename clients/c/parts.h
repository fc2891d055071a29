/* What the files of this library tell each other; not for programs. */
#ifndef WS_STREAM_PARTS_H
#define WS_STREAM_PARTS_H

#include "ws_stream.h"

/* Little-endian numbers. */
static inline uint32_t ws_stream_u16(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8;
}

static inline uint32_t ws_stream_u32(const uint8_t *at)
{
    return ws_stream_u16(at) | ws_stream_u16(at + 2) << 16;
}

/* segments.c: the table that the viewer holds, of a message whose header is right */
#define WS_STREAM_SEGMENT_BYTES 12u
/* All that the table says, before anything is written to the picture. */
enum ws_stream_rule ws_stream_check_table(const struct ws_stream *stream);
uint32_t ws_stream_payload(const struct ws_stream *stream, uint32_t index);
/* Applies a segment of a table that was checked. */
enum ws_stream_rule ws_stream_segment(struct ws_stream *stream, uint32_t index, const uint8_t *payload);

/* pixels.c */
void ws_stream_blank(uint8_t *pixels, uint32_t count, int format);
uint32_t ws_stream_crc32(const uint8_t *bytes, size_t count);
/* Applies content to rows of the picture, or refuses it and leaves them as they are. */
enum ws_stream_rule ws_stream_marked(struct ws_stream *stream, uint32_t first, uint32_t rows, const uint8_t *content,
                                     uint32_t length);

/* lz4.c: sets *LENGTH. */
enum ws_stream_rule ws_stream_unpack(const uint8_t *block, uint32_t count, uint8_t *out, uint32_t size,
                                     uint32_t *length);

/* json.c */
struct ws_stream_value {
    const char *at; /* NULL: there is none */
    uint32_t length;
};
/* Whether it is one JSON object in UTF-8, nested no deeper than 64 levels. */
bool ws_stream_is_object(const char *text, size_t length);
/* Of an object that is one: the value of a member, of the last one where it is there twice. */
struct ws_stream_value ws_stream_member(const char *object, size_t length, const char *name);
/* Item INDEX of an array. */
struct ws_stream_value ws_stream_item(struct ws_stream_value array, unsigned index);
bool ws_stream_to_integer(struct ws_stream_value value, uint64_t most, uint64_t *out);
bool ws_stream_to_number(struct ws_stream_value value, double *out);
/* Text of at most MOST characters, none of them control characters or half surrogates. */
bool ws_stream_to_text(struct ws_stream_value value, uint32_t most, struct ws_stream_text *out);
bool ws_stream_is(struct ws_stream_value value, const char *literal);
/* The next character of a string that was checked, without its escape; -1 behind the last one. */
int32_t ws_stream_character(const char **at, const char *end);
/* Length of the character of UTF-8 at AT, 0 where it is none. */
unsigned ws_stream_utf8(const char *at, const char *end);

#endif
