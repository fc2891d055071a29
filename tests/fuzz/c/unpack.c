/* A block of LZ4, unpacked by all three decoders in C: they say the same of it, byte for byte, and write nothing beyond
   their room. Input: the room, 16 bits, then the block. */
#include <string.h>

#include "../../../clients/c/parts.h"
#include "../../../core/tests/check.h"
#include "../../../core/unpack.h"
#include "../../../web/kernel/kernel.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* So many bytes and no more, so that the sanitizer sees both ends. */
static uint8_t *area(size_t size)
{
    uint8_t *const made = malloc(size ? size : 1);
    CHECK(made);
    return made;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size < 2)
        return 0;
    const size_t room = bytes[0] | (size_t)bytes[1] << 8, count = size - 2;
    uint8_t *const block = area(count), *const core = area(room), *const client = area(room);
    uint8_t *const kernel_block = area(count + SLACK), *const kernel = area(room + SLACK);
    uint32_t length = 0;
    memcpy(block, bytes + 2, count);
    memset(kernel_block, 0xA5, count + SLACK);
    memcpy(kernel_block, block, count);
    const ptrdiff_t made = ws_unpack(block, count, core, room);
    const enum ws_stream_rule rule = ws_stream_unpack(block, (uint32_t)count, client, (uint32_t)room, &length);
    CHECK(made >= -1 && made <= (ptrdiff_t)room && (rule == WS_STREAM_RULE_NONE) == (made >= 0));
    CHECK(unpack(kernel_block, (uint32_t)count, kernel, (uint32_t)room) == made);
    if (made >= 0)
        CHECK(length == (size_t)made && !memcmp(core, client, length) && !memcmp(core, kernel, length));
    free(block);
    free(core);
    free(client);
    free(kernel_block);
    free(kernel);
    return 0;
}
