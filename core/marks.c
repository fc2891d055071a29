#include "marks.h"

#include "words.h"

int ws_marks_open(ws_marks *marks, size_t width, size_t height)
{
    marks->marked = calloc(height, sizeof *marks->marked);
    marks->coloured = calloc(height, sizeof *marks->coloured);
    marks->masks = calloc(height, ws_groups(width));
    marks->literals = calloc(height, ws_groups(width));
    return marks->marked && marks->coloured && marks->masks && marks->literals;
}

void ws_marks_close(ws_marks *marks)
{
    free(marks->marked);
    free(marks->coloured);
    free(marks->masks);
    free(marks->literals);
    ws_release(&marks->colours);
    *marks = (ws_marks){0};
}

int ws_marks_clear(ws_marks *marks, const ws_pixel *pixel, size_t width, size_t height)
{
    enum { SLACK = 4 }; /* a colour of three bytes is written as a word */
    memset(marks->marked, 0, height * sizeof *marks->marked);
    marks->length = 0;
    marks->rows = 0;
    marks->copy = (ws_copy){0, 0, 0};
    return ws_reserve(&marks->colours, width * height * pixel->colour + SLACK);
}

/* How a row is marked, as far as it has got. */
typedef struct {
    uint8_t *mask, *literal, *colours;
    unsigned groups, coloured;
} row_marks;

/* Marks up to eight pixels of which some changed; how many of them bring their colour. `size` is a constant where this
   is called. Without branches: what changed is as good as random. */
static inline unsigned mark_group(const uint8_t *restrict new, uint8_t *restrict kept, const uint8_t *restrict above,
                                  unsigned is_first_row, unsigned count, unsigned size, uint8_t *restrict mask,
                                  uint8_t *restrict literal, uint8_t *restrict colours)
{
    const unsigned colour = size < 4 ? size : 3;
    unsigned bits = 0, literals = 0, coloured = 0;
    for (unsigned x = 0; x < count; x++) {
        const uint32_t pixel = load_pixel(new + x * size, size);
        const unsigned differs = pixel != load_pixel(kept + x * size, size);
        const unsigned brings = differs & ((pixel != load_pixel(above + x * size, size)) | is_first_row);
        if (size == 4) /* its fourth byte is written over by the next one's first */
            store32(colours + 3 * coloured, pixel);
        else
            memcpy(colours + colour * coloured, new + x * size, size);
        bits |= differs << x;
        literals |= brings << x;
        coloured += brings;
    }
    memcpy(kept, new, count * size);
    *mask = (uint8_t)bits;
    *literal = (uint8_t)literals;
    return coloured;
}

static inline void mark_pixels(row_marks *m, const uint8_t *row, uint8_t *kept, const uint8_t *above, size_t width,
                               unsigned size, uint32_t padding)
{
    const unsigned colour = size < 4 ? size : 3, is_first_row = !above;
    const uint64_t paddings = (uint64_t)padding << 32 | padding;
    uint8_t *colours = m->colours;
    unsigned groups = 0, coloured = 0;
    for (size_t x = 0, g = 0; x < width; x += WS_GROUP, g++) {
        const unsigned count = width - x < WS_GROUP ? (unsigned)(width - x) : WS_GROUP;
        uint64_t new[4] = {0}, before[4] = {0}, differs = 0;
        if (count == WS_GROUP) {
            memcpy(new, row + x * size, WS_GROUP * size); /* once: others may write there */
            memcpy(before, kept + x * size, WS_GROUP * size);
        } else {
            memcpy(new, row + x * size, count * size);
            memcpy(before, kept + x * size, count * size);
        }
        for (unsigned word = 0; word < size; word++) { /* mostly nothing changed in all eight */
            new[word] |= paddings;
            differs |= new[word] ^ (before[word] | paddings);
        }
        if (!differs) {
            m->mask[g] = m->literal[g] = 0;
            continue;
        }
        const uint8_t *const group = (const uint8_t *)new, *const up = above ? above + x * size : group;
        uint8_t *const old = kept + x * size, *const mask = m->mask + g, *const literal = m->literal + g;
        const unsigned brought =
            count == WS_GROUP ? mark_group(group, old, up, is_first_row, WS_GROUP, size, mask, literal, colours)
                              : mark_group(group, old, up, is_first_row, count, size, mask, literal, colours);
        colours += colour * brought;
        coloured += brought;
        groups++;
    }
    m->groups = groups;
    m->coloured = coloured;
}

static row_marks begin_row(ws_marks *marks, size_t y, size_t width)
{
    const size_t at = y * ws_groups(width);
    return (row_marks){marks->masks + at, marks->literals + at, marks->colours.bytes + marks->length, 0, 0};
}

static void end_row(ws_marks *marks, const ws_pixel *pixel, size_t y, const row_marks *m)
{
    marks->marked[y] = m->groups;
    marks->coloured[y] = m->coloured;
    marks->rows += m->groups != 0;
    marks->length += (size_t)m->coloured * pixel->colour;
}

void ws_mark_row(ws_marks *marks, const ws_pixel *pixel, size_t y, const uint8_t *row, uint8_t *kept, size_t width)
{
    const uint8_t *const above = y ? kept - width * pixel->kept_size : NULL;
    row_marks m = begin_row(marks, y, width);
    switch (pixel->kept_size) {
    case 1: mark_pixels(&m, row, kept, above, width, 1, 0); break;
    case 2: mark_pixels(&m, row, kept, above, width, 2, 0); break;
    case 3: mark_pixels(&m, row, kept, above, width, 3, 0); break;
    default: mark_pixels(&m, row, kept, above, width, 4, WS_PADDING); break;
    }
    end_row(marks, pixel, y, &m);
}

void ws_mark_kept(ws_marks *marks, const ws_pixel *pixel, size_t y, const uint8_t *mask, const uint8_t *kept,
                  size_t width)
{
    const unsigned size = pixel->kept_size;
    const size_t row_bytes = width * size;
    row_marks m = begin_row(marks, y, width);
    for (size_t x = 0; x < width; x += WS_GROUP, m.mask++, m.literal++) {
        const unsigned count = width - x < WS_GROUP ? (unsigned)(width - x) : WS_GROUP;
        const unsigned bits = mask ? mask[x / WS_GROUP] : (1U << count) - 1;
        unsigned literals = 0;
        for (unsigned i = 0; i < count; i++) {
            const uint8_t *const at = kept + (x + i) * size;
            if (!(bits >> i & 1) || (y && memcmp(at, at - row_bytes, size) == 0))
                continue;
            memcpy(m.colours + (size_t)m.coloured++ * pixel->colour, at, pixel->colour);
            literals |= 1U << i;
        }
        *m.mask = (uint8_t)bits;
        *m.literal = (uint8_t)literals;
        m.groups += bits != 0;
    }
    end_row(marks, pixel, y, &m);
}
