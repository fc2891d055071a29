/* One rendition's newest picture, kept in one place. The twin of ws_stream/walk/variant.py.

   The kept picture is a mirror of the source: an update makes it equal, whatever it held. What a viewer lacks is told
   by marks alone, see bases.h. */
#ifndef WS_VARIANT_H
#define WS_VARIANT_H

#include "bases.h"
#include "crc32.h"
#include "pack.h"
#include "rate_limit.h"
#include "scroll.h"
#include "settling.h"
#include "turn.h"

/* What is kept of a source's pictures. */
typedef struct {
    ws_rendition rendition;
    size_t source_width, source_height;
} ws_geometry;

enum { WS_REMEMBERED = 256 }; /* pictures of which it is known when they were taken */

/* The newest picture; its pixels are the kept ones, so they may be of a later one while that is uncommitted. */
typedef struct {
    uint32_t epoch, number;
    uint8_t code; /* the pixel format's on the wire */
    size_t width, height; /* of the grid */
    size_t shown_width, shown_height; /* of the picture, in its pixels */
    size_t row_bytes;
    uint8_t *pixels;
    ws_memory said; /* the extensions of its messages */
    size_t said_length;
    uint64_t times[WS_REMEMBERED]; /* microseconds since 1970: of picture n at n % WS_REMEMBERED */
} ws_picture;

/* When this picture was taken, of the newest one or a few before; 0 where that is not known. */
uint64_t ws_picture_time(const ws_picture *newest, uint32_t epoch, uint32_t number);

/* Extensions of a picture's header, as they lie on the wire; none where there are no bytes. */
typedef struct {
    const uint8_t *bytes;
    size_t length;
} ws_extensions;

/* What was made of the newest picture, each once for all viewers. */
typedef struct {
    ws_body bodies[WS_LACKS];
    uint8_t made[WS_LACKS];
    ws_marks others; /* made of the kept picture, for viewers at other bases */
    uint32_t checksum;
    int has_checksum;
} ws_deltas;

typedef struct {
    int is_open;
    int is_uncommitted; /* the kept picture is not the newest one: no delta may be made of it */
    ws_turn turn;
    ws_geometry geometry;
    ws_encoding encoding;
    ws_picture picture;
    uint8_t *asked; /* of each row, whether it is to be read; filled in by who asks for some only */
    ws_bases bases;
    ws_pace pace;
    ws_deltas deltas;
    ws_settling settling;
    ws_scroll_search search;
    ws_memory scratch;
} ws_variant;

/* Whether a variant can be of such a rendition. */
int ws_variant_can_be(const ws_rendition *r, const ws_encoding *encoding, size_t source_width, size_t source_height);

/* Begins an epoch: a blank picture of this rendition, which has no turn yet. 0 where there is no memory, or the rendition cannot be. */
int ws_variant_open(ws_variant *v, const ws_rendition *r, const ws_encoding *encoding, size_t source_width,
                    size_t source_height, uint8_t code, uint32_t epoch);
void ws_variant_close(ws_variant *v);

/* Says which pictures viewers show: marks are kept for these. Called before an update. 0 where there is no memory. */
int ws_variant_hold(ws_variant *v, const uint32_t *shown, size_t count);

/* Makes the kept picture the view's, which is of the source's size. Only the rows in `asked` are read if it is given.
   An update that was neither committed nor abandoned is abandoned. 0 where there is no memory. */
int ws_variant_update(ws_variant *v, const ws_view *view, const uint8_t *asked, double now);

/* Valid between an update and its commit: whether the update made another picture; and whether it is one with other
   things said of it. */
int ws_variant_has_news(const ws_variant *v);
int ws_variant_is_other(const ws_variant *v, ws_extensions said);

/* The kept picture is the newest one from now on, or is not to be shown as it is. 0 where there is no memory. */
int ws_variant_commit(ws_variant *v, uint64_t time, ws_extensions said, uint32_t next_epoch);
int ws_variant_abandon(ws_variant *v);

/* What turns the picture of viewers that lack this, by `ws_bases_lack`, into the newest one: made once for all of them.
   NULL without memory. */
const ws_body *ws_variant_delta(ws_variant *v, ws_packer *packer, size_t lack);

uint32_t ws_variant_checksum(ws_variant *v, const ws_crc_table *table);

#endif
