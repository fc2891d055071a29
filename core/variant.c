#include "variant.h"

#include <string.h>

enum { MOST_SCROLL_MISSES = 7 }; /* pictures that are not searched after searches in vain */

static void blank(ws_variant *v)
{
    memset(v->picture.pixels, 0, v->picture.height * v->picture.row_bytes);
    for (size_t at = 3; v->geometry.rendition.pixel.padded && at < v->picture.height * v->picture.row_bytes; at += 4)
        v->picture.pixels[at] = 255;
}

/* Of two kept rows; what follows is aligned. */
static size_t rooms_of(size_t row_bytes) { return 2 * ((row_bytes + 4 + 7) / 8 * 8); }

int ws_variant_can_be(const ws_rendition *r, const ws_encoding *encoding, size_t source_width, size_t source_height)
{
    return encoding->band_rows && ws_rendition_is_valid(r) && ws_rendition_is_within(r, source_width, source_height);
}

int ws_variant_open(ws_variant *v, const ws_rendition *r, const ws_encoding *encoding, size_t source_width,
                    size_t source_height, uint8_t code, uint32_t epoch)
{
    enum { SLACK = 8 };
    if (!ws_variant_can_be(r, encoding, source_width, source_height))
        return 0;
    const size_t width = ws_rendition_width(r), height = ws_rendition_height(r), row_bytes = width * r->pixel.kept_size;
    ws_variant_close(v);
    v->geometry = (ws_geometry){*r, source_width, source_height};
    v->encoding = *encoding;
    v->picture = (ws_picture){epoch, 0, code, width, height, width, height, row_bytes,
                              malloc(height * row_bytes + SLACK), {0}, 0, {0}};
    v->asked = calloc(height, 1);
    ws_pace_open(&v->pace);
    v->is_open = v->picture.pixels && v->asked && ws_bases_open(&v->bases, width, height) &&
                 ws_marks_open(&v->deltas.others, width, height) &&
                 ws_settling_open(&v->settling, r->pixel.tolerance ? height * row_bytes : 0) &&
                 ws_reserve(&v->scratch, rooms_of(row_bytes) + ws_mean_room(r) + SLACK);
    if (v->is_open)
        blank(v);
    else
        ws_variant_close(v);
    return v->is_open;
}

void ws_variant_close(ws_variant *v)
{
    free(v->picture.pixels);
    ws_release(&v->picture.said);
    free(v->asked);
    ws_bases_close(&v->bases);
    ws_marks_close(&v->deltas.others);
    for (size_t i = 0; i < WS_LACKS; i++)
        ws_release(&v->deltas.bodies[i].memory);
    ws_settling_close(&v->settling);
    ws_release(&v->scratch);
    *v = (ws_variant){0};
}

int ws_variant_hold(ws_variant *v, const uint32_t *shown, size_t count)
{
    const size_t before = v->bases.count;
    const uint32_t marks_since = v->bases.marks_since;
    const int done = ws_bases_hold(&v->bases, shown, count, v->picture.number);
    if (v->bases.count != before || v->bases.marks_since != marks_since)
        memset(v->deltas.made, 0, WS_BASES); /* entries moved: a body made for place i may belong to another base */
    return done;
}

/* The scratch memory has room for two kept rows, and for the `mean` of `ws_resample_row`. */
static uint8_t *rows_of(ws_variant *v) { return v->scratch.bytes; }
static uint8_t *mean_of(ws_variant *v) { return v->scratch.bytes + rooms_of(v->picture.row_bytes); }

