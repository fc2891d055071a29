/* A board's server whose sockets a hostile network has: connections that say anything in any parts, take as little
   as they like and leave when they like, while its display is flushed. Whatever they do, each hears whole replies
   and whole frames, none within another, and nothing outside the device's memory is touched. Input: what happens,
   see `step`. */
#include <string.h>

#include "../../../core/tests/check.h"
#include "page.h"
#include "port.h"
#include "ws_device.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { SOCKETS = 8, HEARD = 1 << 15 };

const wd_page_file wd_page_files[] = {{"/", "text/html", "\"tag\"", (const uint8_t *)"<p>page", 7, 0}};
const size_t wd_page_count = 1;

typedef struct {
    int is_asked, is_taken, is_gone, is_closed;
    uint8_t to[4096]; /* what it said and was not read */
    size_t length, takes;
    uint8_t heard[HEARD];
    size_t count;
} peer;

static peer peers[SOCKETS + 1]; /* the last is the listener */
static ws_device device;
static double time_now;
static const uint8_t *at, *end;

/* ---- The port ---- */

int wd_port_listen(uint16_t port, int is_public) { return port == 1 && !is_public ? SOCKETS : PORT_NONE; }
uint16_t wd_port_of(int listener) { return (uint16_t)listener; }

int wd_port_accept(int listener)
{
    (void)listener;
    for (int i = 0; i < SOCKETS; i++)
        if (peers[i].is_asked && !peers[i].is_taken) {
            peers[i].is_taken = 1;
            return i;
        }
    return PORT_NONE;
}

ptrdiff_t wd_port_read(int socket, uint8_t *to, size_t size)
{
    peer *const p = &peers[socket];
    const size_t count = size < p->length ? size : p->length;
    CHECK(p->is_taken && !p->is_closed && size);
    if (!count)
        return p->is_gone ? -1 : 0;
    memcpy(to, p->to, count);
    memmove(p->to, p->to + count, p->length - count);
    p->length -= count;
    return (ptrdiff_t)count;
}

ptrdiff_t wd_port_write(int socket, const uint8_t *from, size_t size)
{
    peer *const p = &peers[socket];
    size_t count = size < p->takes ? size : p->takes;
    CHECK(p->is_taken && !p->is_closed && size);
    if (p->is_gone)
        return -1;
    count = count < HEARD - p->count ? count : HEARD - p->count;
    memcpy(p->heard + p->count, from, count);
    p->count += count;
    p->takes -= count;
    return (ptrdiff_t)count;
}

void wd_port_finish(int socket) { CHECK(!peers[socket].is_closed); }

void wd_port_close(int socket)
{
    CHECK(!peers[socket].is_closed);
    peers[socket].is_closed = 1;
}

void wd_port_wait(const wd_port_interest *interests, size_t count, int milliseconds)
{
    (void)interests;
    CHECK(count <= DEVICE_CONNECTIONS + 1 && milliseconds >= 0);
}

double wd_port_now(void) { return time_now; }
uint64_t wd_port_wall(void) { return 1; }
uint32_t wd_port_random(void) { return 7; }

/* ---- What happens ---- */

static unsigned next(void) { return at < end ? *at++ : 0; }

static void say(peer *p, const void *bytes, size_t size)
{
    size = size < sizeof p->to - p->length ? size : sizeof p->to - p->length;
    memcpy(p->to + p->length, bytes, size);
    p->length += size;
}

static void say_input(peer *p, size_t size)
{
    size = size < (size_t)(end - at) ? size : (size_t)(end - at);
    say(p, at, size);
    at += size;
}

static void upgrade(peer *p, size_t size)
{
    static const char LINES[] = " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                                "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                "Sec-WebSocket-Protocol: ws-stream.v1\r\n\r\n";
    say(p, "GET /stream?", 12);
    say_input(p, size);
    say(p, LINES, sizeof LINES - 1);
}

