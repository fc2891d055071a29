#include "fair_lock.h"

#include <math.h>
#include <time.h>

void ws_fair_lock_open(ws_fair_lock *l)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&l->lock, NULL);
    pthread_mutex_init(&l->door, NULL);
    pthread_cond_init(&l->roused, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

void ws_fair_lock_close(ws_fair_lock *l)
{
    pthread_cond_destroy(&l->roused);
    pthread_mutex_destroy(&l->door);
    pthread_mutex_destroy(&l->lock);
}

void ws_fair_lock_acquire(ws_fair_lock *l)
{
    pthread_mutex_lock(&l->door);
    pthread_mutex_lock(&l->lock);
    pthread_mutex_unlock(&l->door);
}

void ws_fair_lock_release(ws_fair_lock *l) { pthread_mutex_unlock(&l->lock); }

void ws_fair_lock_sleep(ws_fair_lock *l, double until)
{
    const double never = 1e9; /* seconds of uptime: 31 years, and within any time_t */
    if (!(until < never)) {
        pthread_cond_wait(&l->roused, &l->lock);
        return;
    }
    const double whole = floor(until);
    const struct timespec at = {(time_t)whole, (long)((until - whole) * 1e9)};
    pthread_cond_timedwait(&l->roused, &l->lock, &at);
}

void ws_fair_lock_rouse(ws_fair_lock *l) { pthread_cond_signal(&l->roused); }
