/* At most so many pictures a second for one viewer: the twin of ws_stream/walk/rate_limit.py. */
#ifndef WS_RATE_LIMIT_H
#define WS_RATE_LIMIT_H

typedef struct {
    double due, sent; /* seconds: when the next picture is due, when the last one was sent */
} ws_rate_limit;

/* When a picture may be sent at this rate. */
double ws_rate_limit_due(const ws_rate_limit *limit, double rate);

/* Counts a picture that is sent now. */
void ws_rate_limit_sent(ws_rate_limit *limit, double rate, double now);

#endif
