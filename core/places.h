/* The places of a stream's subscribers: a subscriber is named by its place from joining to leaving. The twin of
   ws_stream/walk/places.py. */
#ifndef WS_PLACES_H
#define WS_PLACES_H

#include "subscriber.h"

enum { WS_SUBSCRIBERS = 512 }; /* more than a server lets in */

typedef struct {
    ws_subscriber *subscribers;
    size_t count;    /* of places, taken or not */
    uint32_t *bases; /* room for one of each subscriber */
} ws_places;

void ws_places_close(ws_places *p);

/* A place for one more subscriber; -1 where there is none. */
ptrdiff_t ws_places_join(ws_places *p, int fd, size_t variant_id, int acknowledges, double fps, double now);

/* The pictures that subscribers of this variant show, in `bases`: how many. */
size_t ws_places_bases(ws_places *p, size_t variant_id, uint32_t epoch);

/* Whether a socket was handed to its transport that was not told of it yet. */
int ws_places_has_handed_over(const ws_places *p);

/* The first such place from `from` on, or -1; its transport counts as told from now on. */
ptrdiff_t ws_places_pop_handed_over(ws_places *p, size_t from);

#endif
