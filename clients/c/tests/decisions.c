/* Makes messages as bytes decide: mostly right ones, and then harms them. */
#include "decisions.h"

#include <string.h>

struct decisions input;

uint32_t pick(uint32_t below)
{
    uint32_t number = 0;

    for (uint32_t reach = 1; reach < below && input.at < input.end; reach <<= 8)
        number = number << 8 | *input.at++;
    return number % below;
}

static void put(struct bytes *to, uint32_t number, unsigned bytes)
{
    for (; bytes > 0 && to->length < sizeof to->at; bytes--, number >>= 8)
        to->at[to->length++] = (uint8_t)number;
}

static void pad(struct bytes *to)
{
    while (to->length % 4)
        put(to, 0, 1);
}

/* Right content of some rows. */
static void put_content(struct bytes *to, const struct ws_stream *stream, uint32_t first, uint32_t rows)
{
    uint32_t across = (stream->width + 7u) / 8, groups = across * rows, marked = 0, colours = 0;
    uint8_t masks[512], literals[512];
    unsigned colour = ws_stream_pixel_bytes(stream->format);

    for (uint32_t g = 0; g < groups; g += 8) {
        uint32_t bits = pick(256) & (groups - g < 8 ? (1u << (groups - g)) - 1 : 255);

        put(to, bits, 1);
        for (uint32_t i = 0; i < 8; i++) {
            uint32_t wide = (g + i) % across == across - 1 && stream->width % 8 ? (1u << stream->width % 8) - 1 : 255;

            if (!(bits >> i & 1))
                continue;
            masks[marked] = (uint8_t)(pick(256) & wide);
            masks[marked] |= (uint8_t)(masks[marked] == 0);
            literals[marked] = masks[marked] & (uint8_t)(first == 0 && g + i < across ? 255 : pick(256));
            for (unsigned one = literals[marked++]; one; one &= one - 1)
                colours++;
        }
    }
    for (uint32_t i = 0; i < marked; i++)
        put(to, masks[i], 1);
    for (uint32_t i = 0; i < marked; i++)
        put(to, literals[i], 1);
    for (colour -= colour == 4; colours > 0; colours--)
        put(to, pick(4) ? 0 : pick(1u << 24), colour);
}

static void put_run(struct bytes *to, uint32_t literals, uint32_t match)
{
    put(to, (literals < 15 ? literals : 15) << 4 | (match < 15 ? match : 15), 1);
    for (; literals >= 15 + 255; literals -= 255)
        put(to, 255, 1);
    if (literals >= 15)
        put(to, literals - 15, 1);
}

/* An LZ4 block of some content: with one match where there is a run of one byte. */
static void put_block(struct bytes *to, const struct bytes *content)
{
    uint32_t end = (uint32_t)content->length, from = 1, length = 0, done = 0;

    for (; from + 12 <= end && length < 4; from += length < 4)
        for (length = 0; from + length + 5 < end && content->at[from + length] == content->at[from - 1];)
            length++;
    if (from + 12 <= end && length >= 4) {
        put_run(to, from, length - 4);
        for (; done < from; done++)
            put(to, content->at[done], 1);
        put(to, 1, 2);
        for (uint32_t more = length - 4; length - 4 >= 15; more -= 255) {
            put(to, more - 15 < 255 ? more - 15 : 255, 1);
            if (more - 15 < 255)
                break;
        }
        done += length;
    }
    put_run(to, end - done, 0);
    for (; done < end; done++)
        put(to, content->at[done], 1);
}

static void put_segment(struct bytes *table, const uint32_t *fields, uint32_t length)
{
    for (int i = 0; i < 4; i++)
        put(table, fields[i], 2);
    put(table, length, 4);
}

/* Copies, then marked rows from the top: a right table, and its payloads. */
static uint32_t put_segments(struct bytes *table, struct bytes *payloads, const struct ws_stream *stream)
{
    uint32_t most = pick(stream->height + 1u), copies = most ? pick(most + 1) : 0, count = 0, first = 0;

    for (; count < copies; count++) {
        uint32_t rows = 1 + pick(stream->height), to = pick(stream->height - rows + 1);
        uint32_t from = pick(stream->height - rows + 1), fields[] = {to, rows, 2, from - to};

        put_segment(table, fields, 0);
    }
    for (; count < most && first < stream->height; count++) {
        uint32_t start = first + pick(stream->height - first), rows = 1 + pick(stream->height - start);
        uint32_t fields[] = {start, rows, pick(2), 0};
        struct bytes content = {{0}, 0}, block = {{0}, 0};

        put_content(&content, stream, start, rows);
        put_block(&block, &content);
        fields[2] = fields[2] && block.length < ws_stream_longest(stream->width, rows, stream->format);
        put_segment(table, fields, (uint32_t)(fields[2] ? block.length : content.length));
        for (size_t i = 0; i < (fields[2] ? block.length : content.length); i++)
            put(payloads, (fields[2] ? block.at : content.at)[i], 1);
        pad(payloads);
        first = start + rows;
    }
    return count;
}

static void put_extensions(struct bytes *header)
{
    for (uint32_t tag = pick(3), count = pick(3); count > 0; count--, tag += 1 + pick(9)) {
        uint32_t length = pick(20);

        put(header, tag, 2);
        put(header, length, 2);
        for (uint32_t i = 0; i < length; i++)
            put(header, (uint32_t) "{\"a\":[1]}   "[i < 12 ? i : 11], 1);
        pad(header);
    }
    header->at[0] = (uint8_t)header->length;
}

bool make_message(struct bytes *message, const struct ws_stream *stream)
{
    static struct bytes table, payloads;
    uint32_t flags = pick(8) * 2, harms = pick(4) / 2 * pick(4);

    message->length = table.length = payloads.length = 0;
    for (const uint32_t *field = (uint32_t[]){36, stream->format, flags}, *end = field + 3; field < end; field++)
        put(message, *field, field == end - 3 ? 2 : 1);
    put(message, stream->epoch, 4);
    put(message, stream->held + 1 + pick(9), 4);
    put(message, pick(4) ? stream->held : 0, 4);
    put(message, pick(1u << 24), 4);
    put(message, pick(1u << 21), 4);
    put(message, stream->width, 2);
    put(message, stream->height, 2);
    put(message, 0, 4);
    put(message, put_segments(&table, &payloads, stream), 4);
    put_extensions(message);
    memcpy(message->at + message->length, table.at, table.length);
    message->length += table.length;
    memcpy(message->at + message->length, payloads.at, payloads.length);
    message->length += payloads.length;
    for (uint32_t i = 0; i < harms; i++)
        message->at[pick((uint32_t)message->length)] ^= (uint8_t)(1 + pick(255));
    if (harms && pick(4) == 0)
        message->length = pick((uint32_t)message->length + 9);
    return harms == 0;
}
