/* ws-stream-save [--count N] ws://HOST:PORT/stream/NAME FILE.ppm
 * Saves the next picture of a stream, or the next N as FILE-1.ppm and so on. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../ws_stream.h"
#include "websocket.h"

static const char USAGE[] = "right would be: ws-stream-save [--count N] ws://HOST:PORT/stream/NAME FILE.ppm";

struct saver {
    struct websocket ws;
    struct ws_stream stream;
    struct ws_stream_session session;
    const char *file;
    unsigned long wanted, saved;
    char text[4 * WS_STREAM_MAX_TEXT]; /* of the control message that is coming */
    size_t length;
    char why[512]; /* the connection ended */
};

/* How a connection goes on. */
enum course { GO_ON, DONE, AGAIN, FINAL };

static uint32_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint32_t)time.tv_sec * 1000u + (uint32_t)(time.tv_nsec / 1000000);
}

/* Says why the program ends, in one sentence. */
static void fail(int code, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    fputs("ws-stream-save: ", stderr);
    vfprintf(stderr, format, values);
    fputs("\n", stderr);
    va_end(values);
    exit(code);
}

/* ---- Files ---- */

static void write_picture(FILE *out, const struct ws_stream *stream)
{
    unsigned bytes = ws_stream_pixel_bytes(stream->format);
    const uint8_t *pixel = ws_stream_pixels(stream);

    fprintf(out, "P6\n%u %u\n255\n", (unsigned)stream->width, (unsigned)stream->height);
    for (uint32_t count = (uint32_t)stream->width * stream->height; count > 0; count--, pixel += bytes) {
        uint32_t rgb = ws_stream_rgb(stream->format, pixel);

        fputc((int)(rgb >> 16), out);
        fputc((int)(rgb >> 8 & 255), out);
        fputc((int)(rgb & 255), out);
    }
}

static void save(struct saver *saver)
{
    const char *slash = strrchr(saver->file, '/'), *dot = strrchr(saver->file, '.');
    size_t stem = dot != NULL && (slash == NULL || slash < dot) ? (size_t)(dot - saver->file) : strlen(saver->file);
    char name[4096], number[24] = "";
    bool written;
    FILE *out;

    saver->saved++;
    if (saver->wanted > 1)
        snprintf(number, sizeof number, "-%lu", saver->saved);
    snprintf(name, sizeof name, "%.*s%s%s", (int)stem, saver->file, number, saver->file + stem);
    out = fopen(name, "wb");
    if (out == NULL)
        fail(2, "%s cannot be written: %s", name, strerror(errno));
    write_picture(out, &saver->stream);
    written = !ferror(out);
    if (fclose(out) != 0 || !written)
        fail(2, "%s cannot be written: %s", name, strerror(errno));
}

/* ---- Messages ---- */

/* Memory for what is announced: a picture and one segment of it. */
static void make_room(struct ws_stream *stream, const struct ws_stream_control *control)
{
    uint32_t size = ws_stream_memory(control->width, control->height, control->format, WS_STREAM_NO_LIMIT, true);
    void *memory;

    if (size <= stream->size)
        return;
    free(stream->memory);
    memory = malloc(size);
    if (memory == NULL)
        fail(2, "there is no memory for %u x %u pixels", (unsigned)control->width, (unsigned)control->height);
    ws_stream_open(stream, memory, size, WS_STREAM_NO_LIMIT, true);
}

static enum course break_off(struct saver *saver)
{
    snprintf(saver->why, sizeof saver->why, "the server broke the protocol");
    websocket_send(&saver->ws, WEBSOCKET_CLOSE, "\x03\xEA", 2);
    return AGAIN;
}

static enum course react(struct saver *saver, enum ws_stream_reaction reaction)
{
    if (reaction == WS_STREAM_SHOW) {
        save(saver);
        return saver->saved == saver->wanted ? DONE : GO_ON;
    }
    return reaction == WS_STREAM_RECONNECT || reaction == WS_STREAM_TOO_LARGE ? break_off(saver) : GO_ON;
}

static enum course on_text(struct saver *saver, const struct websocket_part *part)
{
    struct ws_stream_control control;
    char reason[801];

    if (part->begins)
        saver->length = 0;
    if (part->length > sizeof saver->text)
        return break_off(saver);
    memcpy(saver->text + saver->length, part->bytes, part->count);
    saver->length += part->count;
    if (!part->ends)
        return GO_ON;
    ws_stream_read(&control, saver->text, saver->length);
    if (control.type == WS_STREAM_STREAM)
        make_room(&saver->stream, &control);
    if (control.type == WS_STREAM_PROBLEM && control.has_reason) {
        ws_stream_copy(control.reason, reason, sizeof reason);
        fprintf(stderr, "ws-stream-save: no pictures: %s\n", reason);
    }
    return react(saver, ws_stream_on_control(&saver->session, &control, now()));
}

static enum course on_binary(struct saver *saver, const struct websocket_part *part)
{
    enum ws_stream_result result;

