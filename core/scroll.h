/* Finds rows that only moved: what a terminal or a page does when it scrolls. */
#ifndef WS_SCROLL_H
#define WS_SCROLL_H

#include "marks.h"

enum { WS_WORTH_A_SCROLL = 1 << 14 }; /* bytes: smaller pictures are packed in the time it takes to look */

enum {
    WS_SCROLL_SAMPLES = 16, /* rows that are looked at, evenly spread */
    WS_SCROLL_LEAST = 4     /* of them changed: with fewer nothing large moved */
};

/* How many searches in a row were in vain, and how many updates are not searched because of it. */
typedef struct {
    int misses, wait;
} ws_scroll_search;

typedef enum { WS_SCROLL_LITTLE, WS_SCROLL_NONE, WS_SCROLL_FOUND } ws_scroll;

/* Rows of the rendition of a view that lie elsewhere in the kept picture. A hint: nothing depends on its being right.
   LITTLE when little changed, NONE when much did and nothing moved. `rows` has room for two rows, `mean` for one of the
   source. The same answer as ws_stream/codec/scroll.py gives. */
ws_scroll ws_find_scroll(const ws_rendition *r, const ws_view *view, const uint8_t *kept, uint8_t *rows, uint8_t *mean,
                         ws_copy *copy);

#endif
