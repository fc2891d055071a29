/* Reads pictures from mapped memory into a walk while somebody watches: waits, polls, updates, sends. The twin of
   ws_stream/producers/polls.py, where the rules and every constant are explained. */
#ifndef WS_POLLER_H
#define WS_POLLER_H

#include "phase_lock.h"
#include "walk.h"

/* Where pictures lie in memory that others write to, and where the number of those completed stands. */
typedef struct {
    const uint8_t *memory;  /* of the first slot's first pixel */
    size_t slot_bytes, slots;
    ws_view view;           /* strides and size */
    const uint8_t *counter; /* NULL: nobody counts */
    int counter_bytes, counter_is_big_endian;
    int fd;                 /* of a regular file, whose size is looked at before its memory is read; or -1 */
    int64_t size;
} ws_source;

/* Why Python is wanted. */
enum {
    WS_WOKEN = 1,    /* it asked for this itself */
    WS_REFRESH = 2,  /* the file is of another size, holds no picture yet, or is to be looked up again; or its pictures
                        are not those that the variants are of */
    WS_HANDED_OVER = 4, /* sockets were handed to their transports */
    WS_TORN = 8,     /* the writer overwrote every picture of the last polls while it was read */
    WS_BEHIND = 16,  /* the device cannot keep up any more, or can again: see is_behind */
    WS_POLLED = 32,  /* the source was asked, and had no fault; told where it was asked for */
    WS_NO_MEMORY = 64,
};

typedef struct {
    ws_source source;
    uint64_t seen; /* pictures that were complete when the last intact one was read; 0: there was none */
    int trust;     /* polls before the file's path is looked up again */
    ws_phase_lock lock;
    double due;       /* the next poll, seconds of CLOCK_MONOTONIC; 0: at once */
    int64_t ahead_us; /* the device's time less CLOCK_MONOTONIC, microseconds */
    double flush_due; /* the next subscriber's picture; 0: at once */
    int late, is_behind, still, torn;
} ws_poller;

/* Polls and sends until Python is wanted: why. `interval` seconds are between two pictures. Takes the walk's lock. */
int ws_poller_run(ws_poller *poller, ws_walk *walk, double interval, int tell_polled);

double ws_now(void);

#endif
