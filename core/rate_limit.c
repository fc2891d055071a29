#include "rate_limit.h"

#define EARLY 0.9
#define NEARLY 0.95

double ws_rate_limit_due(const ws_rate_limit *limit, double rate) { return limit->due - EARLY / rate; }

void ws_rate_limit_sent(ws_rate_limit *limit, double rate, double now)
{
    const double interval = 1 / rate, behind = limit->due - limit->sent;
    const double ahead = behind > interval ? behind : interval;
    limit->due = (limit->due > now ? limit->due : now) + interval;
    if (now - limit->sent >= NEARLY * interval && limit->due > now + ahead)
        limit->due = now + ahead;
    limit->sent = now;
}
