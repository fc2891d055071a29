#include "phase_lock.h"

enum { PROBES = 16, PROBED_FIRST = 3, PROBED_LAST = 4, TOO_EARLY = 4 };
#define EARLIER (1.0 / 1024)

static const double too_early[TOO_EARLY] = {0.001, 0.001, 0.002, 0.004};

static int is_probed(const ws_phase_lock *lock)
{
    return !lock->locked && (lock->found == PROBED_FIRST || lock->found == PROBED_LAST);
}

double ws_phase_lock_found(ws_phase_lock *lock, double interval)
{
    lock->locked |= lock->vain > 0;
    lock->found++;
    lock->vain = 0;
    if (lock->locked)
        return interval * (1 - EARLIER);
    return is_probed(lock) ? interval / PROBES : interval;
}

double ws_phase_lock_vain(ws_phase_lock *lock, double interval)
{
    if (lock->locked && lock->vain < TOO_EARLY)
        return too_early[lock->vain++];
    if (is_probed(lock) && lock->vain < PROBES) {
        lock->vain++;
        return interval / PROBES;
    }
    *lock = (ws_phase_lock){0, 0, 0};
    return interval;
}
