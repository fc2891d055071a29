/* Memory that runs out: the linker puts these in the place of malloc, calloc and realloc (--wrap). */
#include "check.h"

long allocations_left = -1;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

static int is_left(void)
{
    if (allocations_left > 0)
        allocations_left--;
    return allocations_left != 0;
}

void *__wrap_malloc(size_t size) { return is_left() ? __real_malloc(size) : NULL; }
void *__wrap_calloc(size_t count, size_t size) { return is_left() ? __real_calloc(count, size) : NULL; }
void *__wrap_realloc(void *old, size_t size) { return is_left() ? __real_realloc(old, size) : NULL; }
