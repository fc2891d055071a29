/* Unpacks blocks of LZ4 that keep the rules of docs/protocol.md, and no others; copies 16 bytes at a time. */
#include "kernel.h"

enum { MATCH_START = 12, LAST_LITERALS = 5 }; /* bytes before the end, at least */
enum { SHORTEST_MATCH = 4, EXTENDED = 15 };
enum { LONG = 256 }; /* for more bytes the browser's own copy is quicker */

/* May copy 15 bytes more. */
static inline void copy(uint8_t *to, const uint8_t *from, uint32_t length)
{
    if (length > LONG)
        __builtin_memcpy(to, from, length);
    else
        for (uint32_t i = 0; i < length; i += 16)
            store(to + i, load(from + i));
}

/* Makes bytes equal to those `offset` before each of them, and up to 15 more. */
static inline void repeat(uint8_t *to, uint32_t offset, uint32_t length)
{
    if (length > LONG) {
        /* What it made is copied too, twice as much each time. */
        const uint8_t *const from = to - offset;
        for (uint32_t made = 0, ready = offset; made < length; made += ready, ready = offset + made) {
            if (ready > length - made)
                ready = length - made;
            __builtin_memcpy(to + made, from, ready);
        }
    } else if (offset >= 16) {
        for (uint32_t i = 0; i < length; i += 16)
            store(to + i, load(to + i - offset));
    } else {
        block places = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
        for (uint32_t many = 8 * offset; many >= offset; many /= 2) {
            const block each = (block){0} + (uint8_t)many;
            places -= (block)(places >= each) & each;
        }
        const block repeated = pick(load(to - offset), places);
        for (uint32_t i = 0; i < length; i += 16 - 16 % offset)
            store(to + i, repeated);
    }
}

/* The length that four bits of a token begin; more than `most` where it is too long, or the block ends within it. */
static inline uint32_t read_length(const uint8_t **at, const uint8_t *end, uint32_t length, uint32_t most)
{
    uint8_t more = length == EXTENDED ? 255 : 0;
    while (more == 255 && length <= most) {
        if (*at == end)
            return UINT32_MAX;
        more = *(*at)++;
        length += more;
    }
    return length;
}

int32_t unpack(const uint8_t *from, uint32_t size, uint8_t *to, uint32_t room)
{
    const uint8_t *at = from, *const end = from + size;
    uint32_t made = 0, match_start = 0, match_end = 0;
    while (at < end) {
        const uint8_t token = *at++;
        const uint32_t literals = read_length(&at, end, token >> 4, room - made);
        if (literals > room - made || literals > (size_t)(end - at))
            return -1;
        copy(to + made, at, literals);
        made += literals;
        at += literals;
        if (at == end) {
            const int is_right = !match_end || (made - match_start >= MATCH_START && made - match_end >= LAST_LITERALS);
            return is_right ? (int32_t)made : -1;
        }
        if (end - at < 2)
            return -1;
        const uint32_t offset = at[0] | (uint32_t)at[1] << 8;
        at += 2;
        const uint32_t rest = read_length(&at, end, token & EXTENDED, room - made);
        if (!offset || offset > made || rest > room - made || rest + SHORTEST_MATCH > room - made)
            return -1;
        repeat(to + made, offset, rest + SHORTEST_MATCH);
        match_start = made;
        made += rest + SHORTEST_MATCH;
        match_end = made;
    }
    return -1;
}
