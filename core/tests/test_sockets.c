/* Real sockets: a walk sends to viewers that read little, their transports send the rest, and all of it is whole. */
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../walk.h"
#include "check.h"
#include "decoder.h"

enum { SIDE = 64, PICTURES = 300, VIEWERS = 3, ROOM = 1 << 20 };

typedef struct {
    int end, place;
    uint8_t received[ROOM];
    size_t length;
    uint32_t frames;
} viewer;

static void read_some(viewer *v, size_t most)
{
    const ssize_t length = read(v->end, v->received + v->length, most < ROOM - v->length ? most : ROOM - v->length);
    if (length > 0)
        v->length += (size_t)length;
}

/* Takes the whole frames out of what was received. */
static void see(viewer *v)
{
    size_t head, length;
    while ((length = frame_length(v->received, v->length, &head))) {
        v->frames++;
        memmove(v->received, v->received + length, v->length -= length);
    }
}

/* What a transport does: waits until its socket takes more. */
static void send_tail(ws_walk *walk, viewer *v)
{
    size_t length;
    ws_subscriber *const s = &walk->places.subscribers[v->place];
    const uint8_t *tail = ws_outlet_take(&s->outlet, &length);
    CHECK(tail);
    while (length) {
        const ssize_t sent = send(s->outlet.fd, tail, length, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent > 0) {
            tail += sent;
            length -= (size_t)sent;
        }
        read_some(v, ROOM);
        see(v);
    }
    ws_outlet_give(&s->outlet);
}

static void join(ws_walk *walk, viewer *v)
{
    int ends[2], room = 4096;
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
    setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    v->end = ends[1];
    v->place = (int)ws_places_join(&walk->places, ends[0], 0, 0, -1, 0);
    CHECK(v->place >= 0);
    ws_subscriber_announced(&walk->places.subscribers[v->place], 1, 0, 0);
}

static uint32_t show(ws_walk *walk, const ws_view *view, viewer *viewers, double now, uint64_t *seed)
{
    uint32_t handed_over = 0;
    CHECK(ws_walk_update(walk, view, NULL, now) == 1);
    ws_walk_commit(walk, 1, (ws_extensions){0});
    CHECK(ws_walk_flush(walk, now) >= 0);
    for (ptrdiff_t place = 0; (place = ws_places_pop_handed_over(&walk->places, (size_t)place)) >= 0; handed_over++)
        CHECK(walk->places.subscribers[place].outlet.owner == WS_TRANSPORT);
    for (size_t i = 0; i < VIEWERS; i++) {
        read_some(&viewers[i], chance(seed) % 30000);
        see(&viewers[i]);
        if (walk->places.subscribers[viewers[i].place].outlet.owner == WS_TRANSPORT && chance(seed) % 2)
            send_tail(walk, &viewers[i]);
    }
    return handed_over;
}

/* Whoever is gone is found out at the next picture. */
static void lose(ws_walk *walk, const ws_view *view, viewer *v, double now)
{
    size_t length;
    ws_subscriber *const s = &walk->places.subscribers[v->place];
    close(v->end);
    *(uint8_t *)(uintptr_t)view->pixels ^= 1;
    CHECK(ws_walk_update(walk, view, NULL, now) == 1);
    ws_walk_commit(walk, 1, (ws_extensions){0});
    ws_walk_flush(walk, now);
    CHECK(s->outlet.is_lost && s->outlet.is_handed_over && !ws_outlet_take(&s->outlet, &length));
    ws_outlet_give(&s->outlet);
    CHECK(s->outlet.owner == WS_TRANSPORT);
}

int main(int count, char **arguments)
{
    static viewer viewers[VIEWERS];
    static uint8_t source[4 * SIDE * SIDE];
    const ws_view view = {source, 4 * SIDE, 4, SIDE, SIDE, 4};
    const ws_rendition r = {.pixel = {.size = 4, .kept_size = 4, .colour = 3, .padded = 1}, .crop_width = SIDE,
                            .crop_height = SIDE, .step = 1};
    ws_walk walk;
    uint64_t seed = 1;
    uint32_t handed_over = 0;
    CHECK(count == 2 && ws_walk_open(&walk, (const char *[]){arguments[1]}, 1, 1000));
    CHECK(ws_walk_open_variant(&walk, 0, &r, ALL_KINDS, SIDE, SIDE, 1, 1));
    for (size_t i = 0; i < VIEWERS; i++)
        join(&walk, &viewers[i]);
    for (int turn = 0; turn < PICTURES; turn++) {
        for (size_t at = 0; at < sizeof source; at += 4 + chance(&seed) % 8)
            source[at] = (uint8_t)chance(&seed);
        source[0] = (uint8_t)turn;
        handed_over += show(&walk, &view, viewers, turn, &seed);
    }
    CHECK(handed_over > PICTURES / 4);
    for (size_t i = 0; i < VIEWERS; i++) {
        send_tail(&walk, &viewers[i]);
        read_some(&viewers[i], ROOM);
        see(&viewers[i]);
        CHECK(viewers[i].length == 0 && viewers[i].frames == walk.places.subscribers[viewers[i].place].tally.sent);
        lose(&walk, &view, &viewers[i], PICTURES + 1 + (double)i);
    }
    ws_walk_close(&walk);
    return 0;
}
