/* The way of a picture through one stream: into each variant, and from there to each subscriber's socket.

   One lock holds the stream together. Functions here expect that the caller holds it, by `ws_walk_lock`. */
#ifndef WS_WALK_H
#define WS_WALK_H

#include <pthread.h>

#include "subscriber.h"

enum { WS_VARIANTS = 4 };     /* renditions of one stream at one time */
enum { WS_SUBSCRIBERS = 512 }; /* more than a server lets in */

typedef struct {
    pthread_mutex_t lock, door; /* whoever waits for the lock holds the door */
    pthread_cond_t woken;
    int is_woken;
    double fps; /* pictures a second that any viewer is sent at most */
    ws_variant variants[WS_VARIANTS];
    ws_subscriber *subscribers;
    size_t places;
    uint32_t *bases; /* room for one of each subscriber */
    ws_packer packer;
    ws_crc_table crc;
    ws_memory outbox; /* messages to subscribers without a socket: place, length, bytes; one after the other */
    size_t outbox_length;
    uint64_t sent_bytes; /* handed to sockets and the outbox so far */
} ws_walk;

/* Rows of the source outside of which nothing changed. */
typedef struct {
    int64_t y, rows;
} ws_span;

int ws_walk_open(ws_walk *walk, const char *const *lz4_paths, size_t paths, double fps);
void ws_walk_close(ws_walk *walk);

/* Who waits comes before who has just had the lock: a poller that is behind may want it again at once, for ever. */
void ws_walk_lock(ws_walk *walk);
void ws_walk_unlock(ws_walk *walk);

/* A place for one more subscriber; -1 where there is none. */
ptrdiff_t ws_walk_join(ws_walk *walk, int fd, size_t variant, int acknowledges, double fps, double now);

/* Makes every variant's kept picture the view's. Only rows made of those in the spans are read where there are spans;
   with `every`, of each variant row `first` and each every-th from there. -1 where there is no memory or the view is of
   another size or of other pixels, 1 if any variant is another picture now, else 0. */
int ws_walk_update(ws_walk *walk, const ws_view *view, const ws_span *spans, size_t count, size_t first, size_t every,
                   double now);

/* Every kept picture is to be shown, or none is. */
void ws_walk_commit(ws_walk *walk, uint64_t time);
int ws_walk_abandon(ws_walk *walk);

/* Whether every variant is as exact as it becomes while nothing moves; whether one waits for a first picture. */
int ws_walk_is_settled(const ws_walk *walk);
int ws_walk_has_newcomers(const ws_walk *walk);

/* Sends each subscriber the newest picture, if it may have it. When the next one may have its picture, in seconds of
   the same clock, or infinity; negative where there is no memory. */
double ws_walk_flush(ws_walk *walk, double now);
double ws_walk_flush_one(ws_walk *walk, size_t place, double now);

/* Whether a socket was handed to its transport that was not told of it yet. */
int ws_walk_has_handed_over(const ws_walk *walk);

/* A subscriber from `from` on whose socket was handed to its transport and not yet told of; -1 for none. */
ptrdiff_t ws_walk_next_full(ws_walk *walk, size_t from);

#endif
