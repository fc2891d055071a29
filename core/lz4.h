/* LZ4 from a shared library that is there already: liblz4, or the one inside of Python's lz4 package. */
#ifndef WS_LZ4_H
#define WS_LZ4_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    void *library;
    void (*reset)(void *stream);
    int (*compress)(void *stream, const char *from, char *to, int size, int room, int acceleration);
    int (*free)(void *stream);
    void *stream;
} ws_lz4;

/* Opens the library at a path or under a name; 0 where there is none or it cannot compress. */
int ws_lz4_open(ws_lz4 *lz4, const char *path);
void ws_lz4_close(ws_lz4 *lz4);

/* Packs `size` bytes as one block into at most `room`; its length, or 0 where it does not fit. */
size_t ws_lz4_pack(const ws_lz4 *lz4, const uint8_t *from, size_t size, uint8_t *to, size_t room);

#endif
