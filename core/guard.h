/* Memory of files that other processes may cut off while it is read. To read behind the end of a file ends a process
   (SIGBUS); in a guarded range it gives zeros instead, and the range is lost: what was read of it is no picture.

   Signals are a process's, so this is the one part of the library that keeps something for all: a table of ranges that
   the handler can read at any moment, without a lock. Whatever faults elsewhere is left to the handler that was there
   before, or was set later. */
#ifndef WS_GUARD_H
#define WS_GUARD_H

#include <stddef.h>
#include <stdint.h>

enum { WS_RANGES = 1024 }; /* at one time: each is a file's memory that somebody holds */

typedef struct {
    int is_taken;
    unsigned generation; /* odd while start and end change */
    uintptr_t start, end;
    int is_lost;
} ws_range;

/* Maps bytes of an open file, to be read only, and guards them. NULL, and errno, where that cannot be. */
ws_range *ws_range_open(int fd, int64_t offset, size_t length);

/* Unmaps them. Nobody reads them any more. */
void ws_range_close(ws_range *range);

/* The guarded range that holds this address, or NULL. */
const ws_range *ws_range_of(const void *address);

/* Asked after reading: whether any of what was read may be missing. */
static inline int ws_range_is_lost(const ws_range *range)
{
    return __atomic_load_n(&range->is_lost, __ATOMIC_ACQUIRE);
}

/* Asked before reading: sees that no handler was set over ours since. One system call. */
void ws_guard_stand(void);

/* Asked by a thread before it reads for a while: where the signal is blocked, a fault ends the process whatever handles
   it. Programs that wait for their signals block all of them, and threads inherit that. */
void ws_guard_unblock(void);

#endif
