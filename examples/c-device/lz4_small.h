/* The memory of lz4_small.c. */
#ifndef DEVICE_LZ4_SMALL_H
#define DEVICE_LZ4_SMALL_H

#include <stdint.h>

enum { LZ4_SMALL_BITS = 11 };

typedef struct {
    uint16_t places[1 << LZ4_SMALL_BITS]; /* of four bytes, by their hash: where they were seen last */
} wd_lz4_small;

#endif
