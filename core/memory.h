/* Memory that grows and is used again; a failure to grow it is told, never ignored. */
#ifndef WS_MEMORY_H
#define WS_MEMORY_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

typedef struct {
    uint8_t *bytes;
    size_t size;
} ws_memory;

/* There was no memory: of functions whose other results are 0 and more. */
enum { WS_FAILED = -1 };

/* Room for at least so many bytes; what was there stays. 0 where there is no memory: then nothing has changed. No more
   than PTRDIFF_MAX bytes, so the sum of what two hold never overflows. */
static inline int ws_reserve(ws_memory *memory, size_t size)
{
    if (size > PTRDIFF_MAX)
        return 0;
    if (size > memory->size) {
        uint8_t *bytes = realloc(memory->bytes, size);
        if (!bytes)
            return 0;
        memory->bytes = bytes;
        memory->size = size;
    }
    return 1;
}

static inline void ws_release(ws_memory *memory)
{
    free(memory->bytes);
    *memory = (ws_memory){NULL, 0};
}

#endif
