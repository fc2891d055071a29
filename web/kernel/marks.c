/* Draws marked pixels, four at a time: those that bring a colour, those that become the pixel above, and those that stay. */
#include "kernel.h"

void prepare(nibbles *table, uint32_t size)
{
    const uint32_t colour_size = size < 3 ? size : 3;
    for (uint32_t bits = 0; bits < 16; bits++) {
        uint8_t are[16] = {0}, places[16], next = 0;
        for (uint32_t at = 0; at < 16; at++) {
            const uint32_t pixel = at / size, byte = at % size;
            const int is_set = pixel < 4 && bits >> pixel & 1;
            are[at] = is_set ? 255 : 0;
            places[at] = is_set && byte < colour_size ? next++ : 128;
        }
        table->are[bits] = load(are);
        table->places[bits] = load(places);
    }
}

/* What four pixels become; colours of three bytes get their padding. */
static inline block mixed(const nibbles *table, uint32_t size, block old, block above, const uint8_t *colours, uint32_t mask,
                          uint32_t literal)
{
    const block padding = {0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255};
    const block marked = table->are[mask], brought = table->are[literal];
    block fresh = pick(load(colours), table->places[literal]);
    if (size == 4)
        fresh |= padding;
    above = (above & marked) | (old & ~marked);
    return (fresh & brought) | (above & ~brought);
}

/* The first 4 * size bytes of both halves of a group of eight pixels. */
static inline void draw_eight(const nibbles *table, uint32_t size, uint8_t *to, const uint8_t *above, const uint8_t *colours,
                              uint32_t mask, uint32_t literal)
{
    const uint32_t half = 4 * size, colour_size = size < 3 ? size : 3;
    const uint8_t *const others = colours + colour_size * (uint32_t)__builtin_popcount(literal & 15);
    const block left = mixed(table, size, load(to), load(above), colours, mask & 15, literal & 15);
    const block right = mixed(table, size, load(to + half), load(above + half), others, mask >> 4, literal >> 4);
    __builtin_memcpy(to, &left, half);
    __builtin_memcpy(to + half, &right, half);
}

static inline void draw_group(const nibbles *table, uint32_t size, uint8_t *to, const uint8_t *above, const uint8_t *colours,
                              uint32_t mask, uint32_t literal)
{
    switch (size) {
    case 1: draw_eight(table, 1, to, above, colours, mask, literal); break;
    case 2: draw_eight(table, 2, to, above, colours, mask, literal); break;
    case 3: draw_eight(table, 3, to, above, colours, mask, literal); break;
    default: draw_eight(table, 4, to, above, colours, mask, literal);
    }
}

/* Up to 64 group bits from this byte on. */
static inline uint64_t load_bits(const uint8_t *from, uint32_t bytes)
{
    uint64_t bits;
    __builtin_memcpy(&bits, from, sizeof bits);
    return bytes < 8 ? bits & (((uint64_t)1 << 8 * bytes) - 1) : bits;
}

int draw(const nibbles *table, uint8_t *pixels, uint32_t size, uint32_t width, uint32_t first_row, uint32_t rows,
         const uint8_t *content, uint32_t length)
{
    const uint32_t per_row = (width + 7) / 8, count = rows * per_row, bytes = (count + 7) / 8;
    if (bytes > length)
        return 0;
    uint32_t marked = 0;
    for (uint32_t at = 0; at < bytes; at += 8)
        marked += (uint32_t)__builtin_popcountll(load_bits(content + at, bytes - at));
    if (2 * marked > length - bytes || (count % 8 && content[bytes - 1] >> count % 8))
        return 0;
    const uint8_t *masks = content + bytes, *colours = masks + 2 * marked, *const end = content + length;
    const uint32_t beyond = width % 8 ? 255U << width % 8 : 0;
    uint32_t row = first_row, row_start = 0, wrong = 0;
    for (uint32_t at = 0; at < bytes; at += 8)
        for (uint64_t left = load_bits(content + at, bytes - at); left; left &= left - 1) {
            const uint32_t group = 8 * at + (uint32_t)__builtin_ctzll(left);
            for (; group >= row_start + per_row; row_start += per_row)
                row++;
            const uint32_t mask = *masks, literal = masks[marked];
            const uint32_t colour_bytes = (size < 3 ? size : 3) * (uint32_t)__builtin_popcount(literal);
            wrong |= (uint32_t)!mask | (literal & ~mask) | (group + 1 == row_start + per_row ? mask & beyond : 0) |
                     (row ? 0 : mask ^ literal);
            if (wrong || colour_bytes > (size_t)(end - colours))
                return 0;
            uint8_t *const to = pixels + ((size_t)row * width + 8 * (group - row_start)) * size;
            draw_group(table, size, to, row ? to - (size_t)width * size : to, colours, mask, literal);
            colours += colour_bytes;
            masks++;
        }
    return colours == end;
}
