/* Whatever arrives, there is a picture or a rule that was broken; whole and in parts the same; nothing outside the
 * memory is touched. Input is decisions: mostly they make a right message, and then harm it. With clang, libFuzzer
 * makes them; else chance:
 *
 *     fuzz SEED SECONDS */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "decisions.h"

#define CHECK(holds) ((holds) ? (void)0 : (fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #holds), abort()))

/* ---- What must hold ---- */

static void check_picture(const struct ws_stream *whole, const struct ws_stream *parts, const uint8_t *before)
{
    uint32_t bytes = ws_stream_pixel_bytes(whole->format), stride = whole->width * bytes, index = 0, first, rows;
    uint8_t touched[64] = {0};

    CHECK(memcmp(whole->memory, parts->memory, stride * whole->height) == 0);
    CHECK((whole->side_data == NULL) == (parts->side_data == NULL));
    if (whole->side_data != NULL)
        CHECK(whole->side_length == parts->side_length && ws_stream_is_object(whole->side_data, whole->side_length));
    for (uint32_t at = 3; bytes == 4 && at < stride * whole->height; at += 4)
        CHECK(whole->memory[at] == 255);
    while (ws_stream_touched(whole, &index, &first, &rows)) {
        CHECK(rows > 0 && first + rows <= whole->height);
        memset(touched + first, 1, rows);
    }
    for (uint32_t row = 0; row < whole->height; row++)
        CHECK(touched[row] || memcmp(whole->memory + row * stride, before + row * stride, stride) == 0);
}

static enum ws_stream_result feed_in_parts(struct ws_stream *stream, const struct bytes *message, uint32_t most)
{
    enum ws_stream_result result = ws_stream_begin(stream, message->length);

    for (size_t at = 0, count; at < message->length; at += count) {
        uint8_t *part;

        count = 1 + pick(most);
        count = count < message->length - at ? count : message->length - at;
        part = malloc(count);
        memcpy(part, message->at + at, count);
        result = ws_stream_feed(stream, part, count);
        free(part);
    }
    return result;
}

static void open_announced(struct ws_stream *stream, bool parts)
{
    static const uint16_t sizes[] = {1, 2, 7, 8, 9, 17, 40};
    uint32_t width = sizes[pick(7)], height = sizes[pick(7)], size;
    int format = 1 + (int)pick(8);

    size = ws_stream_memory(width, height, format, WS_STREAM_NO_LIMIT, parts);
    ws_stream_open(stream, malloc(size), size, WS_STREAM_NO_LIMIT, parts);
    CHECK(!ws_stream_announce(stream, 5, format, width, height + 8)); /* for that the memory is too small */
    CHECK(ws_stream_announce(stream, 5, format, width, height));
}

static void try_pictures(void)
{
    const uint8_t *start = input.at;
    static struct bytes message;
    struct ws_stream whole, parts;

    open_announced(&whole, false);
    input.at = start;
    open_announced(&parts, true);
    while (input.at < input.end) {
        bool right = make_message(&message, &whole);
        uint32_t bytes = (uint32_t)whole.width * whole.height * ws_stream_pixel_bytes(whole.format);
        uint8_t *exact = malloc(message.length + 1), *before = malloc(bytes);
        enum ws_stream_result result;

        memcpy(exact, message.at, message.length);
        memcpy(before, whole.memory, bytes);
        result = ws_stream_apply(&whole, exact, message.length);
        CHECK(result != WS_STREAM_MORE && (!right || result == WS_STREAM_APPLIED));
        CHECK(feed_in_parts(&parts, &message, 1 + pick(99)) == result);
        CHECK(whole.held == parts.held && whole.rule == parts.rule);
        CHECK((whole.rule == WS_STREAM_RULE_NONE) == (result != WS_STREAM_REFUSED));
        if (result == WS_STREAM_APPLIED)
            check_picture(&whole, &parts, before);
        free(exact);
        free(before);
    }
    free(whole.memory);
    free(parts.memory);
}

/* ---- Control messages ---- */

