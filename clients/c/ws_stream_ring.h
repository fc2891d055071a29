/* A ring of pictures in shared memory, for `ws-stream serve ring:/NAME` to show: the writer, whole, in C99 or C++. See
   docs/ring.md. One thread writes. With -std=c99, include it first or define _POSIX_C_SOURCE as 200809L.

       const struct ws_ring_shape shape = {"rgb565", 800, 480, 1600, 0};
       if (ws_ring_open(&ring, "/screen", &shape, 3, 0600))
           perror("/screen");
       for (;;) {
           draw(ws_ring_begin(&ring));                       a whole picture, or
           draw_some(ws_ring_update(&ring));                 on top of the one before, and then say
           ws_ring_damage(&ring, x, y, width, height);       where it has changed
           ws_ring_publish(&ring, "{\"exposure\":0.01}");    or NULL
       }

   Killed at whatever instruction, it leaves the last whole picture; with one slot, to those who have seen it. */
#ifndef WS_STREAM_RING_H
#define WS_STREAM_RING_H

#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#if __GCC_ATOMIC_INT_LOCK_FREE != 2
#error "the ring needs atomics of 32 bits without a lock; right would be GCC or Clang for ARMv6, x86, RISC-V A or newer"
#endif
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the ring is little-endian; right would be a machine that is, too"
#endif

enum { /* Bytes, and offsets in the file */
    WS_RING_VERSION = 1, WS_RING_SLOTS = 16, WS_RING_RECORDS = 64, WS_RING_RECTANGLES = 16, WS_RING_META = 4096,
    WS_RING_VERSION_AT = 8, WS_RING_NEWEST_AT = 128, WS_RING_RECORDS_AT = 192, WS_RING_RECORD = 16 + 16 * WS_RING_RECTANGLES,
    WS_RING_HEADS_AT = WS_RING_RECORDS_AT + WS_RING_RECORDS * WS_RING_RECORD, WS_RING_HEAD = 64 + WS_RING_META,
    WS_RING_PAGE = 4096
};
#define WS_RING_NOTHING UINT32_MAX /* no slot, or no rectangle is known */
#define WS_RING_DIRECTORY "/dev/shm/" /* where shm_open has its names */
#ifndef WS_RING_FIRST
#define WS_RING_FIRST 0u /* pictures that are said to have been written before */
#endif

struct ws_ring_shape {
    const char *format; /* a pixel format's name, at most 15 letters */
    uint32_t width, height;
    uint32_t stride; /* bytes from one row to the next, a multiple of 4 if the pixels are to be aligned */
    uint32_t bytes;  /* of a whole picture where it is more than rows of pixels; 0: height * stride */
};

struct ws_ring { /* nothing in it is for others */
    unsigned char *memory;
    size_t length;
    uint32_t width, height, stride, bytes, slot_bytes, slots, pixels_at;
    uint32_t newest, slot, number_of[WS_RING_SLOTS];
    int is_written[WS_RING_SLOTS], is_drawing, is_updated, says_damage;
    uint32_t count, damage[WS_RING_RECTANGLES][4]; /* left, top, right, bottom */
    dev_t device;
    ino_t inode;
    char path[256];
};

static inline void ws_ring_put(struct ws_ring *ring, size_t at, uint32_t value)
{
    __atomic_store_n((uint32_t *)(void *)(ring->memory + at), value, __ATOMIC_RELAXED);
}

/* Whoever sees this sees all that was written before. */
static inline void ws_ring_show(struct ws_ring *ring, size_t at, uint32_t value)
{
    __atomic_store_n((uint32_t *)(void *)(ring->memory + at), value, __ATOMIC_RELEASE);
}

static inline uint32_t ws_ring_get(const struct ws_ring *ring, size_t at)
{
    return __atomic_load_n((const uint32_t *)(const void *)(ring->memory + at), __ATOMIC_RELAXED);
}

static inline size_t ws_ring_record_at(uint32_t number)
{
    return WS_RING_RECORDS_AT + (size_t)(number % WS_RING_RECORDS) * WS_RING_RECORD;
}

static inline size_t ws_ring_head_at(uint32_t slot) { return WS_RING_HEADS_AT + (size_t)slot * WS_RING_HEAD; }

static inline unsigned char *ws_ring_pixels(const struct ws_ring *ring, uint32_t slot)
{
    return ring->memory + ring->pixels_at + (size_t)slot * ring->slot_bytes;
}

static inline uint64_t ws_ring_nanoseconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static inline void ws_ring_write_header(struct ws_ring *ring, const struct ws_ring_shape *shape)
{
    const uint32_t words[] = {shape->width, shape->height, shape->stride, 0, 0, 0, 0, ring->slots, WS_RING_RECORDS,
                              WS_RING_RECORDS_AT, WS_RING_RECORD, WS_RING_HEADS_AT, WS_RING_HEAD, ring->pixels_at,
                              ring->slot_bytes};
    const uint64_t generation = ws_ring_nanoseconds(CLOCK_REALTIME);
    memcpy(ring->memory, "ws-ring\n", 8);
    memcpy(ring->memory + 12, words, sizeof words);
    memcpy(ring->memory + 24, shape->format, strlen(shape->format));
    memcpy(ring->memory + 72, &generation, sizeof generation);
    ws_ring_put(ring, WS_RING_NEWEST_AT, WS_RING_FIRST);
    ws_ring_put(ring, ws_ring_record_at(WS_RING_FIRST), WS_RING_NOTHING); /* no slot holds it */
    ws_ring_show(ring, WS_RING_VERSION_AT, WS_RING_VERSION);
}

