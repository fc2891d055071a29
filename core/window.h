/* Flow control: how many pictures may be on their way to one viewer. The twin of ws_stream/walk/window.py, where the
   idea and every constant are explained; the same numbers go through the same arithmetic in both. */
#ifndef WS_WINDOW_H
#define WS_WINDOW_H

#include <stdint.h>

enum { WS_WINDOW_MOST = 16 };

typedef struct {
    uint32_t number;
    double at; /* seconds */
    int depth; /* pictures in flight, this one included */
} ws_sent;

/* All times are seconds of one clock that only moves forward. */
typedef struct {
    int acknowledges, size, uncongested, probing, count;
    ws_sent in_flight[WS_WINDOW_MOST];
    double emptied, shortest, older_shortest, shortest_since;
    uint32_t round_ends;
} ws_window;

void ws_window_open(ws_window *w, int acknowledges, double now);

/* Whether one more picture may be sent. */
int ws_window_allows(const ws_window *w, double now);

/* A picture had to wait: the path is not uncongested. */
void ws_window_delayed(ws_window *w);

/* A picture leaves; whether it is to be acknowledged. */
int ws_window_sent(ws_window *w, uint32_t number, double now);

/* The viewer shows this picture. A number that is not in flight opens nothing. */
void ws_window_acknowledged(ws_window *w, uint32_t number, double now);

/* What was in flight is void: numbers begin anew. */
void ws_window_clear(ws_window *w, double now);

#endif
