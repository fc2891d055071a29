/* The loops over a picture's pixels, compiled to WebAssembly for the page. Twins of web/lz4.js, marks.js, crc32.js and
   pixels.js, equal to the byte; they hold no state, take no memory and decide nothing. Whoever calls them owns every area,
   and keeps SLACK bytes behind it: as many may be read and, where the area is written, overwritten. Nothing else is. */
#ifndef KERNEL_H
#define KERNEL_H

#include <stddef.h>
#include <stdint.h>

enum { SLACK = 32 };

typedef uint8_t block __attribute__((vector_size(16)));

static inline block load(const uint8_t *from)
{
    block loaded;
    __builtin_memcpy(&loaded, from, sizeof loaded);
    return loaded;
}

static inline void store(uint8_t *to, block stored)
{
    __builtin_memcpy(to, &stored, sizeof stored);
}

/* Bytes of `from` at these places; 0 for a place from 128 on. */
static inline block pick(block from, block places)
{
#ifdef __wasm_simd128__
    return (block)__builtin_wasm_swizzle_i8x16((__attribute__((vector_size(16))) signed char)from,
                                               (__attribute__((vector_size(16))) signed char)places);
#else
    block picked;
    for (int i = 0; i < 16; i++)
        picked[i] = places[i] < 16 ? from[places[i]] : 0;
    return picked;
#endif
}

uint32_t crc32(const uint8_t *bytes, uint32_t size);

/* Unpacks a block of LZ4; how many bytes it made, or -1: it is broken, or has more than there is room for. */
int32_t unpack(const uint8_t *from, uint32_t size, uint8_t *to, uint32_t room);

/* What four bits say of four pixels. */
typedef struct {
    block are[16];    /* the bytes of pixels whose bit is set */
    block places[16]; /* where their bytes lie in the colours that follow */
} nibbles;

/* For pixels of so many bytes. */
void prepare(nibbles *table, uint32_t size);

/* Changes marked pixels of these rows; 0 where the content is none, the pixels may then be any. */
int draw(const nibbles *table, uint8_t *pixels, uint32_t size, uint32_t width, uint32_t first_row, uint32_t rows,
         const uint8_t *content, uint32_t length);

/* Converts the pixels `first` to before `end`. 0 where there is no such format. */
int convert(uint32_t format, const uint8_t *pixels, uint8_t *rgba, uint32_t first, uint32_t end);

#endif
