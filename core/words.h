/* Loads and stores of words at any address, and vectors that GCC and clang make of any processor's. */
#ifndef WS_WORDS_H
#define WS_WORDS_H

#include <stdint.h>
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "core/ takes pixels for little-endian words; right on this processor is the walk in numpy, which setup.py leaves you"
#endif

#define WS_PADDING UINT32_C(0xFF000000)

static inline uint32_t load32(const uint8_t *at)
{
    uint32_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

static inline uint16_t load16(const uint8_t *at)
{
    uint16_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

static inline void store32(uint8_t *at, uint32_t word) { memcpy(at, &word, sizeof word); }
static inline void store16(uint8_t *at, uint16_t word) { memcpy(at, &word, sizeof word); }

/* A pixel of 1 to 4 bytes as a word. */
static inline uint32_t load_pixel(const uint8_t *at, unsigned size)
{
    switch (size) {
    case 1: return at[0];
    case 2: return load16(at);
    case 3: return (uint32_t)(at[0] | at[1] << 8 | at[2] << 16);
    default: return load32(at);
    }
}

#endif
