/* SHA-1 (FIPS 180-4) of the one length that a handshake takes, and base64. */
#include "accept.h"

#include <string.h>

enum { BLOCK = 64, DIGEST = 20 };

static const char LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char GUID[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

static uint32_t turned(uint32_t word, int by) { return word << by | word >> (32 - by); }

static void add_block(uint32_t h[5], const uint8_t *block)
{
    uint32_t w[80], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
    for (int i = 0; i < 16; i++, block += 4)
        w[i] = (uint32_t)block[0] << 24 | (uint32_t)block[1] << 16 | (uint32_t)block[2] << 8 | block[3];
    for (int i = 16; i < 80; i++)
        w[i] = turned(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    for (int i = 0; i < 80; i++) {
        const uint32_t f = i < 20   ? ((b & c) | (~b & d)) + 0x5A827999
                           : i < 40 ? (b ^ c ^ d) + 0x6ED9EBA1
                           : i < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8F1BBCDC
                                    : (b ^ c ^ d) + 0xCA62C1D6;
        const uint32_t next = turned(a, 5) + f + e + w[i];
        e = d;
        d = c;
        c = turned(b, 30);
        b = a;
        a = next;
    }
    h[0] += a;
    h[1] += b;
    h[2] += c;
    h[3] += d;
    h[4] += e;
}

/* A 0 is put behind it. */
static void base64(const uint8_t *bytes, size_t count, char *to)
{
    for (size_t from = 0; from < count; from += 3) {
        const uint32_t word = (uint32_t)bytes[from] << 16 | (from + 1 < count ? (uint32_t)bytes[from + 1] << 8 : 0) |
                              (from + 2 < count ? bytes[from + 2] : 0u);
        for (size_t i = 0; i < 4; i++)
            *to++ = from + i > count ? '=' : LETTERS[word >> (18 - 6 * i) & 63];
    }
    *to = 0;
}

void websocket_key(const uint8_t bytes[16], char key[WEBSOCKET_KEY + 1]) { base64(bytes, 16, key); }

bool websocket_is_key(const char *key, size_t length)
{
    if (length != WEBSOCKET_KEY || key[22] != '=' || key[23] != '=')
        return false;
    for (int i = 0; i < 22; i++)
        if (!key[i] || !strchr(LETTERS, key[i]))
            return false;
    return true;
}

void websocket_accept(const char *key, char accept[WEBSOCKET_ACCEPT + 1])
{
    uint32_t h[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
    uint8_t blocks[2 * BLOCK] = {0}, digest[DIGEST];
    const size_t length = WEBSOCKET_KEY + sizeof GUID - 1; /* 60: in the second block stands its number of bits */
    memcpy(blocks, key, WEBSOCKET_KEY);
    memcpy(blocks + WEBSOCKET_KEY, GUID, sizeof GUID - 1);
    blocks[length] = 0x80;
    blocks[2 * BLOCK - 2] = (uint8_t)(length * 8 >> 8);
    blocks[2 * BLOCK - 1] = (uint8_t)(length * 8);
    add_block(h, blocks);
    add_block(h, blocks + BLOCK);
    for (int i = 0; i < DIGEST; i++)
        digest[i] = (uint8_t)(h[i / 4] >> (24 - 8 * (i % 4)));
    base64(digest, DIGEST, accept);
}
