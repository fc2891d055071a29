/* Unpacks LZ4 blocks by the rules of docs/protocol.md. The twin is ws_stream/codec/unpack.py. */
#ifndef WS_UNPACK_H
#define WS_UNPACK_H

#include <stddef.h>
#include <stdint.h>

/* Unpacks the block into at most `room` bytes; how many, or -1: it breaks a rule or is longer. */
ptrdiff_t ws_unpack(const uint8_t *block, size_t size, uint8_t *to, size_t room);

#endif