/* Right ones first: harm leaves few. */
static const char *const TEXTS[] = {
    ("{\"type\":\"stream\",\"name\":\"a\\u00e9\",\"epoch\":1,\"format\":\"gray\\u0038\",\"width\":9,\"height\":3,"
     "\"source\":[18, 6],\"step\":2,"
     "\"crop\":[1,2,3,4],\"average\":false,\"tolerance\":0,\"fps\":29.97,\"input\":true}"),
    "{\"type\":\"granted\",\"id\":4294967295,\"fps\":1e3,\"new\":{\"a\":[{},[],[0,\"\\\"\"]],\"type\":1}}",
    "{\"type\":\"pace\",\"published\":1.5,\"skipped\":-0,\"fps\":0.001e2,\"device\":true}",
    " { \"type\" : \"unchanged\" , \"number\" : 7 , \"time\" : 9007199254740991 } ",
    "{\"type\":\"problem\",\"reason\":\"\\\\ \\ud83d\\ude00 \xC3\xA9 \xF0\x9F\x98\x80\"}",
    "{\"type\":\"problem\",\"reason\":null}",
    "{\"type\":\"clock\",\"viewer_time\":1,\"time\":0}",
    "{\"type\":\"x-new\"}",
};
static const char *const WORDS[] = {
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\\u0041",
    "\\ud83d\\ude00",
    "\\ud800",
    "\xC3\xA9",
    "\xF0\x9F\x98\x80",
    "\xC3",
    "\x7F",
    "1e400",
    "-0.5e-3",
    "true",
    "null",
    " ",
    "\"x\":",
    "0",
    "999999999999999999999",
    "[[[[[[[[[[",
    "]]]]]]]]]]",
    ",\"crop\":[0,0,1,1]",
};

static void replace(struct bytes *text, size_t from, size_t to, const char *word)
{
    size_t length = strlen(word), rest = text->length - to;

    memmove(text->at + from + length, text->at + to, rest);
    memcpy(text->at + from, word, length);
    text->length = from + length + rest;
}

static void try_control(void)
{
    uint32_t chosen = pick(sizeof TEXTS / sizeof *TEXTS), harms = pick(4);
    struct ws_stream_control control;
    struct bytes text = {{0}, 0};
    char *exact, copy[900];

    replace(&text, 0, 0, TEXTS[chosen]);
    for (uint32_t i = 0; i < harms; i++) {
        uint32_t from = pick((uint32_t)text.length + 1), left = (uint32_t)text.length - from;

        replace(&text, from, from + pick(left < 3 ? left + 1 : 4), WORDS[pick(sizeof WORDS / sizeof *WORDS)]);
    }
    exact = malloc(text.length + 1);
    memcpy(exact, text.at, text.length);
    ws_stream_read(&control, exact, text.length);
    CHECK(harms > 0 || (control.type != WS_STREAM_BROKEN && (control.type != WS_STREAM_UNKNOWN || chosen == 7)));
    if (control.type == WS_STREAM_PROBLEM && control.has_reason)
        CHECK(ws_stream_copy(control.reason, copy, sizeof copy) <= 800 && memchr(copy, 0, sizeof copy));
    if (control.type == WS_STREAM_STREAM)
        CHECK(control.format && control.width && control.height);
    free(exact);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    input.at = bytes;
    input.end = bytes + (count < 2000 ? count : 2000);
    if (pick(8) == 0)
        try_control();
    else
        try_pictures();
    return 0;
}

#ifndef LIBFUZZER
int main(int count, char **arguments)
{
    unsigned seed = count > 1 ? (unsigned)strtoul(arguments[1], NULL, 10) : 1;
    time_t end = time(NULL) + (count > 2 ? atoi(arguments[2]) : 3);
    unsigned long tries = 0;
    uint8_t bytes[512];

    srand(seed);
    printf("seed %u\n", seed);
    for (; time(NULL) < end; tries++) {
        size_t length = (size_t)rand() % sizeof bytes;

        for (size_t i = 0; i < length; i++)
            bytes[i] = (uint8_t)(rand() >> 7);
        LLVMFuzzerTestOneInput(bytes, length);
    }
    printf("%lu inputs\n", tries);
    return 0;
}
#endif
