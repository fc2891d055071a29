/* One viewer's socket, or whatever takes messages in its place. The twin is `Outlet` in ws_stream/walk/outlet.py.

   A socket has one owner at a time. It is the walk's between messages: a picture is sent by one call, and what the
   socket does not take is kept as the tail. From then on it is the transport's, which sends the tail first and whatever
   Python has to say, and gives the socket back when all has gone. A socket taken for a control message goes the same
   way. Nothing else ever writes to it, so no message begins within another. Where only the transport can write to the
   socket, as by TLS, each message is a tail from its first byte. */
#ifndef WS_OUTLET_H
#define WS_OUTLET_H

#include "pack.h"

typedef enum { WS_WALK, WS_TRANSPORT } ws_owner;

enum {
    WS_NO_SOCKET = -1,   /* messages are kept for Python */
    WS_BY_TRANSPORT = -2 /* the transport sends all of each message */
};

typedef struct {
    int fd; /* the socket, or one of the above */
    ws_owner owner;
    int is_handed_over; /* the transport is still to be told */
    int is_lost;        /* the socket refused: the transport will find out why */
    ws_memory tail;
    size_t tail_length;
} ws_outlet;

/* Where messages go: takes what it can of prefix and body; how many bytes, or -1 when there is nobody any more. */
typedef struct {
    ptrdiff_t (*send)(void *context, const ws_outlet *to, const uint8_t *prefix, size_t prefix_length,
                      const uint8_t *body, size_t body_length);
    void *context;
} ws_sink;

/* Closes the socket, if there is one. */
void ws_outlet_close(ws_outlet *o);

/* Whether a message may be sent. */
static inline int ws_outlet_is_free(const ws_outlet *o) { return o->owner == WS_WALK && !o->is_lost; }

/* One message. 0: what the sink did not take is kept, and the socket is the transport's from now on. */
int ws_outlet_send(ws_outlet *o, const ws_sink *sink, const uint8_t *prefix, size_t length, const ws_body *body);

/* The socket is the transport's from now on: what that is to send first, there until the socket is given back; NULL
   where the socket is lost. */
const uint8_t *ws_outlet_take(ws_outlet *o, size_t *length);

/* The transport has sent all it had: the socket is the walk's again. */
void ws_outlet_give(ws_outlet *o);

/* A sink for sockets; sends to each outlet's own. */
ptrdiff_t ws_send_to_socket(void *context, const ws_outlet *to, const uint8_t *prefix, size_t prefix_length,
                            const uint8_t *body, size_t body_length);

#endif
