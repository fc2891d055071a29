/* From marked pixels to the segments of a message: bands of rows, each packed with LZ4 where that makes it shorter. */
#ifndef WS_PACK_H
#define WS_PACK_H

#include "lz4.h"
#include "marks.h"

/* Extensions, segment table and payloads, as they follow the fixed part of a message's header. */
typedef struct {
    ws_memory memory;
    size_t length;
    uint32_t segments;
} ws_body;

/* What viewers decode, and so what they are sent. */
typedef struct {
    int has_lz4, has_copy;
    size_t band_rows; /* of a segment, at most */
} ws_encoding;

/* What packing needs beside what is packed; used again for each body. */
typedef struct {
    ws_lz4 lz4;
    ws_memory content;
} ws_packer;

/* Appends to what the body holds. 0 where there is no memory. */
int ws_pack(ws_packer *packer, const ws_marks *marks, const ws_pixel *pixel, const ws_encoding *encoding, size_t width,
            size_t height, ws_body *body);

void ws_packer_close(ws_packer *packer);

#endif
