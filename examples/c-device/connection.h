/* One socket: a request and its reply, one after the other, until one of them opens a viewer's WebSocket. Every
   wait has its end here. Knows nothing of what is asked for, nor of what viewers are told. */
#ifndef DEVICE_CONNECTION_H
#define DEVICE_CONNECTION_H

#include "delta.h"
#include "reply.h"

enum wd_connection_state {
    CONNECTION_FREE,
    CONNECTION_ASKS,    /* its request is not whole */
    CONNECTION_TAKES,   /* a reply is on its way */
    CONNECTION_WATCHES, /* a viewer's */
    CONNECTION_LEAVES   /* all was said, or is on its way: it has a second to hang up */
};

typedef struct {
    enum wd_connection_state state;
    int socket, is_kept; /* kept: it had a reply */
    int viewer;          /* its place; -1: none */
    double since, deadline;
    size_t got;       /* bytes of a request; then of what is to be sent: [at, end) */
    size_t at, end;
    const uint8_t *body; /* sent behind it */
    size_t body_left;
    int closes, is_within, is_finished; /* within: a message has begun */
    uint8_t bytes[DEVICE_HEAD];
} wd_connection;

void wd_connection_open(wd_connection *c, int socket, double now);
void wd_connection_close(wd_connection *c);

/* Reads what there is of a request; HEAD_MORE, or what is to be answered. */
int wd_connection_ask(wd_connection *c, wd_head *h, double now);

/* From now on this reply is sent, which was put into `text`. */
void wd_connection_answer(wd_connection *c, const wd_say *text, const wd_reply *r, double now);

/* Room for control messages behind those that wait; to be given back. */
wd_say wd_connection_room(wd_connection *c);
void wd_connection_said(wd_connection *c, const wd_say *text);

/* Sends what the socket takes: control messages and pictures, none within another. 0: it is gone. */
int wd_connection_send(wd_connection *c, wd_delta_message *message, double now);

/* Whether anything waits to be sent. */
int wd_connection_has_more(const wd_connection *c, const wd_delta_message *message);

/* A goodbye is on its way: what is read from now on is dropped. */
void wd_connection_leave(wd_connection *c, double now);

/* Drops what came; 0: it has hung up. */
int wd_connection_drop(wd_connection *c);

#endif
