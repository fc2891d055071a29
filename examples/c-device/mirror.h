/* The picture, as it was flushed, and which of its pixels a viewer lacks. Knows no messages.

   As in core/variant.h there is one picture, and marks that may be too many and never too few. The marks are a viewer's
   own: a board has few viewers, and no memory for the messages that those of a variant share. */
#ifndef DEVICE_MIRROR_H
#define DEVICE_MIRROR_H

#include <stddef.h>
#include <stdint.h>

#include "size.h"

typedef struct {
    uint16_t pixels[DEVICE_HEIGHT][DEVICE_WIDTH]; /* rgb565; a blank picture is all 0 */
} wd_mirror;

typedef struct {
    uint8_t touched[DEVICE_HEIGHT];
    uint8_t masks[DEVICE_HEIGHT][DEVICE_GROUPS]; /* a bit a pixel, the leftmost the lowest; 0 in other rows */
} wd_lack;

/* An area is what it was flushed to be, whatever of it lies in the picture; viewers lack what differs. Whether anything
   does. */
int wd_mirror_flush(wd_mirror *m, wd_lack *const *lacks, size_t count, size_t x, size_t y, size_t width, size_t height,
                 const uint16_t *pixels);

/* What a viewer lacks that holds the blank picture. */
void wd_lack_since_blank(wd_lack *l, const wd_mirror *m);

/* The first row from y on that was touched; DEVICE_HEIGHT where there is none. */
size_t wd_lack_next(const wd_lack *l, size_t y);

#endif
