/* One viewer's side of the way of a picture: which picture it shows, and whether it may have another. The twin of
   ws_stream/walk/subscriber.py. */
#ifndef WS_SUBSCRIBER_H
#define WS_SUBSCRIBER_H

#include "allowance.h"
#include "counts.h"
#include "message.h"
#include "outlet.h"
#include "rate_limit.h"
#include "window.h"

/* What is told of it. */
typedef struct {
    uint32_t seen;      /* the newest picture that was counted as published */
    uint32_t sent;      /* pictures since the last report */
    uint64_t published; /* those there were meanwhile */
    ws_reason held;     /* why it had to wait last */
} ws_tally;

typedef struct {
    int is_open;
    ws_outlet outlet;
    size_t variant_id;
    int64_t epoch; /* the one announced to the viewer; -1: none */
    uint32_t base; /* the picture it was sent last; 0: none */
    double fps;    /* pictures a second it wants at most; negative: as many as there are */
    ws_rate_limit limit;
    ws_window window;
    double checksum_due;
    ws_tally tally;
} ws_subscriber;

void ws_subscriber_open(ws_subscriber *s, int fd, size_t variant_id, int acknowledges, double fps, double now);
void ws_subscriber_close(ws_subscriber *s);

/* The viewer was told of this epoch and holds its blank picture. */
void ws_subscriber_announced(ws_subscriber *s, uint32_t epoch, uint32_t newest, double now);

/* It watches another variant from now on, once that is announced to it. */
void ws_subscriber_move(ws_subscriber *s, size_t variant_id, double now);

/* It wants so many pictures a second at most; negative: as many as there are. */
void ws_subscriber_set_rate(ws_subscriber *s, double fps, double now);

/* The viewer holds nothing any more. */
void ws_subscriber_forget(ws_subscriber *s, double now);

/* Whether the picture that it was sent last is the variant's newest one; without any, whether there is none. */
int ws_subscriber_has_newest(const ws_subscriber *s, const ws_variant *v);

/* What all subscribers of a stream share: packing is done once for those at one base. */
typedef struct {
    ws_packer packer;
    ws_crc_table crc;
    ws_allowance wholes; /* pictures packed whole */
    ws_counts counts;
} ws_shared;

enum { WS_IDLE, WS_SENT, WS_LATER, WS_HANDED };

/* Sends the newest picture if the viewer may have it now; what came of it, or WS_FAILED. LATER: it may at `due`.
   HANDED: the socket is the transport's from now on. */
int ws_subscriber_flush(ws_subscriber *s, ws_variant *v, ws_shared *shared, const ws_sink *sink, double now,
                        double *due);

#endif
