#include "bases.h"

#include <string.h>

int ws_bases_open(ws_bases *b, size_t width, size_t height)
{
    *b = (ws_bases){.width = width, .height = height};
    return ws_marks_open(&b->marks, width, height);
}

void ws_bases_close(ws_bases *b)
{
    ws_marks_close(&b->marks);
    for (size_t i = 0; i < WS_BASES; i++) {
        free(b->since[i].touched);
        free(b->since[i].masks);
    }
    *b = (ws_bases){0};
}

/* Rows that were copied count as touched. */
static void add_copy(const ws_bases *b, ws_since *since)
{
    const ws_copy *const copy = &b->marks.copy;
    const size_t length = ws_groups(b->width);
    const unsigned last = b->width % WS_GROUP ? (1U << b->width % WS_GROUP) - 1 : 255;
    for (size_t y = copy->first; y < (size_t)copy->first + copy->rows; y++) {
        since->touched[y] = 1;
        memset(since->masks + y * length, 255, length);
        since->masks[(y + 1) * length - 1] = (uint8_t)last;
    }
}

/* Adds the marks of the last update. */
static void add_to(const ws_bases *b, ws_since *since)
{
    const ws_marks *const marks = &b->marks;
    const size_t length = ws_groups(b->width);
    add_copy(b, since);
    for (size_t y = 0; marks->rows && y < b->height; y++) {
        uint8_t *const to = since->masks + y * length;
        const uint8_t *const from = marks->masks + y * length;
        if (!marks->marked[y])
            continue;
        if (!since->touched[y])
            memcpy(to, from, length);
        else
            for (size_t i = 0; i < length; i++)
                to[i] |= from[i];
        since->touched[y] = 1;
    }
}

/* Marks since picture `number`, the newest of those kept, begin with those of the last update. 0 where there is no
   memory. */
static int push(ws_bases *b, uint32_t number)
{
    if (b->count == WS_BASES)
        b->count--; /* its viewers share the older one's */
    ws_since *const since = &b->since[b->count];
    if (!since->touched)
        since->touched = malloc(b->height);
    if (!since->masks)
        since->masks = malloc(b->height * ws_groups(b->width));
    if (!since->touched || !since->masks)
        return 0;
    memset(since->touched, 0, b->height);
    since->number = number;
    b->count++;
    add_to(b, since);
    return 1;
}

size_t ws_bases_lack(const ws_bases *b, uint32_t base)
{
    if (base && base == b->marks_since)
        return WS_LACK_MARKS;
    for (size_t i = b->count; base && i-- > 0;)
        if (b->since[i].number <= base)
            return i;
    return WS_LACK_WHOLE;
}

int ws_bases_hold(ws_bases *b, const uint32_t *shown, size_t count, uint32_t newest)
{
    uint8_t used[WS_LACKS] = {0};
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (shown[i] && shown[i] != newest)
            used[ws_bases_lack(b, shown[i])] = 1;
    for (size_t i = 0; i < b->count; i++) {
        if (!used[i] && b->since[i].number != newest)
            continue;
        const ws_since unused = b->since[kept]; /* its memory is used again */
        b->since[kept++] = b->since[i];
        b->since[i] = unused;
    }
    b->count = kept;
    if (!used[WS_LACK_MARKS])
        return 1;
    const uint32_t number = b->marks_since;
    b->marks_since = 0;
    return push(b, number);
}

int ws_bases_clear(ws_bases *b, const ws_pixel *pixel)
{
    b->marks_since = 0;
    return ws_marks_clear(&b->marks, pixel, b->width, b->height);
}

void ws_bases_add(ws_bases *b)
{
    for (size_t i = 0; i < b->count; i++)
        add_to(b, &b->since[i]);
}

int ws_bases_is_abandoned(const ws_bases *b, uint32_t newest)
{
    return b->count && b->since[b->count - 1].number == newest;
}

void ws_bases_commit(ws_bases *b, uint32_t newest) { b->marks_since = ws_bases_is_abandoned(b, newest) ? 0 : newest; }

int ws_bases_abandon(ws_bases *b, uint32_t newest)
{
    b->marks_since = 0;
    if (!newest || ws_bases_is_abandoned(b, newest) || !ws_marks_any(&b->marks))
        return 1;
    return push(b, newest);
}
