#include "lz4.h"

#include <dlfcn.h>
#include <limits.h>
#include <string.h>

enum { HASTE = 2 }; /* LZ4's acceleration; see ws_stream/codec/pack.py */

/* ISO C knows no way from a pointer to data to one to a function; POSIX says that their bytes are the same. */
static int find(void *library, const char *name, void *function)
{
    void *const symbol = dlsym(library, name);
    memcpy(function, &symbol, sizeof symbol);
    return symbol != NULL;
}

/* A stream that is reset for each block gives the bytes that Python's lz4 gives, which does the same. */
int ws_lz4_open(ws_lz4 *lz4, const char *path)
{
    void *(*create)(void);
    *lz4 = (ws_lz4){.library = dlopen(path, RTLD_NOW | RTLD_LOCAL)};
    if (lz4->library && find(lz4->library, "LZ4_resetStream", &lz4->reset) &&
        find(lz4->library, "LZ4_compress_fast_continue", &lz4->compress) &&
        find(lz4->library, "LZ4_freeStream", &lz4->free) && find(lz4->library, "LZ4_createStream", &create))
        lz4->stream = create();
    if (lz4->stream)
        return 1;
    ws_lz4_close(lz4);
    return 0;
}

void ws_lz4_close(ws_lz4 *lz4)
{
    if (lz4->stream)
        lz4->free(lz4->stream);
    if (lz4->library)
        dlclose(lz4->library);
    *lz4 = (ws_lz4){.library = NULL};
}

size_t ws_lz4_pack(const ws_lz4 *lz4, const uint8_t *from, size_t size, uint8_t *to, size_t room)
{
    if (size > INT_MAX || room > INT_MAX)
        return 0;
    lz4->reset(lz4->stream);
    const int length = lz4->compress(lz4->stream, (const char *)from, (char *)to, (int)size, (int)room, HASTE);
    return length > 0 ? (size_t)length : 0;
}
