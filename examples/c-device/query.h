/* What a viewer requests and offers in the query of its address. Knows no sockets. docs/protocol.md is the
   authority. */
#ifndef DEVICE_QUERY_H
#define DEVICE_QUERY_H

#include <stddef.h>
#include <stdint.h>

/* By key, in the order of the table in query.c. */
enum wd_query_key {
    QUERY_STEP, QUERY_CROP, QUERY_AVERAGE, QUERY_TOLERANCE, QUERY_DEPTH, QUERY_FIT, QUERY_FPS, QUERY_ACKNOWLEDGE,
    QUERY_FORMATS, QUERY_KINDS, QUERY_PICTURE, QUERY_MESSAGE, QUERY_SEGMENT, QUERY_KEYS
};

enum { QUERY_MARKED = 1, QUERY_LZ4 = 2, QUERY_COPY = 4 };

/* Of the pixel formats, in the order of their codes, of which the first is 1: the plain ones come first. */
enum { WD_FORMATS = 23, WD_PLAIN = 8 };
extern const char *const wd_formats[WD_FORMATS];

typedef struct {
    uint32_t given;               /* a bit a key that is there */
    uint64_t numbers[QUERY_KEYS]; /* of those with one; of formats and kinds a bit each, in the protocol's order */
    uint32_t crop[4], fit[2];
    double fps;
} wd_query;

/* NULL, or why it cannot be, in one sentence. */
const char *wd_query_read(wd_query *q, const char *text, size_t length);

static inline int wd_query_has(const wd_query *q, enum wd_query_key key) { return q->given >> key & 1; }

/* The number of a key; `other` where it is not there. */
static inline uint64_t wd_query_number(const wd_query *q, enum wd_query_key key, uint64_t other)
{
    return wd_query_has(q, key) ? q->numbers[key] : other;
}

#endif
