/* What vectors do not reach: memory, limits of this viewer, what is written, times. With an argument, prints what a
 * viewer says. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../parts.h"

#define CHECK(holds) ((holds) ? (void)0 : (fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #holds), exit(1)))

/* A picture of 2 x 3 gray pixels: all of row 0 becomes 0xAA 0xBB. */
static const uint8_t PICTURE[] = {
    36, 0, 6, 0, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0,    2,    0, 3, 0,
    0,  0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 5, 0, 0, 0, 1, 3, 3, 0xAA, 0xBB, 0, 0, 0,
};
static const char ANNOUNCED[] =
    "{\"type\":\"stream\",\"name\":\"a\",\"epoch\":7,\"format\":\"gray8\",\"width\":2,\"height\":3,"
    "\"source\":[2,3],\"step\":1,\"crop\":null,\"average\":false,\"tolerance\":0,\"fps\":30,\"input\":false}";
static const char UNCHANGED[] = "{\"type\":\"unchanged\",\"number\":1,\"time\":5}";

static uint8_t memory[WS_STREAM_PARTS(2, 3, 1, 16)]; /* 13 is the longest content */
static struct ws_stream stream;
static struct ws_stream_session session;
static char said[256];

static void memory_is_as_much_as_the_macros_say(void)
{
    CHECK(ws_stream_memory(240, 135, WS_STREAM_RGB565, 8192, true) == WS_STREAM_PARTS(240, 135, 2, 8192));
    CHECK(ws_stream_memory(240, 135, WS_STREAM_RGB565, 8192, false) == WS_STREAM_WHOLE(240, 135, 2, 8192));
    CHECK(ws_stream_memory(2, 3, WS_STREAM_GRAY8, WS_STREAM_NO_LIMIT, false)
          == WS_STREAM_WHOLE(2, 3, 1, ws_stream_longest(2, 3, WS_STREAM_GRAY8)));
    ws_stream_open(&stream, memory, sizeof memory, WS_STREAM_NO_LIMIT, true);
    CHECK(ws_stream_announce(&stream, 7, WS_STREAM_GRAY8, 2, 3));
    ws_stream_open(&stream, memory, sizeof memory - 1, WS_STREAM_NO_LIMIT, true);
    CHECK(!ws_stream_announce(&stream, 7, WS_STREAM_GRAY8, 2, 3));
    CHECK(ws_stream_apply(&stream, PICTURE, sizeof PICTURE) == WS_STREAM_REFUSED);
    CHECK(stream.rule == WS_STREAM_RULE_UNANNOUNCED);
}

static void limits_of_a_viewer_hold(void)
{
    ws_stream_open(&stream, memory, sizeof memory, 5, false);
    CHECK(ws_stream_announce(&stream, 7, WS_STREAM_GRAY8, 2, 3));
    CHECK(ws_stream_apply(&stream, PICTURE, sizeof PICTURE) == WS_STREAM_APPLIED);
    CHECK(memcmp(ws_stream_pixels(&stream), "\xAA\xBB\0\0\0", 6) == 0);
    CHECK(ws_stream_begin(&stream, sizeof PICTURE) == WS_STREAM_MORE);
    CHECK(ws_stream_feed(&stream, PICTURE, sizeof PICTURE - 1) == WS_STREAM_REFUSED
          && stream.rule == WS_STREAM_RULE_PARTS);
    ws_stream_open(&stream, memory, sizeof memory, 4, false);
    CHECK(ws_stream_announce(&stream, 7, WS_STREAM_GRAY8, 2, 3));
    CHECK(ws_stream_apply(&stream, PICTURE, sizeof PICTURE) == WS_STREAM_REFUSED
          && stream.rule == WS_STREAM_RULE_MAX_SEGMENT);
    for (int rule = 0; rule < WS_STREAM_RULE_COUNT_OF; rule++)
        CHECK(strlen(ws_stream_sentence((enum ws_stream_rule)rule)) > 10);
}

static void the_longest_content_is_that_of_whole_groups(void)
{
    CHECK(ws_stream_longest(8, 1, WS_STREAM_GRAY8) == 1 + 2 + 8);
    CHECK(ws_stream_longest(9, 4, WS_STREAM_BGRX8888) == 1 + 16 + 9 * 4 * 3);
    CHECK(ws_stream_longest(9, 5, WS_STREAM_RGB565) == 2 + 20 + 9 * 5 * 2);
    CHECK(ws_stream_longest(16384, 4096, WS_STREAM_GRAY8) == (1u << 20) + (1u << 24) + (1u << 26));
}