    if (part->begins)
        ws_stream_begin(&saver->stream, (size_t)part->length);
    result = ws_stream_feed(&saver->stream, part->bytes, part->count);
    if (!part->ends)
        return GO_ON;
    if (result == WS_STREAM_REFUSED)
        fprintf(stderr, "ws-stream-save: a picture was refused: %s\n", ws_stream_sentence(saver->stream.rule));
    return react(saver, ws_stream_on_picture(&saver->session, result, now()));
}

static enum course on_close(struct saver *saver, const struct websocket_part *part)
{
    unsigned code = part->count < 2 ? 1005u : (unsigned)part->bytes[0] << 8 | part->bytes[1];

    websocket_send(&saver->ws, WEBSOCKET_CLOSE, part->bytes, part->count < 2 ? 0 : 2);
    websocket_printable(saver->why, sizeof saver->why, part->bytes + 2, part->count < 2 ? 0 : part->count - 2);
    if (*saver->why == 0)
        snprintf(saver->why, sizeof saver->why, "the server closed the connection (%u)", code);
    return ws_stream_again_after_close(code) ? AGAIN : FINAL;
}

static enum course on_part(struct saver *saver, const struct websocket_part *part)
{
    switch (part->opcode) {
    case WEBSOCKET_TEXT:
        return on_text(saver, part);
    case WEBSOCKET_BINARY:
        return on_binary(saver, part);
    case WEBSOCKET_CLOSE:
        return on_close(saver, part);
    case WEBSOCKET_PING:
        websocket_send(&saver->ws, WEBSOCKET_PONG, part->bytes, part->count);
        return GO_ON;
    default:
        return GO_ON;
    }
}

/* ---- Connections ---- */

static enum course follow(struct saver *saver)
{
    uint64_t received = 0;
    enum course course = GO_ON;

    ws_stream_connected(&saver->session, &saver->stream, true, now());
    snprintf(saver->why, sizeof saver->why, "the connection was lost");
    while (course == GO_ON) {
        struct websocket_part part;
        char text[256];
        size_t length;
        int found = websocket_receive(&saver->ws, 1000, &part);

        if (saver->ws.received > received)
            ws_stream_on_bytes(&saver->session, now());
        received = saver->ws.received;
        if (found < 0 || ws_stream_is_silent(&saver->session, now()))
            return AGAIN;
        if (found > 0)
            course = on_part(saver, &part);
        while (course != AGAIN && course != FINAL
               && (length = ws_stream_next(&saver->session, text, sizeof text, now())) > 0)
            if (!websocket_send(&saver->ws, WEBSOCKET_TEXT, text, length))
                break;
    }
    if (course == DONE)
        websocket_send(&saver->ws, WEBSOCKET_CLOSE, "\x03\xE8", 2);
    return course;
}

static void wait_for(uint32_t milliseconds)
{
    struct timespec time = {(time_t)(milliseconds / 1000), (long)(milliseconds % 1000) * 1000000};

    nanosleep(&time, NULL);
}

static void run(struct saver *saver, const struct websocket_address *address)
{
    unsigned tries = 0;

    for (;;) {
        int status = websocket_open(&saver->ws, address, saver->why, sizeof saver->why);
        enum course course = status >= 0 && ws_stream_again_after_http((unsigned)status) ? AGAIN : FINAL;
        uint32_t wait;

        if (status == 101)
            course = follow(saver);
        websocket_close(&saver->ws);
        if (course == DONE)
            return;
        if (course == FINAL)
            fail(2, "%s", saver->why);
        if (status == 101 && saver->session.worked)
            tries = 0;
        wait = ws_stream_wait(tries++, (uint32_t)rand());
        fprintf(stderr, "ws-stream-save: %s; trying again in %lu.%lu s\n", saver->why, (unsigned long)wait / 1000,
                (unsigned long)wait % 1000 / 100);
        wait_for(wait);
    }
}

int main(int count, char **arguments)
{
    static struct saver saver;
    struct websocket_address address;
    char *end = "";

    saver.wanted = 1;
    if (count > 2 && strcmp(arguments[1], "--count") == 0) {
        saver.wanted = arguments[2][0] >= '1' && arguments[2][0] <= '9' ? strtoul(arguments[2], &end, 10) : 0;
        if (saver.wanted == 0 || *end != 0)
            fail(2, "--count takes a number from 1 on");
        arguments += 2;
        count -= 2;
    }
    if (count != 3 || arguments[1][0] == '-' || arguments[2][0] == '-')
        fail(2, "%s", USAGE);
    if (!websocket_address(&address, arguments[1]))
        fail(2, "this is no address of a stream; %s", USAGE);
    if (getenv("WS_STREAM_TOKEN") && !websocket_token(&address, getenv("WS_STREAM_TOKEN")))
        fail(2, "WS_STREAM_TOKEN holds no token; right would be one as `ws-stream token` makes");
    saver.file = arguments[2];
    srand((unsigned)time(NULL) ^ now());
    ws_stream_open(&saver.stream, NULL, 0, WS_STREAM_NO_LIMIT, true);
    run(&saver, &address);
    free(saver.stream.memory);
    return 0;
}
