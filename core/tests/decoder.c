#include "decoder.h"

#include <dlfcn.h>
#include <string.h>

#include "check.h"

enum { HEADER = 36, ENTRY = 12, HAS_CHECKSUM = 1, FLAGS = 3 };
enum { MARKED, MARKED_LZ4, COPY };

typedef struct {
    size_t first, rows, kind, length;
    ptrdiff_t shift;
} segment;

decompressor decompressor_of(const char *library)
{
    decompressor found = NULL;
    void *const handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    void *const symbol = handle ? dlsym(handle, "LZ4_decompress_safe") : NULL;
    memcpy(&found, &symbol, sizeof found);
    CHECK(found);
    return found;
}

static uint32_t number_at(const uint8_t *at, size_t bytes)
{
    uint32_t number = 0;
    for (size_t i = bytes; i-- > 0;)
        number = number << 8 | at[i];
    return number;
}

static uint32_t crc32(const uint8_t *bytes, size_t size)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? UINT32_C(0xEDB88320) : 0);
    }
    return ~crc;
}

void picture_blank(picture *p)
{
    const size_t count = p->width * p->height;
    memset(p->pixels, 0, count * p->size);
    for (size_t i = 0; p->size == 4 && i < count; i++)
        p->pixels[4 * i + 3] = 255;
    p->number = 0;
}

void picture_open(picture *p, size_t width, size_t height, size_t size, size_t colour, uint32_t epoch)
{
    *p = (picture){width, height, size, colour, malloc(width * height * size), epoch, 0};
    CHECK(p->pixels);
    picture_blank(p);
}

void picture_close(picture *p)
{
    free(p->pixels);
    p->pixels = NULL;
}

/* The bits that are set. */
static size_t ones(unsigned bits)
{
    size_t count = 0;
    for (; bits; bits &= bits - 1)
        count++;
    return count;
}

/* The content's parts, checked before anything is applied: the masks, the literals, the colours. */
static size_t check_content(const picture *p, const segment *s, const uint8_t *content, size_t length)
{
    const size_t of_row = (p->width + 7) / 8, groups = s->rows * of_row, bit_bytes = (groups + 7) / 8;
    size_t marked = 0, literal = 0, at = 0;
    CHECK(length >= bit_bytes);
    for (size_t g = 0; g < 8 * bit_bytes; g++) {
        const unsigned bit = content[g / 8] >> g % 8 & 1;
        CHECK(g < groups || !bit);
        marked += bit;
    }
    CHECK(length >= bit_bytes + 2 * marked);
    const uint8_t *const masks = content + bit_bytes, *const literals = masks + marked;
    for (size_t g = 0; g < groups; g++) {
        if (!(content[g / 8] >> g % 8 & 1))
            continue;
        const size_t left = p->width - g % of_row * 8;
        CHECK(masks[at] && (left >= 8 || !(masks[at] >> left)));
        CHECK(!(literals[at] & ~masks[at]));
        CHECK(s->first + g / of_row || literals[at] == masks[at]);
        literal += ones(literals[at++]);
    }
    CHECK(length == bit_bytes + 2 * marked + literal * p->colour);
    return marked;
}

static void apply_marks(picture *p, const segment *s, const uint8_t *content, size_t length)
{
    const size_t of_row = (p->width + 7) / 8, groups = s->rows * of_row, row_bytes = p->width * p->size;
    const size_t marked = check_content(p, s, content, length);
    const uint8_t *mask = content + (groups + 7) / 8, *literal = mask + marked, *colour = literal + marked;
    for (size_t g = 0; g < groups; g++) {
        if (!(content[g / 8] >> g % 8 & 1))
            continue;
        uint8_t *at = p->pixels + (s->first + g / of_row) * row_bytes + g % of_row * 8 * p->size;
        for (int bit = 0; bit < 8; bit++, at += p->size) {
            if (*literal >> bit & 1) {
                memcpy(at, colour, p->colour);
                colour += p->colour;
            } else if (*mask >> bit & 1) {
                memcpy(at, at - row_bytes, p->size);
            }
        }
        mask++;
        literal++;
    }
}

