/* docs/protocol.md is the authority. */
#include "message.h"

#include "words.h"

/* An unmasked, whole binary frame: RFC 6455, section 5.2. Returns its length. */
static size_t frame_head(uint8_t *to, uint64_t length)
{
    enum { WHOLE_BINARY = 0x82, WORD_FOLLOWS = 126, LONG_FOLLOWS = 127 };
    to[0] = WHOLE_BINARY;
    if (length < WORD_FOLLOWS) {
        to[1] = (uint8_t)length;
        return 2;
    }
    const int bytes = length >> 16 ? 8 : 2;
    to[1] = bytes == 8 ? LONG_FOLLOWS : WORD_FOLLOWS;
    for (int i = 0; i < bytes; i++)
        to[2 + i] = (uint8_t)(length >> 8 * (bytes - 1 - i));
    return (size_t)bytes + 2;
}

size_t ws_put_prefix(uint8_t *prefix, const ws_picture *newest, const ws_body *body, uint32_t base, int flags,
                     uint32_t checksum)
{
    uint8_t head[WS_FRAME_HEAD], *const header = prefix + WS_FRAME_HEAD;
    const size_t length = frame_head(head, WS_HEADER + body->length);
    memcpy(header - length, head, length);
    store16(header, (uint16_t)(WS_HEADER + newest->said_length));
    header[2] = newest->code;
    header[3] = (uint8_t)flags;
    store32(header + 4, newest->epoch);
    store32(header + 8, newest->number);
    store32(header + 12, base);
    memcpy(header + 16, &newest->times[newest->number % WS_REMEMBERED], sizeof newest->times[0]);
    store16(header + 24, (uint16_t)newest->shown_width);
    store16(header + 26, (uint16_t)newest->shown_height);
    store32(header + 28, flags & WS_HAS_CHECKSUM ? checksum : 0);
    store32(header + 32, body->segments);
    return length + WS_HEADER;
}
