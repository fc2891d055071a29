/* What a stream has done so far: numbers that only grow, whoever comes and goes. The twin of
   ws_stream/walk/counts.py. */
#ifndef WS_COUNTS_H
#define WS_COUNTS_H

#include <stdint.h>

/* Why a subscriber was not sent a picture when it came. */
typedef enum {
    WS_BY_RATE,    /* it wants fewer, or may have fewer */
    WS_BY_WINDOW,  /* those in flight were not acknowledged */
    WS_BY_SOCKET,  /* its socket took no more */
    WS_BY_WHOLES,  /* it waited for its turn of a whole picture */
    WS_REASONS,
} ws_reason;

typedef struct {
    uint64_t pictures;  /* new ones, each once whatever the renditions */
    uint64_t encodings; /* of them, each for all subscribers at one base */
    uint64_t sent, sent_bytes; /* messages handed to sockets and the outbox */
    uint64_t skipped[WS_REASONS]; /* pictures that a subscriber was sent a newer one instead of */
} ws_counts;

#endif
