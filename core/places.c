#include "places.h"

void ws_places_close(ws_places *p)
{
    for (size_t i = 0; i < p->count; i++)
        ws_subscriber_close(&p->subscribers[i]);
    free(p->subscribers);
    free(p->bases);
    *p = (ws_places){0};
}

static int grow(ws_places *p)
{
    const size_t count = p->count ? 2 * p->count : 8;
    if (count > WS_SUBSCRIBERS)
        return 0;
    ws_subscriber *const more = realloc(p->subscribers, count * sizeof *more);
    if (more)
        p->subscribers = more;
    uint32_t *const bases = realloc(p->bases, count * sizeof *bases);
    if (bases)
        p->bases = bases;
    if (!more || !bases)
        return 0;
    for (size_t i = p->count; i < count; i++)
        p->subscribers[i] = (ws_subscriber){.outlet.fd = WS_NO_SOCKET};
    p->count = count;
    return 1;
}

ptrdiff_t ws_places_join(ws_places *p, int fd, size_t variant_id, int acknowledges, double fps, double now)
{
    size_t place = 0;
    while (place < p->count && p->subscribers[place].is_open)
        place++;
    if (place == p->count && !grow(p))
        return -1;
    ws_subscriber_open(&p->subscribers[place], fd, variant_id, acknowledges, fps, now);
    return (ptrdiff_t)place;
}

size_t ws_places_bases(ws_places *p, size_t variant_id, uint32_t epoch)
{
    size_t count = 0;
    for (size_t i = 0; i < p->count; i++) {
        const ws_subscriber *const s = &p->subscribers[i];
        if (s->is_open && s->variant_id == variant_id && s->epoch == epoch)
            p->bases[count++] = s->base;
    }
    return count;
}

int ws_places_has_handed_over(const ws_places *p)
{
    int found = 0;
    for (size_t i = 0; i < p->count; i++)
        found |= p->subscribers[i].outlet.is_handed_over;
    return found;
}

ptrdiff_t ws_places_pop_handed_over(ws_places *p, size_t from)
{
    for (size_t i = from; i < p->count; i++) {
        ws_outlet *const outlet = &p->subscribers[i].outlet;
        if (!outlet->is_handed_over)
            continue;
        outlet->is_handed_over = 0;
        return (ptrdiff_t)i;
    }
    return -1;
}