/* Where everything lies. 0, or -1 for what cannot be. */
static inline int ws_ring_lay_out(struct ws_ring *ring, const struct ws_ring_shape *shape, uint32_t slots)
{
    const uint64_t page = WS_RING_PAGE, heads_end = WS_RING_HEADS_AT + (uint64_t)slots * WS_RING_HEAD;
    const uint64_t bytes = shape->bytes ? shape->bytes : (uint64_t)shape->height * shape->stride;
    const uint64_t slot_bytes = (bytes + page - 1) / page * page;
    memset(ring, 0, sizeof *ring);
    if (slots < 1 || slots > WS_RING_SLOTS || !shape->width || !shape->height || !shape->stride ||
        strlen(shape->format) > 15 || slot_bytes > UINT32_MAX / (2 * WS_RING_SLOTS))
        return -1;
    ring->width = shape->width;
    ring->height = shape->height;
    ring->stride = shape->stride;
    ring->bytes = (uint32_t)bytes;
    ring->slot_bytes = (uint32_t)slot_bytes;
    ring->slots = slots;
    ring->pixels_at = (uint32_t)((heads_end + page - 1) / page * page);
    ring->length = (size_t)(ring->pixels_at + slots * slot_bytes);
    ring->newest = WS_RING_FIRST;
    ring->slot = slots - 1;
    return 0;
}

