/* Crop and step of raw pictures, whose groups of pixels stay whole: the result is again a picture of that format. */
#include "pixels.h"
#include "words.h"

static inline void take(uint8_t *restrict to, const uint8_t *restrict from, size_t count, size_t chunk, size_t stride)
{
    for (size_t i = 0; i < count; i++)
        memcpy(to + i * chunk, from + i * stride, chunk);
}

/* Every step-th chunk of bytes. Its size is a constant where it is copied. */
static void take_chunks(uint8_t *to, const uint8_t *from, size_t count, size_t chunk, size_t step)
{
    if (step == 1)
        memcpy(to, from, count * chunk);
    else if (chunk == 1)
        take(to, from, count, 1, step);
    else if (chunk == 2)
        take(to, from, count, 2, 2 * step);
    else
        take(to, from, count, 4, 4 * step);
}

/* A row of two planes of chroma, half as wide: two lines of them lie in a row of the grid. */
static void take_halves(const ws_rendition *r, const ws_view *view, size_t y, uint8_t *row)
{
    const size_t half = ws_rendition_width(r) / 2, kept = ws_rendition_lines(r) / 2, lines = view->height * 2 / 3;
    for (size_t line = 2 * y; line < 2 * y + 2; line++, row += half) {
        const size_t plane = line / kept;
        const size_t from = plane * (lines / 2) + r->crop_y / 2 + (line - plane * kept) * r->step;
        const uint8_t *const at = view->pixels + (ptrdiff_t)(lines + from / 2) * view->row_stride;
        take_chunks(row, at + from % 2 * (view->width / 2) + r->crop_x / 2, half, 1, r->step);
    }
}

void ws_regroup_row(const ws_rendition *r, const ws_view *view, size_t y, uint8_t *row)
{
    const ws_pixel *const p = &r->pixel;
    const size_t lines = ws_rendition_lines(r), bytes = ws_rendition_width(r) * p->size;
    size_t from = r->crop_y + y / p->down * p->down * r->step + y % p->down;
    if (y >= lines && p->planes == 3) {
        take_halves(r, view, y - lines, row);
        return;
    }
    if (y >= lines)
        from = view->height * 2 / 3 + r->crop_y / 2 + (y - lines) * r->step;
    take_chunks(row, view->pixels + (ptrdiff_t)from * view->row_stride + r->crop_x * p->size, bytes / p->chunk, p->chunk,
                r->step);
}
