/* Text put together without printf, which on boards may take memory: replies, and what is said to viewers. */
#ifndef DEVICE_SAY_H
#define DEVICE_SAY_H

#include <stddef.h>
#include <stdint.h>

/* What does not fit is left out, and `is_cut` tells. */
typedef struct {
    char *begin, *at, *end;
    int is_cut;
} wd_say;

static inline wd_say wd_say_to(void *room, size_t size) { return (wd_say){room, room, (char *)room + size, 0}; }
static inline size_t wd_say_length(const wd_say *to) { return (size_t)(to->at - to->begin); }

void wd_say_bytes(wd_say *to, const void *bytes, size_t count);
void wd_say_text(wd_say *to, const char *text);
void wd_say_integer(wd_say *to, uint64_t number);
void wd_say_number(wd_say *to, double number); /* 0 and more, with up to nine digits behind the point */

/* A WebSocket frame, whole and not masked; of a close a code and its reason. */
enum { SAY_TEXT = 1, SAY_CLOSE = 8, SAY_PONG = 10, SAY_FRAME = 4 }; /* SAY_FRAME: bytes of its head at most */
void wd_say_frame(wd_say *to, int opcode, const void *payload, size_t length);
void wd_say_close(wd_say *to, unsigned code, const char *reason);

#endif
