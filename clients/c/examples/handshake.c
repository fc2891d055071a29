/* Where a server is, and the handshake that opens a WebSocket there. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../ws_stream.h"
#include "accept.h"
#include "websocket.h"

bool websocket_address(struct websocket_address *address, const char *url)
{
    const char *host = url + 5, *end, *port;
    size_t length;

    if (strncmp(url, "ws://", 5) != 0 || strpbrk(url, " #\r\n\t") != NULL || strlen(url) >= sizeof address->path)
        return false;
    end = host + strcspn(host, "/?");
    port = *host == '[' ? strchr(host, ']') : host + strcspn(host, ":/?");
    if (port == NULL || port > end)
        return false;
    length = (size_t)(port - host) - (*host == '[');
    address->token[0] = 0;
    snprintf(address->host, sizeof address->host, "%.*s", (int)length, host + (*host == '['));
    port += *host == '[';
    snprintf(address->port, sizeof address->port, "%.*s", port < end ? (int)(end - port) - 1 : 2,
             port < end ? port + 1 : "80");
    snprintf(address->path, sizeof address->path, "%s%s", *end == '/' && end[1] ? "" : "/stream",
             *end == '/' && !end[1] ? "" : end);
    return length > 0 && length < sizeof address->host && (port == end || *port == ':') && end - port < 7
           && strspn(address->port, "0123456789") == strlen(address->port) && atoi(address->port) > 0
           && atoi(address->port) < 65536;
}

bool websocket_token(struct websocket_address *address, const char *text)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const char *colon = strchr(text, ':');
    const char *token = colon ? colon + 1 : text;
    size_t length = strlen(token);

    if (length < 22 || length >= sizeof address->token || strspn(token, letters) != length)
        return false;
    memcpy(address->token, token, length + 1);
    return true;
}

/* ---- A connection ---- */

static int connect_one(const struct addrinfo *to)
{
    int one = socket(to->ai_family, to->ai_socktype, to->ai_protocol), error = 0;
    socklen_t size = sizeof error;

    if (one < 0)
        return -1;
    fcntl(one, F_SETFL, O_NONBLOCK);
    if (connect(one, to->ai_addr, to->ai_addrlen) == 0)
        return one;
    if (errno == EINPROGRESS && websocket_ready(one, POLLOUT, WEBSOCKET_PATIENCE)
        && getsockopt(one, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0)
        return one;
    errno = error ? error : errno;
    close(one);
    return -1;
}

static int connect_any(const struct websocket_address *address, char *why, size_t size)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found, *next;
    int error = getaddrinfo(address->host, address->port, &hints, &found), one = -1;

    if (error != 0) {
        snprintf(why, size, "%s: %s", address->host, gai_strerror(error));
        return -1;
    }
    for (next = found; next != NULL && one < 0; next = next->ai_next)
        one = connect_one(next);
    if (one < 0)
        snprintf(why, size, "%s port %s: %s", address->host, address->port, strerror(errno));
    freeaddrinfo(found);
    return one;
}

/* ---- The handshake ---- */

/* The value of a header, NULL where it is not there. HEAD is lines that end with \r\n. */
static const char *header(const char *head, const char *name)
{
    const char *at = strstr(head, "\r\n");

    for (; at != NULL; at = strstr(at + 2, "\r\n"))
        if (strncasecmp(at + 2, name, strlen(name)) == 0 && at[2 + strlen(name)] == ':') {
            at += 3 + strlen(name);
            return at + strspn(at, " \t");
        }
    return NULL;
}

static bool header_is(const char *head, const char *name, const char *value)
{
    const char *at = header(head, name);

    return at != NULL && strncmp(at, value, strlen(value)) == 0 && strspn(at + strlen(value), " \t\r") > 0;
}

static bool say_hello(int socket, const struct websocket_address *address, const char *key)
{
    bool is_v6 = strchr(address->host, ':') != NULL;
    char request[2048];
    int length = snprintf(request, sizeof request,
                          "GET %s HTTP/1.1\r\nHost: %s%s%s:%s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          "Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n"
                          "Sec-WebSocket-Protocol: " WS_STREAM_SUBPROTOCOL "%s%s\r\n\r\n",
                          address->path, is_v6 ? "[" : "", address->host, is_v6 ? "]" : "", address->port, key,
                          *address->token ? "\r\nAuthorization: Bearer " : "", address->token);

    return length > 0 && (size_t)length < sizeof request && websocket_send_all(socket, request, (size_t)length);
}

/* Receives up to the end of the answer's head. What stands behind it stays in the buffer. */
static bool read_head(struct websocket *ws, char *head, size_t size)
{
    while (ws->to < size - 1) {
        ssize_t count;
        char *end;

        if (!websocket_ready(ws->socket, POLLIN, WEBSOCKET_PATIENCE))
            return false;
        count = recv(ws->socket, ws->buffer + ws->to, size - 1 - ws->to, 0);
        if (count <= 0)
            return false;
        ws->to += (size_t)count;
        memcpy(head, ws->buffer, ws->to);
        head[ws->to] = 0;
        end = strstr(head, "\r\n\r\n");
        if (end != NULL) {
            ws->from = (size_t)(end - head) + 4;
            end[2] = 0;
            return true;
        }
    }
    return false;
}

static int judge(struct websocket *ws, const char *head, const char *accept, char *why, size_t size)
{
    int status = strncmp(head, "HTTP/1.1 ", 9) == 0 ? atoi(head + 9) : -1;

    if (status == 101 && header_is(head, "Sec-WebSocket-Accept", accept)
        && header_is(head, "Sec-WebSocket-Protocol", WS_STREAM_SUBPROTOCOL))
        return 101;
    if (status >= 200)
        websocket_printable(why, size, ws->buffer + ws->from, ws->to - ws->from);
    if (status < 200 || *why == 0)
        snprintf(why, size, status < 200 ? "what answers there is no ws-stream server" : "the answer was HTTP %d",
                 status);
    return status < 200 ? -1 : status;
}

int websocket_open(struct websocket *ws, const struct websocket_address *address, char *why, size_t size)
{
    char key[WEBSOCKET_KEY + 1], accept[WEBSOCKET_ACCEPT + 1], head[8192];
    uint8_t bytes[16];
    int status = 0;

    memset(ws, 0, sizeof *ws);
    *why = 0;
    ws->socket = connect_any(address, why, size);
    if (ws->socket < 0)
        return 0;
    websocket_random(bytes, sizeof bytes);
    websocket_key(bytes, key);
    websocket_accept(key, accept);
    if (say_hello(ws->socket, address, key) && read_head(ws, head, sizeof head))
        status = judge(ws, head, accept, why, size);
    else
        snprintf(why, size, "%s port %s gave no answer", address->host, address->port);
    if (status != 101)
        websocket_close(ws);
    return status;
}
