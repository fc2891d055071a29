/* Converts pixels of the formats of docs/protocol.md to RGBA, four at a time. */
#include "kernel.h"

typedef uint32_t words __attribute__((vector_size(16)));

enum { NONE = 128 };

/* Where the bytes of four pixels of 1 to 4 bytes lie. */
static const block PLACES[] = {
    {0, NONE, NONE, NONE, 1, NONE, NONE, NONE, 2, NONE, NONE, NONE, 3, NONE, NONE, NONE},
    {0, 1, NONE, NONE, 2, 3, NONE, NONE, 4, 5, NONE, NONE, 6, 7, NONE, NONE},
    {0, 1, 2, NONE, 3, 4, 5, NONE, 6, 7, 8, NONE, 9, 10, 11, NONE},
    {0, 1, 2, NONE, 4, 5, 6, NONE, 8, 9, 10, NONE, 12, 13, 14, NONE},
};

static words as_they_are(words pixels)
{
    return pixels;
}

static words of_bgr(words pixels)
{
    return (pixels >> 16) | (pixels & 0xFF00) | (pixels & 255) << 16;
}

static words of_rgb565(words pixels)
{
    const words red = pixels >> 11, green = pixels >> 5 & 63, blue = pixels & 31;
    return (red << 3 | red >> 2) | (green << 2 | green >> 4) << 8 | (blue << 3 | blue >> 2) << 16;
}

static words of_gray8(words pixels)
{
    return pixels | pixels << 8 | pixels << 16;
}

static words of_rgb444(words pixels)
{
    const words high = (pixels >> 8 & 15) | (pixels << 4 & 0xF00) | (pixels << 16 & 0xF0000);
    return high | high << 4;
}

static words of_rgb332(words pixels)
{
    const words red = pixels >> 5, green = pixels >> 2 & 7, blue = pixels & 3;
    return (red * 73 >> 1) | (green * 73 >> 1) << 8 | (blue * 85) << 16;
}

static inline __attribute__((always_inline)) int each(words (*of)(words), uint32_t size, const uint8_t *pixels, uint8_t *rgba,
                                                      uint32_t first, uint32_t end)
{
    for (uint32_t i = first; i < end; i += 4) {
        const block made = (block)(of((words)pick(load(pixels + size * i), PLACES[size - 1])) | 0xFF000000);
        if (end - i >= 4)
            store(rgba + 4 * i, made);
        else
            __builtin_memcpy(rgba + 4 * i, &made, 4 * (end - i));
    }
    return 1;
}

int convert(uint32_t format, const uint8_t *pixels, uint8_t *rgba, uint32_t first, uint32_t end)
{
    /* In the order of their codes. */
    switch (format) {
    case 1: return each(as_they_are, 4, pixels, rgba, first, end);
    case 2: return each(of_bgr, 4, pixels, rgba, first, end);
    case 3: return each(as_they_are, 3, pixels, rgba, first, end);
    case 4: return each(of_bgr, 3, pixels, rgba, first, end);
    case 5: return each(of_rgb565, 2, pixels, rgba, first, end);
    case 6: return each(of_gray8, 1, pixels, rgba, first, end);
    case 7: return each(of_rgb444, 2, pixels, rgba, first, end);
    case 8: return each(of_rgb332, 1, pixels, rgba, first, end);
    default: return 0;
    }
}
