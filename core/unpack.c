#include "unpack.h"

#include <string.h>

enum { MATCH_START = 12, LAST_LITERALS = 5 }; /* bytes before the end, at least: LZ4's end-of-block rules */
enum { SHORTEST_MATCH = 4, EXTENDED = 15 };

/* The length that four bits of a token begin. 0 where the block ends within it. */
static int read_length(const uint8_t **at, const uint8_t *end, size_t *length)
{
    uint8_t more = *length == EXTENDED ? 255 : 0;
    while (more == 255) {
        if (*at == end)
            return 0;
        more = *(*at)++;
        *length += more;
    }
    return 1;
}

/* What a match makes may be what it copies from. */
static void repeat(uint8_t *to, size_t offset, size_t length)
{
    if (offset >= length)
        memcpy(to, to - offset, length);
    else if (offset == 1)
        memset(to, to[-1], length);
    else
        for (size_t i = 0; i < length; i++)
            to[i] = to[(ptrdiff_t)i - (ptrdiff_t)offset];
}

ptrdiff_t ws_unpack(const uint8_t *block, size_t size, uint8_t *to, size_t room)
{
    const uint8_t *at = block, *const end = block + size;
    size_t made = 0, match_start = 0, match_end = 0;
    while (at < end) {
        const uint8_t token = *at++;
        size_t literals = token >> 4, match = token & EXTENDED;
        if (!read_length(&at, end, &literals) || literals > (size_t)(end - at) || literals > room - made)
            return -1;
        memcpy(to + made, at, literals);
        made += literals;
        at += literals;
        if (at == end) {
            const int is_right = !match_end || (made - match_start >= MATCH_START && made - match_end >= LAST_LITERALS);
            return is_right ? (ptrdiff_t)made : -1;
        }
        if (end - at < 2)
            return -1;
        const size_t offset = at[0] | (size_t)at[1] << 8;
        at += 2;
        if (!read_length(&at, end, &match) || !offset || offset > made)
            return -1;
        match += SHORTEST_MATCH;
        if (match > room - made)
            return -1;
        repeat(to + made, offset, match);
        match_start = made;
        made += match;
        match_end = made;
    }
    return -1;
}
