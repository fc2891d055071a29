/* When a viewer is sent a message, told something, and given up: by a clock of the test's own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "viewer.h"

#define CHECK(right)                                                      \
    do                                                                    \
        if (!(right)) {                                                   \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #right);   \
            exit(1);                                                      \
        }                                                                 \
    while (0)

static wd_viewer v;
static wd_mirror mirror;
static wd_delta_room room;
static ws_crc_table crc;
static ws_picture picture = {.code = 5, .width = DEVICE_WIDTH, .height = DEVICE_HEIGHT};
static ws_allowance wholes;
static char said[2048];

static void join(const char *query, double now)
{
    wd_query q;
    wd_delta_offer offer;
    CHECK(!wd_query_read(&q, query, strlen(query)) && wd_viewer_suits(&q, &offer));
    wholes = (ws_allowance){DEVICE_FPS / 8.0, 8, now};
    wd_viewer_open(&v, &q, &offer, 7, 0, now);
}

/* Whether a message left. */
static int flush(double now)
{
    const wd_viewer_tools tools = {&room, &mirror, &crc, &picture, &wholes};
    if (wd_viewer_due(&v, &wholes, now) > now)
        return 0;
    wd_viewer_pack(&v, NULL, &tools, 1, now);
    v.message.begin = v.message.end; /* the socket took it */
    return 1;
}

static void change(unsigned x)
{
    uint16_t pixel = (uint16_t)rand();
    wd_lack *const lacks[] = {&v.lack};
    wd_mirror_flush(&mirror, lacks, !v.is_blank, x, 0, 1, 1, &pixel);
}

static int hear(const char *text, double now)
{
    wd_said s;
    wd_said_read(&s, text, strlen(text));
    return wd_viewer_hear(&v, &s, now);
}

static int report(double now)
{
    wd_say to = wd_say_to(said, sizeof said - 1);
    const int code = wd_viewer_report(&v, &to, 0, 1, now);
    *to.at = 0;
    return code;
}

static void test_a_silent_viewer_is_given_up_after_15_s(void)
{
    join("", 0);
    CHECK(!report(14.9));
    CHECK(!hear("{\"type\":\"clock\",\"viewer_time\":1}", 15));
    CHECK(!report(29.9));
    CHECK(report(31) == VIEWER_SILENT);
    join("acknowledge=no", 0);
    CHECK(!report(100));
}

static void test_pictures_wait_for_acknowledgements(void)
{
    join("", 0);
    int sent = 0;
    for (int i = 0; i < 20; i++, change((unsigned)i))
        sent += flush(i);
    CHECK(sent == 2);
    CHECK(!hear("{\"type\":\"acknowledge\",\"number\":2,\"epoch\":8}", 20)); /* of another epoch */
    CHECK(!flush(20));
    CHECK(!hear("{\"type\":\"acknowledge\",\"number\":2,\"epoch\":7}", 20));
    CHECK(flush(20));
}

static void test_no_more_pictures_a_second_than_it_wants(void)
{
    join("fps=2&acknowledge=no", 0);
    int sent = 0;
    for (int i = 0; i < 1000; i++, change((unsigned)i % 300))
        sent += flush(i / 100.0);
    CHECK(sent >= 20 && sent <= 21);
}

static void test_a_request_is_answered_four_times_a_second(void)
{
    join("", 0);
    int granted = 0;
    for (int i = 0; i < 100; i++) {
        CHECK(!hear("{\"type\":\"request\",\"id\":4294967295,\"fps\":0.5}", i / 100.0));
        CHECK(!report(i / 100.0));
        granted += strstr(said, "{\"type\":\"granted\",\"id\":4294967295,\"fps\":0.5}") != NULL;
    }
    CHECK(granted == 4);
}

static void test_reports_say_what_is_so(void)
{
    join("", 0);
    CHECK(flush(0));
    CHECK(!report(1) && strstr(said, "\"pace\""));
    CHECK(!report(2) && strstr(said, "{\"type\":\"unchanged\",\"number\":1,"));
    change(3);
    CHECK(!report(3) && strstr(said, "{\"type\":\"waiting\",\"number\":1,"));
}

/* What was read of it counts, whole or not. */
static void test_it_is_heard_at_8_kB_a_second(void)
{
    join("", 0);
    wd_viewer_read(&v, 32768, 0);
    CHECK(ws_allowance_due(&v.hearing) <= 0.001);
    wd_viewer_read(&v, 8192, 0);
    CHECK(ws_allowance_due(&v.hearing) > 0.99);
}

int main(void)
{
    wd_delta_open(&room);
    ws_crc_table_fill(&crc);
    test_a_silent_viewer_is_given_up_after_15_s();
    test_pictures_wait_for_acknowledgements();
    test_no_more_pictures_a_second_than_it_wants();
    test_a_request_is_answered_four_times_a_second();
    test_reports_say_what_is_so();
    test_it_is_heard_at_8_kB_a_second();
    return 0;
}
