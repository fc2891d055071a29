/* CRC-32 as zlib and PNG have it. */
#ifndef WS_CRC32_H
#define WS_CRC32_H

#include <stddef.h>
#include <stdint.h>

enum { WS_CRC_SLICES = 8 };

typedef struct {
    uint32_t of[WS_CRC_SLICES][256];
} ws_crc_table;

void ws_crc_table_fill(ws_crc_table *table);
uint32_t ws_crc32(const ws_crc_table *table, const uint8_t *bytes, size_t size);

#endif
