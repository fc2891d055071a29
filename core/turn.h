/* Which of a stream's pictures one variant takes: at most so many a second. The twin of ws_stream/walk/turn.py. */
#ifndef WS_TURN_H
#define WS_TURN_H

#include "rate_limit.h"

typedef struct {
    double fps; /* pictures a second that its quickest subscriber may have; 0: none */
    ws_rate_limit limit;
    double taken_at;
    int is_taken;  /* the stream's newest picture is one that it took */
    int is_missed; /* there was a newer picture than the last one it took */
} ws_turn;

/* When its next turn is, or infinity; `full` is how many pictures a second the stream has at most. */
double ws_turn_due(const ws_turn *turn, double full);

/* There is a picture that it has missed until it takes it. Whether it may, now. */
int ws_turn_miss(ws_turn *turn, double full, double now);

/* Whether it takes the picture there is now. The same `now` as before: the same picture is read once more. */
int ws_turn_take(ws_turn *turn, double full, double now);

#endif
