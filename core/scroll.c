#include "scroll.h"

#include "words.h"

enum {
    SAMPLES = WS_SCROLL_SAMPLES,
    LEAST = WS_SCROLL_LEAST,
    SHARE = 4,    /* one of so many changed samples must have moved the same way, and two at least */
    PATIENCE = 16 /* rows one after the other that did not move end a region */
};

typedef struct {
    const ws_rendition *rendition;
    const ws_view *view;
    const uint8_t *kept;
    uint8_t *row, *probe, *mean;
    size_t width, height, row_bytes;
} search;

/* Whether the new row y is row y + shift of the kept picture. */
static int moved(const search *s, size_t y, ptrdiff_t shift)
{
    const ptrdiff_t from = (ptrdiff_t)y + shift;
    if (from < 0 || from >= (ptrdiff_t)s->height)
        return 0;
    ws_resample_copy(s->rendition, s->view, y, s->row, s->mean);
    return memcmp(s->row, s->kept + (size_t)from * s->row_bytes, s->row_bytes) == 0;
}

static int is_uniform(const search *s, const uint8_t *row)
{
    const size_t kept = s->rendition->pixel.kept_size;
    return memcmp(row, row + kept, s->row_bytes - kept) == 0;
}

/* The one row of the kept picture that the new row y is, as a shift; 0 where there is none, or several. */
static ptrdiff_t find_shift(const search *s, size_t y)
{
    ptrdiff_t found = -1;
    ws_resample_copy(s->rendition, s->view, y, s->probe, s->mean);
    if (is_uniform(s, s->probe))
        return 0;
    size_t at = 0; /* the first byte that tells the row from a uniform one: most others differ there */
    while (s->probe[at] == s->probe[at + s->rendition->pixel.kept_size])
        at++;
    for (size_t other = 0; other < s->height; other++) {
        const uint8_t *kept = s->kept + other * s->row_bytes;
        if (kept[at] != s->probe[at] || memcmp(kept, s->probe, s->row_bytes) != 0)
            continue;
        if (found >= 0)
            return 0;
        found = (ptrdiff_t)other;
    }
    return found < 0 ? 0 : found - (ptrdiff_t)y;
}

/* From row y on, up (-1) or down (1), the last row that moved before too many that did not. */
static size_t extent(const search *s, size_t y, ptrdiff_t shift, int step)
{
    size_t last = y;
    for (ptrdiff_t at = (ptrdiff_t)y + step, missed = 0; missed < PATIENCE; at += step, missed++) {
        if (at < 0 || at >= (ptrdiff_t)s->height)
            break;
        if (moved(s, (size_t)at, shift)) {
            last = (size_t)at;
            missed = -1;
        }
    }
    return last;
}

ws_scroll ws_find_scroll(const ws_rendition *r, const ws_view *view, const uint8_t *kept, uint8_t *rows, uint8_t *mean,
                         ws_copy *copy)
{
    const size_t width = ws_rendition_width(r), height = ws_rendition_height(r), row_bytes = width * r->pixel.kept_size;
    const search s = {r, view, kept, rows, rows + row_bytes + 4, mean, width, height, row_bytes};
    size_t changed[SAMPLES], count = 0;
    if (height * row_bytes < WS_WORTH_A_SCROLL || height < 2 * SAMPLES || width < 2)
        return WS_SCROLL_LITTLE;
    for (size_t i = 0; i < SAMPLES; i++) {
        const size_t y = (2 * i + 1) * height / (2 * SAMPLES);
        if (!moved(&s, y, 0))
            changed[count++] = y;
    }
    if (count < LEAST)
        return WS_SCROLL_LITTLE;
    const size_t probes[] = {count / 2, count / 4, 3 * count / 4};
    for (size_t probe = 0; probe < 3; probe++) {
        const size_t y = changed[probes[probe]];
        const ptrdiff_t shift = find_shift(&s, y);
        size_t matches = 0;
        for (size_t i = 0; shift && i < count; i++)
            matches += (size_t)moved(&s, changed[i], shift);
        if (matches < 2 || matches * SHARE < count)
            continue;
        const size_t first = extent(&s, y, shift, -1), last = extent(&s, y, shift, 1);
        *copy = (ws_copy){(uint32_t)first, (uint32_t)(last - first + 1), (int32_t)shift};
        return WS_SCROLL_FOUND;
    }
    return WS_SCROLL_NONE;
}
