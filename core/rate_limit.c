#include "rate_limit.h"

#include <math.h>

#define EARLY 0.9
#define LONGEST 1e9
#define LATE 1.125
#define FAR 2.25

enum { REMEMBERED = 16 };

static double interval_of(double rate) { return fmin(1 / rate, LONGEST); }

double ws_rate_limit_due(const ws_rate_limit *limit, double rate) { return limit->due - EARLY * interval_of(rate); }

void ws_rate_limit_sent(ws_rate_limit *limit, double rate, double now)
{
    limit->due = fmax(limit->due, now) + interval_of(rate);
}

void ws_pace_open(ws_pace *pace) { *pace = (ws_pace){0, 0, LONGEST, 0}; }

void ws_pace_came(ws_pace *pace)
{
    const double gap = pace->read - pace->at;
    pace->at = pace->read;
    pace->since++;
    if (gap >= pace->gap || pace->since >= REMEMBERED) {
        pace->gap = gap;
        pace->since = 0;
    }
}

double ws_pace_release(const ws_pace *pace, double due, double rate)
{
    if (pace->at >= due || pace->gap * rate > FAR)
        return due;
    return fmax(due, pace->at + LATE * pace->gap);
}
