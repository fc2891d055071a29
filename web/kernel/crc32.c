/* CRC-32 as in zlib and PNG, by leaving out blocks. The polynomial divides x^300 + x^155 + x^117 + x^89 + 1, and what
   comes of that by taking each power 128 times: so the CRC stays when a block of 16 bytes is left out and added to the
   blocks that are 145, 183, 211 and 300 further on. No tables, no carry-less multiplication: loads and XOR. */
#include "kernel.h"

enum { RING = 300 };
enum { ONE = 145, TWO = 183, THREE = 211 };

/* The bytes that were left out last lie in a ring. A block of it takes what is added to the one that comes next. */
static inline void leave_out(uint8_t *ring, const uint8_t *bytes, int start, int end, int one, int two, int three)
{
    for (int i = start; i < end; i++)
        store(ring + 16 * i, load(bytes + 16 * i) ^ load(ring + 16 * i) ^ load(ring + 16 * (i + one)) ^
                                 load(ring + 16 * (i + two)) ^ load(ring + 16 * (i + three)));
}


static uint32_t step(const uint32_t *table, uint32_t crc, const uint8_t *bytes, uint32_t size)
{
    for (uint32_t at = 0; at < size; at++)
        crc = crc >> 8 ^ table[(crc ^ bytes[at]) & 255];
    return crc;
}

uint32_t crc32(const uint8_t *bytes, uint32_t size)
{
    uint8_t ring[16 * RING] = {255, 255, 255, 255}; /* what a CRC begins with */
    uint32_t table[256];
    for (uint32_t byte = 0; byte < 256; byte++) {
        table[byte] = byte;
        for (int bit = 0; bit < 8; bit++)
            table[byte] = table[byte] >> 1 ^ (table[byte] & 1 ? 0xEDB88320 : 0);
    }
    if (size < sizeof ring)
        return ~step(table, UINT32_MAX, bytes, size);
    for (; size >= 2 * sizeof ring; size -= (uint32_t)sizeof ring, bytes += sizeof ring) {
        leave_out(ring, bytes, 0, ONE, RING - ONE, RING - TWO, RING - THREE);
        leave_out(ring, bytes, ONE, TWO, -ONE, RING - TWO, RING - THREE);
        leave_out(ring, bytes, TWO, THREE, -ONE, -TWO, RING - THREE);
        leave_out(ring, bytes, THREE, RING, -ONE, -TWO, -THREE);
    }
    /* The next blocks stay, with what is added to them. */
    for (int i = 0; i < RING; i++) {
        block sum = load(ring + 16 * i) ^ load(bytes + 16 * i);
        if (i < ONE)
            sum ^= load(ring + 16 * (i + RING - ONE));
        if (i < TWO)
            sum ^= load(ring + 16 * (i + RING - TWO));
        if (i < THREE)
            sum ^= load(ring + 16 * (i + RING - THREE));
        store(ring + 16 * i, sum);
    }
    const uint32_t crc = step(table, 0, ring, sizeof ring);
    return ~step(table, crc, bytes + sizeof ring, size - (uint32_t)sizeof ring);
}
