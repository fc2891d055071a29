/* Which pixels of a picture changed, and the colours of those that do not equal the pixel above: what a delta says. */
#ifndef WS_MARKS_H
#define WS_MARKS_H

#include "memory.h"
#include "pixels.h"

enum { WS_GROUP = 8 }; /* pixels of one byte of a mask */

/* Rows [first, first + rows) became what rows [first + shift, ...) were, before pixels were marked. rows 0: none. */
typedef struct {
    uint32_t first, rows;
    int32_t shift;
} ws_copy;

typedef struct {
    uint32_t *marked;   /* of each row, how many groups hold marked pixels */
    uint32_t *coloured; /* of each such row, how many of its pixels bring their colour */
    uint8_t *masks;     /* of each such row one bit a pixel, the leftmost the lowest: it changed. Of others anything */
    uint8_t *literals;  /* the same: it changed, and brings its colour; other marked pixels equal the one above */
    ws_memory colours;  /* of literal pixels, row by row */
    size_t length;      /* bytes of colours */
    uint32_t rows;      /* rows with marks */
    ws_copy copy;
} ws_marks;

static inline size_t ws_groups(size_t width) { return (width + WS_GROUP - 1) / WS_GROUP; }

/* Whether an update marked anything. */
static inline int ws_marks_any(const ws_marks *marks) { return marks->rows || marks->copy.rows; }

/* Memory for pictures of this size; 0 where there is none. */
int ws_marks_open(ws_marks *marks, size_t width, size_t height);
void ws_marks_close(ws_marks *marks);

/* No marks. 0 where there is no memory for every colour of the picture. */
int ws_marks_clear(ws_marks *marks, const ws_pixel *pixel, size_t width, size_t height);

/* Makes the kept row y the new one and marks the pixels that changed; the row above is the new one already. The row may
   be memory that others write to: each pixel of it is looked at once. */
void ws_mark_row(ws_marks *marks, const ws_pixel *pixel, size_t y, const uint8_t *row, uint8_t *kept, size_t width);

/* Marks pixels of the kept picture that are in the mask of row y; all of them where there is no mask. */
void ws_mark_kept(ws_marks *marks, const ws_pixel *pixel, size_t y, const uint8_t *mask, const uint8_t *kept,
                  size_t width);

#endif