static void frame(peer *p, size_t size)
{
    const uint8_t head[] = {0x81, 0xFE, (uint8_t)(size >> 8), (uint8_t)size, 0, 0, 0, 0};
    say(p, head, sizeof head);
    say_input(p, size);
}

static void draw(unsigned x, unsigned y)
{
    uint16_t area[16 * 8];
    const unsigned width = 1 + next() % 16, height = 1 + next() % 8, colour = next();
    for (unsigned i = 0; i < width * height; i++)
        area[i] = (uint16_t)(colour + (colour % 3 ? i * i * 2654435761u >> 16 : 0));
    ws_device_flush(&device, x % (DEVICE_WIDTH + 2), y % (DEVICE_HEIGHT + 2), width, height, area);
}

static void step(void)
{
    const unsigned what = next(), more = next();
    peer *const p = &peers[what / 8 % SOCKETS];
    p->is_asked = 1;
    switch (what % 8) {
    case 0: say_input(p, more); break;
    case 1: upgrade(p, more % 64); break;
    case 2: frame(p, more); break;
    case 3: frame(p, more * 17); break;
    case 4: p->takes += 1 + more * more; break;
    case 5: p->is_gone = more % 8 == 0; break;
    case 6: time_now += more / 16.0; break;
    default: draw(more, next());
    }
    ws_device_poll(&device, (int)(more % 2));
}

/* ---- What was heard ---- */

/* One reply; where it ends, 0 where it is cut. */
static size_t skip_reply(const peer *p, size_t from, int *is_open)
{
    char head[2 * DEVICE_HEAD];
    size_t length = 0;
    CHECK(p->count - from < 9 || !memcmp(p->heard + from, "HTTP/1.1 ", 9));
    while (from + length < p->count && length + 1 < sizeof head) {
        head[length] = (char)p->heard[from + length];
        head[++length] = 0;
        if (length > 4 && !strcmp(head + length - 4, "\r\n\r\n"))
            break;
    }
    if (length < 5 || strcmp(head + length - 4, "\r\n\r\n"))
        return 0;
    *is_open = !strncmp(head + 9, "101", 3);
    const char *const said = strstr(head, "Content-Length: ");
    const int is_cut = !strncmp(head + 9, "304", 3);
    return from + length + (said && !is_cut ? (size_t)atoi(said + 16) : 0);
}

static size_t skip_frame(const peer *p, size_t from)
{
    const uint8_t *const f = p->heard + from;
    CHECK(f[0] == 0x81 || f[0] == 0x82 || f[0] == 0x88 || f[0] == 0x8A);
    if (p->count - from < 4)
        return p->count;
    CHECK(f[1] < 127); /* not masked, and no frame is that long */
    const size_t length = f[1] < 126 ? f[1] : (size_t)f[2] << 8 | f[3];
    CHECK(f[0] == 0x82 ? length <= DEVICE_MESSAGE && length % 4 == 0 : length < 512);
    CHECK(f[0] != 0x81 || f[f[1] < 126 ? 2 : 4] == '{');
    return from + (f[1] < 126 ? 2 : 4) + length;
}

static void check_heard(const peer *p)
{
    int is_open = 0;
    for (size_t from = 0; from < p->count;) {
        from = is_open ? skip_frame(p, from) : skip_reply(p, from, &is_open);
        if (!from || !is_open) /* cut; or what follows depends on what was asked, and one reply is enough */
            return;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const ws_device_options options = {.name = "screen", .own_name = "panel", .port = 1};
    memset(peers, 0, sizeof peers);
    at = bytes;
    end = bytes + size;
    time_now = 1;
    CHECK(ws_device_start(&device, &options));
    while (at < end)
        step();
    ws_device_stop(&device);
    for (int i = 0; i < SOCKETS; i++) {
        CHECK(!peers[i].is_taken || peers[i].is_closed);
        check_heard(&peers[i]);
    }
    return 0;
}
