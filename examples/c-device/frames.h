/* A viewer's WebSocket frames, taken apart as they come: RFC 6455, section 5. Knows no sockets and no JSON.

   It says where the next bytes belong and how many they are, so that nothing behind a message is read before that was
   handled, and no more memory is taken than the longest message has. */
#ifndef DEVICE_FRAMES_H
#define DEVICE_FRAMES_H

#include <stddef.h>
#include <stdint.h>

#include "size.h"

enum { FRAMES_MORE, FRAMES_TEXT, FRAMES_PING, FRAMES_CLOSE, FRAMES_IGNORED }; /* or a close code */
enum { FRAMES_CONTROL = 125 };

typedef struct {
    uint8_t head[14];
    uint8_t head_length, head_got;
    uint8_t is_continued; /* a text has begun, and more of it is to come */
    uint32_t length, got; /* of a frame's payload */
    size_t control_length, text_length;
    uint8_t control[FRAMES_CONTROL];
    char text[DEVICE_SAID];
} wd_frames;

void wd_frames_open(wd_frames *f);

/* Where so many bytes are to be put that come next. */
uint8_t *wd_frames_want(wd_frames *f, size_t *count);

/* So many came, 1 to `count`. TEXT: a message of text_length bytes, whole until the next call. PING, CLOSE: what
   came with it is in `control`. */
int wd_frames_took(wd_frames *f, size_t count);

#endif
