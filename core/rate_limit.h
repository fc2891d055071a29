/* At most so many pictures a second, none of them kept waiting while a newer one is about to come: the twin of
   ws_stream/walk/rate_limit.py. */
#ifndef WS_RATE_LIMIT_H
#define WS_RATE_LIMIT_H

typedef struct {
    double due; /* seconds: when the next picture is due */
} ws_rate_limit;

/* When a picture may be sent at this rate. */
double ws_rate_limit_due(const ws_rate_limit *limit, double rate);

/* Counts a picture that is sent now. */
void ws_rate_limit_sent(ws_rate_limit *limit, double rate, double now);

/* When the last picture of a source came, and the longest of the last gaps between its pictures. */
typedef struct {
    double read; /* when the source was read last */
    double at, gap;
    int since; /* pictures since that gap */
} ws_pace;

void ws_pace_open(ws_pace *pace);

/* What was read last is another picture. */
void ws_pace_came(ws_pace *pace);

/* When the newest picture is to be sent of which the limit says that it is due then. */
double ws_pace_release(const ws_pace *pace, double due, double rate);

#endif
