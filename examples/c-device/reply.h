/* What is answered to a request, as ws_stream/server/pages.py does. Knows no sockets. */
#ifndef DEVICE_REPLY_H
#define DEVICE_REPLY_H

#include "head.h"
#include "say.h"

/* What of a device replies tell. */
typedef struct {
    const char *name, *own; /* the stream's; the device's own, or NULL */
    unsigned viewers, width, height;
} wd_reply_facts;

/* What is to be done beside sending what was put. */
typedef struct {
    const uint8_t *body; /* sent behind it */
    size_t length;
    int closes;      /* the connection, then */
    int is_viewer;   /* the WebSocket is open */
    unsigned code;   /* but is to be closed with this, 0: it is not */
    const char *why;
} wd_reply;

/* Puts the reply to a request, which is HEAD_WHOLE; or to what is none, by its HEAD_. */
wd_reply wd_reply_to(wd_say *to, const wd_head *h, int status, const wd_reply_facts *facts);

#endif
