/* core/marks.c and core/pack.c take pictures; here one of some rows is made for each segment. */
#include "delta.h"

#include <string.h>

#include "words.h"

static const ws_pixel RGB565 = {.size = 2, .kept_size = 2, .colour = 2};

void wd_delta_open(wd_delta_room *room)
{
    memset(room, 0, sizeof *room);
    room->packer.lz4.stream = &room->table;
    room->packer.content = (ws_memory){room->content, sizeof room->content};
    room->marks = (ws_marks){.marked = room->marked, .coloured = room->coloured, .masks = room->masks[0],
                             .literals = room->literals[0], .colours = {room->colours, sizeof room->colours}};
}

size_t wd_delta_longest(size_t rows)
{
    const size_t groups = rows * DEVICE_GROUPS;
    return (groups + 7) / 8 + 2 * groups + rows * DEVICE_WIDTH * 2;
}

/* Marks rows [first, end) that are lacked. The row above them is row 0 of the marks where the viewer has it as it
   is; where not, the first one has none above it, and brings all its colours. Returns the number of that row. */
static size_t mark_rows(wd_delta_room *room, const wd_mirror *m, const wd_lack *l, size_t first, size_t end)
{
    const size_t above = first && !l->touched[first - 1];
    ws_marks_clear(&room->marks, &RGB565, DEVICE_WIDTH, above + end - first);
    for (size_t y = first; y < end; y++)
        if (l->touched[y])
            ws_mark_kept(&room->marks, &RGB565, above + y - first, l->masks[y], (const uint8_t *)m->pixels[y],
                         DEVICE_WIDTH);
    return above;
}

/* Bytes of the content of what is marked. */
static size_t content_length(const wd_delta_room *room, size_t rows)
{
    size_t length = room->marks.length + (rows * DEVICE_GROUPS + 7) / 8;
    for (size_t y = 0; y <= rows && y <= DEVICE_BAND; y++)
        length += 2 * room->marked[y];
    return length;
}

/* Appends the segment of rows [first, end). 0 where there is no room for it. */
static int put_segment(wd_delta_room *room, const wd_mirror *m, const wd_lack *l, const wd_delta_offer *offer,
                       size_t first, size_t end, wd_delta_message *message)
{
    const size_t above = mark_rows(room, m, l, first, end), length = content_length(room, end - first);
    uint8_t *const to = message->bytes + message->end;
    const size_t taken = message->end - DELTA_PAYLOADS + DELTA_ENTRY * message->segments + WS_HEADER;
    ws_body body = {.memory = {to, sizeof message->bytes - message->end}};
    const size_t needed = DELTA_ENTRY + length + 4; /* as core/pack.c reserves it */
    if (message->segments == DEVICE_SEGMENTS || needed > body.memory.size || taken + needed > offer->most)
        return 0;
    ws_pack(&room->packer, &room->marks, &RGB565, &offer->encoding, DEVICE_WIDTH, above + end - first, &body);
    store16(to, (uint16_t)(load16(to) + first - above)); /* the first row in its entry */
    memcpy(message->bytes + WS_PREFIX + DELTA_ENTRY * message->segments++, to, DELTA_ENTRY);
    memmove(to, to + DELTA_ENTRY, body.length - DELTA_ENTRY);
    message->end += body.length - DELTA_ENTRY;
    return 1;
}

/* The last of at most so many rows that are lacked, and one. */
static size_t end_of(const wd_lack *l, size_t first, size_t rows)
{
    size_t end = first + rows < DEVICE_HEIGHT ? first + rows : DEVICE_HEIGHT;
    while (end > first + 1 && !l->touched[end - 1])
        end--;
    return end;
}

size_t wd_delta_pack(wd_delta_room *room, const wd_mirror *m, wd_lack *l, const wd_delta_offer *offer, size_t cursor,
                  wd_delta_message *message)
{
    size_t y = wd_lack_next(l, cursor);
    message->end = DELTA_PAYLOADS;
    message->segments = 0;
    while (y < DEVICE_HEIGHT) {
        size_t rows = offer->encoding.band_rows, end = end_of(l, y, rows);
        while (!put_segment(room, m, l, offer, y, end, message)) {
            if (message->segments || rows == 1)
                return y;
            rows /= 2; /* a message of one segment that is too long */
            end = end_of(l, y, rows);
        }
        memset(l->touched + y, 0, end - y);
        memset(l->masks[y], 0, (end - y) * DEVICE_GROUPS);
        y = wd_lack_next(l, end);
    }
    return 0;
}

void wd_delta_head(wd_delta_message *message, const ws_picture *picture, uint32_t base, int flags, uint32_t checksum)
{
    const size_t table = DELTA_ENTRY * message->segments, payloads = message->end - DELTA_PAYLOADS;
    const ws_body body = {.length = table + payloads, .segments = message->segments};
    uint8_t *const at = message->bytes + DELTA_PAYLOADS - table;
    if (message->segments < DEVICE_SEGMENTS) /* the table was written from the begin of its room on */
        memmove(at, message->bytes + WS_PREFIX, table);
    const size_t before = ws_put_prefix(at - WS_PREFIX, picture, &body, base, flags, checksum);
    message->begin = (size_t)(at - message->bytes) - before;
}
