/* Slicing by eight (Kounavis and Berry, 2005): eight bytes a turn. */
#include "crc32.h"

#include "words.h"

void ws_crc_table_fill(ws_crc_table *table)
{
    const uint32_t polynomial = 0xEDB88320;
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? polynomial : 0);
        table->of[0][byte] = crc;
    }
    for (int slice = 1; slice < WS_CRC_SLICES; slice++)
        for (int byte = 0; byte < 256; byte++) {
            const uint32_t before = table->of[slice - 1][byte];
            table->of[slice][byte] = before >> 8 ^ table->of[0][before & 255];
        }
}

uint32_t ws_crc32(const ws_crc_table *table, const uint8_t *bytes, size_t size)
{
    const uint32_t(*of)[256] = table->of;
    uint32_t crc = UINT32_MAX;
    for (; size >= 8; size -= 8, bytes += 8) {
        const uint32_t low = load32(bytes) ^ crc, high = load32(bytes + 4);
        crc = of[7][low & 255] ^ of[6][low >> 8 & 255] ^ of[5][low >> 16 & 255] ^ of[4][low >> 24] ^
              of[3][high & 255] ^ of[2][high >> 8 & 255] ^ of[1][high >> 16 & 255] ^ of[0][high >> 24];
    }
    for (; size; size--, bytes++)
        crc = crc >> 8 ^ of[0][(crc ^ *bytes) & 255];
    return ~crc;
}
