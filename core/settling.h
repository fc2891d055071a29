/* When a picture within a tolerance is shown exactly: rows that were the same at two exact updates, some time apart,
   stand still. The twin is in ws_stream/walk/variant.py. */
#ifndef WS_SETTLING_H
#define WS_SETTLING_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint8_t *exact; /* the rows as they were at the last exact update; NULL: there is no tolerance */
    int has_exact;  /* there was such an update */
    int is_settled; /* the picture is as exact as it becomes while nothing moves */
    double due;     /* the next exact update, seconds */
} ws_settling;

/* Room for the bytes of a picture; 0 of them: there is no tolerance. 0 where there is no memory. */
int ws_settling_open(ws_settling *s, size_t size);
void ws_settling_close(ws_settling *s);

/* Whether an update of every row is to be an exact one. */
static inline int ws_settling_is_due(const ws_settling *s, double now) { return s->exact && now >= s->due; }

/* At an exact update, the row that begins at byte `at`: whether it stands still and is to be shown as it is. */
int ws_settling_stands_still(ws_settling *s, size_t at, const uint8_t *row, size_t row_bytes);

/* At an update of some rows: one that is not as it was is to be shown exactly once it stands still. */
void ws_settling_compare(ws_settling *s, size_t at, const uint8_t *row, size_t row_bytes);

/* An exact update has ended. */
void ws_settling_looked(ws_settling *s, int all_stand_still, double now);

/* Another update of every row may have left some that are not exact. */
static inline void ws_settling_moved(ws_settling *s) { s->is_settled = !s->exact; }

#endif
