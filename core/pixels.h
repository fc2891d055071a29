/* Pixels of one source as one rendition keeps them: what is read, what is kept, what is sent. Knows no protocol. */
#ifndef WS_PIXELS_H
#define WS_PIXELS_H

#include <stddef.h>
#include <stdint.h>

/* How one pixel is read and kept. Bytes only, so that it can be handed over as bytes. Words are little-endian. */
typedef struct {
    uint8_t size;      /* bytes of a source's pixel, 1 to 4 */
    uint8_t kept_size; /* bytes of a kept pixel: another number where it is reduced */
    uint8_t colour;    /* bytes of a kept pixel that are sent: all but the padding */
    uint8_t padded;    /* the fourth byte of a kept pixel is padding: it is 255, whatever was read */
    uint8_t fields;    /* a source's pixel is a word of bit fields; if not, each byte is a channel */
    uint8_t reduced;   /* a kept pixel is made of the source's channels: it has fewer bits, or another order */
    uint8_t tolerance; /* by how much a channel of eight bits may be off; 0: not at all */
    uint8_t source_shift[3], source_mask[3];           /* red, green, blue in a source's word */
    uint8_t widen[3], drop[3], up[3]; /* reduced: what repeats a channel's bits, bits dropped, where the rest goes */
    uint8_t kept_shift[3], kept_mask[3], kept_limit[3]; /* tolerance in a kept word; no mask: bytes are compared */
    uint8_t raw;      /* of a raw format that is kept as it is: pixels are cells of its grid */
    uint8_t chunk;    /* raw, and stepped or cropped: bytes of a group of pixels in a line; 0: each for itself */
    uint8_t down;     /* then also its lines */
    uint8_t planes;   /* then also 1; 2: luma, and pairs of chroma; 3: luma, and two planes of chroma */
    uint8_t plain_of; /* the code of the raw format whose pixels are made plain ones; 0: of none */
} ws_pixel;

/* A picture in somebody's memory, which may change while it is read. Strides are bytes and may be negative. */
typedef struct {
    const uint8_t *pixels;
    ptrdiff_t row_stride, pixel_stride;
    size_t width, height, pixel_size;
} ws_view;

/* The part of a picture that is kept, and how: every step-th pixel and row, or the mean of step x step boxes. */
typedef struct {
    ws_pixel pixel;
    size_t crop_x, crop_y, crop_width, crop_height;
    size_t step;
    int average;
    uint32_t palette[256]; /* colours of indices that are made plain ones */
} ws_rendition;

/* See ws_stream/limits.py. A product of two sides and a pixel's bytes is below 2^31 at each step. */
enum { WS_MAX_STEP = 16, WS_MAX_SIDE = 16384, WS_MAX_PICTURE = 64 << 20 /* bytes as they are kept */ };

/* What is kept of so many pixels in a line, or lines, of which whole groups are taken. */
static inline size_t ws_grouped(size_t length, size_t group, size_t step)
{
    return (length + group * step - 1) / (group * step) * group;
}

static inline size_t ws_rendition_width(const ws_rendition *r)
{
    const ws_pixel *const p = &r->pixel;
    return p->chunk ? ws_grouped(r->crop_width, p->chunk / p->size, r->step) : (r->crop_width + r->step - 1) / r->step;
}

/* Rows of luma where planes of chroma follow, else all. */
static inline size_t ws_rendition_lines(const ws_rendition *r)
{
    const ws_pixel *const p = &r->pixel;
    return p->chunk ? ws_grouped(r->crop_height, p->down, r->step) : (r->crop_height + r->step - 1) / r->step;
}

static inline size_t ws_rendition_height(const ws_rendition *r)
{
    return ws_rendition_lines(r) * (r->pixel.chunk && r->pixel.planes > 1 ? 3 : 2) / 2;
}

/* Whether it describes pixels and sizes that the functions below can take. */
int ws_rendition_is_valid(const ws_rendition *r);

/* Row y of the rendition of a view that holds the crop, its padding set. Either a pointer into the view, where the row
   lies there as it is kept (its padding may be any byte), or `row`, which has room for a row of kept pixels; `mean` has
   room for `ws_mean_room` bytes, aligned as words of 16 bits are. */
const uint8_t *ws_resample_row(const ws_rendition *r, const ws_view *view, size_t y, uint8_t *row, uint8_t *mean);

/* For the mean of boxes of rows: a row of source pixels, and the sums of its four channels; else a row made plain, which
   is then reduced. */
static inline size_t ws_mean_room(const ws_rendition *r)
{
    return r->average ? 12 * r->crop_width : r->pixel.plain_of ? 4 * r->crop_width : 0;
}

/* A row of a raw picture of which some is left out; and one of pixels that are made plain, of `ws_plain_size` bytes. */
void ws_regroup_row(const ws_rendition *r, const ws_view *view, size_t y, uint8_t *row);
void ws_plain_row(const ws_rendition *r, const ws_view *view, size_t y, uint8_t *to);

/* Of a raw format's code: whether it can be made plain; bytes of a plain pixel, and of what it is made of in the source;
   the picture's sides, by those of its grid; and whether such a grid has all samples of each pixel. */
int ws_plain_is_known(unsigned code);
unsigned ws_plain_size(unsigned code);
unsigned ws_plain_source_size(unsigned code);
size_t ws_plain_width(unsigned code, size_t columns);
size_t ws_plain_height(unsigned code, size_t rows);
int ws_plain_is_whole(unsigned code, size_t columns, size_t rows);

/* Whether a source's picture, whose grid is so wide and high, holds all that is read for the rendition. */
int ws_rendition_is_within(const ws_rendition *r, size_t width, size_t height);

/* Puts the means of the boxes of `down` rows, of which the first begins at `from`, to `to`. `sums` has room for those of
   a row of source pixels. */
void ws_mean_row(const ws_rendition *r, const ws_view *view, const uint8_t *from, size_t down, uint8_t *to,
                 uint16_t *sums);

/* The same as `ws_resample_row`, always copied to `row`. */
void ws_resample_copy(const ws_rendition *r, const ws_view *view, size_t y, uint8_t *row, uint8_t *mean);

/* Puts the kept pixel in the place of each new one of which no channel is off by more than the tolerance. */
void ws_keep_near(const ws_pixel *pixel, uint8_t *row, const uint8_t *kept, size_t width);

/* Whether a row, its padding set, is the kept one. */
int ws_row_is_kept(const ws_pixel *pixel, const uint8_t *row, const uint8_t *kept, size_t width);

#endif
