/* What viewers lack: of each picture that one of them may show, which pixels were touched since. The twin of
   ws_stream/walk/bases.py.

   Knows no colours. Marks may be too many and never too few, so that a picture read while its writer was at work, or
   one that nobody was sent, spoils nothing. Older marks hold all newer ones: a viewer may always be served by those of
   an older picture. */
#ifndef WS_BASES_H
#define WS_BASES_H

#include "marks.h"

enum { WS_BASES = 4 }; /* pictures since which marks are kept; viewers at others share those of an older one */

/* By which marks a viewer is served: the number of a ws_since, those of the last update, or all pixels. */
enum { WS_LACK_MARKS = WS_BASES, WS_LACK_WHOLE, WS_LACKS };

/* Which pixels were touched since picture `number`. */
typedef struct {
    uint32_t number;
    uint8_t *touched; /* of each row, whether any of its pixels was */
    uint8_t *masks;   /* of such rows one bit a pixel */
} ws_since;

/* The marks of one variant. `newest` is always the number of its newest picture. */
typedef struct {
    size_t width, height;
    ws_marks marks;       /* of the last update */
    uint32_t marks_since; /* the picture they were made against; 0: none that anybody shows */
    ws_since since[WS_BASES];
    size_t count;
} ws_bases;

/* 0 where there is no memory; what there is of it goes with ws_bases_close. */
int ws_bases_open(ws_bases *b, size_t width, size_t height);
void ws_bases_close(ws_bases *b);

/* Keeps marks for these pictures, and no others. Called before an update: it makes new marks. 0 where there is no
   memory; the marks kept are still valid. */
int ws_bases_hold(ws_bases *b, const uint32_t *shown, size_t count, uint32_t newest);

/* No marks: an update begins, and what was not abandoned is lost. 0 where there is no memory. */
int ws_bases_clear(ws_bases *b, const ws_pixel *pixel);

/* An update has marked pixels. */
void ws_bases_add(ws_bases *b);

/* Picture `newest` has a successor. */
void ws_bases_commit(ws_bases *b, uint32_t newest);

/* What was marked is not shown as it is: it is part of what is marked next. 0 where there is no memory: to be called
   again before the marks are cleared. */
int ws_bases_abandon(ws_bases *b, uint32_t newest);

/* Whether marks were abandoned since the newest picture. */
int ws_bases_is_abandoned(const ws_bases *b, uint32_t newest);

/* What a viewer of picture `base` (0: blank) lacks. */
size_t ws_bases_lack(const ws_bases *b, uint32_t base);

#endif
