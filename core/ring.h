/* What stands beside the pictures of a ring that another process writes: docs/ring.md has the bytes. The twin of
   ws_stream/sources/ring_life.py. Nothing that is read of it is believed before it is bounded. */
#ifndef WS_RING_H
#define WS_RING_H

#include <stddef.h>
#include <stdint.h>

#include "walk.h"

enum {
    WS_RING_HEADER = 80,
    WS_RING_META = 4096,
    WS_RING_SAID = 4 + WS_RING_META, /* bytes of the extension of a picture's message that carries that much */
    WS_RING_SPANS = 128, /* more rows than that are not looked at one by one: all are read */
};

typedef struct {
    const uint8_t *file; /* its first byte */
    uint8_t header[WS_RING_HEADER]; /* as it was when it was bounded */
    size_t slots, records, records_at, record_bytes, heads_at, head_bytes;
} ws_ring;

/* A picture, as its slot said before it is read. */
typedef struct {
    uint32_t number, slot, sequence;
    uint64_t time; /* microseconds of CLOCK_MONOTONIC */
    size_t meta_bytes;
} ws_ring_picture;

/* A ring in `length` bytes of a file with this header, of so many slots; 0 where its parts do not lie in them. */
int ws_ring_open(ws_ring *ring, const uint8_t *file, size_t length, const uint8_t *header, size_t slots);

uint32_t ws_ring_number(const ws_ring *ring);

/* The newest picture: 1. 0: its slot is being drawn into. -1: there is none, or the file was laid out anew. */
int ws_ring_newest(const ws_ring *ring, ws_ring_picture *picture);

/* Asked after reading: whether nobody has begun to draw into its slot, or to lay out the file anew. */
int ws_ring_is_intact(const ws_ring *ring, const ws_ring_picture *picture);

/* Fills in the rows in which a picture may differ from the one seen, at most WS_RING_SPANS: how many; -1: any may. */
int ws_ring_damage(const ws_ring *ring, uint32_t seen, uint32_t number, ws_span *spans);

/* Writes the extension that carries what is said of a picture, at most WS_RING_SAID bytes: how many. */
size_t ws_ring_said(const ws_ring *ring, const ws_ring_picture *picture, uint8_t *said);

#endif
