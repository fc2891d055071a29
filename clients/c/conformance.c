/* Answers the line protocol of tests/vectors/README.md, so that this client can be run through the vectors:
 *     ws-stream conformance build/clients/c/conformance [BYTES]
 * With BYTES, messages are fed in parts of so many. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"

static const char CLAIMS[] =
    "conformance 1 ws-stream-c marked lz4 copy checksum side-data rgb control session resync silence retry http "
    "rgbx8888 bgrx8888 rgb888 bgr888 rgb565 gray8 rgb444 rgb332";

static struct {
    struct ws_stream stream;
    struct ws_stream_session session;
    uint32_t now;
    unsigned tries;
    size_t part;
    bool is_viewer;
    uint8_t *bytes, *pixels; /* of this line; of the last `hold`, NULL for none */
    uint32_t number;
} my;

static char line[1000002];

static void *must(void *memory)
{
    if (memory == NULL) {
        fputs("out of memory\n", stderr);
        exit(1);
    }
    return memory;
}

/* The bytes of a hexadecimal word, in my.bytes. */
static size_t unhex(const char *word)
{
    static int8_t values[256];
    size_t count = 0;

    for (int i = 0; i < 16; i++)
        values[(uint8_t) "0123456789abcdef"[i]] = (int8_t)i;
    for (; word[0] != 0 && word[1] != 0; word += 2)
        my.bytes[count++] = (uint8_t)(values[(uint8_t)word[0]] << 4 | values[(uint8_t)word[1]]);
    return count;
}

static void put_hex(const void *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        putchar("0123456789abcdef"[((const uint8_t *)bytes)[i] >> 4]);
        putchar("0123456789abcdef"[((const uint8_t *)bytes)[i] & 15]);
    }
}

static uint32_t picture_bytes(void)
{
    return (uint32_t)my.stream.width * my.stream.height * ws_stream_pixel_bytes(my.stream.format);
}

/* Memory for such a picture. */
static void make_room(int format, uint32_t width, uint32_t height)
{
    uint32_t size = ws_stream_memory(width, height, format, WS_STREAM_NO_LIMIT, my.part > 0);

    if (size > my.stream.size) {
        free(my.stream.memory);
        ws_stream_open(&my.stream, must(malloc(size)), size, WS_STREAM_NO_LIMIT, my.part > 0);
    }
}

static void forget_held(void)
{
    free(my.pixels);
    my.pixels = NULL;
    my.number = 0;
}

static void on_announce(char *words)
{
    unsigned long epoch = strtoul(words, &words, 10);
    char *name = words + 1;
    size_t length = strcspn(name, " ");
    int format = ws_stream_format(name, length);
    unsigned long width = strtoul(name + length, &words, 10), height = strtoul(words, NULL, 10);
    uint32_t wide = width > 65535 ? 65535 : (uint32_t)width, high = height > 65535 ? 65535 : (uint32_t)height;

    my.is_viewer = false;
    forget_held();
    make_room(format, wide, high);
    puts(ws_stream_announce(&my.stream, (uint32_t)epoch, format, wide, high) ? "ok" : "refused");
}

static void on_hold(char *words)
{
    uint32_t size = picture_bytes();

    if (*words != 0) {
        forget_held();
        my.number = (uint32_t)strtoul(words, &words, 10);
        if (unhex(words + 1) != size) {
            puts("refused");
            return;
        }
        my.pixels = must(malloc(size));
        memcpy(my.pixels, my.bytes, size);
    }
    if (my.pixels != NULL)
        memcpy(my.stream.memory, my.pixels, size);
    else
        ws_stream_blank(my.stream.memory, (uint32_t)my.stream.width * my.stream.height, my.stream.format);
    my.stream.held = my.number;
    puts("ok");
}

/* Whole, or in parts: each in memory of its own, so that sanitizers see every byte too far. */
static enum ws_stream_result apply(size_t count)
{
    enum ws_stream_result result;

    if (my.part == 0)
        return ws_stream_apply(&my.stream, my.bytes, count);
    result = ws_stream_begin(&my.stream, count);
    for (size_t at = 0; at < count && result == WS_STREAM_MORE; at += my.part) {
        size_t length = count - at < my.part ? count - at : my.part;
        uint8_t *part = must(malloc(length));

        memcpy(part, my.bytes + at, length);
        result = ws_stream_feed(&my.stream, part, length);
        free(part);
    }
    return result;
}

/* What the viewer says because of the last command, and the end of the line. */
static void end_answer(void)
{
    char text[128];
    size_t length;

    while (my.is_viewer && (length = ws_stream_next(&my.session, text, sizeof text, my.now)) > 0) {
        putchar(' ');
        put_hex(text, length);
    }
    putchar('\n');
}

