/* LZ4 blocks, as strictly as the protocol asks: what one viewer refuses, all do. */
#include <string.h>

#include "parts.h"

struct reader {
    const uint8_t *at, *end;
};

/* A length of four bits and the bytes behind it. False where the block ends first. Above MOST it is not read on. */
static bool read_length(struct reader *in, uint32_t nibble, uint32_t most, uint32_t *length)
{
    uint8_t more = 255;

    *length = nibble;
    if (nibble < 15)
        return true;
    while (more == 255 && *length <= most) {
        if (in->at == in->end)
            return false;
        more = *in->at++;
        *length += more;
    }
    return true;
}

/* A match may overlap what it makes. */
static void copy_match(uint8_t *to, uint32_t offset, uint32_t length)
{
    const uint8_t *from = to - offset;

    if (offset >= length)
        memcpy(to, from, length);
    else
        for (uint32_t i = 0; i < length; i++)
            to[i] = from[i];
}

static enum ws_stream_rule literals(struct reader *in, uint32_t nibble, uint8_t *out, uint32_t room, uint32_t *count)
{
    if (!read_length(in, nibble, room, count))
        return WS_STREAM_RULE_LZ4_CUT;
    if (*count > room)
        return WS_STREAM_RULE_LZ4_LONG;
    if (*count > (size_t)(in->end - in->at))
        return WS_STREAM_RULE_LZ4_CUT;
    memcpy(out, in->at, *count);
    in->at += *count;
    return WS_STREAM_RULE_NONE;
}

static enum ws_stream_rule match(struct reader *in, uint32_t nibble, uint8_t *out, uint32_t done, uint32_t room,
                                 uint32_t *count)
{
    uint32_t offset;

    if (in->end - in->at < 2)
        return WS_STREAM_RULE_LZ4_CUT;
    offset = in->at[0] | (uint32_t)in->at[1] << 8;
    in->at += 2;
    if (offset == 0 || offset > done)
        return WS_STREAM_RULE_LZ4_OFFSET;
    if (!read_length(in, nibble, room, count))
        return WS_STREAM_RULE_LZ4_CUT;
    *count += 4;
    if (*count > room)
        return WS_STREAM_RULE_LZ4_LONG;
    copy_match(out + done, offset, *count);
    return WS_STREAM_RULE_NONE;
}

enum ws_stream_rule ws_stream_unpack(const uint8_t *block, uint32_t count, uint8_t *out, uint32_t size,
                                     uint32_t *length)
{
    struct reader in = {block, block + count};
    uint32_t done = 0, run = 0, last_match = 0;
    enum ws_stream_rule rule;
    bool matched = false;

    while (in.at < in.end) {
        uint8_t token = *in.at++;

        rule = literals(&in, token >> 4, out + done, size - done, &run);
        if (rule != WS_STREAM_RULE_NONE)
            return rule;
        done += run;
        if (in.at == in.end) { /* run: what stands behind the last match */
            *length = done;
            return matched && (run < 5 || done - last_match < 12) ? WS_STREAM_RULE_LZ4_END : WS_STREAM_RULE_NONE;
        }
        rule = match(&in, token & 15, out, done, size - done, &run);
        if (rule != WS_STREAM_RULE_NONE)
            return rule;
        last_match = done;
        matched = true;
        done += run;
    }
    return WS_STREAM_RULE_LZ4_CUT;
}
