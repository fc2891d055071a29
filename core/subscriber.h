/* One viewer's side of the way of a picture: which picture it shows, whether it may have another, and its socket.

   A socket has one owner at a time. It is the core's between messages: a picture is sent by one call, and what the
   socket does not take is kept as the tail. From then on it is the transport's, which sends the tail first and whatever
   Python has to say, and gives the socket back when all has gone. A socket taken for a control message goes the same
   way. Nothing else ever writes to it, so no message begins within another. */
#ifndef WS_SUBSCRIBER_H
#define WS_SUBSCRIBER_H

#include "message.h"
#include "rate_limit.h"
#include "window.h"

typedef struct ws_subscriber ws_subscriber;

/* Where messages go: takes what it can of prefix and body; how many bytes, or -1 when there is nobody any more. */
typedef struct {
    ptrdiff_t (*send)(void *context, const ws_subscriber *to, const uint8_t *prefix, size_t prefix_length,
                      const uint8_t *body, size_t body_length);
    void *context;
} ws_sink;

typedef enum { WS_CORE, WS_TRANSPORT } ws_owner;

struct ws_subscriber {
    int is_open, fd;
    ws_owner owner;
    int is_handed_over; /* the transport is still to be told */
    int is_lost;        /* the socket refused: the transport will find out why */
    ws_memory tail;
    size_t tail_length;
    size_t variant;
    uint32_t epoch; /* the one announced to the viewer */
    int is_announced;
    uint32_t base; /* the picture it was sent last; 0: none */
    double fps;    /* pictures a second it wants at most; negative: as many as there are */
    ws_rate_limit limit;
    ws_window window;
    double checksum_due;
    uint32_t seen; /* the newest picture that was counted as published */
    uint32_t sent;
    uint64_t published; /* pictures since the last report */
};

void ws_subscriber_open(ws_subscriber *s, int fd, size_t variant, int acknowledges, double fps, double now);
void ws_subscriber_close(ws_subscriber *s);

/* The viewer was told of this epoch and holds its blank picture. */
void ws_subscriber_announced(ws_subscriber *s, uint32_t epoch, uint32_t newest, double now);

/* It watches another variant from now on, once that is announced to it. */
void ws_subscriber_move(ws_subscriber *s, size_t variant, double now);

/* It wants so many pictures a second at most; negative: as many as there are. */
void ws_subscriber_set_rate(ws_subscriber *s, double fps, double now);

/* The socket is the transport's from now on: what that is to send first, there until the socket is given back; NULL
   where the socket is lost. */
const uint8_t *ws_subscriber_take(ws_subscriber *s, size_t *length);

/* The transport has sent all it had: the socket is the core's again. */
void ws_subscriber_give(ws_subscriber *s);

/* The viewer holds nothing any more. */
void ws_subscriber_forget(ws_subscriber *s, double now);

/* Whether there is a picture that the viewer was not sent, and its socket is free. */
int ws_subscriber_is_behind(const ws_subscriber *s, const ws_variant *v);

typedef enum { WS_IDLE, WS_SENT, WS_LATER, WS_FULL, WS_NO_MEMORY } ws_flushed;

/* Sends the newest picture if the viewer may have it now. LATER: at `due`. FULL: the socket is the transport's from now
   on. `fps` is the most that the stream allows. */
ws_flushed ws_subscriber_flush(ws_subscriber *s, ws_variant *v, ws_packer *packer, const ws_crc_table *crc,
                               const ws_sink *sink, double fps, double now, double *due);

/* A sink for sockets; sends to each subscriber's own. */
ptrdiff_t ws_send_to_socket(void *context, const ws_subscriber *to, const uint8_t *prefix, size_t prefix_length,
                            const uint8_t *body, size_t body_length);

#endif
