/* From marked pixels to the segments of a message: bands of rows, each packed with LZ4 where that makes it shorter. */
#ifndef WS_PACK_H
#define WS_PACK_H

#include "lz4.h"
#include "marks.h"

/* Segment table and payloads, as they follow a message's header. */
typedef struct {
    ws_memory memory;
    size_t length;
    uint32_t segments;
} ws_body;

/* What packing needs beside what is packed; used again for each body. */
typedef struct {
    ws_lz4 lz4;
    ws_memory content;
} ws_packer;

/* 0 where there is no memory. */
int ws_pack(ws_packer *packer, const ws_marks *marks, const ws_pixel *pixel, size_t width, size_t height,
            ws_body *body);

void ws_packer_close(ws_packer *packer);

#endif
