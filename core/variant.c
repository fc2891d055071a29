#include "variant.h"

#include <string.h>

#include "scroll.h"

#define SETTLE_EVERY 0.4 /* seconds between two exact updates; see ws_stream/walk/variant.py */

enum { MOST_SCROLL_MISSES = 7 }; /* pictures that are not searched after searches in vain */

static void blank(ws_variant *v)
{
    memset(v->kept, 0, v->height * v->row_bytes);
    for (size_t at = 3; v->rendition.pixel.padded && at < v->height * v->row_bytes; at += 4)
        v->kept[at] = 255;
}

int ws_variant_open(ws_variant *v, const ws_rendition *r, size_t source_width, size_t source_height, uint8_t code,
                    uint32_t epoch)
{
    enum { SLACK = 8 };
    if (!ws_rendition_is_valid(r) || r->crop_width > source_width || r->crop_x > source_width - r->crop_width ||
        r->crop_height > source_height || r->crop_y > source_height - r->crop_height)
        return 0;
    ws_variant_close(v);
    v->rendition = *r;
    v->source_width = source_width;
    v->source_height = source_height;
    v->width = ws_rendition_width(r);
    v->height = ws_rendition_height(r);
    v->row_bytes = v->width * r->pixel.kept;
    v->code = code;
    v->epoch = epoch;
    v->is_settled = !r->pixel.tolerance;
    v->kept = malloc(v->height * v->row_bytes + SLACK);
    v->exact = r->pixel.tolerance ? malloc(v->height * v->row_bytes) : NULL;
    v->asked = calloc(v->height, 1);
    v->is_open = v->kept && v->asked && (v->exact || !r->pixel.tolerance) &&
                 ws_bases_open(&v->bases, v->width, v->height) && ws_marks_open(&v->others, v->width, v->height) &&
                 ws_reserve(&v->rows, 2 * (v->row_bytes + 4) + 4 * r->crop_width + SLACK);
    if (v->is_open)
        blank(v);
    else
        ws_variant_close(v);
    return v->is_open;
}

void ws_variant_close(ws_variant *v)
{
    free(v->kept);
    free(v->exact);
    free(v->asked);
    ws_bases_close(&v->bases);
    ws_marks_close(&v->others);
    for (size_t i = 0; i < WS_LACKS; i++)
        ws_release(&v->bodies[i].memory);
    ws_release(&v->rows);
    *v = (ws_variant){0};
}

int ws_variant_hold(ws_variant *v, const uint32_t *shown, size_t count)
{
    const size_t before = v->bases.count;
    const uint32_t marks_since = v->bases.marks_since;
    const int done = ws_bases_hold(&v->bases, shown, count, v->number);
    if (v->bases.count != before || v->bases.marks_since != marks_since)
        memset(v->made, 0, WS_BASES); /* others' places now */
    return done;
}

/* Moves what scrolled, as viewers will; the marks then tell the rest. */
static void scroll(ws_variant *v, const ws_view *view)
{
    uint8_t *const rows = v->rows.bytes, *const mean = rows + 2 * (v->row_bytes + 4);
    ws_copy *const copy = &v->bases.marks.copy;
    if (v->rendition.pixel.tolerance || !v->number)
        return;
    if (v->scroll_wait) {
        v->scroll_wait--;
        return;
    }
    switch (ws_find_scroll(&v->rendition, view, v->kept, rows, mean, copy)) {
    case WS_SCROLL_LITTLE:
        return;
    case WS_SCROLL_NONE:
        v->scroll_misses += v->scroll_misses < MOST_SCROLL_MISSES;
        v->scroll_wait = v->scroll_misses;
        return;
    case WS_SCROLL_FOUND:
        v->scroll_misses = 0;
        memmove(v->kept + copy->first * v->row_bytes,
                v->kept + (size_t)((ptrdiff_t)copy->first + copy->shift) * v->row_bytes, copy->rows * v->row_bytes);
    }
}

/* At an exact update, whether the row stands still: it is then to be shown as it is. */
static int stands_still(ws_variant *v, size_t y, const uint8_t *row)
{
    uint8_t *const exact = v->exact + y * v->row_bytes;
    const int still = v->has_exact && memcmp(exact, row, v->row_bytes) == 0;
    memcpy(exact, row, v->row_bytes);
    return still;
}

static void read_ahead(const ws_variant *v, const ws_view *view, size_t y)
{
    enum { LINE = 64, AHEAD = 16 * LINE }; /* processors read ahead within a page of 4 kB only */
    const ws_rendition *r = &v->rendition;
    const ptrdiff_t row = (ptrdiff_t)(r->crop_y + y * r->step) * view->row_stride;
    const char *const next = (const char *)view->pixels + row + (ptrdiff_t)r->crop_x * view->pixel_stride;
    for (size_t at = 0; at < AHEAD && at < r->crop_width * r->pixel.size; at += LINE)
        __builtin_prefetch(next + at);
}

