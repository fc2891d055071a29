/* So much a second, and so much at once: the twin of ws_stream/allowance.py. */
#ifndef WS_ALLOWANCE_H
#define WS_ALLOWANCE_H

typedef struct {
    double rate, at_once;
    double spent; /* until when what was taken lasts at this rate, in seconds of a clock that only moves forward */
} ws_allowance;

/* When one more may be taken. */
static inline double ws_allowance_due(const ws_allowance *a) { return a->spent + (1 - a->at_once) / a->rate; }

/* Counts so much as taken now. */
static inline void ws_allowance_take(ws_allowance *a, double now, double amount)
{
    a->spent = (a->spent > now ? a->spent : now) + amount / a->rate;
}

#endif
