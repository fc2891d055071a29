/* What a viewer says, judged by the tables of docs/protocol.md. Knows no sockets, nor what follows from it.

   JSON is read where it lies, by the reader of the C client. */
#ifndef DEVICE_SAID_H
#define DEVICE_SAID_H

#include "parts.h"

enum wd_said_type { SAID_WRONG, SAID_UNKNOWN, SAID_ACKNOWLEDGE, SAID_REQUEST, SAID_RESYNC, SAID_CLOCK, SAID_INPUT };

typedef struct {
    enum wd_said_type type;
    int has_epoch, has_id;
    uint32_t number, epoch, id;
    uint64_t viewer_time;
    int has_fps, has_fit; /* 1: a value. -1: null, it is left to the server */
    double fps;
    uint32_t fit[2];
    struct ws_stream_value events; /* of an input: an array of 1 to 32 that said_event reads */
} wd_said;

/* What a user did. Texts as JSON has them: ws_stream_copy makes UTF-8 of them. Places are pixels of the picture. */
typedef struct {
    enum wd_said_kind { SAID_POINTER, SAID_TOUCH, SAID_KEY, SAID_TEXT, SAID_CUSTOM } kind;
    double x, y, wheel[2];
    uint16_t buttons, touch;
    enum wd_said_phase { SAID_START, SAID_MOVE, SAID_END, SAID_CANCEL } phase;
    int is_down;
    struct ws_stream_text key, code, text, name, data;
} wd_said_event;

/* WRONG: it breaks the table, UNKNOWN: of a later version. */
void wd_said_read(wd_said *s, const char *text, size_t length);

/* Event `index` of an input message that was read; 0: there is none, -1: one of a later version. */
int wd_said_event_at(const wd_said *s, unsigned index, wd_said_event *event);

#endif
