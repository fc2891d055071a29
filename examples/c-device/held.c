#include "held.h"

#include <string.h>

#define WHEEL 10000.0 /* pixels that one event scrolls at most */

static double within(double value, double least, double most)
{
    return value < least ? least : value > most ? most : value;
}

static int take_touch(wd_held *h, wd_said_event *e)
{
    unsigned i = 0;
    while (i < h->fingers && h->finger[i].touch != e->touch)
        i++;
    const int is_down = i < h->fingers;
    if (e->phase == SAID_END || e->phase == SAID_CANCEL) {
        if (is_down)
            h->finger[i] = h->finger[--h->fingers];
        return is_down;
    }
    if (!is_down && (e->phase == SAID_MOVE || h->fingers == DEVICE_FINGERS))
        return 0;
    h->fingers = (uint8_t)(h->fingers + !is_down);
    h->finger[i] = (wd_held_finger){(float)e->x, (float)e->y, e->touch};
    e->phase = is_down ? SAID_MOVE : SAID_START;
    return 1;
}

static struct ws_stream_text name_of(const char *at, uint8_t length) { return (struct ws_stream_text){at, length}; }

static int is_text(struct ws_stream_text text, const char *at, uint8_t length)
{
    return text.length == length && !memcmp(text.at, at, length);
}

/* Whether it is at the place of this one: by its code, or by its key where that is empty. */
static int is_at(const wd_held_key *key, const wd_said_event *e)
{
    if (!is_text(e->code, key->code, key->code_length))
        return 0;
    return e->code.length || is_text(e->key, key->key, key->key_length);
}

static void show_key(const wd_held_key *key, wd_said_event *e)
{
    e->key = name_of(key->key, key->key_length);
    e->code = name_of(key->code, key->code_length);
}

/* What goes up does so as it went down, whatever Shift has done meanwhile. `e` shows letters of the key that is
   behind the last one, which stay until the next event. */
static void lift_key(wd_held *h, unsigned i, wd_said_event *e)
{
    const wd_held_key lifted = h->key[i];
    memmove(&h->key[i], &h->key[i + 1], (size_t)(h->keys - i - 1) * sizeof lifted);
    h->key[--h->keys] = lifted;
    show_key(&h->key[h->keys], e);
}

static int take_key(wd_held *h, wd_said_event *e)
{
    unsigned i = 0;
    while (i < h->keys && !is_at(&h->key[i], e))
        i++;
    const int was_down = i < h->keys;
    if (!e->is_down) {
        if (was_down)
            lift_key(h, i, e);
        return was_down;
    }
    if (!was_down) {
        if (h->keys == DEVICE_KEYS || e->key.length > HELD_NAME || e->code.length > HELD_NAME)
            return 0;
        wd_held_key *const key = &h->key[h->keys++];
        memcpy(key->key, e->key.at, e->key.length);
        memcpy(key->code, e->code.at, e->code.length);
        key->key_length = (uint8_t)e->key.length;
        key->code_length = (uint8_t)e->code.length;
    }
    show_key(&h->key[i], e);
    return 1;
}

int wd_held_take(wd_held *h, wd_said_event *e)
{
    e->x = within(e->x, 0, DEVICE_WIDTH);
    e->y = within(e->y, 0, DEVICE_HEIGHT);
    e->wheel[0] = within(e->wheel[0], -WHEEL, WHEEL);
    e->wheel[1] = within(e->wheel[1], -WHEEL, WHEEL);
    switch (e->kind) {
    case SAID_TOUCH: return take_touch(h, e);
    case SAID_KEY: return take_key(h, e);
    case SAID_POINTER:
        h->x = (float)e->x;
        h->y = (float)e->y;
        h->buttons = e->buttons;
        return 1;
    default: return 1;
    }
}

int wd_held_release(wd_held *h, wd_said_event *e)
{
    memset(e, 0, sizeof *e);
    if (h->keys) {
        e->kind = SAID_KEY;
        lift_key(h, h->keys - 1U, e);
    } else if (h->buttons) {
        *e = (wd_said_event){.kind = SAID_POINTER, .x = (double)h->x, .y = (double)h->y};
        h->buttons = 0;
    } else if (h->fingers) {
        const wd_held_finger *const finger = &h->finger[--h->fingers];
        *e = (wd_said_event){.kind = SAID_TOUCH, .x = (double)finger->x, .y = (double)finger->y, .touch = finger->touch,
                          .phase = SAID_CANCEL};
    } else {
        return 0;
    }
    return 1;
}
