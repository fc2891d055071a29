#include "mirror.h"

#include <string.h>

/* Makes `width` pixels from x on the new ones; marks those that differ. Whether any does. */
static int take_span(uint16_t *kept, const uint16_t *new, size_t x, size_t width, uint8_t *mask)
{
    int differs = 0;
    if (!memcmp(kept + x, new, width * sizeof *new))
        return 0;
    for (size_t i = 0; i < width; i++) {
        const unsigned is_other = kept[x + i] != new[i];
        mask[(x + i) / 8] |= (uint8_t)(is_other << (x + i) % 8);
        differs |= (int)is_other;
        kept[x + i] = new[i];
    }
    return differs;
}

int wd_mirror_flush(wd_mirror *m, wd_lack *const *lacks, size_t count, size_t x, size_t y, size_t width, size_t height,
                 const uint16_t *pixels)
{
    int differs = 0;
    if (x >= DEVICE_WIDTH || y >= DEVICE_HEIGHT)
        return 0;
    const size_t within = width < DEVICE_WIDTH - x ? width : DEVICE_WIDTH - x;
    for (size_t row = 0; row < height && y + row < DEVICE_HEIGHT; row++, pixels += width) {
        uint8_t mask[DEVICE_GROUPS] = {0};
        if (!take_span(m->pixels[y + row], pixels, x, within, mask))
            continue;
        differs = 1;
        for (size_t i = 0; i < count; i++) {
            lacks[i]->touched[y + row] = 1;
            for (size_t g = x / 8; g <= (x + within - 1) / 8; g++)
                lacks[i]->masks[y + row][g] |= mask[g];
        }
    }
    return differs;
}

void wd_lack_since_blank(wd_lack *l, const wd_mirror *m)
{
    memset(l, 0, sizeof *l);
    for (size_t y = 0; y < DEVICE_HEIGHT; y++)
        for (size_t x = 0; x < DEVICE_WIDTH; x++)
            if (m->pixels[y][x]) {
                l->masks[y][x / 8] |= (uint8_t)(1U << x % 8);
                l->touched[y] = 1;
            }
}

size_t wd_lack_next(const wd_lack *l, size_t y)
{
    while (y < DEVICE_HEIGHT && !l->touched[y])
        y++;
    return y;
}
