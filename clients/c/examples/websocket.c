/* Sockets that do not wait, and the frames of a WebSocket. */
#define _POSIX_C_SOURCE 200809L
#include "websocket.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void websocket_random(uint8_t *out, size_t count)
{
    int file = open("/dev/urandom", O_RDONLY);

    memset(out, 0, count);
    if (file < 0 || read(file, out, count) < 0)
        out[0] = 1; /* keys and masks need not be secret */
    close(file);
}

bool websocket_ready(int socket, short what, int timeout)
{
    struct pollfd one = {socket, what, 0};

    return poll(&one, 1, timeout) == 1;
}

bool websocket_send_all(int socket, const void *bytes, size_t count)
{
    const uint8_t *at = bytes;

    while (count > 0) {
        ssize_t sent = send(socket, at, count, MSG_NOSIGNAL);

        if (sent < 0 && (!(errno == EAGAIN || errno == EINTR) || !websocket_ready(socket, POLLOUT, WEBSOCKET_PATIENCE)))
            return false;
        at += sent > 0 ? sent : 0;
        count -= sent > 0 ? (size_t)sent : 0;
    }
    return true;
}

void websocket_printable(char *out, size_t size, const void *text, size_t count)
{
    const uint8_t *from = text;
    size_t done = 0;

    for (size_t i = 0; i < count && done + 1 < size; i++)
        out[done++] = (char)(from[i] >= 0x20 && from[i] < 0x7F ? from[i] : '?');
    while (done > 0 && out[done - 1] == '?')
        done--;
    out[done] = 0;
}

void websocket_close(struct websocket *ws)
{
    if (ws->socket >= 0)
        close(ws->socket);
    ws->socket = -1;
}

/* ---- Frames ---- */

bool websocket_send(struct websocket *ws, int opcode, const void *bytes, size_t count)
{
    uint8_t frame[8 + 4096], *at = frame + 2;

    if (count > 4096)
        return false;
    frame[0] = (uint8_t)(0x80 | opcode);
    frame[1] = (uint8_t)(0x80 | (count < 126 ? count : 126));
    if (count >= 126) {
        *at++ = (uint8_t)(count >> 8);
        *at++ = (uint8_t)count;
    }
    websocket_random(at, 4);
    for (size_t i = 0; i < count; i++)
        at[4 + i] = ((const uint8_t *)bytes)[i] ^ at[i % 4];
    return websocket_send_all(ws->socket, frame, (size_t)(at - frame) + 4 + count);
}

/* The head of the next frame: 1 read, 0 not here yet, -1 none that a server may send. */
static int read_frame(struct websocket *ws)
{
    const uint8_t *at = ws->buffer + ws->from;
    size_t here = ws->to - ws->from, more;
    uint64_t length;

    if (here < 2)
        return 0;
    more = at[1] < 126 ? 0 : at[1] == 126 ? 2 : 8;
    if ((at[0] & 0xF0) != 0x80 || at[1] > 127) /* fragmented, extended or masked */
        return -1;
    if (here < 2 + more)
        return 0;
    length = more == 0 ? at[1] : 0;
    for (size_t i = 0; i < more; i++)
        length = length << 8 | at[2 + i];
    ws->opcode = at[0] & 15;
    if (ws->opcode >= WEBSOCKET_CLOSE ? length > 125 : ws->opcode != WEBSOCKET_TEXT && ws->opcode != WEBSOCKET_BINARY)
        return -1;
    if (ws->opcode >= WEBSOCKET_CLOSE && here < 2 + length)
        return 0;
    ws->from += 2 + more;
    ws->length = ws->left = length;
    return 1;
}

/* The next part of what was received: as above. */
static int next_part(struct websocket *ws, struct websocket_part *part)
{
    size_t here;

    part->begins = ws->left == 0;
    if (part->begins) {
        int found = read_frame(ws);

        if (found <= 0)
            return found;
    }
    here = ws->to - ws->from;
    part->count = here < ws->left ? here : (size_t)ws->left;
    if (part->count == 0 && ws->left > 0 && !part->begins)
        return 0;
    part->opcode = ws->opcode;
    part->length = ws->length;
    part->bytes = ws->buffer + ws->from;
    ws->from += part->count;
    ws->left -= part->count;
    part->ends = ws->left == 0;
    return 1;
}

int websocket_receive(struct websocket *ws, int timeout, struct websocket_part *part)
{
    int found = next_part(ws, part);
    ssize_t count;

    if (found != 0)
        return found;
    memmove(ws->buffer, ws->buffer + ws->from, ws->to - ws->from);
    ws->to -= ws->from;
    ws->from = 0;
    if (!websocket_ready(ws->socket, POLLIN, timeout))
        return 0;
    count = recv(ws->socket, ws->buffer + ws->to, sizeof ws->buffer - ws->to, 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (count <= 0)
        return -1;
    ws->to += (size_t)count;
    ws->received += (uint64_t)count;
    return next_part(ws, part);
}