static void apply_lz4(picture *p, const segment *s, const uint8_t *payload, size_t most, decompressor decompress)
{
    uint8_t *const content = malloc(most);
    CHECK(content && s->length >= 1 && s->length < most);
    const int length = decompress((const char *)payload, (char *)content, (int)s->length, (int)most);
    CHECK(length > 0);
    apply_marks(p, s, content, (size_t)length);
    free(content);
}

static void apply_copy(picture *p, const segment *s)
{
    const ptrdiff_t from = (ptrdiff_t)s->first + s->shift;
    const size_t row_bytes = p->width * p->size;
    CHECK(s->length == 0 && s->shift && from >= 0 && (size_t)from + s->rows <= p->height);
    memmove(p->pixels + s->first * row_bytes, p->pixels + (size_t)from * row_bytes, s->rows * row_bytes);
}

static void apply_segments(picture *p, const uint8_t *table, size_t count, const uint8_t *end, decompressor decompress)
{
    const uint8_t *const first = table + ENTRY * count, *payload = first;
    size_t next = 0; /* the first row that a MARKED segment may still touch */
    CHECK(count <= p->height && payload <= end);
    for (size_t i = 0; i < count; i++, table += ENTRY) {
        const segment s = {number_at(table, 2), number_at(table + 2, 2), number_at(table + 4, 2),
                           number_at(table + 8, 4), (int16_t)number_at(table + 6, 2)};
        const size_t groups = s.rows * ((p->width + 7) / 8), bit_bytes = (groups + 7) / 8;
        const size_t most = bit_bytes + 2 * groups + s.rows * p->width * p->colour;
        CHECK(s.rows && s.first + s.rows <= p->height && s.kind <= COPY && (size_t)(end - payload) >= s.length);
        if (s.kind == COPY) {
            CHECK(next == 0);
            apply_copy(p, &s);
            continue;
        }
        CHECK(s.first >= next && s.shift == 0);
        next = s.first + s.rows;
        if (s.kind == MARKED_LZ4)
            apply_lz4(p, &s, payload, most, decompress);
        else
            apply_marks(p, &s, payload, s.length);
        for (payload += s.length; (payload - first) % 4; payload++)
            CHECK(payload < end && *payload == 0);
    }
    CHECK(payload == end);
}

void picture_apply(picture *p, const uint8_t *message, size_t length, decompressor decompress)
{
    const size_t header = length >= HEADER ? number_at(message, 2) : 0;
    CHECK(header >= HEADER && header <= length);
    const unsigned flags = message[3];
    const uint32_t number = number_at(message + 8, 4), base = number_at(message + 12, 4);
    CHECK(flags <= FLAGS && number_at(message + 4, 4) == p->epoch && number > base);
    CHECK(base == 0 || base == p->number);
    CHECK(number_at(message + 24, 2) == p->width && number_at(message + 26, 2) == p->height);
    if (!base)
        picture_blank(p);
    apply_segments(p, message + header, number_at(message + 32, 4), message + length, decompress);
    p->number = number;
    const uint32_t checksum = number_at(message + 28, 4);
    CHECK(checksum == (flags & HAS_CHECKSUM ? crc32(p->pixels, p->width * p->height * p->size) : 0));
}

size_t frame_length(const uint8_t *bytes, size_t length, size_t *head)
{
    uint64_t payload = 0;
    if (length < 2)
        return 0;
    CHECK((bytes[0] == 0x82 || bytes[0] == 0x81) && bytes[1] <= 127);
    const size_t more = bytes[1] == 127 ? 8 : bytes[1] == 126 ? 2 : 0;
    *head = 2 + more;
    if (length < *head)
        return 0;
    for (size_t i = 0; i < more; i++)
        payload = payload << 8 | bytes[2 + i];
    payload = more ? payload : bytes[1];
    CHECK(!more || payload > (more == 2 ? 125 : UINT16_MAX));
    return length - *head < payload ? 0 : *head + (size_t)payload;
}
