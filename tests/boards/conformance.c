/* The server's side of tests/vectors/README.md: what viewers say, and the queries of their addresses. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "query.h"
#include "said.h"

enum { MOST = 1 << 20 };

static size_t from_hex(const char *hex, char *to)
{
    size_t length = 0;
    unsigned byte;
    for (; sscanf(hex, "%2x", &byte) == 1; hex += 2)
        to[length++] = (char)byte;
    return length;
}

static size_t put_list(char *to, const char *name, uint64_t bits, const char *const *names, size_t count)
{
    size_t at = (size_t)sprintf(to, ",\"%s\":[", name), first = at;
    for (size_t i = 0; i < count; i++)
        if (bits >> i & 1)
            at += (size_t)sprintf(to + at, "%s\"%s\"", at > first ? "," : "", names[i]);
    return at + (size_t)sprintf(to + at, "]");
}

static void print_query(const wd_query *q)
{
    static const char *const NAMES[QUERY_KEYS] = {"step", NULL, NULL, "tolerance", "depth", NULL, NULL, NULL, NULL, NULL,
                                                  "max_picture", "max_message", "max_segment"};
    static const char *const KINDS[] = {"marked", "lz4", "copy"};
    char json[2048];
    size_t at = (size_t)sprintf(json, "{\"acknowledge\":%s", wd_query_number(q, QUERY_ACKNOWLEDGE, 1) ? "true" : "false");
    for (int key = 0; key < QUERY_KEYS; key++)
        if (NAMES[key] && wd_query_has(q, (enum wd_query_key)key))
            at += (size_t)sprintf(json + at, ",\"%s\":%llu", NAMES[key], (unsigned long long)q->numbers[key]);
    if (wd_query_has(q, QUERY_CROP))
        at += (size_t)sprintf(json + at, ",\"crop\":[%u,%u,%u,%u]", q->crop[0], q->crop[1], q->crop[2], q->crop[3]);
    if (wd_query_has(q, QUERY_AVERAGE))
        at += (size_t)sprintf(json + at, ",\"average\":%s", q->numbers[QUERY_AVERAGE] ? "true" : "false");
    if (wd_query_has(q, QUERY_FIT))
        at += (size_t)sprintf(json + at, ",\"fit\":[%u,%u]", q->fit[0], q->fit[1]);
    if (wd_query_has(q, QUERY_FPS))
        at += (size_t)sprintf(json + at, ",\"fps\":%.12g", q->fps);
    if (wd_query_has(q, QUERY_FORMATS))
        at += put_list(json + at, "formats", q->numbers[QUERY_FORMATS], wd_formats, WD_FORMATS);
    if (wd_query_has(q, QUERY_KINDS))
        at += put_list(json + at, "kinds", q->numbers[QUERY_KINDS], KINDS, 3);
    json[at++] = '}';
    printf("ok ");
    for (size_t i = 0; i < at; i++)
        printf("%02x", (unsigned)(uint8_t)json[i]);
    printf("\n");
}

static void judge(const char *text, size_t length)
{
    wd_said s;
    wd_said_read(&s, text, length);
    puts(s.type == SAID_WRONG ? "close" : s.type == SAID_UNKNOWN ? "ignored" : "ok");
}

int main(void)
{
    static char line[MOST], bytes[MOST];
    wd_query q;
    while (fgets(line, sizeof line, stdin)) {
        if (!strcmp(line, "\n")) {
            fflush(stdout);
        } else if (!strncmp(line, "conformance ", 12)) {
            puts("conformance 1 c-device requests input queries");
        } else if (!strncmp(line, "viewer ", 7)) {
            judge(bytes, from_hex(line + 7, bytes));
        } else if (!strncmp(line, "query ", 6)) {
            if (wd_query_read(&q, bytes, from_hex(line + 6, bytes)))
                puts("refused");
            else
                print_query(&q);
        } else {
            puts("unknown");
        }
    }
    return 0;
}
