#include "ring.h"

#include <string.h>

enum {
    NEWEST_AT = 128, RECORDS_AT = 192, RECORD = 16, RECTANGLE = 16, HEAD = 64, /* bytes */
    MOST_RECORDS = 1024, MOST_RECTANGLES = 256, MOST_HEAD = 1 << 17, LOOKS = 3,
};

/* Each lies at a multiple of 4, so it is read by one load, before whatever is read next. */
static uint32_t word(const ws_ring *ring, size_t at)
{
    return __atomic_load_n((const uint32_t *)(const void *)(ring->file + at), __ATOMIC_ACQUIRE);
}

static size_t number_at(const uint8_t *header, size_t at)
{
    uint32_t number;
    memcpy(&number, header + at, sizeof number);
    return number;
}

static int is_within(size_t at, size_t count, size_t bytes, size_t length)
{
    return at >= RECORDS_AT && at % 4 == 0 && bytes % 4 == 0 && at <= length && count * bytes <= length - at;
}

int ws_ring_open(ws_ring *ring, const uint8_t *file, size_t length, const uint8_t *header, size_t slots)
{
    ring->file = file;
    memcpy(ring->header, header, WS_RING_HEADER);
    ring->slots = slots;
    ring->records = number_at(header, 44);
    ring->records_at = number_at(header, 48);
    ring->record_bytes = number_at(header, 52);
    ring->heads_at = number_at(header, 56);
    ring->head_bytes = number_at(header, 60);
    return (uintptr_t)file % 4 == 0 && ring->records >= 2 && ring->records <= MOST_RECORDS &&
           !(ring->records & (ring->records - 1)) && ring->record_bytes >= RECORD &&
           ring->record_bytes <= RECORD + MOST_RECTANGLES * RECTANGLE && ring->head_bytes >= HEAD &&
           ring->head_bytes <= MOST_HEAD && is_within(ring->records_at, ring->records, ring->record_bytes, length) &&
           is_within(ring->heads_at, slots, ring->head_bytes, length);
}

uint32_t ws_ring_number(const ws_ring *ring) { return word(ring, NEWEST_AT); }

static size_t record_at(const ws_ring *ring, uint32_t number)
{
    return ring->records_at + number % ring->records * ring->record_bytes;
}

static size_t head_at(const ws_ring *ring, size_t slot) { return ring->heads_at + slot * ring->head_bytes; }

static int is_as_it_was(const ws_ring *ring) { return !memcmp(ring->file, ring->header, WS_RING_HEADER); }

int ws_ring_newest(const ws_ring *ring, ws_ring_picture *picture)
{
    uint32_t slot = 0;
    for (int look = 0; look < LOOKS; look++) {
        const uint32_t number = ws_ring_number(ring);
        slot = word(ring, record_at(ring, number));
        if (slot >= ring->slots)
            continue; /* none, or the record is another picture's by now */
        const size_t head = head_at(ring, slot);
        *picture = (ws_ring_picture){.number = number, .slot = slot, .sequence = word(ring, head)};
        if (picture->sequence % 2 || word(ring, head + 4) != number)
            continue;
        picture->time = word(ring, head + 8) | (uint64_t)word(ring, head + 12) << 32;
        const uint32_t length = word(ring, head + 16);
        picture->meta_bytes = length <= WS_RING_META && length <= ring->head_bytes - HEAD ? length : 0;
        if (ws_ring_is_intact(ring, picture))
            return 1;
    }
    return slot < ring->slots && is_as_it_was(ring) ? 0 : -1;
}

int ws_ring_is_intact(const ws_ring *ring, const ws_ring_picture *picture)
{
    __atomic_thread_fence(__ATOMIC_ACQUIRE); /* the sequence is read after the pixels */
    return word(ring, head_at(ring, picture->slot)) == picture->sequence && is_as_it_was(ring);
}

int ws_ring_damage(const ws_ring *ring, uint32_t seen, uint32_t number, ws_span *spans)
{
    const size_t room = (ring->record_bytes - RECORD) / RECTANGLE;
    size_t found = 0;
    if (number - seen >= ring->records)
        return -1;
    for (uint32_t one = seen; one != number;) {
        const size_t record = record_at(ring, ++one), count = word(ring, record + 4);
        if (count > room || count > WS_RING_SPANS - found || word(ring, record + 8) != one)
            return -1;
        for (size_t at = record + RECORD; at < record + RECORD + count * RECTANGLE; at += RECTANGLE)
            spans[found++] = (ws_span){word(ring, at + 4), word(ring, at + 12)};
    }
    __atomic_thread_fence(__ATOMIC_ACQUIRE); /* the newest number is read after the records */
    return ws_ring_number(ring) - seen < ring->records ? (int)found : -1;
}

size_t ws_ring_said(const ws_ring *ring, const ws_ring_picture *picture, uint8_t *said)
{
    enum { SIDE_DATA = 1 }; /* the extension's tag */
    const size_t length = picture->meta_bytes;
    if (!length)
        return 0;
    const uint16_t head[2] = {SIDE_DATA, (uint16_t)length};
    memset(said, 0, 4 + (length + 3) / 4 * 4);
    memcpy(said, head, sizeof head);
    memcpy(said + 4, ring->file + head_at(ring, picture->slot) + HEAD, length);
    return 4 + (length + 3) / 4 * 4;
}