/* One row: makes the kept one the new one. Whether it stands still, at an exact update. */
static int update_row(ws_variant *v, const ws_view *view, size_t y, int is_exact_update)
{
    const ws_pixel *const pixel = &v->rendition.pixel;
    uint8_t *const room = v->rows.bytes, *const kept = v->kept + y * v->row_bytes;
    const uint8_t *const row = ws_resample_row(&v->rendition, view, y, room, room + 2 * (v->row_bytes + 4));
    const int still = is_exact_update && stands_still(v, y, row);
    if (pixel->tolerance && v->number && !still)
        ws_keep_near(pixel, room, kept, v->width);
    if (!ws_row_is_kept(pixel, row, kept, v->width))
        ws_mark_row(&v->bases.marks, pixel, y, row, kept, v->width);
    return still;
}

/* What an update tells of a picture within a tolerance: `still` rows stood still at an exact update. */
static void settle(ws_variant *v, int is_exact_update, size_t still, int is_whole, double now)
{
    if (is_exact_update) {
        v->settle_at = now + SETTLE_EVERY;
        v->has_exact = 1;
        v->is_settled = still == v->height;
    } else if (is_whole || v->bases.marks.rows) {
        v->is_settled = 0;
    }
}

int ws_variant_update(ws_variant *v, const ws_view *view, const uint8_t *asked, double now)
{
    const ws_pixel *const pixel = &v->rendition.pixel;
    const int is_exact_update = pixel->tolerance && !asked && now >= v->settle_at;
    size_t still = 0;
    if ((v->is_mixed && !ws_variant_abandon(v)) || !ws_bases_clear(&v->bases, pixel))
        return 0;
    v->made[WS_LACK_MARKS] = 0;
    if (!asked)
        scroll(v, view);
    for (size_t y = 0; y < v->height; y++) {
        if (asked && !asked[y])
            continue;
        if (y + 1 < v->height && (!asked || asked[y + 1]))
            read_ahead(v, view, y + 1);
        still += (size_t)update_row(v, view, y, is_exact_update);
    }
    if (pixel->tolerance)
        settle(v, is_exact_update, still, !asked, now);
    ws_bases_add(&v->bases);
    v->is_mixed = ws_variant_is_dirty(v);
    return 1;
}

int ws_variant_is_dirty(const ws_variant *v)
{
    return !v->number || ws_marks_any(&v->bases.marks) || ws_bases_is_abandoned(&v->bases, v->number);
}

void ws_variant_commit(ws_variant *v, uint64_t time, uint32_t next_epoch)
{
    ws_bases_commit(&v->bases, v->number);
    v->time = time;
    v->is_mixed = 0;
    v->has_checksum = 0;
    memset(v->made, 0, sizeof v->made);
    if (v->number == UINT32_MAX) { /* numbers are used up: viewers begin anew */
        v->epoch = next_epoch;
        v->number = 0;
        v->bases.marks_since = 0;
        v->bases.count = 0;
    }
    v->number++;
}

int ws_variant_abandon(ws_variant *v) { return ws_bases_abandon(&v->bases, v->number); }

/* Marks what was touched since, or every pixel, in the kept picture. 0 where there is no memory. */
static int mark_others(ws_variant *v, const ws_since *since)
{
    const ws_pixel *const pixel = &v->rendition.pixel;
    if (!ws_marks_clear(&v->others, pixel, v->width, v->height))
        return 0;
    for (size_t y = 0; y < v->height; y++)
        if (!since || since->rows[y])
            ws_mark_kept(&v->others, pixel, y, since ? since->masks + y * ws_groups(v->width) : NULL,
                         v->kept + y * v->row_bytes, v->width);
    return 1;
}

const ws_body *ws_variant_delta(ws_variant *v, ws_packer *packer, uint32_t base)
{
    const size_t at = ws_bases_lack(&v->bases, base);
    ws_body *const body = &v->bodies[at];
    const ws_marks *const marks = at == WS_LACK_MARKS ? &v->bases.marks : &v->others;
    if (v->made[at])
        return body;
    if (at != WS_LACK_MARKS && !mark_others(v, at == WS_LACK_WHOLE ? NULL : &v->bases.since[at]))
        return NULL;
    v->made[at] = (uint8_t)ws_pack(packer, marks, &v->rendition.pixel, v->width, v->height, body);
    return v->made[at] ? body : NULL;
}

uint32_t ws_variant_checksum(ws_variant *v, const ws_crc_table *table)
{
    if (!v->has_checksum)
        v->checksum = ws_crc32(table, v->kept, v->height * v->row_bytes);
    v->has_checksum = 1;
    return v->checksum;
}
