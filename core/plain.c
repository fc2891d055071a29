/* What raw pixels are in a plain format: luma and chroma, bits, nibbles, indices, colour filters. The twin of
   ws_stream/pixels/plain.py, for viewers that do not know them. */
#include "pixels.h"
#include "words.h"

/* Codes of docs/protocol.md. */
enum {
    RGB565BE = 10, YUYV422 = 12, UYVY422, NV12, I420, RGGB, BGGR, GBRG, GRBG, MONO_MSB, MONO_LSB, GRAY4, INDEXED8,
};

int ws_plain_is_known(unsigned code) { return code == RGB565BE || (code >= YUYV422 && code <= INDEXED8); }

unsigned ws_plain_size(unsigned code)
{
    return code == RGB565BE ? 2 : code >= MONO_MSB && code <= GRAY4 ? 1 : 4;
}

unsigned ws_plain_source_size(unsigned code) { return code >= RGB565BE && code <= UYVY422 ? 2 : 1; }

size_t ws_plain_width(unsigned code, size_t columns)
{
    return columns * (code == MONO_MSB || code == MONO_LSB ? 8 : code == GRAY4 ? 2 : 1);
}

size_t ws_plain_height(unsigned code, size_t rows) { return code == NV12 || code == I420 ? rows * 2 / 3 : rows; }

int ws_plain_is_whole(unsigned code, size_t columns, size_t rows)
{
    const int are_pairs = code >= YUYV422 && code <= GRBG, are_squares = code >= NV12 && code <= GRBG;
    return !(are_pairs && columns % 2) && !(are_squares && ws_plain_height(code, rows) % 2);
}

static inline uint32_t clipped(int32_t value) { return value < 0 ? 0 : value > 255 ? 255 : (uint32_t)value; }

/* ITU-R BT.601, 16 to 235 and 16 to 240, as ws_stream/pixels/plain.py has it. */
static uint32_t of_yuv(int32_t y, int32_t u, int32_t v)
{
    enum { SHIFT = 20, Y = 1220542, U_BLUE = 2116026, U_GREEN = -409993, V_GREEN = -852492, V_RED = 1673527 };
    const int32_t luma = (y < 16 ? 0 : y - 16) * Y + (1 << (SHIFT - 1));
    u -= 128;
    v -= 128;
    return clipped((luma + V_RED * v) >> SHIFT) | clipped((luma + V_GREEN * v + U_GREEN * u) >> SHIFT) << 8 |
           clipped((luma + U_BLUE * u) >> SHIFT) << 16;
}

static const uint8_t *row_of(const ws_view *view, size_t y) { return view->pixels + (ptrdiff_t)y * view->row_stride; }

static uint32_t of_pairs(const uint8_t *line, size_t x, unsigned luma)
{
    const uint8_t *const pair = line + x / 2 * 4;
    return of_yuv(line[2 * x + luma], pair[1 - luma], pair[3 - luma]);
}

static uint32_t of_planes(const ws_view *view, size_t x, size_t y, int is_paired)
{
    const size_t lines = view->height * 2 / 3;
    const int32_t luma = row_of(view, y)[x];
    if (is_paired) {
        const uint8_t *const pair = row_of(view, lines + y / 2) + x / 2 * 2;
        return of_yuv(luma, pair[0], pair[1]);
    }
    int32_t chroma[2];
    for (size_t plane = 0; plane < 2; plane++) {
        const size_t line = plane * (lines / 2) + y / 2;
        chroma[plane] = row_of(view, lines + line / 2)[line % 2 * (view->width / 2) + x / 2];
    }
    return of_yuv(luma, chroma[0], chroma[1]);
}

/* The red, the blue and the mean of the greens of a group of four. */
static uint32_t of_square(const ws_view *view, size_t x, size_t y, unsigned code)
{
    static const uint8_t REDS[] = {0, 3, 2, 1}; /* where they are: left to right, then below */
    const unsigned red = REDS[code - RGGB];
    const uint8_t *const upper = row_of(view, y / 2 * 2) + x / 2 * 2, *const lower = row_of(view, y / 2 * 2 + 1) + x / 2 * 2;
    const uint8_t four[] = {upper[0], upper[1], lower[0], lower[1]};
    const unsigned green = (four[red ^ 1U] + four[red ^ 2U] + 1U) >> 1;
    return four[red] | green << 8 | (uint32_t)four[red ^ 3U] << 16;
}

static inline uint32_t plain_pixel(const ws_rendition *r, const ws_view *view, size_t x, size_t y, unsigned code)
{
    const uint8_t *const line = row_of(view, y);
    switch (code) {
    case RGB565BE: return (uint32_t)(line[2 * x] << 8 | line[2 * x + 1]);
    case YUYV422: return of_pairs(line, x, 0);
    case UYVY422: return of_pairs(line, x, 1);
    case NV12: return of_planes(view, x, y, 1);
    case I420: return of_planes(view, x, y, 0);
    case MONO_MSB: return line[x / 8] >> (7 - x % 8) & 1 ? 255 : 0;
    case MONO_LSB: return line[x / 8] >> x % 8 & 1 ? 255 : 0;
    case GRAY4: return 17U * (x % 2 ? line[x / 2] & 15U : line[x / 2] >> 4U);
    case INDEXED8: return r->palette[line[x]];
    default: return of_square(view, x, y, code);
    }
}

void ws_plain_row(const ws_rendition *r, const ws_view *view, size_t y, uint8_t *to)
{
    const unsigned code = r->pixel.plain_of, size = ws_plain_size(code);
    const size_t width = ws_rendition_width(r);
    for (size_t i = 0, x = r->crop_x; i < width; i++, x += r->step, to += size) {
        const uint32_t pixel = plain_pixel(r, view, x, r->crop_y + y * r->step, code);
        if (size == 4)
            store32(to, pixel | WS_PADDING);
        else if (size == 2)
            store16(to, (uint16_t)pixel);
        else
            to[0] = (uint8_t)pixel;
    }
}
