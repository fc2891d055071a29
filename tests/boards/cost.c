/* What a picture costs a board, for a profiler that counts instructions: `cost SCENE VIEWERS PICTURES` flushes so
   many and packs them. SCENE: `label`, 60 x 20 pixels of text; `page`, all of it, flat with text; `noise`, all of
   it. Then it says how many bytes a viewer was sent. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "viewer.h"

static wd_viewer viewers[DEVICE_VIEWERS];
static wd_mirror mirror;
static wd_delta_room room;
static ws_crc_table crc;
static ws_picture picture = {.code = 5, .width = DEVICE_WIDTH, .height = DEVICE_HEIGHT};
static uint16_t pixels[DEVICE_WIDTH * DEVICE_HEIGHT];

static void draw(const char *scene, unsigned number, unsigned width, unsigned height)
{
    unsigned seed = number * 2654435761u;
    for (unsigned y = 0; y < height; y++)
        for (unsigned x = 0; x < width; x++) {
            seed = seed * 1664525u + 1013904223u;
            const unsigned letter = (x / 8 * 31 + y / 16 * 17 + number) * 2654435761u >> 16;
            const int is_ink = y % 16 > 3 && y % 16 < 13 && letter >> (x % 8 + y % 4) & 1 && letter % 3;
            const unsigned text = is_ink ? 0xFFFF : number % 2 * 0x1082;
            pixels[y * width + x] = (uint16_t)(*scene == 'n' ? seed >> 16 : text);
        }
}

int main(int count, char **arguments)
{
    if (count != 4)
        return 2;
    const char *const scene = arguments[1];
    const int watching = atoi(arguments[2]), pictures = atoi(arguments[3]);
    const unsigned width = *scene == 'l' ? 60 : DEVICE_WIDTH, height = *scene == 'l' ? 20 : DEVICE_HEIGHT;
    wd_query q;
    wd_delta_offer offer;
    ws_allowance wholes = {1e9, 1e9, 0};
    wd_lack *lacks[DEVICE_VIEWERS];
    size_t bytes = 0, messages = 0;
    const wd_viewer_tools tools = {&room, &mirror, &crc, &picture, &wholes};
    wd_delta_open(&room);
    ws_crc_table_fill(&crc);
    if (wd_query_read(&q, "acknowledge=no", 14) || !wd_viewer_suits(&q, &offer))
        return 1;
    for (int i = 0; i < watching; i++) {
        wd_viewer_open(&viewers[i], &q, &offer, 1, 0, 0);
        viewers[i].is_blank = 0;
        lacks[i] = &viewers[i].lack;
    }
    for (int number = 1; number <= pictures; number++) {
        draw(scene, (unsigned)number, width, height);
        wd_mirror_flush(&mirror, lacks, (size_t)watching, 8, 8, width, height, pixels);
        while (watching && wd_viewer_is_behind(&viewers[0])) {
            const int is_twin = watching > 1 && wd_viewer_is_twin(&viewers[0], &viewers[1]);
            wd_viewer_pack(&viewers[0], NULL, &tools, 1, number / 30.0);
            bytes += viewers[0].message.end - viewers[0].message.begin;
            messages++;
            for (int i = 1; i < watching; i++)
                wd_viewer_pack(&viewers[i], is_twin ? &viewers[0] : NULL, &tools, 1, number / 30.0);
        }
    }
    printf("%zu bytes and %.1f messages a picture\n", pictures ? bytes / (size_t)pictures : 0,
           pictures ? (double)messages / pictures : 0.0);
    return 0;
}
