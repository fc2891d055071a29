#include "settling.h"

#include <stdlib.h>
#include <string.h>

#define SETTLE_EVERY 0.4 /* seconds between two exact updates; see ws_stream/walk/variant.py */

int ws_settling_open(ws_settling *s, size_t size)
{
    *s = (ws_settling){.exact = size ? malloc(size) : NULL, .is_settled = !size};
    return s->exact || !size;
}

void ws_settling_close(ws_settling *s)
{
    free(s->exact);
    *s = (ws_settling){0};
}

int ws_settling_stands_still(ws_settling *s, size_t at, const uint8_t *row, size_t row_bytes)
{
    const int still = s->has_exact && memcmp(s->exact + at, row, row_bytes) == 0;
    memcpy(s->exact + at, row, row_bytes);
    return still;
}

void ws_settling_compare(ws_settling *s, size_t at, const uint8_t *row, size_t row_bytes)
{
    if (s->exact && s->is_settled)
        s->is_settled = memcmp(s->exact + at, row, row_bytes) == 0;
}

void ws_settling_looked(ws_settling *s, int all_stand_still, double now)
{
    s->due = now + SETTLE_EVERY;
    s->has_exact = 1;
    s->is_settled = all_stand_still;
}
