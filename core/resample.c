/* From a picture in somebody's memory to rows of a rendition. Each source pixel is read once, in the widest loads there
   are: on uncached device memory every load is a bus access. */
#include "pixels.h"
#include "words.h"

/* Products are bounded before they are made. */
static int has_size(const ws_rendition *r)
{
    const size_t side = r->pixel.raw ? 2 * WS_MAX_SIDE : WS_MAX_SIDE; /* a row of chroma, or half a pixel, is one too */
    return r->step >= 1 && r->step <= WS_MAX_STEP && r->crop_width >= 1 && r->crop_height >= 1 &&
           r->crop_width <= side * r->step && r->crop_height <= side * r->step &&
           ws_rendition_width(r) * ws_rendition_height(r) * r->pixel.kept_size <= WS_MAX_PICTURE;
}

/* Of groups that are kept whole, or pixels that are made plain. */
static int has_groups(const ws_rendition *r)
{
    const ws_pixel *const p = &r->pixel;
    if (p->plain_of)
        return !p->chunk && !p->raw && !r->average && ws_plain_is_known(p->plain_of) &&
               p->size == ws_plain_source_size(p->plain_of) && (p->reduced || p->kept_size == ws_plain_size(p->plain_of));
    if (!p->chunk)
        return 1;
    const size_t across = p->chunk / p->size;
    const int is_group = (p->chunk == 1 || p->chunk == 2 || p->chunk == 4) && across && p->chunk % p->size == 0;
    const int is_even = p->planes == 1 || (p->chunk == 2 && p->size == 1 && p->down == 2);
    return p->raw && !p->reduced && !r->average && is_group && is_even && (p->down == 1 || p->down == 2) &&
           p->planes >= 1 && p->planes <= 3 && r->crop_x % across == 0 && r->crop_width % across == 0 &&
           r->crop_y % p->down == 0 && r->crop_height % p->down == 0;
}

int ws_rendition_is_within(const ws_rendition *r, size_t width, size_t height)
{
    const ws_pixel *const p = &r->pixel;
    if (p->plain_of) {
        if (!ws_plain_is_whole(p->plain_of, width, height))
            return 0;
        width = ws_plain_width(p->plain_of, width);
        height = ws_plain_height(p->plain_of, height);
    } else if (p->chunk && p->planes > 1) {
        if (width % 2 || height % 3)
            return 0;
        height = height * 2 / 3;
    }
    return r->crop_width <= width && r->crop_x <= width - r->crop_width && r->crop_height <= height &&
           r->crop_y <= height - r->crop_height;
}

int ws_rendition_is_valid(const ws_rendition *r)
{
    const ws_pixel *p = &r->pixel;
    const int sizes = p->size >= 1 && p->size <= 4 && p->kept_size >= 1 && p->kept_size <= 4;
    const int kept = p->reduced ? p->kept_size <= 2 || p->padded : p->plain_of || p->kept_size == p->size;
    const int padding = p->padded ? p->kept_size == 4 && p->colour == 3 : p->colour == p->kept_size && p->kept_size < 4;
    const int words = !p->kept_mask[0] || p->kept_size <= 2;
    for (int c = 0; c < 3; c++)
        if (p->source_shift[c] > 31 || p->drop[c] > 15 || p->up[c] > 16 || p->kept_shift[c] > 15)
            return 0;
    return sizes && kept && padding && words && has_groups(r) && has_size(r);
}

/* Both sizes are constants where this is called, and the stride as far as can be. */
static inline void reduce_pixels(const ws_pixel *p, const uint8_t *restrict from, ptrdiff_t stride, size_t width,
                                 uint8_t *restrict to, unsigned size, unsigned kept_size)
{
    for (size_t x = 0; x < width; x++, from += stride, to += kept_size) {
        const uint32_t pixel = load_pixel(from, size);
        uint32_t word = 0;
        for (int c = 0; c < 3; c++)
            word |= (pixel >> p->source_shift[c] & p->source_mask[c]) * p->widen[c] >> p->drop[c] << p->up[c];
        if (kept_size == 4)
            store32(to, word | WS_PADDING);
        else if (kept_size == 2)
            store16(to, (uint16_t)word);
        else
            to[0] = (uint8_t)word;
    }
}

