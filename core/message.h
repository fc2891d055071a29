/* What stands before a body: a WebSocket frame's head and a picture message's header, one for each viewer. */
#ifndef WS_MESSAGE_H
#define WS_MESSAGE_H

#include "variant.h"

enum { WS_HEADER = 36, WS_FRAME_HEAD = 10, WS_PREFIX = WS_FRAME_HEAD + WS_HEADER };
enum { WS_EXTENSIONS = 65532 - WS_HEADER }; /* bytes, at most */
enum { WS_HAS_CHECKSUM = 1, WS_NO_ACK = 2 }; /* flags */

/* Writes both so that they end at prefix + WS_PREFIX; how many bytes they are. */
size_t ws_put_prefix(uint8_t *prefix, const ws_picture *newest, const ws_body *body, uint32_t base, int flags,
                     uint32_t checksum);

#endif
