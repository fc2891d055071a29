/* A WebSocket client for ws-stream over POSIX sockets: no TLS, and nothing that the protocol does not use. */
#ifndef WS_STREAM_WEBSOCKET_H
#define WS_STREAM_WEBSOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WEBSOCKET_TEXT = 1, WEBSOCKET_BINARY = 2, WEBSOCKET_CLOSE = 8, WEBSOCKET_PING = 9, WEBSOCKET_PONG = 10 };

struct websocket_address {
    char host[256], port[6], path[1024]; /* the path with its query */
    char token[129];                     /* that is presented; empty: none */
};

struct websocket {
    int socket; /* -1: closed */
    uint8_t buffer[16384];
    size_t from, to; /* what was received and not yet given */
    uint64_t left;   /* of the frame's payload */
    uint64_t length;
    uint64_t received; /* bytes, since the connection was made */
    int opcode;
};

/* A part of a message, as it came. Those of WEBSOCKET_CLOSE and above are whole. */
struct websocket_part {
    int opcode;
    bool begins, ends;
    uint64_t length; /* of the message */
    const uint8_t *bytes;
    size_t count;
};

/* False where URL is no ws:// address. */
bool websocket_address(struct websocket_address *address, const char *url);
/* False where TEXT is no token, alone or as in a server's file of tokens: view:TOKEN. */
bool websocket_token(struct websocket_address *address, const char *text);
/* Connects, within 10 s. The HTTP status: 101 if it is open; 0 where there was no answer; -1 where it was none of this
 * protocol. Else WHY gets a sentence, without what could act on a terminal. */
int websocket_open(struct websocket *ws, const struct websocket_address *address, char *why, size_t size);
/* False where the connection is lost. */
bool websocket_send(struct websocket *ws, int opcode, const void *bytes, size_t count);
/* Waits up to TIMEOUT milliseconds. 1: PART came, and is there until the next call. 0: nothing came. -1: the connection
 * is lost. */
int websocket_receive(struct websocket *ws, int timeout, struct websocket_part *part);
void websocket_close(struct websocket *ws);

/* Copies what somebody else said, as much as fits, without what could act on a terminal. */
void websocket_printable(char *out, size_t size, const void *text, size_t count);

/* What both files use: whether a socket is ready in time; sending all of it; bytes for keys and masks. */
enum { WEBSOCKET_PATIENCE = 10000 }; /* milliseconds, for a connection, an answer, and what is sent */
bool websocket_ready(int socket, short what, int timeout);
bool websocket_send_all(int socket, const void *bytes, size_t count);
void websocket_random(uint8_t *out, size_t count);

#endif
