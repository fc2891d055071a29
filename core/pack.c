/* docs/protocol.md is the authority on the bytes; ws_stream/codec/pack.py makes the same ones. */
#include "pack.h"

#include "words.h"

enum { MARKED = 0, MARKED_LZ4 = 1, COPY = 2 }; /* kinds of segments */
enum { ENTRY = 12 };                           /* bytes of a segment's entry */
enum {
    MERGE_GAP = 16, /* rows: fewer without marks between others are sent along */
};

/* What is packed, and how far it has got. */
typedef struct {
    const ws_marks *marks;
    const ws_encoding *encoding;
    size_t width, height, colour;
    size_t table;   /* where the entries of segments begin, in bytes */
    size_t colours; /* where the colours of the next band begin, in bytes */
} packing;

static void put_entry(uint8_t *at, size_t first, size_t rows, int kind, int shift, size_t length)
{
    store16(at, (uint16_t)first);
    store16(at + 2, (uint16_t)rows);
    store16(at + 4, (uint16_t)kind);
    store16(at + 6, (uint16_t)shift);
    store32(at + 8, (uint32_t)length);
}

/* The next run of rows with marks from row y on, small gaps included; an empty one at the end. */
static void next_run(const packing *p, size_t y, size_t *first, size_t *end)
{
    while (y < p->height && !p->marks->marked[y])
        y++;
    *first = *end = y;
    for (; y < p->height && y - *end < MERGE_GAP; y++)
        if (p->marks->marked[y])
            *end = y + 1;
}

/* How many bands a run is cut into. */
static size_t cuts(const packing *p, size_t rows)
{
    return (rows + p->encoding->band_rows - 1) / p->encoding->band_rows;
}

/* The group bits of rows [first, end), their masks, their literals; `marked` groups in all. Where they end. */
static uint8_t *put_groups(const packing *p, size_t first, size_t end, size_t marked, uint8_t *to)
{
    const ws_marks *const m = p->marks;
    const size_t groups = ws_groups(p->width), bit_bytes = ((end - first) * groups + 7) / 8;
    uint8_t *mask = to + bit_bytes, *literal = mask + marked;
    memset(to, 0, bit_bytes);
    for (size_t y = first, at = 0; y < end; y++, at += groups) {
        const uint8_t *const masks = m->masks + y * groups, *const literals = m->literals + y * groups;
        for (size_t g = 0; m->marked[y] && g < groups; g++) {
            if (!masks[g])
                continue;
            to[(at + g) / 8] |= (uint8_t)(1 << (at + g) % 8);
            *mask++ = masks[g];
            *literal++ = literals[g];
        }
    }
    return literal;
}

/* Appends a band's payload and writes its entry. 0 where there is no memory. */
static int put_band(ws_packer *packer, packing *p, size_t first, size_t end, size_t index, ws_body *body)
{
    const size_t bit_bytes = ((end - first) * ws_groups(p->width) + 7) / 8;
    size_t marked = 0, size = 0;
    for (size_t y = first; y < end; y++) {
        marked += p->marks->marked[y];
        size += p->marks->marked[y] ? p->marks->coloured[y] * p->colour : 0;
    }
    const size_t length = bit_bytes + 2 * marked + size;
    if (!ws_reserve(&packer->content, length) || !ws_reserve(&body->memory, body->length + length + 4))
        return 0;
    uint8_t *const content = packer->content.bytes, *const to = body->memory.bytes + body->length;
    memcpy(put_groups(p, first, end, marked, content), p->marks->colours.bytes + p->colours, size);
    p->colours += size;
    const size_t packed =
        p->encoding->has_lz4 ? ws_lz4_pack(&packer->lz4, content, length, to, length - 1) : 0;
    if (!packed)
        memcpy(to, content, length);
    put_entry(body->memory.bytes + p->table + ENTRY * index, first, end - first, packed ? MARKED_LZ4 : MARKED, 0,
              packed ? packed : length);
    for (body->length += packed ? packed : length; body->length % 4; body->length++)
        body->memory.bytes[body->length] = 0;
    return 1;
}

int ws_pack(ws_packer *packer, const ws_marks *marks, const ws_pixel *pixel, const ws_encoding *encoding, size_t width,
            size_t height, ws_body *body)
{
    packing p = {marks, encoding, width, height, pixel->colour, body->length, 0};
    size_t segments = marks->copy.rows != 0, index = segments, first, end;
    for (next_run(&p, 0, &first, &end); first < end; next_run(&p, end, &first, &end))
        segments += cuts(&p, end - first);
    body->segments = (uint32_t)segments;
    body->length += ENTRY * segments;
    if (!ws_reserve(&body->memory, body->length + 4))
        return 0;
    if (marks->copy.rows)
        put_entry(body->memory.bytes + p.table, marks->copy.first, marks->copy.rows, COPY, marks->copy.shift, 0);
    for (next_run(&p, 0, &first, &end); first < end; next_run(&p, end, &first, &end)) {
        const size_t rows = end - first, count = cuts(&p, rows);
        for (size_t cut = 0; cut < count; cut++)
            if (!put_band(packer, &p, first + rows * cut / count, first + rows * (cut + 1) / count, index++, body))
                return 0;
    }
    return 1;
}

void ws_packer_close(ws_packer *packer)
{
    ws_lz4_close(&packer->lz4);
    ws_release(&packer->content);
}
