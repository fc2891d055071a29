/* What a WebSocket is opened with: RFC 6455, sections 4.1 and 4.2.2. Knows no sockets, and stands alone. */
#ifndef WS_STREAM_ACCEPT_H
#define WS_STREAM_ACCEPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WEBSOCKET_KEY = 24, WEBSOCKET_ACCEPT = 28 }; /* letters; behind them stands a 0 */

/* A client's key of 16 bytes, which chance has made. */
void websocket_key(const uint8_t bytes[16], char key[WEBSOCKET_KEY + 1]);

/* Whether these letters are a key. */
bool websocket_is_key(const char *key, size_t length);

/* The answer to a key of WEBSOCKET_KEY letters. */
void websocket_accept(const char *key, char accept[WEBSOCKET_ACCEPT + 1]);

#endif
