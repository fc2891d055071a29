/* Blocks of LZ4 by core/lz4.h, from sixty lines and a table of 4 kB: liblz4 takes 16 kB, and a board would have to
   bring it. Nothing is loaded, so a `ws_lz4` holds only the table, as its `stream`. The format is that of
   docs/protocol.md. */
#include "lz4_small.h"

#include <string.h>

#include "lz4.h"
#include "words.h"

enum {
    MATCH = 4,       /* bytes of the shortest */
    LAST = 12,       /* no match begins so near to the end, */
    LITERALS = 5,    /* or ends nearer than this */
    MOST = UINT16_MAX,
    HASTE = 5        /* after 2^HASTE bytes without a match every second one is tried, then every third */
};

typedef struct {
    uint8_t *at, *end;
} writer;

static uint32_t slot_of(uint32_t word) { return word * UINT32_C(2654435761) >> (32 - LZ4_SMALL_BITS); }

static uint8_t *put_rest(uint8_t *at, size_t length)
{
    for (; length >= 255; length -= 255)
        *at++ = 255;
    *at++ = (uint8_t)length;
    return at;
}

/* One sequence; without a match where `match` is 0. 0 where there is no room. */
static int put(writer *out, const uint8_t *literals, size_t count, size_t offset, size_t match)
{
    const size_t more = match ? match - MATCH : 0;
    if ((size_t)(out->end - out->at) < 1 + count / 255 + 1 + count + 2 + more / 255 + 1)
        return 0;
    *out->at++ = (uint8_t)((count < 15 ? count : 15) << 4 | (more < 15 ? more : 15));
    if (count >= 15)
        out->at = put_rest(out->at, count - 15);
    memcpy(out->at, literals, count);
    out->at += count;
    if (!match)
        return 1;
    *out->at++ = (uint8_t)offset;
    *out->at++ = (uint8_t)(offset >> 8);
    if (more >= 15)
        out->at = put_rest(out->at, more - 15);
    return 1;
}

size_t ws_lz4_pack(const ws_lz4 *lz4, const uint8_t *from, size_t size, uint8_t *to, size_t room)
{
    uint16_t *const table = ((wd_lz4_small *)lz4->stream)->places;
    writer out = {to, to + room};
    size_t done = 0; /* what is behind it is not written yet */
    if (!size || size > MOST)
        return 0;
    memset(table, 0, sizeof ((wd_lz4_small *)lz4->stream)->places);
    for (size_t at = 1; at + LAST <= size;) { /* a slot that is 0 is compared like any other */
        uint16_t *const slot = &table[slot_of(load32(from + at))];
        const size_t place = *slot;
        *slot = (uint16_t)at;
        if (load32(from + place) != load32(from + at)) {
            at += 1 + ((at - done) >> HASTE);
            continue;
        }
        size_t match = MATCH;
        while (at + match + LITERALS < size && from[place + match] == from[at + match])
            match++;
        if (!put(&out, from + done, at - done, at - place, match))
            return 0;
        at += match;
        done = at;
    }
    return put(&out, from + done, size - done, 0, 0) ? (size_t)(out.at - to) : 0;
}

void ws_lz4_close(ws_lz4 *lz4) { *lz4 = (ws_lz4){.library = NULL}; }
