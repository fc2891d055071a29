/* Content that chance makes, for the loops of web/kernel under sanitizers: whatever comes, they stay within their areas.
   Whether they are right, kernel.test.js says. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../../web/kernel/kernel.h"

static uint64_t state;

static uint32_t chance(uint32_t limit)
{
    state = state * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(state >> 33) % limit;
}

/* An area of its own, so that the sanitizer sees both of its ends; with the bytes behind it that the loops may touch. */
static uint8_t *area(uint32_t size, uint32_t limit)
{
    uint8_t *const bytes = malloc((size_t)size + SLACK);
    if (!bytes)
        abort();
    for (uint32_t at = 0; at < size + SLACK; at++)
        bytes[at] = (uint8_t)chance(limit);
    return bytes;
}

/* Marks of which most are right: only so far does a loop come. */
static uint32_t make_content(uint8_t *content, uint32_t size, uint32_t width, uint32_t first_row, uint32_t rows)
{
    const uint32_t per_row = (width + 7) / 8, count = rows * per_row, bytes = (count + 7) / 8, density = 1 + chance(4);
    uint32_t marked = 0, colours = 0;
    memset(content, 0, bytes);
    for (uint32_t group = 0; group < count; group++)
        if (!chance(density)) {
            content[group / 8] |= (uint8_t)(1U << group % 8);
            marked++;
        }
    for (uint32_t group = 0, at = bytes; group < count; group++) {
        if (!(content[group / 8] >> group % 8 & 1))
            continue;
        const uint32_t inside = group % per_row == per_row - 1 && width % 8 ? (1U << width % 8) - 1 : 255;
        const uint32_t mask = (1 + chance(255)) & inside, set = mask ? mask : 1;
        const uint32_t literal = first_row + group / per_row ? set & chance(256) : set;
        content[at] = (uint8_t)set;
        content[at++ + marked] = (uint8_t)literal;
        colours += (uint32_t)__builtin_popcount(literal);
    }
    return bytes + 2 * marked + colours * (size < 3 ? size : 3);
}

static int try_draw(void)
{
    const uint32_t size = 1 + chance(4), width = 1 + chance(chance(8) ? 40 : 600), height = 1 + chance(12);
    const uint32_t first_row = chance(height), rows = 1 + chance(height - first_row);
    const uint32_t count = rows * ((width + 7) / 8), most = (count + 7) / 8 + 2 * count + rows * width * (size < 3 ? size : 3);
    uint8_t *const pixels = area(width * height * size, 256), *const whole = area(most, 256);
    uint32_t length = make_content(whole, size, width, first_row, rows);
    for (uint32_t harm = chance(3); harm > 0; harm--)
        whole[chance(most)] ^= (uint8_t)(1U << chance(8));
    if (!chance(8))
        length = chance(chance(2) ? 8 : most + 1);
    uint8_t *const content = area(length, 256);
    memcpy(content, whole, length);
    nibbles table;
    prepare(&table, size);
    const int is_drawn = draw(&table, pixels, size, width, first_row, rows, content, length);
    free(pixels);
    free(whole);
    free(content);
    return is_drawn;
}

static int try_unpack(void)
{
    const uint32_t size = chance(300), room = chance(chance(2) ? 60 : 70000);
    uint8_t *const from = area(size, chance(2) ? 256 : 40), *const to = area(room, 256);
    if (size && chance(2))
        memset(from + chance(size), 255, chance(SLACK)); /* long lengths */
    const int32_t made = unpack(from, size, to, room);
    if (made > (int32_t)room)
        abort();
    free(from);
    free(to);
    return made >= 0;
}

static int try_convert(void)
{
    static const uint32_t sizes[] = {1, 4, 4, 3, 3, 2, 1, 2, 1, 1};
    const uint32_t count = 1 + chance(60), format = chance(10), first = chance(count), end = first + chance(count - first + 1);
    uint8_t *const pixels = area(count * sizes[format], 256), *const rgba = area(4 * count, 256);
    const uint8_t behind = rgba[4 * end];
    const int is_format = convert(format, pixels, rgba, first, end);
    if (rgba[4 * end] != behind || is_format != (format >= 1 && format <= 8))
        abort();
    free(pixels);
    free(rgba);
    return is_format;
}

static int try_crc32(void)
{
    const uint32_t size = chance(chance(2) ? 40 : 30000);
    uint8_t *const bytes = area(size, 256);
    uint32_t crc = UINT32_MAX;
    for (uint32_t at = 0; at < 8 * size; at++)
        crc = crc >> 1 ^ (((crc ^ (uint32_t)bytes[at / 8] >> at % 8) & 1) ? 0xEDB88320 : 0);
    if (~crc != crc32(bytes, size))
        abort();
    free(bytes);
    return 1;
}

int main(int count, char **words)
{
    state = count > 1 ? strtoul(words[1], NULL, 10) : 1;
    const time_t end = time(NULL) + (count > 2 ? atoi(words[2]) : 1);
    int (*const loops[])(void) = {try_draw, try_draw, try_unpack, try_unpack, try_convert, try_crc32};
    unsigned long tried = 0, taken = 0;
    printf("random %s: ", words[1]);
    fflush(stdout);
    do {
        for (size_t at = 0; at < sizeof loops / sizeof *loops; at++, tried++)
            taken += (unsigned long)loops[at]();
    } while (time(NULL) < end);
    printf("%lu tried, %lu taken\n", tried, taken);
    return 0;
}
