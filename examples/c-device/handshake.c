#include "handshake.h"

#include <string.h>

enum { BLOCK = 64, DIGEST = 20 };

static const char LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static uint32_t rotated(uint32_t word, int by) { return word << by | word >> (32 - by); }

static void put_big(uint8_t *to, uint32_t word)
{
    for (int i = 0; i < 4; i++)
        to[i] = (uint8_t)(word >> (24 - 8 * i));
}

static void add_block(uint32_t h[5], const uint8_t *block)
{
    uint32_t w[80], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
    for (int i = 0; i < 16; i++, block += 4)
        w[i] = (uint32_t)block[0] << 24 | (uint32_t)block[1] << 16 | (uint32_t)block[2] << 8 | block[3];
    for (int i = 16; i < 80; i++)
        w[i] = rotated(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    for (int i = 0; i < 80; i++) {
        const uint32_t f = i < 20   ? ((b & c) | (~b & d)) + 0x5A827999
                           : i < 40 ? (b ^ c ^ d) + 0x6ED9EBA1
                           : i < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8F1BBCDC
                                    : (b ^ c ^ d) + 0xCA62C1D6;
        const uint32_t next = rotated(a, 5) + f + e + w[i];
        e = d;
        d = c;
        c = rotated(b, 30);
        b = a;
        a = next;
    }
    h[0] += a;
    h[1] += b;
    h[2] += c;
    h[3] += d;
    h[4] += e;
}

void wd_sha1(const uint8_t *bytes, size_t size, uint8_t digest[20])
{
    uint32_t h[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
    uint8_t last[2 * BLOCK] = {0};
    const size_t whole = size / BLOCK * BLOCK, left = size - whole, end = left < 56 ? BLOCK : 2 * BLOCK;
    for (size_t at = 0; at < whole; at += BLOCK)
        add_block(h, bytes + at);
    memcpy(last, bytes + whole, left);
    last[left] = 0x80;
    put_big(last + end - 4, (uint32_t)size * 8);
    for (size_t at = 0; at < end; at += BLOCK)
        add_block(h, last + at);
    for (int i = 0; i < 5; i++)
        put_big(digest + 4 * i, h[i]);
}

void wd_handshake_accept(const char *key, char accept[HANDSHAKE_ACCEPT])
{
    static const char GUID[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    uint8_t text[HANDSHAKE_KEY + sizeof GUID - 1], digest[DIGEST + 1] = {0};
    memcpy(text, key, HANDSHAKE_KEY);
    memcpy(text + HANDSHAKE_KEY, GUID, sizeof GUID - 1);
    wd_sha1(text, sizeof text, digest);
    for (int from = 0, to = 0; from < DIGEST; from += 3, to += 4) {
        const uint32_t word = (uint32_t)digest[from] << 16 | (uint32_t)digest[from + 1] << 8 | digest[from + 2];
        for (int i = 0; i < 4; i++)
            accept[to + i] = LETTERS[word >> (18 - 6 * i) & 63];
    }
    accept[HANDSHAKE_ACCEPT - 1] = '='; /* 20 bytes are two of three */
}

int wd_handshake_is_key(const char *key, size_t length)
{
    if (length != HANDSHAKE_KEY || key[22] != '=' || key[23] != '=')
        return 0;
    for (int i = 0; i < 22; i++)
        if (!key[i] || !strchr(LETTERS, key[i]))
            return 0;
    return 1;
}