/* Moves what scrolled, as viewers will; the marks then tell the rest. */
static void scroll(ws_variant *v, const ws_view *view)
{
    uint8_t *const kept = v->picture.pixels;
    const size_t row_bytes = v->picture.row_bytes;
    ws_scroll_search *const search = &v->search;
    ws_copy *const copy = &v->bases.marks.copy;
    if (!v->encoding.has_copy || v->geometry.rendition.pixel.tolerance || !v->picture.number)
        return;
    if (search->wait) {
        search->wait--;
        return;
    }
    switch (ws_find_scroll(&v->geometry.rendition, view, kept, rows_of(v), mean_of(v), copy)) {
    case WS_SCROLL_LITTLE:
        return;
    case WS_SCROLL_NONE:
        search->misses += search->misses < MOST_SCROLL_MISSES;
        search->wait = search->misses;
        return;
    case WS_SCROLL_FOUND:
        search->misses = 0;
        memmove(kept + copy->first * row_bytes, kept + (size_t)((ptrdiff_t)copy->first + copy->shift) * row_bytes,
                copy->rows * row_bytes);
    }
}

static void read_ahead(const ws_variant *v, const ws_view *view, size_t y)
{
    enum { LINE = 64, AHEAD = 16 * LINE }; /* processors read ahead within a page of 4 kB only */
    const ws_rendition *r = &v->geometry.rendition;
    if (r->pixel.chunk || r->pixel.plain_of)
        return;
    const ptrdiff_t row = (ptrdiff_t)(r->crop_y + y * r->step) * view->row_stride;
    const char *const next = (const char *)view->pixels + row + (ptrdiff_t)r->crop_x * view->pixel_stride;
    for (size_t at = 0; at < AHEAD && at < r->crop_width * r->pixel.size; at += LINE)
        __builtin_prefetch(next + at);
}

/* What an update reads: some rows; all of them; or all, in search of those that stand still. */
typedef enum { SOME, ALL, EXACT } extent;

/* One row: makes the kept one the new one. Whether it stands still, at an exact update. */
static int update_row(ws_variant *v, const ws_view *view, size_t y, extent read)
{
    const ws_rendition *const r = &v->geometry.rendition;
    const size_t width = v->picture.width, row_bytes = v->picture.row_bytes, at = y * row_bytes;
    uint8_t *const room = rows_of(v), *const kept = v->picture.pixels + at;
    const uint8_t *const row = ws_resample_row(r, view, y, room, mean_of(v));
    const int still = read == EXACT && ws_settling_stands_still(&v->settling, at, row, row_bytes);
    if (read == SOME)
        ws_settling_compare(&v->settling, at, row, row_bytes);
    if (r->pixel.tolerance && v->picture.number && !still)
        ws_keep_near(&r->pixel, room, kept, width); /* with a tolerance the row always lies in the scratch room */
    if (!ws_row_is_kept(&r->pixel, row, kept, width))
        ws_mark_row(&v->bases.marks, &r->pixel, y, row, kept, width);
    return still;
}

int ws_variant_update(ws_variant *v, const ws_view *view, const uint8_t *asked, double now)
{
    const extent read = asked ? SOME : ws_settling_is_due(&v->settling, now) ? EXACT : ALL;
    size_t still = 0;
    v->pace.read = now;
    if ((v->is_uncommitted && !ws_variant_abandon(v)) || !ws_bases_clear(&v->bases, &v->geometry.rendition.pixel))
        return 0;
    memset(v->deltas.made, 0, WS_LACK_WHOLE); /* marks may be kept since others than before */
    if (!asked)
        scroll(v, view);
    for (size_t y = 0; y < v->picture.height; y++) {
        if (asked && !asked[y])
            continue;
        if (y + 1 < v->picture.height && (!asked || asked[y + 1]))
            read_ahead(v, view, y + 1);
        still += (size_t)update_row(v, view, y, read);
    }
    if (read == EXACT)
        ws_settling_looked(&v->settling, still == v->picture.height, now);
    else if (read == ALL)
        ws_settling_moved(&v->settling);
    ws_bases_add(&v->bases);
    v->is_uncommitted = ws_variant_has_news(v);
    return 1;
}

int ws_variant_has_news(const ws_variant *v)
{
    return !v->picture.number || ws_marks_any(&v->bases.marks) || ws_bases_is_abandoned(&v->bases, v->picture.number);
}

