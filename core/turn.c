#include "turn.h"

#include <math.h>

double ws_turn_due(const ws_turn *turn, double full)
{
    if (!(turn->fps > 0))
        return INFINITY;
    return turn->fps < full ? ws_rate_limit_due(&turn->limit, turn->fps) : 0;
}

int ws_turn_miss(ws_turn *turn, double full, double now)
{
    turn->is_taken = 0;
    turn->is_missed = 1;
    return now >= ws_turn_due(turn, full);
}

int ws_turn_take(ws_turn *turn, double full, double now)
{
    if (turn->is_taken && now <= turn->taken_at)
        return 1;
    turn->is_taken = now >= ws_turn_due(turn, full);
    turn->is_missed = !turn->is_taken;
    if (!turn->is_taken)
        return 0;
    turn->taken_at = now;
    if (turn->fps < full)
        ws_rate_limit_sent(&turn->limit, turn->fps, now);
    else
        turn->limit = (ws_rate_limit){now};
    return 1;
}
