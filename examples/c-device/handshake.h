/* What a WebSocket is opened with: RFC 6455, section 4.2.2. */
#ifndef DEVICE_HANDSHAKE_H
#define DEVICE_HANDSHAKE_H

#include <stddef.h>
#include <stdint.h>

enum { HANDSHAKE_KEY = 24, HANDSHAKE_ACCEPT = 28 }; /* letters */

/* The answer to a client's key of HANDSHAKE_KEY letters. */
void wd_handshake_accept(const char *key, char accept[HANDSHAKE_ACCEPT]);

/* Whether these letters are a key: 16 bytes as base64. */
int wd_handshake_is_key(const char *key, size_t length);

/* SHA-1 (FIPS 180-4) of less than 2^29 bytes. */
void wd_sha1(const uint8_t *bytes, size_t size, uint8_t digest[20]);

#endif