static void on_picture(char *words)
{
    const struct ws_stream_header *header = &my.stream.header;
    enum ws_stream_result result = apply(unhex(words));

    if (my.is_viewer && ws_stream_on_picture(&my.session, result, my.now) == WS_STREAM_RECONNECT) {
        fputs("close", stdout);
    } else if (result == WS_STREAM_APPLIED) {
        printf("applied %lu %llu %08lx %s ", (unsigned long)header->number, (unsigned long long)header->time,
               (unsigned long)ws_stream_crc32(my.stream.memory, picture_bytes()), header->no_ack ? "no-ack" : "ack");
        if (my.stream.side_data != NULL)
            put_hex(my.stream.side_data, my.stream.side_length);
        else
            putchar('-');
    } else {
        fputs(result == WS_STREAM_IGNORED ? "ignored" : "refused", stdout);
    }
    end_answer();
}

static void on_rgb(char *words)
{
    unsigned bytes = ws_stream_pixel_bytes(my.stream.format);

    (void)words;
    fputs("rgb ", stdout);
    for (uint32_t at = 0, end = picture_bytes(); at < end; at += bytes) {
        uint32_t rgb = ws_stream_rgb(my.stream.format, my.stream.memory + at);

        put_hex((uint8_t[]){(uint8_t)(rgb >> 16), (uint8_t)(rgb >> 8), (uint8_t)rgb}, 3);
    }
    putchar('\n');
}

static void on_begin(char *words)
{
    (void)words;
    my.is_viewer = true;
    my.now = 0;
    my.tries = 0;
    ws_stream_connected(&my.session, &my.stream, true, my.now);
    puts("ok");
}

static void on_connect(char *words)
{
    (void)words;
    ws_stream_connected(&my.session, &my.stream, true, my.now);
    fputs("ok", stdout);
    end_answer();
}

static void on_server(char *words)
{
    struct ws_stream_control control;
    enum ws_stream_type type = ws_stream_read(&control, (const char *)my.bytes, unhex(words));
    enum ws_stream_reaction reaction;

    if (type == WS_STREAM_STREAM)
        make_room(control.format, control.width, control.height);
    reaction = ws_stream_on_control(&my.session, &control, my.now);
    if (reaction == WS_STREAM_RECONNECT || reaction == WS_STREAM_TOO_LARGE)
        fputs("close", stdout);
    else
        fputs(type == WS_STREAM_UNKNOWN ? "ignored" : "ok", stdout);
    end_answer();
}

static void on_time(char *words)
{
    my.now = (uint32_t)strtoull(words, NULL, 10);
    fputs(ws_stream_is_silent(&my.session, my.now) ? "lost" : "ok", stdout);
    end_answer();
}

static void on_resync(char *words)
{
    (void)words;
    ws_stream_resync(&my.session);
    fputs("ok", stdout);
    end_answer();
}

static void answer_end(bool again)
{
    if (my.session.worked)
        my.tries = 0;
    my.session.worked = false;
    if (again)
        printf("retry %lu\n", (unsigned long)ws_stream_wait(my.tries++, (uint32_t)rand()));
    else
        puts("final");
}

static void on_closed(char *words)
{
    answer_end(ws_stream_again_after_close((unsigned)strtoul(words, NULL, 10)));
}

static void on_http(char *words)
{
    answer_end(ws_stream_again_after_http((unsigned)strtoul(words, NULL, 10)));
}

static void on_conformance(char *words)
{
    (void)words;
    puts(CLAIMS);
}

static void answer(char *words)
{
    static const struct {
        const char *name;
        void (*on)(char *words);
    } COMMANDS[] = {
        {"picture", on_picture}, {"hold", on_hold},       {"announce", on_announce}, {"rgb", on_rgb},
        {"begin", on_begin},     {"connect", on_connect}, {"server", on_server},     {"time", on_time},
        {"resync", on_resync},   {"closed", on_closed},   {"http", on_http},         {"conformance", on_conformance},
    };
    size_t length = strcspn(words, " ");

    for (size_t i = 0; i < sizeof COMMANDS / sizeof *COMMANDS; i++)
        if (strlen(COMMANDS[i].name) == length && memcmp(words, COMMANDS[i].name, length) == 0) {
            COMMANDS[i].on(words + length + (words[length] == ' '));
            return;
        }
    puts("unknown");
}

int main(int count, char **arguments)
{
    if (count > 1)
        my.part = (size_t)strtoul(arguments[1], NULL, 10);
    my.bytes = must(malloc(sizeof line / 2));
    ws_stream_open(&my.stream, NULL, 0, WS_STREAM_NO_LIMIT, my.part > 0);
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = 0;
        if (*line == 0)
            fflush(stdout);
        else
            answer(line);
    }
    free(my.bytes);
    free(my.stream.memory);
    forget_held();
    return 0;
}
