/* What may be and what may not: renditions and their bounds, damage far outside, places for subscribers. */
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "../walk.h"
#include "check.h"

static const ws_pixel rgbx = {
    .size = 4, .kept_size = 4, .colour = 3, .padded = 1, .source_shift = {0, 8, 16}, .source_mask = {255, 255, 255}};
static const ws_pixel gray = {.size = 1, .kept_size = 1, .colour = 1, .source_mask = {255, 255, 255}};

static int is_valid(const ws_pixel *pixel, size_t width, size_t height, size_t step)
{
    const ws_rendition r = {.pixel = *pixel, .crop_width = width, .crop_height = height, .step = step};
    return ws_rendition_is_valid(&r);
}

static void sizes(void)
{
    CHECK(is_valid(&rgbx, 1, 1, 1) && is_valid(&rgbx, 4096, 4096, 1) && is_valid(&gray, 16384, 4096, 1));
    CHECK(!is_valid(&rgbx, 4096, 4097, 1) && !is_valid(&gray, 16384, 4097, 1) && !is_valid(&gray, 16385, 1, 1));
    CHECK(is_valid(&rgbx, 65536, 65536, 16) && !is_valid(&rgbx, 65536, 65537, 16));
    CHECK(!is_valid(&rgbx, 0, 1, 1) && !is_valid(&rgbx, 1, 0, 1) && !is_valid(&rgbx, 1, 1, 0) &&
          !is_valid(&rgbx, 1, 1, 17));
    CHECK(!is_valid(&rgbx, SIZE_MAX, SIZE_MAX, 16) && !is_valid(&rgbx, SIZE_MAX / 2 + 2, 2, 1));
}

static void pixels(void)
{
    ws_pixel p = rgbx;
    CHECK(p.padded = 0, !is_valid(&p, 1, 1, 1));
    p = rgbx;
    CHECK(p.kept_size = 2, !is_valid(&p, 1, 1, 1));
    p = gray;
    CHECK(p.colour = 3, !is_valid(&p, 1, 1, 1));
    p = gray;
    CHECK(p.size = p.kept_size = 0, !is_valid(&p, 1, 1, 1));
    p = gray;
    CHECK(p.source_shift[2] = 32, !is_valid(&p, 1, 1, 1));
    p = (ws_pixel){.size = 2, .kept_size = 4, .colour = 3, .padded = 1, .fields = 1, .reduced = 1, .up = {0, 8, 16}};
    CHECK(is_valid(&p, 4096, 4096, 1) && !is_valid(&p, 4096, 4097, 1)); /* by what is kept */
    CHECK(p.up[2] = 17, !is_valid(&p, 1, 1, 1));
    p.up[2] = 16;
    CHECK(p.padded = 0, !is_valid(&p, 1, 1, 1));
}

/* A crop that does not lie within its source is refused, and what was open stays. */
static void crops(void)
{
    ws_variant v = {0};
    ws_rendition r = {.pixel = gray, .crop_x = 2, .crop_width = 6, .crop_height = 5, .step = 1};
    CHECK(ws_variant_open(&v, &r, ALL_KINDS, 8, 5, 1, 7));
    CHECK(!ws_variant_open(&v, &r, ALL_KINDS, 7, 5, 1, 8) && !ws_variant_open(&v, &r, ALL_KINDS, 8, 4, 1, 8));
    r.crop_x = SIZE_MAX - 2;
    CHECK(!ws_variant_open(&v, &r, ALL_KINDS, 8, 5, 1, 8));
    CHECK(v.is_open && v.picture.epoch == 7);
    ws_variant_close(&v);
}

/* Views of other sizes or pixels are refused; damage tells which rows are read, however far it reaches. */
static void damage(ws_walk *walk)
{
    enum { SIDE = 8 };
    uint8_t source[4 * SIDE * SIDE] = {0};
    const ws_rendition r = {.pixel = gray, .crop_width = SIDE, .crop_height = SIDE, .step = 1};
    ws_view view = {source, SIDE, 1, SIDE, SIDE, 1};
    CHECK(ws_walk_open_variant(walk, 0, &r, ALL_KINDS, SIDE, SIDE, 1, 1));
    CHECK(ws_walk_first_turn(walk) <= 1 && ws_walk_is_settled(walk));
    CHECK(ws_walk_update(walk, &view, NULL, 1) == 1);
    ws_walk_commit(walk, 1, (ws_extensions){0});
    CHECK(isinf(ws_walk_first_turn(walk)) && isinf(ws_walk_next_turn(walk)));
    view.pixel_size = 4;
    CHECK(ws_walk_update(walk, &view, NULL, 1) == WS_MISFIT);
    view.pixel_size = 1;
    view.height = SIDE - 1;
    CHECK(ws_walk_update(walk, &view, NULL, 1) == WS_MISFIT);
    view.height = SIDE;
    memset(source, 1, sizeof source);
    const ws_span nothing[] = {{0, 0}, {0, -1}, {SIDE, 1}, {INT64_MAX, INT64_MAX}, {INT64_MIN, INT64_MAX}, {-3, 3}};
    CHECK(ws_walk_update(walk, &view, &(ws_asked){nothing, 6, 0, 0}, 1) == 0);
    const ws_asked top = {(ws_span[]){{-3, 5}}, 1, 0, 0}, all = {(ws_span[]){{-1, INT64_MAX}}, 1, 0, 0};
    const ws_asked bottom = {(ws_span[]){{SIDE - 1, INT64_MAX}}, 1, 0, 0};
    const ws_marks *const marks = &walk->variants[0].bases.marks;
    CHECK(ws_walk_update(walk, &view, &top, 1) == 1 && marks->rows == 2);
    CHECK(ws_walk_update(walk, &view, &bottom, 1) == 1 && marks->rows == 1);
    CHECK(ws_walk_update(walk, &view, &all, 1) == 1 && marks->rows == SIDE - 3);
}

static void places(ws_walk *walk)
{
    for (ptrdiff_t place = 0; place < WS_SUBSCRIBERS; place++)
        CHECK(ws_places_join(&walk->places, -1, 0, 1, -1, 1) == place);
    CHECK(ws_places_join(&walk->places, -1, 0, 1, -1, 1) == -1);
    ws_subscriber_close(&walk->places.subscribers[17]);
    CHECK(ws_places_join(&walk->places, dup(2), 0, 1, -1, 1) == 17);
    CHECK(isinf(ws_walk_flush(walk, 1)));
}

int main(int count, char **arguments)
{
    ws_walk walk;
    CHECK(count == 2);
    sizes();
    pixels();
    crops();
    CHECK(!ws_walk_open(&walk, (const char *[]){"no such library"}, 1, 60));
    CHECK(ws_walk_open(&walk, (const char *[]){"no such library", arguments[1]}, 2, 60));
    damage(&walk);
    places(&walk);
    ws_walk_close(&walk);
    return 0;
}
