/* Bytes packed by the board's sixty lines of LZ4 are unpacked to the same ones, by the strict rules of
   docs/protocol.md, and never need more room than they were given. Input: the room, 16 bits, then the bytes. */
#include <string.h>

#include "../../../core/tests/check.h"
#include "../../../core/unpack.h"
#include "lz4.h"
#include "lz4_small.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static wd_lz4_small table;
    const ws_lz4 lz4 = {.stream = &table};
    if (size < 3)
        return 0;
    const size_t room = bytes[0] | (size_t)bytes[1] << 8, count = size - 2;
    uint8_t *const from = malloc(count), *const to = malloc(room ? room : 1), *const back = malloc(count);
    CHECK(from && to && back);
    memcpy(from, bytes + 2, count);
    const size_t length = ws_lz4_pack(&lz4, from, count, to, room);
    CHECK(length <= room && (length || room < count + count / 255 + 16));
    if (length)
        CHECK(ws_unpack(to, length, back, count) == (ptrdiff_t)count && !memcmp(from, back, count));
    free(from);
    free(to);
    free(back);
    return 0;
}
