/* From what a viewer lacks to the message that brings it: as much as one message takes, from a row on. Knows no
   sockets.

   A message's length stands before its first byte, and a board has no memory for a message of a whole picture. So a
   large change travels as several pictures, each of which is the one before with more rows made new: as a panel
   itself shows it. */
#ifndef DEVICE_DELTA_H
#define DEVICE_DELTA_H

#include "lz4_small.h"
#include "message.h"
#include "mirror.h"
#include "pack.h"

enum {
    DELTA_ENTRY = 12,
    DELTA_PAYLOADS = WS_PREFIX + DELTA_ENTRY * DEVICE_SEGMENTS, /* where they begin, behind the table */
};

/* What a viewer decodes: segments of so many rows, messages of so many bytes behind their WebSocket head. */
typedef struct {
    ws_encoding encoding;
    size_t most;
} wd_delta_offer;

/* A message that waits for its socket. */
typedef struct {
    uint8_t bytes[DEVICE_MESSAGE];
    size_t begin, end; /* equal: there is none */
    uint32_t segments;
} wd_delta_message;

/* What packing needs: the marks of a segment's rows, below the row above them, and its content. */
typedef struct {
    ws_packer packer;
    wd_lz4_small table;
    ws_marks marks;
    uint32_t marked[DEVICE_BAND + 1], coloured[DEVICE_BAND + 1];
    uint8_t masks[DEVICE_BAND + 1][DEVICE_GROUPS], literals[DEVICE_BAND + 1][DEVICE_GROUPS];
    uint8_t colours[(DEVICE_BAND + 1) * DEVICE_WIDTH * 2 + 4];
    uint8_t content[DEVICE_BAND * DEVICE_ROW + DEVICE_BAND + 1];
} wd_delta_room;

void wd_delta_open(wd_delta_room *room);

/* The longest content of so many rows. */
size_t wd_delta_longest(size_t rows);

/* Puts the table and the payloads of rows from `cursor` on into the message, and takes them from what is lacked.
   Where the next message goes on; 0 where these were the last rows. */
size_t wd_delta_pack(wd_delta_room *room, const wd_mirror *m, wd_lack *l, const wd_delta_offer *offer, size_t cursor,
                  wd_delta_message *message);

/* Puts what stands before: the header of this picture, and the head of a WebSocket frame. */
void wd_delta_head(wd_delta_message *message, const ws_picture *picture, uint32_t base, int flags, uint32_t checksum);

#endif
