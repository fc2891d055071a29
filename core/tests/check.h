/* What the test programs share: a check, chance, and memory that runs out when it is told to. */
#ifndef WS_CHECK_H
#define WS_CHECK_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define CHECK(...)                                                                          \
    do {                                                                                    \
        if (!(__VA_ARGS__)) {                                                               \
            fprintf(stderr, "%s:%d: it is not so: %s\n", __FILE__, __LINE__, #__VA_ARGS__); \
            abort();                                                                        \
        }                                                                                   \
    } while (0)

/* What viewers decode that say nothing of it; a ws_encoding. */
#define ALL_KINDS (&(const ws_encoding){.has_lz4 = 1, .has_copy = 1, .band_rows = 64})

/* Allocations that still succeed; negative: all. Linked with --wrap, see memory.c. */
extern long allocations_left;

/* xorshift64 (Marsaglia, 2003); the seed is not 0. */
static inline uint32_t chance(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (uint32_t)(*seed >> 32);
}

#endif