/* Makes the file, with all its bytes, so that no later write can lack room, and gives it its name. */
static inline int ws_ring_make(struct ws_ring *ring, const struct ws_ring_shape *shape, const char *fresh, mode_t mode)
{
    struct stat status;
    const int fd = open(fresh, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0)
        return -1;
    int error = fchmod(fd, mode) || fstat(fd, &status) ? errno : posix_fallocate(fd, 0, (off_t)ring->length);
    void *const memory = error ? MAP_FAILED : mmap(NULL, ring->length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    error = error || memory != MAP_FAILED ? error : errno;
    close(fd);
    if (!error) {
        ring->memory = (unsigned char *)memory;
        ring->device = status.st_dev;
        ring->inode = status.st_ino;
        ws_ring_write_header(ring, shape);
        error = rename(fresh, ring->path) ? errno : 0;
    }
    if (error) {
        munmap(memory, ring->length); /* MAP_FAILED is refused */
        unlink(fresh);
    }
    errno = error;
    return error ? -1 : 0;
}

/* Begins a ring under a name of shared memory, as "/screen", or under a path; whatever was there is replaced at once.
   `slots` is 1 to 16. 0, or -1 and errno: EINVAL for what cannot be, else what the system says. */
static inline int ws_ring_open(struct ws_ring *ring, const char *name, const struct ws_ring_shape *shape,
                               uint32_t slots, mode_t mode)
{
    const char *const plain = name + (name[0] == '/');
    const int is_path = strchr(plain, '/') != NULL;
    char fresh[sizeof ring->path + 4];
    int length;
    errno = EINVAL;
    if (!*plain || ws_ring_lay_out(ring, shape, slots))
        return -1;
    length = snprintf(ring->path, sizeof ring->path, "%s%s", is_path ? "" : WS_RING_DIRECTORY, is_path ? name : plain);
    errno = ENAMETOOLONG;
    if (length < 0 || length >= (int)sizeof ring->path)
        return -1;
    snprintf(fresh, sizeof fresh, "%s.new", ring->path);
    unlink(fresh); /* of one that was killed here */
    return ws_ring_make(ring, shape, fresh, mode);
}

/* The memory of the next picture, which holds anything: for whoever draws all of it. */
static inline unsigned char *ws_ring_begin(struct ws_ring *ring)
{
    if (!ring->is_drawing) {
        ring->slot = (ring->slot + 1) % ring->slots;
        ws_ring_put(ring, ws_ring_head_at(ring->slot), ws_ring_get(ring, ws_ring_head_at(ring->slot)) + 1);
        __atomic_thread_fence(__ATOMIC_RELEASE); /* whoever sees what is written from now on sees that it is */
        ring->is_drawing = 1;
        ring->is_updated = ring->says_damage = 0;
        ring->count = 0;
    }
    return ws_ring_pixels(ring, ring->slot);
}

/* Copies what of a later picture a slot lacks: the rows in its damage. */
static inline void ws_ring_copy(struct ws_ring *ring, uint32_t number, const unsigned char *from, unsigned char *to)
{
    const size_t at = ws_ring_record_at(number);
    const uint32_t count = ws_ring_get(ring, at + 4);
    uint32_t k;
    if (count == WS_RING_NOTHING || ring->bytes != (uint64_t)ring->height * ring->stride) {
        memcpy(to, from, ring->bytes);
        return;
    }
    for (k = 0; k < count; k++) {
        const size_t start = (size_t)ws_ring_get(ring, at + 20 + 16 * k) * ring->stride;
        memcpy(to + start, from + start, (size_t)ws_ring_get(ring, at + 28 + 16 * k) * ring->stride);
    }
}

/* The same memory, which holds the newest picture: for whoever draws some of it, and says where by `ws_ring_damage`. */
static inline unsigned char *ws_ring_update(struct ws_ring *ring)
{
    unsigned char *const to = ws_ring_begin(ring);
    const uint32_t before = (ring->slot + ring->slots - 1) % ring->slots;
    const unsigned char *const from = ws_ring_pixels(ring, before);
    uint32_t number = ring->number_of[ring->slot];
    if (ring->is_updated || before == ring->slot || !ring->is_written[before])
        return to;
    ring->is_updated = 1;
    if (!ring->is_written[ring->slot] || ring->newest - number >= WS_RING_RECORDS)
        memcpy(to, from, ring->bytes);
    else
        while (number != ring->newest)
            ws_ring_copy(ring, ++number, from, to);
    return to;
}

/* Says that the next picture differs from the one before in this rectangle; any number of times. If it is never said,
   anything may have changed; an empty rectangle says that nothing else has. */
static inline void ws_ring_damage(struct ws_ring *ring, int32_t x, int32_t y, int32_t width, int32_t height)
{
    const int64_t left = x < 0 ? 0 : x, top = y < 0 ? 0 : y;
    const int64_t right = (int64_t)x + width < ring->width ? (int64_t)x + width : ring->width;
    const int64_t bottom = (int64_t)y + height < ring->height ? (int64_t)y + height : ring->height;
    ws_ring_begin(ring);
    ring->says_damage = 1;
    if (right <= left || bottom <= top)
        return;
    if (ring->count < WS_RING_RECTANGLES) {
        const uint32_t edges[4] = {(uint32_t)left, (uint32_t)top, (uint32_t)right, (uint32_t)bottom};
        memcpy(ring->damage[ring->count++], edges, sizeof edges);
    } else { /* more than are kept: the last one holds the rest */
        uint32_t *const last = ring->damage[WS_RING_RECTANGLES - 1];
        last[0] = left < last[0] ? (uint32_t)left : last[0];
        last[1] = top < last[1] ? (uint32_t)top : last[1];
        last[2] = right > last[2] ? (uint32_t)right : last[2];
        last[3] = bottom > last[3] ? (uint32_t)bottom : last[3];
    }
}

/* Shows what was drawn, and what is to be said of it: an object of JSON, or NULL. Returns the picture's number. Text of
   more than 4096 bytes is left out. */
static inline uint32_t ws_ring_publish(struct ws_ring *ring, const char *meta)
{
    const uint32_t number = ring->newest + 1, slot = (ws_ring_begin(ring), ring->slot);
    const size_t head = ws_ring_head_at(slot), record = ws_ring_record_at(number);
    const size_t length = meta && strlen(meta) <= WS_RING_META ? strlen(meta) : 0;
    const uint64_t time = ws_ring_nanoseconds(CLOCK_MONOTONIC) / 1000u;
    uint32_t k;
    ws_ring_put(ring, head + 4, number);
    ws_ring_put(ring, head + 8, (uint32_t)time);
    ws_ring_put(ring, head + 12, (uint32_t)(time >> 32));
    ws_ring_put(ring, head + 16, (uint32_t)length);
    if (length)
        memcpy(ring->memory + head + 64, meta, length);
    ws_ring_show(ring, head, ws_ring_get(ring, head) + 1);
    ws_ring_put(ring, record, slot);
    ws_ring_put(ring, record + 4, ring->says_damage ? ring->count : WS_RING_NOTHING);
    ws_ring_put(ring, record + 8, number);
    for (k = 0; k < 4 * ring->count; k++) { /* edges; of the further two it is how far they are */
        const uint32_t *const edges = ring->damage[k / 4];
        ws_ring_put(ring, record + 16 + 4 * k, k % 4 < 2 ? edges[k % 4] : edges[k % 4] - edges[k % 4 - 2]);
    }
    ws_ring_show(ring, WS_RING_NEWEST_AT, number);
    ring->number_of[slot] = ring->newest = number;
    ring->is_written[slot] = 1;
    ring->is_drawing = 0;
    return number;
}

/* Ends the ring: viewers are told that there is no picture. The name is another's if one has taken it since. */
static inline void ws_ring_close(struct ws_ring *ring)
{
    struct stat status;
    if (stat(ring->path, &status) == 0 && status.st_dev == ring->device && status.st_ino == ring->inode)
        unlink(ring->path);
    munmap(ring->memory, ring->length);
}

#endif
