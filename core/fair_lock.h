/* A lock that whoever waits for it gets before whoever has just had it: a poller that is behind may want it again at
   once, for ever. The twin of ws_stream/fair_lock.py; this one is not reentrant, and its holder may sleep. */
#ifndef WS_FAIR_LOCK_H
#define WS_FAIR_LOCK_H

#include <pthread.h>

typedef struct {
    pthread_mutex_t lock, door; /* whoever waits for the lock holds the door */
    pthread_cond_t roused;
} ws_fair_lock;

void ws_fair_lock_open(ws_fair_lock *l);
void ws_fair_lock_close(ws_fair_lock *l);
void ws_fair_lock_acquire(ws_fair_lock *l);
void ws_fair_lock_release(ws_fair_lock *l);

/* The holder lets go of it until it is roused, or the time has come: seconds of CLOCK_MONOTONIC, or infinity. */
void ws_fair_lock_sleep(ws_fair_lock *l, double until);

/* Called by the holder: whoever sleeps wakes up. */
void ws_fair_lock_rouse(ws_fair_lock *l);

#endif
