/* The mean of boxes of pixels: rows of the source are summed channel by channel, then the columns of each box. Loops
   over a row of memory come first, so that the compiler makes vectors of them. */
#include "pixels.h"
#include "words.h"

/* Exact for sums of 16 bits and counts to 256 (T. Granlund and P. Montgomery, Division by Invariant Integers, 1994). */
typedef struct {
    uint64_t inverse;
    uint32_t half;
    int shift; /* of a power of two, else 0 */
} divisor;

static divisor divisor_of(size_t count)
{
    const int is_power = (count & (count - 1)) == 0;
    return (divisor){(UINT64_C(1) << 32) / count + 1, (uint32_t)count / 2, is_power ? __builtin_ctzl(count) : 0};
}

static uint32_t rounded(uint32_t sum, divisor by) { return (uint32_t)((sum + by.half) * by.inverse >> 32); }

static inline void add_channel(uint16_t *restrict sums, const uint8_t *restrict from, ptrdiff_t stride, unsigned size,
                               unsigned shift, unsigned mask, size_t width)
{
    for (size_t x = 0; x < width; x++)
        sums[x] = (uint16_t)(sums[x] + (load_pixel(from + (ptrdiff_t)x * stride, size) >> shift & mask));
}

/* Bit fields: one row of sums for each channel. */
static void add_fields(const ws_pixel *p, uint16_t *sums, const uint8_t *from, ptrdiff_t stride, size_t width)
{
    for (int c = 0; c < 3; c++, sums += width) {
        const unsigned shift = p->source_shift[c], mask = p->source_mask[c];
        if (p->size == 1 && stride == 1)
            add_channel(sums, from, 1, 1, shift, mask, width);
        else if (p->size == 2 && stride == 2)
            add_channel(sums, from, 2, 2, shift, mask, width);
        else if (p->size == 4 && stride == 4)
            add_channel(sums, from, 4, 4, shift, mask, width);
        else
            add_channel(sums, from, stride, p->size, shift, mask, width);
    }
}

/* Bytes: sums lie as the bytes do. */
static void add_bytes(uint16_t *restrict sums, const uint8_t *restrict from, ptrdiff_t stride, size_t size,
                      size_t width)
{
    if (stride == (ptrdiff_t)size) {
        for (size_t i = 0; i < width * size; i++)
            sums[i] = (uint16_t)(sums[i] + from[i]);
        return;
    }
    for (size_t x = 0; x < width; x++, from += stride, sums += size)
        for (size_t byte = 0; byte < size; byte++)
            sums[byte] = (uint16_t)(sums[byte] + from[byte]);
}

/* Four sums at once: none overflows its 16 bits, see WS_MAX_STEP. */
static uint32_t mean_of_four(const uint16_t *sums, size_t across, divisor by)
{
    uint64_t four = 0;
    uint32_t pixel = 0;
    for (size_t x = 0; x < across; x++) {
        uint64_t next;
        memcpy(&next, sums + 4 * x, sizeof next);
        four += next;
    }
    if (by.shift) {
        four = (four + by.half * UINT64_C(0x0001000100010001)) >> by.shift & UINT64_C(0x00FF00FF00FF00FF);
        four = (four | four >> 8) & UINT64_C(0x0000FFFF0000FFFF);
        return (uint32_t)(four | four >> 16);
    }
    for (int c = 0; c < 4; c++)
        pixel |= rounded(four >> 16 * c & 0xFFFF, by) << 8 * c;
    return pixel;
}

/* `apart`: from a pixel's sum to the next pixel's; `planes`: from a channel's to the next channel's. */
static uint32_t mean_of_some(const ws_pixel *p, const uint16_t *sums, size_t apart, size_t planes, size_t across,
                             divisor by)
{
    const unsigned channels = p->fields ? 3 : p->size;
    uint32_t pixel = 0;
    for (unsigned c = 0; c < channels; c++) {
        uint32_t sum = 0;
        for (size_t x = 0; x < across; x++)
            sum += sums[x * apart + c * planes];
        pixel |= rounded(sum, by) << (p->fields ? p->source_shift[c] : 8 * c);
    }
    return pixel;
}

void ws_mean_row(const ws_rendition *r, const ws_view *view, const uint8_t *from, size_t down, uint8_t *to,
                 uint16_t *sums)
{
    const ws_pixel *const p = &r->pixel;
    const size_t width = r->crop_width, apart = p->fields ? 1 : p->size, planes = p->fields ? width : 1;
    const divisor whole = divisor_of(r->step * down);
    memset(sums, 0, width * (p->fields ? 3 : p->size) * sizeof *sums);
    for (size_t y = 0; y < down; y++, from += view->row_stride) {
        if (p->fields)
            add_fields(p, sums, from, view->pixel_stride, width);
        else
            add_bytes(sums, from, view->pixel_stride, p->size, width);
    }
    for (size_t x = 0; x < width; x += r->step, to += p->size) {
        const size_t across = width - x < r->step ? width - x : r->step;
        const divisor by = across == r->step ? whole : divisor_of(across * down);
        const uint16_t *const at = sums + x * apart;
        if (p->size == 4 && !p->fields) {
            store32(to, mean_of_four(at, across, by));
            continue;
        }
        const uint32_t mean = mean_of_some(p, at, apart, planes, across, by);
        uint8_t bytes[4];
        store32(bytes, mean);
        memcpy(to, bytes, p->size);
    }
}
