#include "phase_lock.h"

#include <math.h>

enum { PATIENCE = 3, MOST_DOUBLED = 5, TRIES = 2, LOOKS = 16, FINER = 64, ENOUGH = 64 };
#define SHORTEST 0.008
#define EARLIER (1.0 / 1024)
#define BOLDER 1.125
#define SOON 0.001
#define SLOWER 1.25

static void compare_with(ws_writer_clock *clock, uint64_t count, double at, uint64_t least)
{
    clock->count = count;
    clock->at = at;
    clock->least = least;
}

static void begin(ws_writer_clock *clock, uint64_t count, double at)
{
    compare_with(clock, count, at, 1);
    clock->moments = 0;
}

static double estimate(ws_writer_clock *clock, uint64_t count, double at)
{
    return clock->period = (at - clock->at) / (double)(count - clock->count);
}

/* This picture has just been completed. */
static void met(ws_writer_clock *clock, uint64_t count, double at)
{
    if (++clock->moments == 1)
        compare_with(clock, count, at, 1);
    else if (count - clock->count >= clock->least) {
        estimate(clock, count, at);
        if (count - clock->count >= ENOUGH)
            compare_with(clock, count, at, ENOUGH / 2);
    }
}

static void lose(ws_phase_lock *lock)
{
    if (lock->locked && lock->clock.moments < LOOKS && lock->doubled < MOST_DOUBLED)
        lock->doubled++;
    lock->locked = lock->found = lock->vain = 0;
}

static void search(ws_phase_lock *lock, uint64_t count, double at)
{
    if (!lock->found)
        begin(&lock->clock, count, at);
    if (++lock->found > PATIENCE << lock->doubled) {
        lock->locked = estimate(&lock->clock, count, at) >= SHORTEST;
        lock->found = 0;
        lock->early = lock->clock.period; /* its pictures were of any age */
    }
}

/* What was waited for is there: measures, and is earlier or later the next time. */
static void follow(ws_phase_lock *lock, uint64_t count, double at)
{
    ws_writer_clock *const clock = &lock->clock;
    if (lock->vain) {
        met(clock, count, at);
        lock->early = clock->moments < LOOKS ? lock->early / 2 : 0;
        if (clock->moments == LOOKS)
            lock->doubled = lock->found = 0;
    } else if (clock->moments && count == lock->count + lock->ahead) {
        lock->early *= BOLDER;
    } else if (lock->found < TRIES) { /* more came than was waited for, or none was ever too early */
        lock->found++;
        lock->early = clock->period;
        begin(clock, count, at);
    } else {
        lose(lock);
    }
}

static void take(ws_phase_lock *lock, uint64_t count, double at, double interval)
{
    lock->count = count;
    lock->at = at;
    lock->vain = 0;
    ws_rate_limit_sent(&lock->limit, 1 / interval, at);
}

/* Less is there than was waited for. */
static int look_again(ws_phase_lock *lock, uint64_t count, double at, double interval, double *wait)
{
    const double span = (double)lock->ahead * lock->clock.period, left = lock->at + span - lock->early - at;
    if (left > SOON / 8) { /* a slower writer's */
        *wait = fmin(left, SLOWER * interval);
        return 0;
    }
    if (++lock->vain <= LOOKS) {
        *wait = fmax(fmax(SOON, lock->early / 8), span / FINER);
        return 0;
    }
    lose(lock);
    *wait = interval;
    if (count == lock->count)
        return 0;
    take(lock, count, at, interval);
    return 1;
}

/* Chooses the next picture to be read: the first that the rate allows. Seconds until just before it. */
static double aim(ws_phase_lock *lock, double interval)
{
    const double period = lock->clock.period;
    const double due = fmin(ws_rate_limit_due(&lock->limit, 1 / interval) - lock->at, interval);
    lock->ahead = (uint64_t)fmax(1, ceil(due / period - 1.0 / 8));
    const double span = (double)lock->ahead * period;
    lock->early = fmax(lock->early, EARLIER * span);
    const double wait = fmax(span - lock->early, SOON);
    return lock->ahead > 1 ? wait : fmin(wait, SLOWER * interval);
}

int ws_phase_lock_look(ws_phase_lock *lock, uint64_t count, double at, double interval, double *wait)
{
    if (count < lock->count) { /* the writer began anew */
        lose(lock);
        lock->count = count - 1; /* of 0, the highest */
    }
    if (lock->locked && count - lock->count < lock->ahead)
        return look_again(lock, count, at, interval, wait);
    *wait = interval;
    if (count == lock->count)
        return 0;
    if (lock->locked)
        follow(lock, count, at);
    else
        search(lock, count, at);
    take(lock, count, at, interval);
    if (lock->locked)
        *wait = aim(lock, interval);
    return 1;
}