static void reduce_row(const ws_pixel *pixel, const uint8_t *from, ptrdiff_t stride, size_t width, uint8_t *to)
{
    ws_pixel p = *pixel; /* a copy that no store of a byte can change */
    if (p.plain_of)
        p.size = (uint8_t)ws_plain_size(p.plain_of);
#define REDUCE_TO(size, kept_size)                                                                                    \
    if (stride == size) /* a constant, so that the compiler makes vectors */                                          \
        reduce_pixels(&p, from, size, width, to, size, kept_size);                                                    \
    else                                                                                                              \
        reduce_pixels(&p, from, stride, width, to, size, kept_size);                                                  \
    return
#define REDUCE(size)                                                                                                  \
    case size:                                                                                                        \
        switch (p.kept_size) {                                                                                        \
        case 1: REDUCE_TO(size, 1);                                                                                   \
        case 2: REDUCE_TO(size, 2);                                                                                   \
        default: REDUCE_TO(size, 4);                                                                                  \
        }
    switch (p.size) {
        REDUCE(1)
        REDUCE(2)
        REDUCE(3)
        REDUCE(4)
    }
#undef REDUCE
#undef REDUCE_TO
}

/* The row's pixels side by side. The loops are apart so that the compiler makes vectors of them. */
static void gather_row(const ws_pixel *p, const uint8_t *from, ptrdiff_t stride, size_t width, uint8_t *to)
{
    const uint32_t padding = p->padded ? WS_PADDING : 0;
    if (p->size == 4 && stride == 4) {
        for (size_t x = 0; x < width; x++)
            store32(to + 4 * x, load32(from + 4 * x) | padding);
    } else if (p->size == 4) {
        for (size_t x = 0; x < width; x++, from += stride)
            store32(to + 4 * x, load32(from) | padding);
    } else if (stride == p->size) {
        memcpy(to, from, width * p->size);
    } else if (p->size == 2) {
        for (size_t x = 0; x < width; x++, from += stride)
            store16(to + 2 * x, load16(from));
    } else {
        for (size_t x = 0; x < width; x++, from += stride)
            for (unsigned byte = 0; byte < p->size; byte++)
                *to++ = from[byte];
    }
}

/* A row of a raw picture that is not kept cell by cell. */
static const uint8_t *raw_row(const ws_rendition *r, const ws_view *view, size_t y, uint8_t *row, uint8_t *room)
{
    if (!r->pixel.plain_of) {
        ws_regroup_row(r, view, y, row);
    } else if (r->pixel.reduced) {
        ws_plain_row(r, view, y, room);
        reduce_row(&r->pixel, room, ws_plain_size(r->pixel.plain_of), ws_rendition_width(r), row);
    } else {
        ws_plain_row(r, view, y, row);
    }
    return row;
}

const uint8_t *ws_resample_row(const ws_rendition *r, const ws_view *view, size_t y, uint8_t *row, uint8_t *mean)
{
    if (r->pixel.chunk || r->pixel.plain_of)
        return raw_row(r, view, y, row, mean);
    const size_t top = y * r->step, width = ws_rendition_width(r);
    const uint8_t *from = view->pixels + (ptrdiff_t)(r->crop_y + top) * view->row_stride +
                          (ptrdiff_t)r->crop_x * view->pixel_stride;
    ptrdiff_t stride = (ptrdiff_t)r->step * view->pixel_stride;
    if (r->average && r->step > 1) {
        const size_t left = r->crop_height - top;
        uint16_t *const sums = (uint16_t *)(void *)(mean + 4 * r->crop_width);
        ws_mean_row(r, view, from, left < r->step ? left : r->step, mean, sums);
        from = mean;
        stride = r->pixel.size;
    }
    if (r->pixel.reduced)
        reduce_row(&r->pixel, from, stride, width, row);
    else if (stride == r->pixel.size && !r->pixel.tolerance)
        return from;
    else
        gather_row(&r->pixel, from, stride, width, row);
    return row;
}

void ws_resample_copy(const ws_rendition *r, const ws_view *view, size_t y, uint8_t *row, uint8_t *mean)
{
    const uint8_t *from = ws_resample_row(r, view, y, row, mean);
    if (from != row)
        gather_row(&r->pixel, from, r->pixel.size, ws_rendition_width(r), row);
}

int ws_row_is_kept(const ws_pixel *pixel, const uint8_t *row, const uint8_t *kept, size_t width)
{
    enum { BLOCK = 256 };
    if (!pixel->padded)
        return memcmp(row, kept, width * pixel->kept_size) == 0;
    for (size_t first = 0; first < width; first += BLOCK) {
        const size_t end = first + BLOCK < width ? first + BLOCK : width;
        uint32_t differs = 0;
        if (memcmp(row + 4 * first, kept + 4 * first, 4 * (end - first)) == 0) /* the quickest comparison there is */
            continue;
        for (size_t x = first; x < end; x++)
            differs |= (load32(row + 4 * x) | WS_PADDING) ^ load32(kept + 4 * x);
        if (differs)
            return 0;
    }
    return 1;
}
