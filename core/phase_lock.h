/* When to poll a source that counts its pictures, so that each is read soon after its writer completed it: the twin of
   ws_stream/walk/phase_lock.py, where the table stands. */
#ifndef WS_PHASE_LOCK_H
#define WS_PHASE_LOCK_H

#include <stdint.h>

#include "rate_limit.h"

/* How long a writer takes for a picture, by moments at which it had just completed one. */
typedef struct {
    double period;  /* seconds */
    int moments;    /* met since it began */
    uint64_t count; /* the moment that others are compared with */
    double at;
    uint64_t least; /* pictures after it before they are */
} ws_writer_clock;

typedef struct {
    int locked;   /* polls follow the writer's clock */
    int found;    /* pictures found since the search or the lock began */
    int doubled;  /* how often patience was: locks in a row that did not hold */
    int vain;     /* looks since the last picture that came too early */
    uint64_t count;
    double at;    /* of the last picture that was read */
    uint64_t ahead;
    double early; /* by how many pictures it is ahead which is waited for, and by how much the poll comes earlier */
    ws_writer_clock clock;
    ws_rate_limit limit;
} ws_phase_lock;

/* A poll saw that so many pictures are complete: whether the newest is to be read, and seconds to wait. */
int ws_phase_lock_look(ws_phase_lock *lock, uint64_t count, double at, double interval, double *wait);

#endif