int ws_variant_is_other(const ws_variant *v, ws_extensions said)
{
    const ws_picture *const p = &v->picture;
    return ws_variant_has_news(v) || said.length != p->said_length ||
           (said.length && memcmp(said.bytes, p->said.bytes, said.length));
}

int ws_variant_commit(ws_variant *v, uint64_t time, ws_extensions said, uint32_t next_epoch)
{
    if (said.length && !ws_reserve(&v->picture.said, said.length))
        return 0;
    if (said.length)
        memcpy(v->picture.said.bytes, said.bytes, said.length);
    v->picture.said_length = said.length;
    ws_bases_commit(&v->bases, v->picture.number);
    ws_pace_came(&v->pace);
    v->is_uncommitted = 0;
    v->deltas.has_checksum = 0;
    memset(v->deltas.made, 0, sizeof v->deltas.made);
    if (v->picture.number == UINT32_MAX) { /* numbers are used up: viewers begin anew */
        v->picture.epoch = next_epoch;
        v->picture.number = 0;
        v->bases.marks_since = 0;
        v->bases.count = 0;
    }
    v->picture.number++;
    v->picture.times[v->picture.number % WS_REMEMBERED] = time;
    return 1;
}

uint64_t ws_picture_time(const ws_picture *newest, uint32_t epoch, uint32_t number)
{
    const int is_known = epoch == newest->epoch && number && number <= newest->number &&
                         newest->number - number < WS_REMEMBERED;
    return is_known ? newest->times[number % WS_REMEMBERED] : 0;
}

int ws_variant_abandon(ws_variant *v) { return ws_bases_abandon(&v->bases, v->picture.number); }

/* Marks what was touched since, or every pixel, in the kept picture. 0 where there is no memory. */
static int mark_others(ws_variant *v, const ws_since *since)
{
    const ws_pixel *const pixel = &v->geometry.rendition.pixel;
    const ws_picture *const kept = &v->picture;
    if (!ws_marks_clear(&v->deltas.others, pixel, kept->width, kept->height))
        return 0;
    for (size_t y = 0; y < kept->height; y++)
        if (!since || since->touched[y])
            ws_mark_kept(&v->deltas.others, pixel, y, since ? since->masks + y * ws_groups(kept->width) : NULL,
                         kept->pixels + y * kept->row_bytes, kept->width);
    return 1;
}

/* What is said of the picture, then its segments. 0 where there is no memory. */
static int make_body(const ws_variant *v, ws_packer *packer, const ws_marks *marks, ws_body *body)
{
    const ws_picture *const p = &v->picture;
    body->length = p->said_length;
    if (p->said_length && !ws_reserve(&body->memory, p->said_length))
        return 0;
    if (p->said_length)
        memcpy(body->memory.bytes, p->said.bytes, p->said_length);
    return ws_pack(packer, marks, &v->geometry.rendition.pixel, &v->encoding, p->width, p->height, body);
}

const ws_body *ws_variant_delta(ws_variant *v, ws_packer *packer, size_t lack)
{
    ws_deltas *const d = &v->deltas;
    const ws_marks *const marks = lack == WS_LACK_MARKS ? &v->bases.marks : &d->others;
    if (d->made[lack])
        return &d->bodies[lack];
    if (lack != WS_LACK_MARKS && !mark_others(v, lack == WS_LACK_WHOLE ? NULL : &v->bases.since[lack]))
        return NULL;
    d->made[lack] = (uint8_t)make_body(v, packer, marks, &d->bodies[lack]);
    return d->made[lack] ? &d->bodies[lack] : NULL;
}

uint32_t ws_variant_checksum(ws_variant *v, const ws_crc_table *table)
{
    ws_deltas *const d = &v->deltas;
    if (!d->has_checksum)
        d->checksum = ws_crc32(table, v->picture.pixels, v->picture.height * v->picture.row_bytes);
    d->has_checksum = 1;
    return d->checksum;
}
