/* What a viewer holds down: so whatever was pressed is released, whether the viewer says so or not. The rules are
   those of ws_stream/hub/held.py, for fewer keys and fingers. Knows nothing of who hears it. */
#ifndef DEVICE_HELD_H
#define DEVICE_HELD_H

#include "said.h"
#include "size.h"

enum { HELD_NAME = 32 }; /* bytes of a key's name as JSON has it; one of a longer name is ignored */

typedef struct {
    char key[HELD_NAME], code[HELD_NAME];
    uint8_t key_length, code_length;
} wd_held_key;

typedef struct {
    float x, y;
    uint16_t touch;
} wd_held_finger;

typedef struct {
    float x, y;
    uint16_t buttons;
    uint8_t keys, fingers; /* how many there are */
    wd_held_key key[DEVICE_KEYS];
    wd_held_finger finger[DEVICE_FINGERS];
} wd_held;

/* Makes of an event what is to be heard of it, its place within the picture; 0: nothing. */
int wd_held_take(wd_held *h, wd_said_event *event);

/* The next of what is down goes up; 0: nothing is down. */
int wd_held_release(wd_held *h, wd_said_event *event);

#endif
