/* Reads pictures from mapped memory into a walk while somebody watches: waits, polls, updates, sends. The twin of
   ws_stream/producers/polls.py, where the rules and every constant are explained. */
#ifndef WS_POLLER_H
#define WS_POLLER_H

#include "guard.h"
#include "phase_lock.h"
#include "ring.h"
#include "walk.h"

/* What a writer keeps beside its pictures. */
typedef enum {
    WS_NOTHING, /* one slot, and nobody knows whether the picture in it is new or whole */
    WS_COUNT,   /* the number of pictures completed; picture n is in slot (n - 1) % slots */
    WS_FRONT,   /* the slot of the newest one */
    WS_RING,    /* all that docs/ring.md says */
} ws_kept;

/* Where pictures lie in memory that others write to, and where that number stands. */
typedef struct {
    const uint8_t *memory;  /* of the first slot's first pixel */
    size_t slot_bytes, slots; /* from one slot to the next */
    ws_view view;           /* strides and size */
    ws_kept kept;
    const uint8_t *number;
    int number_bytes, number_is_big_endian;
    int zero_is_none;       /* a count of 0: nothing was written yet. Else it has passed through 0 */
    const ws_range *range;  /* that guards all of it; NULL: none */
    int fd;                 /* of a regular file, whose size is looked at before its memory is read; or -1 */
    int64_t size;
    uint64_t links; /* names it has: one that is replaced has one less */
    ws_ring ring;
} ws_source;

/* Why Python is wanted. */
enum {
    WS_WOKEN = 1,    /* it asked for this itself */
    WS_REFRESH = 2,  /* the file is of another size, was cut off, holds no picture, or is to be looked up again; or its
                        pictures are not those that the variants are of */
    WS_HANDED_OVER = 4, /* sockets were handed to their transports */
    WS_TORN = 8,     /* the writer overwrote every picture of the last polls while it was read */
    WS_BEHIND = 16,  /* the device cannot keep up any more, or can again: see is_behind */
    WS_POLLED = 32,  /* the source was asked, and had no fault; told where it was asked for */
    WS_NO_MEMORY = 64,
};

typedef struct {
    ws_source source;
    uint64_t seen; /* the number when the last intact picture was read */
    int has_seen;
    int polls; /* since the file's path was looked up */
    ws_phase_lock lock;
    double due;       /* the next poll, seconds of CLOCK_MONOTONIC; 0: at once */
    int64_t ahead_us; /* the device's time less CLOCK_MONOTONIC, microseconds */
    double flush_due; /* the next subscriber's picture; 0: at once */
    int late, is_behind, still, torn;
    int has_waiting; /* newcomers whom the last poll left without a picture */
} ws_poller;

/* Polls and sends until Python is wanted: why. `interval` seconds are between two pictures. Takes the walk's lock. */
int ws_poller_run(ws_poller *poller, ws_walk *walk, double interval, int tell_polled);

double ws_now(void);

#endif
