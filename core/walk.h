/* The way of a picture through one stream: into each variant, and from there to each subscriber's socket.

   One lock holds the stream together. Functions here expect that the caller holds it, by `ws_walk_lock`. */
#ifndef WS_WALK_H
#define WS_WALK_H

#include "allowance.h"
#include "fair_lock.h"
#include "places.h"

enum { WS_VARIANTS = 4 }; /* renditions of one stream at one time */

/* Messages to subscribers without a socket: place, length, bytes; one after the other. */
typedef struct {
    ws_memory memory;
    size_t length;
} ws_outbox;

typedef struct {
    ws_fair_lock lock;
    int is_woken; /* whoever polls is wanted elsewhere */
    double fps;   /* pictures a second there are at most */
    ws_variant variants[WS_VARIANTS];
    ws_places places;
    ws_shared shared;
    ws_outbox outbox;
    double looked; /* when the source was asked last, seconds of CLOCK_MONOTONIC; 0: never */
} ws_walk;

int ws_walk_open(ws_walk *walk, const char *const *lz4_paths, size_t paths, double fps);
void ws_walk_close(ws_walk *walk);

/* As `ws_variant_open`; it takes as many pictures a second as there are. */
int ws_walk_open_variant(ws_walk *walk, size_t id, const ws_rendition *r, const ws_encoding *encoding,
                         size_t source_width, size_t source_height, uint8_t code, uint32_t epoch);

void ws_walk_lock(ws_walk *walk);
void ws_walk_unlock(ws_walk *walk);

/* Ends `ws_poller_run` in another thread. Takes the lock. */
void ws_walk_wake(ws_walk *walk);

/* Rows of the source outside of which nothing changed. */
typedef struct {
    int64_t y, rows;
} ws_span;

/* Which rows of each variant are read: those made of rows in the spans; or, with `every`, a sample, which is row
   `first` and each every-th from there. */
typedef struct {
    const ws_span *spans;
    size_t count;
    size_t first, every;
} ws_asked;

enum { WS_MISFIT = -2 }; /* the view is of another size or of other pixels than a variant's source */

/* Makes the kept picture of every variant that has its turn the view's; `asked` is NULL for all rows, and of what a
   variant has missed all are read. 1 if that made another picture of any variant, else 0; or WS_FAILED, or WS_MISFIT. */
int ws_walk_update(ws_walk *walk, const ws_view *view, const ws_asked *asked, double now);

/* A variant that may take a picture which is made for each. */
typedef struct {
    size_t id;
    int lacks_all; /* what it keeps is of another picture than the one before */
} ws_due;

/* Which variants may take such a picture; their count. Each has missed it until `ws_walk_update_made`. */
size_t ws_walk_turns(ws_walk *walk, ws_due due[WS_VARIANTS], double now);

/* As `ws_walk_update`, of one variant that is open, by a view of what it keeps; the spans are rows of that. A variant
   that keeps raw pixels knows none. */
int ws_walk_update_made(ws_walk *walk, size_t id, const ws_view *made, const ws_asked *asked, double now);

/* Every picture kept by the last update is to be shown, with what is said of it; or none is. 0 where there is no
   memory: some are not shown then. */
int ws_walk_commit(ws_walk *walk, uint64_t time, ws_extensions said);
int ws_walk_abandon(ws_walk *walk);

/* Whether every variant that is wanted is as exact as it becomes while nothing moves. */
int ws_walk_is_settled(const ws_walk *walk);

/* When the source is to be read for a variant that has no picture, or infinity; and for one that missed its newest: not
   before that may have been followed by another. */
double ws_walk_first_turn(const ws_walk *walk);
double ws_walk_next_turn(const ws_walk *walk);

/* Sends each subscriber the newest picture, if it may have it. When the next one may have its picture, in seconds of
   the same clock, or infinity; negative, as WS_FAILED, where there is no memory. */
double ws_walk_flush(ws_walk *walk, double now);
double ws_walk_flush_one(ws_walk *walk, size_t place, double now);

#endif