/* Powers of ten above 22 are not exact in doubles, so neither is what is read. */
static bool is_read(const char *number, double value)
{
    struct ws_stream_control control;
    char text[1000];
    int length = snprintf(text, sizeof text, "{\"type\":\"granted\",\"id\":null,\"fps\":%s}", number);
    double near = (value < 0 ? -value : value) * 1e-14;
    bool right = ws_stream_read(&control, text, (size_t)length) == WS_STREAM_GRANTED && !control.has_id;

    return right && control.fps <= value + near && control.fps >= value - near;
}

static void numbers_are_what_they_say(void)
{
    static const char *const THIRTY[] = {
        "30", "30.0", "3e1", "0.3E+2", "300e-1", "30.000000000000000000000000000", "0.030e00000003"};
    char zeros[500];

    for (size_t i = 0; i < sizeof THIRTY / sizeof *THIRTY; i++)
        CHECK(is_read(THIRTY[i], 30));
    CHECK(is_read("29.97", 29.97) && is_read("-0.25", -0.25) && is_read("0.1", 0.1) && is_read("1e22", 1e22));
    CHECK(is_read("123456789012345678", 123456789012345678.0) && is_read("1e-400", 0) && is_read("0e999999999999", 0));
    CHECK(is_read("1e308", 1e308) && !is_read("1e309", 0) && !is_read("9e999999999999", 0));
    snprintf(zeros, sizeof zeros, "0.%0400de401", 1); /* 399 zeros and a 1 behind the point */
    CHECK(is_read(zeros, 10));
}

static void texts_are_without_escapes(void)
{
    static const char TEXT[] =
        "{\"reason\":\"\\u0041\\/\\\"\\\\ \\u00e9\xC3\xA9\\u20ac\\uD83d\\uDE00!\",\"\\u0074ype\":\"problem\"}";
    static const char PLAIN[] = "A/\"\\ \xC3\xA9\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80!";
    struct ws_stream_control control;
    char out[sizeof PLAIN];

    CHECK(ws_stream_read(&control, TEXT, sizeof TEXT - 1) == WS_STREAM_PROBLEM && control.has_reason);
    for (size_t size = sizeof out; size > 0; size--) {
        size_t length = ws_stream_copy(control.reason, out, size);

        CHECK(length < size && out[length] == 0 && memcmp(out, PLAIN, length) == 0);
        CHECK(length + 1 == size || (PLAIN[length] & 0x80)); /* no half characters */
    }
}

/* What the viewer says at a time: "" for nothing. */
static const char *next(uint32_t now)
{
    said[ws_stream_next(&session, said, sizeof said - 1, now)] = 0;
    return said;
}

static enum ws_stream_reaction hear(const char *text, uint32_t now)
{
    struct ws_stream_control control;

    ws_stream_read(&control, text, strlen(text));
    return ws_stream_on_control(&session, &control, now);
}

static void times_may_wrap_around(void)
{
    uint32_t start = 0xFFFFF000u; /* 4096 ms before */

    ws_stream_open(&stream, memory, sizeof memory, WS_STREAM_NO_LIMIT, false);
    ws_stream_connected(&session, &stream, true, start);
    CHECK(hear(ANNOUNCED, start) == WS_STREAM_ANNOUNCED);
    CHECK(hear(UNCHANGED, start + 4999) == WS_STREAM_NOTHING && *next(start + 4999) == 0);
    CHECK(hear(UNCHANGED, start + 5000) == WS_STREAM_NOTHING);
    CHECK(strcmp(next(start + 5000), "{\"type\":\"clock\",\"viewer_time\":904}") == 0);
    CHECK(!ws_stream_is_stale(&session, start + 7999) && ws_stream_is_stale(&session, start + 8000));
    CHECK(!ws_stream_is_silent(&session, start + 14999) && ws_stream_is_silent(&session, start + 15000));
    ws_stream_on_bytes(&session, start + 15000);
    CHECK(!ws_stream_is_stale(&session, start + 15000));
}

static void a_viewer_without_acknowledgements_says_only_resync(void)
{
    ws_stream_open(&stream, memory, sizeof memory, WS_STREAM_NO_LIMIT, false);
    ws_stream_connected(&session, &stream, false, 0);
    CHECK(hear(ANNOUNCED, 0) == WS_STREAM_ANNOUNCED);
    CHECK(ws_stream_on_picture(&session, ws_stream_apply(&stream, PICTURE, sizeof PICTURE), 1) == WS_STREAM_SHOW);
    CHECK(hear(UNCHANGED, 9000) == WS_STREAM_NOTHING && *next(9000) == 0);
    CHECK(ws_stream_on_picture(&session, ws_stream_apply(&stream, PICTURE, 9), 9001) == WS_STREAM_NOTHING);
    CHECK(strcmp(next(9001), "{\"type\":\"resync\"}") == 0 && *next(9001) == 0);
}

