/* One viewer: what it lacks, when it may have more, and what it is told. Knows no sockets.

   Flow control and rates are those of core/. An epoch is a viewer's own here, and so are the numbers of its
   pictures. */
#ifndef DEVICE_VIEWER_H
#define DEVICE_VIEWER_H

#include "allowance.h"
#include "delta.h"
#include "frames.h"
#include "held.h"
#include "query.h"
#include "rate_limit.h"
#include "say.h"
#include "window.h"

enum { VIEWER_SILENT = 4001, VIEWER_UNSUITED = 4406, VIEWER_BROKE = 1008 };

/* What a viewer's report counts, since the last one. */
typedef struct {
    uint64_t pictures; /* of the mirror, at the last report */
    uint32_t messages, rounds; /* of `rounds` each made the whole picture new */
} wd_viewer_tally;

typedef struct {
    int is_open, acknowledges;
    int is_blank; /* it holds the blank picture, and lacks what differs from that */
    uint32_t epoch, number, base;
    double fps; /* at most */
    wd_lack lack;
    size_t cursor; /* where the next message goes on; 0: with a new picture */
    wd_delta_offer offer;
    wd_delta_message message;
    ws_window window;
    ws_rate_limit limit;
    ws_allowance hearing; /* bytes */
    double heard, reported, checksum_due, grant_due;
    int is_asking, has_id; /* for `granted` */
    uint32_t id;
    wd_viewer_tally tally;
    wd_frames frames;
    wd_held held;
} wd_viewer;

/* Whether there is a picture that a viewer of this query can decode; its offer then. */
int wd_viewer_suits(const wd_query *q, wd_delta_offer *offer);

/* It comes. */
void wd_viewer_open(wd_viewer *v, const wd_query *q, const wd_delta_offer *offer, uint32_t epoch,
                    uint64_t pictures, double now);

/* What it said is done, but for `clock` and `input`. 0, or why it is closed. */
int wd_viewer_hear(wd_viewer *v, const wd_said *s, double now);

/* So many bytes of it were read. */
void wd_viewer_read(wd_viewer *v, size_t count, double now);

/* Whether it lacks anything. */
int wd_viewer_is_behind(const wd_viewer *v);

/* When it may be sent a message, if it is behind and not before its window opens: INFINITY. */
double wd_viewer_due(wd_viewer *v, const ws_allowance *wholes, double now);

/* Packs a message for it. What is the same for another viewer is copied from it: `twin`, or NULL. */
typedef struct {
    wd_delta_room *room;
    const wd_mirror *mirror;
    const ws_crc_table *crc;
    ws_picture *picture; /* what a header is written from */
    ws_allowance *wholes;
} wd_viewer_tools;
void wd_viewer_pack(wd_viewer *v, wd_viewer *twin, const wd_viewer_tools *tools, uint64_t time, double now);

/* Whether both lack and decode the same, so that one packing does for both. */
int wd_viewer_is_twin(const wd_viewer *a, const wd_viewer *b);

/* What is due to be said: reports, and what was granted. 0, or why it is closed. */
int wd_viewer_report(wd_viewer *v, wd_say *to, uint64_t pictures, uint64_t time, double now);

/* When wd_viewer_report is due. */
double wd_viewer_report_due(const wd_viewer *v);

#endif
