/* A server of one stream for boards: what is flushed to a display is shown by browsers, and what their users do
   there comes back. C99 and sockets; no memory is taken but that of `ws_device`, which may be static.

   One thread calls all functions, as LVGL is used. docs/protocol.md is the authority on what travels. */
#ifndef WS_DEVICE_H
#define WS_DEVICE_H

#include "connection.h"
#include "mirror.h"
#include "viewer.h"

/* What a viewer's user did; `viewer` tells viewers apart, `number` is the picture that was shown. Texts are to be
   copied by ws_stream_copy (clients/c/ws_stream.h) before the next call. What they hold is any stranger's. */
typedef void ws_device_hear(void *context, int viewer, uint32_t number, const wd_said_event *event);

typedef struct {
    const char *name;     /* of the stream: 1 to 64 of A-Z a-z 0-9 . _ - */
    const char *own_name; /* by which browsers may ask for the device, also with .local; NULL: by its addresses only */
    uint16_t port;        /* 0: any, see wd_port_of */
    int is_public;        /* whether it is reached from other machines */
    ws_device_hear *hear; /* NULL: nobody operates the device */
    void *context;
} ws_device_options;

typedef struct {
    ws_device_options options;
    int listener;
    uint64_t time_begun; /* microseconds, when it was `begun` in seconds */
    double begun;
    int is_changed;
    uint64_t pictures;
    ws_allowance wholes;
    ws_crc_table crc;
    ws_picture picture;
    wd_delta_room room;
    wd_mirror mirror;
    wd_viewer viewers[DEVICE_VIEWERS];
    wd_connection connections[DEVICE_CONNECTIONS];
    char scratch[DEVICE_HEAD];
} ws_device;

/* 0: the name is none, or the port cannot be had. Until then nothing is flushed. */
int ws_device_start(ws_device *d, const ws_device_options *options);
void ws_device_stop(ws_device *d);

/* An area of the picture is this now: `width` x `height` pixels of rgb565, in words as the processor has them.
   Never waits. */
void ws_device_flush(ws_device *d, unsigned x, unsigned y, unsigned width, unsigned height, const uint16_t *pixels);

/* Does what is due, and waits for more so many milliseconds at most; 0: not at all. Never waits for a viewer. */
void ws_device_poll(ws_device *d, int milliseconds);

#endif
