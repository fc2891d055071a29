/* What history.c plays in: a source, a walk, and viewers behind sockets that take what they please. */
#ifndef WS_WORLD_H
#define WS_WORLD_H

#include "../walk.h"
#include "decoder.h"

enum { VIEWERS = 6, MOST_WIDTH = 75, MOST_HEIGHT = 96 };

typedef struct {
    int is_in, is_lost, is_awaiting; /* of what it was sent something is still to be seen */
    size_t place;
    picture shown;
    ws_memory received;
    size_t received_length;
    ws_memory expected; /* the picture that the message on its way is to make */
} viewer;

typedef struct {
    const uint8_t *bytes, *end; /* the rest of the history */
    uint64_t seed;              /* of pixels that are drawn at random */
    decompressor decompress;
    ws_walk walk;
    ws_pixel pixel; /* of the source */
    uint8_t source[MOST_WIDTH * MOST_HEIGHT * 4];
    ws_view view;
    viewer viewers[VIEWERS];
    int is_mute; /* viewers acknowledge little */
    uint32_t epoch;
    double now;
} world;

void world_open(world *w, const uint8_t *bytes, size_t size, const char *lz4);
void world_close(world *w);

/* The next byte of the history; 0 at its end. */
unsigned next(world *w);

/* A number below `count`. */
size_t below(world *w, size_t count);

/* Pictures a second that a viewer wants. */
double rate(world *w);

/* Changes the source. */
void paint(world *w);

/* Begins an epoch of a variant with a rendition of the source as the history has it. */
void open_variant(world *w, size_t variant);

ws_subscriber *subscriber_of(world *w, const viewer *v);
ws_variant *variant_of(world *w, const viewer *v);

/* Sends the viewer the newest picture if it may have it, through a socket that takes what the history says, or all. */
void flush_viewer(world *w, viewer *v, int takes_all);

/* The same for all viewers by ws_walk_flush: whole messages, without a socket. */
void flush_walk(world *w);

/* The transport takes the socket, sends the tail, and whatever is on its way is seen. */
void drain(world *w, viewer *v);

void join(world *w, viewer *v);
void leave(world *w, viewer *v);
void announce(world *w, viewer *v);

#endif