static void what_is_announced_must_fit(void)
{
    ws_stream_open(&stream, memory, 100, WS_STREAM_NO_LIMIT, false);
    ws_stream_connected(&session, &stream, true, 0);
    CHECK(hear(ANNOUNCED, 0) == WS_STREAM_TOO_LARGE);
}

static void waits_double_up_to_two_seconds(void)
{
    for (unsigned tries = 0; tries < 40; tries++) {
        uint32_t most = tries < 2 ? 500u << tries : 2000;

        for (uint32_t random = 0; random < 100000; random += 77)
            CHECK(ws_stream_wait(tries, random) >= most / 2 && ws_stream_wait(tries, random) <= most);
    }
}

/* ---- What a viewer says ---- */

static const struct ws_stream_event EVENTS[] = {
    {.kind = WS_STREAM_POINTER, .x = 3.25, .y = -0.0000004, .buttons = 5, .wheel = {0, -2.5}},
    {.kind = WS_STREAM_POINTER, .x = 0.9999999, .y = 16383.5},
    {.kind = WS_STREAM_TOUCH, .touch = 2, .x = 1, .y = 2, .phase = "move"},
    {.kind = WS_STREAM_KEY, .key = "\"", .code = "Quote", .down = true},
    {.kind = WS_STREAM_TEXT, .text = "back\\slash, \xC3\xA9 and \xF0\x9F\x98\x80"},
    {.kind = WS_STREAM_CUSTOM, .name = "n", .data = ""},
};

static size_t say(char *out, size_t size, int which)
{
    struct ws_stream_request request = {1, 127, 0, 2, 3, 16, {1, 2, 3, 4}, {240, 135}, true, 29.97},
                             left = {2, 0, 127, 0, 0, 0, {0}, {0}, false, 0};

    switch (which) {
    case 0:
        return ws_stream_say_acknowledge(out, size, 4294967295u, 12);
    case 1:
        return ws_stream_say_resync(out, size);
    case 2:
        return ws_stream_say_clock(out, size, 9007199254740991u);
    case 3:
        return ws_stream_say_request(out, size, &request);
    case 4:
        return ws_stream_say_request(out, size, &left);
    default:
        return ws_stream_say_input(out, size, 7, 1, EVENTS, sizeof EVENTS / sizeof *EVENTS);
    }
}

static void what_does_not_fit_is_not_said(void)
{
    for (int which = 0; which < 6; which++) {
        char all[1024];
        size_t length = say(all, sizeof all, which);

        CHECK(length > 0 && all[length - 1] == '}');
        for (size_t size = 0; size < length; size++) {
            char *exact = malloc(size + 1);

            CHECK(say(exact, size, which) == 0);
            free(exact);
        }
    }
}

static void what_may_not_be_said_is_not(void)
{
    static const char *const WRONG[] = {
        "\n", "\x7F", "\xC2\x80", "\xC3", "\xED\xA0\x80", "123456789012345678901234567890123", NULL};
    struct ws_stream_event event = {.kind = WS_STREAM_KEY, .code = ""};
    char out[4096];

    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        event.key = WRONG[i];
        CHECK(ws_stream_say_input(out, sizeof out, 1, 1, &event, 1) == 0);
    }
    event.key = "12345678901234567890123456789012";
    CHECK(ws_stream_say_input(out, sizeof out, 1, 1, &event, 1) > 0);
    CHECK(ws_stream_say_input(out, sizeof out, 1, 1, &event, 0) == 0);
    event = (struct ws_stream_event){.kind = WS_STREAM_POINTER, .x = 1e300 * 1e300};
    CHECK(ws_stream_say_input(out, sizeof out, 1, 1, &event, 1) == 0);
    CHECK(ws_stream_say_clock(out, sizeof out, (uint64_t)1 << 53) == 0);
}

int main(int count, char **arguments)
{
    (void)arguments;
    for (int which = 0; count > 1 && which < 6; which++) {
        char out[1024];

        printf("%.*s\n", (int)say(out, sizeof out, which), out);
    }
    memory_is_as_much_as_the_macros_say();
    limits_of_a_viewer_hold();
    the_longest_content_is_that_of_whole_groups();
    numbers_are_what_they_say();
    texts_are_without_escapes();
    times_may_wrap_around();
    a_viewer_without_acknowledgements_says_only_resync();
    what_is_announced_must_fit();
    waits_double_up_to_two_seconds();
    what_does_not_fit_is_not_said();
    what_may_not_be_said_is_not();
    return 0;
}
