/* What a fuzzer's bytes decide. */
#ifndef WS_STREAM_DECISIONS_H
#define WS_STREAM_DECISIONS_H

#include "../parts.h"

struct decisions {
    const uint8_t *at, *end;
};
extern struct decisions input;

struct bytes {
    uint8_t at[16384];
    size_t length;
};

/* A number below BELOW. 0 when the input is at its end. */
uint32_t pick(uint32_t below);
/* A message to what the stream holds, mostly right. True: certainly right. */
bool make_message(struct bytes *message, const struct ws_stream *stream);

#endif
